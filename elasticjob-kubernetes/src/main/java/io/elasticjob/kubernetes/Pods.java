package io.elasticjob.kubernetes;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import java.util.Set;

/** Pods of Jobs, found by the labels that Kubernetes gives them. */
final class Pods {

    static final String OF_JOB = "batch.kubernetes.io/controller-uid";
    static final String OF_JOB_NAME = "batch.kubernetes.io/job-name";
    static final String INDEX = "batch.kubernetes.io/job-completion-index";

    private static final Set<String> FINISHED = Set.of("Succeeded", "Failed");

    private final KubernetesClient client;
    private final String namespace;
    private final Calls calls;

    Pods(KubernetesClient client, String namespace, Calls calls) {
        this.client = client;
        this.namespace = namespace;
        this.calls = calls;
    }

    /** Those of which a container may still run. */
    List<Pod> unfinished(String label, String value) throws Exception {
        return calls
                .request(() -> client.pods()
                        .inNamespace(namespace)
                        .withLabel(label, value)
                        .list())
                .getItems()
                .stream()
                .filter(pod -> pod.getStatus() == null
                        || !FINISHED.contains(String.valueOf(pod.getStatus().getPhase())))
                .toList();
    }

    /** Those of one task, in no order. */
    List<Pod> ofTask(String uid, int index) throws Exception {
        return calls.request(() -> client.pods()
                        .inNamespace(namespace)
                        .withLabel(OF_JOB, uid)
                        .withLabel(INDEX, Integer.toString(index))
                        .list())
                .getItems();
    }
}
