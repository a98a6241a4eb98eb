package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.engine.EngineStatus;
import io.elasticjob.engine.NamespaceView;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * A namespace, and the instance that answers.
 *
 * @param instance the one that answers; null where there is no job
 * @param instances ids of all live ones
 * @param jobs who should run which shards: of all jobs by name, the shards by the id of their instance
 */
record NamespaceDescriptor(
        @Nullable String namespace,
        @Nullable String application,
        @Nullable Self instance,
        List<String> instances,
        Map<String, Map<String, List<Integer>>> jobs)
        implements OperationResponseBody {

    /** What is shown by an application without jobs. */
    static final NamespaceDescriptor NONE = new NamespaceDescriptor(null, null, null, List.of(), Map.of());

    /**
     * The instance that answers.
     *
     * @param id null while it is not registered
     * @param awaySince since when it can not reach the registry, so that the rest is what it last knew; null while it can
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
                    status.currentInstance(),
                    status.instanceName(),
                    status.phase(),
                    status.isConnected(),
                    status.away(),
                    status.currentSessionTimeout(),
                    status.clockSkew(),
                    status.activeExecutions(),
                    status.slots());
        }
    }

    static NamespaceDescriptor of(NamespaceView view) {
        return new NamespaceDescriptor(
                view.namespace(),
                view.application(),
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
