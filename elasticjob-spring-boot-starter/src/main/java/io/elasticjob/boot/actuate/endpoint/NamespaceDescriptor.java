package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.registry.RegistryLocation;
import io.elasticjob.view.EngineStatus;
import io.elasticjob.view.NamespaceView;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * A namespace, and the instance that answers.
 *
 * @param registry which one it uses; null where that is not known
 * @param instance the one that answers; null where there is no job
 * @param instances ids of all live ones
 * @param jobs who should run which shards: of all jobs by name, the shards by the id of their instance
 */
record NamespaceDescriptor(
        @Nullable String namespace,
        @Nullable String application,
        @Nullable RegistryLocation registry,
        @Nullable Self instance,
        List<String> instances,
        Map<String, Map<String, List<Integer>>> jobs)
        implements OperationResponseBody {

    /** What is shown by an application without jobs. */
    static final NamespaceDescriptor NONE = new NamespaceDescriptor(null, null, null, null, List.of(), Map.of());

    /**
     * The instance that answers.
     *
     * @param id null while it is not registered
     * @param awaySince since when it cannot reach the registry, so that the rest is what it last knew; null while it can
     */
    record Self(
            @Nullable String id,
            String name,
            EngineStatus.Phase phase,
            boolean connected,
            @Nullable Instant awaySince,
            @Nullable Duration sessionTimeout,
            @Nullable Duration clockSkew,
            int activeExecutions,
            int slots) {

        static Self of(EngineStatus status) {
            return new Self(
                    status.contact().instance(),
                    status.instanceName(),
                    status.phase(),
                    status.isConnected(),
                    status.away().map(EngineStatus.Outage::since).orElse(null),
                    status.contact().sessionTimeout(),
                    status.clock().skew(),
                    status.executions().active(),
                    status.executions().slots());
        }
    }

    static NamespaceDescriptor of(NamespaceView view, Optional<RegistryLocation> registry) {
        return new NamespaceDescriptor(
                view.namespace(),
                view.application(),
                registry.orElse(null),
                Self.of(view.status()),
                List.copyOf(view.instances().keySet()),
                assignments(view));
    }

    private static Map<String, Map<String, List<Integer>>> assignments(NamespaceView view) {
        Map<String, Map<String, List<Integer>>> assignments = new TreeMap<>();
        view.jobs().forEach((name, job) -> assignments.put(name, JobDescriptor.assignment(job)));
        return assignments;
    }
}
