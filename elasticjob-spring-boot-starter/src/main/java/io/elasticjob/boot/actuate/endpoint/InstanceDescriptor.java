package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.Instance;
import io.elasticjob.engine.InstanceView;
import io.elasticjob.engine.JobView;
import io.elasticjob.engine.NamespaceView;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * A live instance.
 *
 * @param answering whether it is the one that answers
 * @param drain who has it take nothing new, and why; null when nobody has
 * @param strategies that it knows beside the built-in ones
 * @param shards that it should run, by job
 * @param obstacles for each job that it may not run, why
 */
record InstanceDescriptor(
        String id,
        String name,
        boolean answering,
        Instance.State state,
        Instance.@Nullable Drain drain,
        String application,
        @Nullable String version,
        String host,
        long pid,
        Map<String, String> labels,
        Instant startedAt,
        Instant registeredAt,
        SortedSet<String> handlers,
        SortedSet<String> strategies,
        SortedMap<String, List<Integer>> shards,
        SortedMap<String, String> obstacles)
        implements OperationResponseBody {

    static InstanceDescriptor of(InstanceView view, NamespaceView namespace) {
        Instance instance = view.instance();
        SortedMap<String, List<Integer>> shards = new TreeMap<>();
        SortedMap<String, String> obstacles = new TreeMap<>();
        for (JobView job : namespace.jobs().values()) {
            List<Integer> ofJob = job.assignment().shardsOf(instance.id());
            if (!ofJob.isEmpty()) {
                shards.put(job.name(), ofJob);
            }
            String obstacle = job.obstacles().get(instance.id());
            if (obstacle != null) {
                obstacles.put(job.name(), obstacle);
            }
        }
        return new InstanceDescriptor(
                instance.id(),
                instance.name(),
                instance.id().equals(namespace.status().currentInstance()),
                instance.state(),
                instance.drain(),
                instance.application(),
                instance.version().isEmpty() ? null : instance.version(),
                instance.host(),
                instance.pid(),
                new TreeMap<>(instance.labels()),
                instance.startedAt(),
                view.registeredAt(),
                new TreeSet<>(instance.handlers()),
                new TreeSet<>(instance.strategies()),
                shards,
                obstacles);
    }
}
