package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.Firing;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Progress;
import io.elasticjob.Setting;
import io.elasticjob.coordination.ShardCount;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.coordination.Switches;
import io.elasticjob.history.ExecutionRecord;
import io.elasticjob.view.JobDetail;
import io.elasticjob.view.JobView;
import io.elasticjob.view.ShardView;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * All about a job.
 *
 * @param state how it stands as a whole
 * @param operable whether the one who asks may change and run it; null where nobody in particular asks
 * @param undeclaredSince when it was first seen that its application lives and does not declare it; null while it does, or
 *     where that is not known
 * @param since the present schedule took effect then; firings before it are never due
 * @param upcomingShards when the number of shards, or their parameters, hold only from a firing on that is to come; null
 *     when they hold already
 * @param configuration what holds, and where each value comes from
 * @param declared what annotation and properties say, and which of the two
 * @param overrides what operators laid over it
 * @param switches what operators have switched off of it, beside the whole
 * @param eligible ids of the instances that may run it
 * @param obstacles for each other live instance, why it may not
 * @param homes names of the instances that its shards are at home with; empty without static sharding
 * @param limits that count its shards, what runs of those, and what waits
 * @param triggers that are not done yet, in the order in which each shard runs them
 * @param plans firings by hand that are to come
 */
record JobDetailDescriptor(
        String name,
        String application,
        JobCondition state,
        @Nullable Boolean operable,
        @Nullable Instant undeclaredSince,
        @Nullable Boolean enabled,
        @Nullable String problem,
        @Nullable ScheduleDescriptor schedule,
        Instant since,
        List<Instant> nextFireTimes,
        ShardCount.@Nullable Upcoming upcomingShards,
        Map<String, Setting> configuration,
        Map<String, Setting> declared,
        Map<String, StoredJob.Override> overrides,
        SwitchesDescriptor switches,
        List<String> eligible,
        Map<String, String> obstacles,
        Map<Integer, String> homes,
        List<LimitDescriptor> limits,
        List<TriggerDescriptor> triggers,
        List<PlanDescriptor> plans,
        List<ShardDescriptor> shards)
        implements OperationResponseBody {

    /**
     * What is off: shards by number, instances by name.
     */
    record SwitchesDescriptor(SortedMap<Integer, Off> shards, SortedMap<String, Off> instances) {

        /** Who switched it off, and why. */
        record Off(String who, Instant when, String why) {}

        static SwitchesDescriptor of(Switches switches) {
            return new SwitchesDescriptor(off(switches.shards()), off(switches.instances()));
        }

        private static <K> SortedMap<K, Off> off(SortedMap<K, Switches.Switch> switches) {
            SortedMap<K, Off> off = new TreeMap<>();
            switches.forEach((what, set) -> {
                if (!set.on()) {
                    off.put(what, new Off(set.who(), set.when(), set.why()));
                }
            });
            return off;
        }
    }

    private static final int FIRE_TIMES = 5;

    /** Without the progress of what runs. */
    static JobDetailDescriptor of(JobDetail detail, Instant now) {
        return of(detail, new Known(execution -> null, execution -> null, shard -> null), now);
    }

    /**
     * What is known beside the records.
     *
     * @param progress of an execution that runs
     * @param workers names of those that run one
     * @param arrays what runs on a cluster
     */
    record Known(
            Function<ExecutionRecord.Identity, @Nullable Progress> progress,
            Function<ExecutionRecord.Identity, @Nullable String> workers,
            Function<ShardView, ArrayReader.@Nullable ArrayDescriptor> arrays) {}

    static JobDetailDescriptor of(JobDetail detail, Known known, Instant now) {
        JobView job = detail.job();
        JobDefinition effective = job.definition();
        return new JobDetailDescriptor(
                job.name(),
                job.stored().application(),
                JobCondition.of(job),
                null,
                JobDescriptor.undeclaredSince(job),
                effective == null ? null : effective.enabled(),
                job.trouble(),
                effective == null ? null : ScheduleDescriptor.of(effective.schedule()),
                job.stored().since(),
                effective == null ? List.of() : JobDescriptor.nextFireTimes(job, effective, now, FIRE_TIMES),
                job.stored().shardCount().upcoming(now).orElse(null),
                effective == null ? Map.of() : configuration(effective),
                byKey(job.stored().declared()),
                byKey(job.stored().overrides()),
                SwitchesDescriptor.of(job.stored().switches()),
                job.eligible(),
                job.obstacles(),
                detail.homes(),
                detail.limits().stream().map(LimitDescriptor::of).toList(),
                detail.triggers().stream().map(TriggerDescriptor::of).toList(),
                detail.plans().stream().map(PlanDescriptor::of).toList(),
                detail.shards().stream()
                        .map(shard -> ShardDescriptor.of(
                                shard,
                                effective,
                                running(detail, shard, known.progress()),
                                running(detail, shard, known.workers()),
                                known.arrays().apply(shard)))
                        .toList());
    }

    /** What is known of its execution, while it runs. */
    private static <T> @Nullable T running(
            JobDetail detail, ShardView shard, Function<ExecutionRecord.Identity, @Nullable T> known) {
        Firing firing = shard.record().firing();
        return firing == null || !shard.record().isRunning()
                ? null
                : known.apply(new ExecutionRecord.Identity(
                        detail.job().name(),
                        detail.job().stored().life(),
                        firing.identity().text(),
                        shard.shard(),
                        shard.record().attempt(),
                        shard.fencingToken()));
    }

    private static Map<String, Setting> configuration(JobDefinition effective) {
        Map<String, Setting> all = new LinkedHashMap<>();
        // Of keys that a kind of handlers brings there are those that the job sets.
        Stream.concat(JobKey.common().stream(), effective.settings().keySet().stream())
                .forEach(key -> effective.setting(key).ifPresent(setting -> all.put(key.key(), setting)));
        return all;
    }

    private static <T> Map<String, T> byKey(Map<JobKey, T> values) {
        Map<String, T> byKey = new LinkedHashMap<>();
        values.forEach((key, value) -> byKey.put(key.key(), value));
        return byKey;
    }
}
