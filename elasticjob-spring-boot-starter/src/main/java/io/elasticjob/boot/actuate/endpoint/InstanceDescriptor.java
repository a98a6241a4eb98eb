package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.Instance;
import io.elasticjob.view.EngineStatus;
import io.elasticjob.view.InstanceView;
import io.elasticjob.view.JobView;
import io.elasticjob.view.NamespaceView;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * A live instance.
 *
 * @param answering whether it is the one that answers
 * @param operable whether the one who asks may drain and resume it; null where nobody in particular asks
 * @param drain who has it take nothing new, and why; null when nobody has
 * @param clockSkew ZooKeeper's clock minus its own, where that is too much, or where it is the one that answers; else null
 * @param registryClockStep by how much ZooKeeper's clock has stepped, so that it does not follow it; null while it does
 * @param strategies that it knows beside the built-in ones
 * @param shards that it should run, by job
 * @param obstacles for each job that it may not run, why
 * @param slots how many executions it takes at a time; null where it is not the one that answers, as only it knows
 * @param workers behind it, when it is a crew of the answering instance's gateway; else null
 */
record InstanceDescriptor(
        String id,
        String name,
        boolean answering,
        Instance.State state,
        @Nullable Boolean operable,
        Instance.@Nullable Drain drain,
        String application,
        @Nullable String version,
        String host,
        long pid,
        Map<String, String> labels,
        Instant startedAt,
        Instant registeredAt,
        @Nullable Duration clockSkew,
        @Nullable Duration registryClockStep,
        SortedSet<String> handlers,
        SortedSet<String> strategies,
        SortedMap<String, List<Integer>> shards,
        SortedMap<String, String> obstacles,
        @Nullable SlotsDescriptor slots,
        @Nullable List<Crews.WorkerDescriptor> workers)
        implements OperationResponseBody {

    /**
     * The slots of an instance.
     *
     * @param taken of all groups and the common ones together
     * @param groups of the execution groups that have their own
     * @param waiting how many shards have waited for one for so long that they are offered to other instances
     * @param overdue how many are held by runs that were interrupted, or go on for so long that the next firing of their shard
     *     is a misfire
     * @param overdueRuns some of these runs
     * @param stuckSince since when all of them are held by such runs; null while they are not
     */
    record SlotsDescriptor(
            int taken,
            int total,
            SortedMap<String, GroupDescriptor> groups,
            int waiting,
            int overdue,
            List<RunDescriptor> overdueRuns,
            @Nullable Instant stuckSince) {

        static SlotsDescriptor of(EngineStatus.Executions executions, Predicate<String> visible) {
            SortedMap<String, GroupDescriptor> groups = new TreeMap<>();
            executions
                    .use()
                    .groups()
                    .forEach((name, group) -> groups.put(name, new GroupDescriptor(group.held(), group.slots())));
            return new SlotsDescriptor(
                    executions.active(),
                    executions.slots(),
                    groups,
                    executions.starved(),
                    executions.use().overdue(),
                    executions.use().examples().stream()
                            .filter(run -> visible.test(run.job()))
                            .map(run -> new RunDescriptor(
                                    run.job(), run.firing().identity().text(), run.shard()))
                            .toList(),
                    executions.stuck());
        }
    }

    /** The slots of an execution group. */
    record GroupDescriptor(int taken, int total) {}

    /** What holds a slot. */
    record RunDescriptor(String job, String firing, int shard) {}

    /** Without its workers, for nobody in particular. */
    static InstanceDescriptor of(InstanceView view, NamespaceView namespace) {
        return of(view, namespace, Map.of(), null);
    }

    /**
     * @param workers by the id of the instance that their crew is
     * @param rights of the one who asks; null where nobody in particular does
     */
    static InstanceDescriptor of(
            InstanceView view,
            NamespaceView namespace,
            Map<String, List<Crews.WorkerDescriptor>> workers,
            @Nullable Rights rights) {
        Instance instance = view.instance();
        SortedMap<String, List<Integer>> shards = new TreeMap<>();
        SortedMap<String, String> obstacles = new TreeMap<>();
        for (JobView job : namespace.jobs().values()) {
            List<Integer> ofJob = List.copyOf(job.shardsOf(instance.id()));
            if (!ofJob.isEmpty()) {
                shards.put(job.name(), ofJob);
            }
            String obstacle = job.obstacles().get(instance.id());
            if (obstacle != null) {
                obstacles.put(job.name(), obstacle);
            }
        }
        Instance.Process process = instance.process();
        boolean answers = instance.id().equals(namespace.status().contact().instance());
        EngineStatus.Clock own = namespace.status().clock();
        Instance.Clock shown = process.clock();
        Duration skew = answers ? own.skew() : shown == null ? null : shown.skew();
        Duration step = answers ? own.step() : shown == null ? null : shown.step();
        return new InstanceDescriptor(
                instance.id(),
                instance.name(),
                answers,
                instance.state(),
                rights == null ? null : rights.mayOperate(instance),
                instance.availability().drain(),
                instance.application(),
                process.version().isEmpty() ? null : process.version(),
                process.host(),
                process.pid(),
                new TreeMap<>(instance.labels()),
                process.startedAt(),
                view.registeredAt(),
                skew,
                step,
                new TreeSet<>(instance.handlers()),
                new TreeSet<>(instance.strategies()),
                shards,
                obstacles,
                answers ? SlotsDescriptor.of(namespace.status().executions(), namespace.jobs()::containsKey) : null,
                workers.get(instance.id()));
    }
}
