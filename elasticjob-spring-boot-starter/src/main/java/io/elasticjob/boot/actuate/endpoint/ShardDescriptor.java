package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.Firing;
import io.elasticjob.JobDefinition;
import io.elasticjob.ShardRecord;
import io.elasticjob.engine.ShardView;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A shard and its record. What has not happened yet is null.
 *
 * @param assignedTo id of the instance that should run it
 * @param owner id of the instance that runs it, or ran it last
 * @param firing that runs, or ran last
 * @param outcome how it ended; null while it runs
 * @param duration of the execution that has ended
 * @param through the latest scheduled firing that has been decided: run, skipped or superseded
 * @param unreadable why the stored record can not be read by the answering instance
 */
record ShardDescriptor(
        int item,
        @Nullable String parameter,
        @Nullable String assignedTo,
        ShardRecord.State state,
        @Nullable String owner,
        @Nullable String firing,
        @Nullable Integer attempt,
        @Nullable String outcome,
        @Nullable String error,
        @Nullable Instant startedAt,
        @Nullable Instant finishedAt,
        @Nullable Duration duration,
        @Nullable Long fencingToken,
        @Nullable Instant lastSucceeded,
        @Nullable Instant through,
        @Nullable String unreadable) {

    /** @param job as it holds, null when it does not make a job */
    static ShardDescriptor of(ShardView shard, @Nullable JobDefinition job) {
        ShardRecord record = shard.record();
        Firing firing = record.firing();
        Instant started = record.startedAt();
        Instant finished = record.finishedAt();
        String parameter = job == null ? "" : job.shardingParameter(shard.shard());
        return new ShardDescriptor(
                shard.shard(),
                parameter.isEmpty() ? null : parameter,
                shard.assignee(),
                record.state(),
                record.owner(),
                firing == null ? null : firing.text(),
                firing == null ? null : record.attempt(),
                record.isRunning() ? null : record.outcome(),
                record.isRunning() ? null : record.error(),
                started,
                finished,
                started == null || finished == null ? null : Duration.between(started, finished),
                shard.fencingToken() == 0 ? null : shard.fencingToken(),
                record.lastSucceeded(),
                record.through(),
                shard.unreadable());
    }
}
