package io.elasticjob.kubernetes;

/**
 * How a {@link KubernetesCluster} is called, and how it is used.
 *
 * @param name of the cluster, for jobs
 * @param namespace of Kubernetes in which Jobs are created. It should have no other use
 * @param callsPerSecond requests to the API server at most, on average; twice as many at once after a pause
 * @since 0.1.0
 */
public record KubernetesOptions(String name, String namespace, int callsPerSecond) {

    public KubernetesOptions {
        if (!name.matches("[a-z][a-z0-9-]{0,39}")) {
            throw new IllegalArgumentException(
                    "name must be lower-case letters, digits and -, at most 40, the first a letter");
        }
        if (!namespace.matches("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")) {
            throw new IllegalArgumentException("namespace must be the name of a namespace of Kubernetes");
        }
        if (callsPerSecond < 1 || callsPerSecond > 1_000) {
            throw new IllegalArgumentException("callsPerSecond must be from 1 to 1000");
        }
    }
}
