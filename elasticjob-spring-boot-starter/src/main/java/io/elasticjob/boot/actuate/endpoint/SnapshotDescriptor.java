package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.JobKey;
import io.elasticjob.Setting;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.engine.JobDetail;
import io.elasticjob.engine.JobView;
import io.elasticjob.engine.NamespaceView;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.SanitizableData;

/**
 * The state of a whole namespace, as far as it can be given away: parameters of jobs and shards are masked. What an
 * execution failed with, and why operators did something, is shown as it is.
 *
 * @param takenAt by the clock of the instance that answers
 * @param jobs by name; {@link SnapshotReader} says how many at most
 */
record SnapshotDescriptor(
        Instant takenAt,
        Completeness completeness,
        NamespaceDescriptor namespace,
        List<InstanceDescriptor> instances,
        List<JobDetailDescriptor> jobs)
        implements OperationResponseBody {

    /** An application without jobs has nothing to show. */
    static SnapshotDescriptor none(Instant now) {
        return new SnapshotDescriptor(
                now, new Completeness(0, 0, 0, null), NamespaceDescriptor.NONE, List.of(), List.of());
    }

    /**
     * What is missing.
     *
     * @param jobs how many there are
     * @param jobsLeftOut how many of them are not in the document, because there are too many
     * @param jobsWithoutRecords of how many that are in the document shards and triggers are missing
     * @param why they are; null when none is
     */
    record Completeness(
            int jobs,
            int jobsLeftOut,
            int jobsWithoutRecords,
            @Nullable String why) {}

    /**
     * @param shown jobs that are to be shown
     * @param records of some of them
     * @param why those of the others are missing
     */
    static SnapshotDescriptor of(
            NamespaceView view,
            List<JobView> shown,
            Map<String, JobDetail> records,
            @Nullable String why,
            Instant now) {
        int missing = (int)
                shown.stream().filter(job -> !records.containsKey(job.name())).count();
        return new SnapshotDescriptor(
                now,
                new Completeness(
                        view.jobs().size(), view.jobs().size() - shown.size(), missing, missing == 0 ? null : why),
                NamespaceDescriptor.of(view),
                view.instances().values().stream()
                        .map(instance -> InstanceDescriptor.of(instance, view))
                        .toList(),
                shown.stream()
                        .map(job -> records.getOrDefault(job.name(), new JobDetail(job, List.of())))
                        .map(detail -> masked(JobDetailDescriptor.of(detail, now)))
                        .toList());
    }

    static JobDetailDescriptor masked(JobDetailDescriptor job) {
        return new JobDetailDescriptor(
                job.name(),
                job.application(),
                job.enabled(),
                job.problem(),
                job.schedule(),
                job.since(),
                job.nextFireTimes(),
                masked(job.configuration(), SnapshotDescriptor::masked),
                masked(job.declared(), SnapshotDescriptor::masked),
                masked(job.overrides(), SnapshotDescriptor::masked),
                job.switches(),
                job.eligible(),
                job.obstacles(),
                job.triggers(),
                job.shards().stream().map(SnapshotDescriptor::masked).toList());
    }

    private static <T> Map<String, T> masked(Map<String, T> values, UnaryOperator<T> mask) {
        Map<String, T> masked = new LinkedHashMap<>();
        values.forEach((key, value) ->
                masked.put(key, JobKey.of(key).filter(JobKey::isConfidential).isPresent() ? mask.apply(value) : value));
        return masked;
    }

    private static Setting masked(Setting setting) {
        return new Setting(masked(setting.value()), setting.source());
    }

    private static StoredJob.Override masked(StoredJob.Override override) {
        return new StoredJob.Override(masked(override.value()), override.who(), override.when(), override.why());
    }

    private static String masked(String value) {
        return value.isEmpty() ? value : SanitizableData.SANITIZED_VALUE;
    }

    private static ShardDescriptor masked(ShardDescriptor shard) {
        String parameter = shard.parameter();
        Duration duration = shard.duration();
        return new ShardDescriptor(
                shard.item(),
                parameter == null ? null : masked(parameter),
                shard.assignedTo(),
                shard.state(),
                shard.owner(),
                shard.firing(),
                shard.attempt(),
                shard.outcome(),
                shard.error(),
                shard.startedAt(),
                shard.finishedAt(),
                duration,
                shard.fencingToken(),
                shard.lastSucceeded(),
                shard.through(),
                shard.unreadable());
    }
}
