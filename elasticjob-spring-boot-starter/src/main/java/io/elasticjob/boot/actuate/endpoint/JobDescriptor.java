package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.JobDefinition;
import io.elasticjob.coordination.ShardCount;
import io.elasticjob.view.JobView;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A job in a list: what it is, who should run it, and when it fires next. No record is read for it, unless that is asked for.
 *
 * @param state how it stands as a whole
 * @param undeclaredSince when it was first seen that its application lives and does not declare it; null while it does, or
 *     where that is not known
 * @param problem why the answering instance cannot use the job; null when all is well
 * @param upcomingShards when the number of shards, or their parameters, hold only from a firing on that is to come; null
 *     when they hold already
 * @param overridden whether operators have changed settings of it, or switched a part of it off
 * @param operable whether the one who asks may change and run it, where changes are offered at all
 * @param eligible how many live instances may run it
 * @param assignment shards by the id of the instance that should run them; null where that is not asked for
 * @param records what its shards do; null where that is not asked for, or the list has too many shards
 * @param firings how the last ones ended, latest first; null where that is not asked for, or no history is kept
 * @param nextFireTime null when there is none, or the job is switched off or undeclared
 */
record JobDescriptor(
        String name,
        @Nullable String description,
        String application,
        JobCondition state,
        @Nullable Instant undeclaredSince,
        @Nullable Boolean enabled,
        @Nullable String problem,
        @Nullable ScheduleDescriptor schedule,
        @Nullable String handler,
        @Nullable Integer shardingTotalCount,
        ShardCount.@Nullable Upcoming upcomingShards,
        @Nullable String shardingStrategy,
        boolean overridden,
        boolean operable,
        int eligible,
        @Nullable Map<String, List<Integer>> assignment,
        JobRows.@Nullable RecordsDescriptor records,
        @Nullable List<JobRows.FiringDescriptor> firings,
        @Nullable Instant nextFireTime) {

    static JobDescriptor of(JobView job, boolean isOperable, boolean withAssignment, JobRows rows, Instant now) {
        Map<String, List<Integer>> assignment = withAssignment ? assignment(job) : null;
        JobRows.RecordsDescriptor records = rows.records().get(job.name());
        List<JobRows.FiringDescriptor> firings = rows.firings().get(job.name());
        JobDefinition effective = job.definition();
        if (effective == null) {
            return new JobDescriptor(
                    job.name(),
                    null,
                    job.stored().application(),
                    JobCondition.of(job),
                    undeclaredSince(job),
                    null,
                    job.trouble(),
                    null,
                    null,
                    null,
                    null,
                    null,
                    JobsQuery.isOverridden(job),
                    isOperable,
                    job.eligible().size(),
                    assignment,
                    records,
                    firings,
                    null);
        }
        return new JobDescriptor(
                job.name(),
                effective.description().isEmpty() ? null : effective.description(),
                job.stored().application(),
                JobCondition.of(job),
                undeclaredSince(job),
                effective.enabled(),
                job.trouble(),
                ScheduleDescriptor.of(effective.schedule()),
                effective.handler(),
                effective.shardingTotalCount(),
                job.stored().shardCount().upcoming(now).orElse(null),
                effective.shardingStrategy(),
                JobsQuery.isOverridden(job),
                isOperable,
                job.eligible().size(),
                assignment,
                records,
                firings,
                nextFireTimes(job, effective, now, 1).stream().findFirst().orElse(null));
    }

    /** Null while somebody declares it, though the note may still be there. */
    static @Nullable Instant undeclaredSince(JobView job) {
        return job.standing().mayRun() ? null : job.stored().undeclaredSince().orElse(null);
    }

    /** None while nobody would run it then. */
    static List<Instant> nextFireTimes(JobView job, JobDefinition effective, Instant now, int most) {
        return job.standing().mayRun() ? ScheduleDescriptor.nextFireTimes(effective, now, most) : List.of();
    }

    static SortedMap<String, List<Integer>> assignment(JobView job) {
        SortedMap<String, List<Integer>> shards = new TreeMap<>();
        job.eligible().forEach(instance -> shards.put(instance, List.copyOf(job.shardsOf(instance))));
        return shards;
    }
}
