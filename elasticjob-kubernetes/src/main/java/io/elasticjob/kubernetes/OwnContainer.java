package io.elasticjob.kubernetes;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The container in which this process runs, as the API server knows it. */
public final class OwnContainer {

    private static final Logger log = LoggerFactory.getLogger(OwnContainer.class);
    private static final Duration PAUSE = Duration.ofMillis(250);

    private OwnContainer() {}

    /**
     * Labels that tell it, for {@link DeathWatch}. The kubelet reports a container a moment after it has started, so this waits.
     *
     * @param container its name; "" where the pod has only one
     * @param atMost for so long
     * @return none when it cannot be told: the death of this instance is then known when its session ends
     */
    public static Map<String, String> labels(
            KubernetesClient client, String namespace, String pod, String container, Duration atMost) {
        long until = System.nanoTime() + atMost.toNanos();
        try {
            do {
                Pod own = client.pods().inNamespace(namespace).withName(pod).get();
                Optional<Map<String, String>> labels = own == null ? Optional.empty() : of(own, container);
                if (labels.isPresent()) {
                    return labels.get();
                }
                TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
            } while (System.nanoTime() < until);
            log.warn(
                    "It cannot be told in which container of the pod {} this process runs: its death is known later",
                    pod);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            log.warn(
                    "The pod {} cannot be read, so that the death of this process is known later: {}",
                    pod,
                    e.toString());
        }
        return Map.of();
    }

    /** Empty while no container runs that can be this one. */
    static Optional<Map<String, String>> of(Pod pod, String container) {
        if (pod.getStatus() == null) {
            return Optional.empty();
        }
        List<ContainerStatus> own = pod.getStatus().getContainerStatuses().stream()
                .filter(status -> container.isEmpty() || container.equals(status.getName()))
                .toList();
        if (own.size() != 1
                || own.get(0).getState() == null
                || own.get(0).getState().getRunning() == null
                || DeathWatch.id(own.get(0).getContainerID()).isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(Map.of(
                DeathWatch.POD,
                pod.getMetadata().getUid(),
                DeathWatch.CONTAINER,
                DeathWatch.id(own.get(0).getContainerID())));
    }
}
