package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.Firing;
import io.elasticjob.JobDefinition;
import io.elasticjob.Progress;
import io.elasticjob.ShardRecord;
import io.elasticjob.ShardState;
import io.elasticjob.coordination.Retrying;
import io.elasticjob.view.ShardView;
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
 * @param result what the execution has left that succeeded last
 * @param duration of the execution that has ended
 * @param through the latest scheduled firing that has been decided: run, skipped or superseded
 * @param failures how often the firing has failed before; null for never
 * @param retryAt when it is run again because it failed; null when it is not
 * @param cancelled that it was told to end, and has not; null while nobody has told it
 * @param lingers true when the end is recorded, and the handler goes on all the same
 * @param unreadable why the stored record cannot be read by the answering instance
 * @param progress that its execution has shown, if the answering instance runs it
 * @param worker name of the worker that runs it, if it is attached to the answering instance
 */
record ShardDescriptor(
        int item,
        @Nullable String parameter,
        @Nullable String assignedTo,
        String state,
        @Nullable String owner,
        @Nullable String firing,
        @Nullable Integer attempt,
        @Nullable String outcome,
        @Nullable String error,
        @Nullable String result,
        @Nullable Instant startedAt,
        @Nullable Instant finishedAt,
        @Nullable Duration duration,
        @Nullable Long fencingToken,
        @Nullable Instant lastSucceeded,
        @Nullable Instant through,
        @Nullable Integer failures,
        @Nullable Instant retryAt,
        @Nullable Cancelled cancelled,
        @Nullable Boolean lingers,
        @Nullable String unreadable,
        @Nullable Progress progress,
        @Nullable String worker) {

    /** @param who "" when that is nobody in particular */
    record Cancelled(String reason, Instant at, String who, String text) {

        static Cancelled of(ShardState.Stop stop) {
            return new Cancelled(stop.reason().name(), stop.at(), stop.who(), stop.text());
        }
    }

    /** The same with something else in the place of the parameter. */
    ShardDescriptor withParameter(String shown) {
        return new ShardDescriptor(
                item,
                shown,
                assignedTo,
                state,
                owner,
                firing,
                attempt,
                outcome,
                error,
                result,
                startedAt,
                finishedAt,
                duration,
                fencingToken,
                lastSucceeded,
                through,
                failures,
                retryAt,
                cancelled,
                lingers,
                unreadable,
                progress,
                worker);
    }

    /** @param job as it holds, null when it does not make a job */
    static ShardDescriptor of(ShardView shard, @Nullable JobDefinition job) {
        return of(shard, job, null, null);
    }

    /** The same, with what its execution has shown, and who runs it. */
    static ShardDescriptor of(
            ShardView shard, @Nullable JobDefinition job, @Nullable Progress progress, @Nullable String worker) {
        ShardRecord record = shard.record();
        Firing firing = record.firing();
        Instant started = record.startedAt();
        Instant finished = record.finishedAt();
        String parameter = job == null ? "" : job.shardingParameter(shard.shard());
        return new ShardDescriptor(
                shard.shard(),
                parameter.isEmpty() ? null : parameter,
                shard.assignee(),
                record.state().name(),
                record.latest().map(ShardState.Attempt::owner).orElse(null),
                firing == null ? null : firing.text(),
                firing == null ? null : record.attempt(),
                record.isRunning() ? null : record.outcome(),
                record.isRunning() ? null : record.error(),
                record.isRunning() ? null : record.result().orElse(null),
                started,
                finished,
                started == null || finished == null ? null : Duration.between(started, finished),
                shard.fencingToken() == 0 ? null : shard.fencingToken(),
                record.lastSucceeded(),
                record.through(),
                record.latest()
                        .map(attempt -> attempt.failures().count())
                        .filter(count -> count > 0)
                        .orElse(null),
                job == null
                        ? null
                        : Retrying.notBefore(job, shard.shard(), record).orElse(null),
                record.stop().map(Cancelled::of).orElse(null),
                record.lingers() ? true : null,
                shard.unreadable(),
                progress,
                worker);
    }
}
