package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.JobDefinition;
import io.elasticjob.engine.JobView;
import io.elasticjob.sharding.Assignment;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A job in a list: what it is, who should run it, and when it fires next. No record is read for it.
 *
 * @param problem why the answering instance can not use the job; null when all is well
 * @param assignment shards by the id of the instance that should run them
 * @param nextFireTime null when there is none, or the job is switched off
 */
record JobDescriptor(
        String name,
        @Nullable String description,
        String application,
        @Nullable Boolean enabled,
        @Nullable String problem,
        @Nullable ScheduleDescriptor schedule,
        @Nullable String handler,
        @Nullable Integer shardingTotalCount,
        @Nullable String shardingStrategy,
        Map<String, List<Integer>> assignment,
        @Nullable Instant nextFireTime) {

    static JobDescriptor of(JobView job, Instant now) {
        JobDefinition effective = job.definition();
        if (effective == null) {
            return new JobDescriptor(
                    job.name(),
                    null,
                    job.stored().application(),
                    null,
                    job.trouble(),
                    null,
                    null,
                    null,
                    null,
                    assignment(job),
                    null);
        }
        return new JobDescriptor(
                job.name(),
                effective.description().isEmpty() ? null : effective.description(),
                job.stored().application(),
                effective.enabled(),
                job.trouble(),
                ScheduleDescriptor.of(effective.schedule()),
                effective.handler(),
                effective.shardingTotalCount(),
                effective.shardingStrategy(),
                assignment(job),
                ScheduleDescriptor.nextFireTimes(effective, now, 1).stream()
                        .findFirst()
                        .orElse(null));
    }

    static SortedMap<String, List<Integer>> assignment(JobView job) {
        Assignment assignment = job.assignment();
        SortedMap<String, List<Integer>> shards = new TreeMap<>();
        job.eligible().forEach(instance -> shards.put(instance, assignment.shardsOf(instance)));
        return shards;
    }
}
