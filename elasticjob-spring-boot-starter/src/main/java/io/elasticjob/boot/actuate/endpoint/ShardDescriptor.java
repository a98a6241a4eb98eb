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
 * @param array where it runs, or ran last, as an array of tasks on a cluster; else null
 * @param checkpoint that its handler has left for the next attempt; null where nothing runs, or is to be run again
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
        @Nullable String worker,
        @Nullable LeftCheckpoint checkpoint,
        ArrayReader.@Nullable ArrayDescriptor array) {

    /**
     * Where a handler would go on.
     *
     * @param text of which the first {@link #MOST} characters are shown
     * @param at when the present execution has left it; null where an earlier one has, and where that is not known
     */
    record LeftCheckpoint(String text, @Nullable Instant at) {

        /** So many characters are shown. */
        static final int MOST = 1_000;

        /** And so many of all shards of a job. */
        private static final int MOST_OF_ALL = 200_000;

        /** How many characters are shown of each of so many. */
        static int mostOf(int shards) {
            return Math.max(20, Math.min(MOST, MOST_OF_ALL / Math.max(1, shards)));
        }

        LeftCheckpoint shown(String other, int most) {
            return new LeftCheckpoint(other.length() <= most + 1 ? other : other.substring(0, most) + "…", at);
        }

        static @Nullable LeftCheckpoint of(ShardView shard) {
            return shard.checkpoint()
                    .map(text -> new LeftCheckpoint(
                            text.length() <= MOST ? text : text.substring(0, MOST) + "…",
                            shard.checkpointAt().orElse(null)))
                    .orElse(null);
        }
    }

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
                worker,
                checkpoint,
                array);
    }

    /** Without what its handler has left: for a document of all of them. */
    ShardDescriptor withoutCheckpoint() {
        return withCheckpoint(null);
    }

    ShardDescriptor withCheckpoint(@Nullable LeftCheckpoint other) {
        return new ShardDescriptor(
                item,
                parameter,
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
                worker,
                other,
                array);
    }

    /** @param job as it holds, null when it does not make a job */
    static ShardDescriptor of(ShardView shard, @Nullable JobDefinition job) {
        return of(shard, job, null, null, null);
    }

    /** The same, with what its execution has shown, who runs it, and as what on a cluster. */
    static ShardDescriptor of(
            ShardView shard,
            @Nullable JobDefinition job,
            @Nullable Progress shown,
            @Nullable String worker,
            ArrayReader.@Nullable ArrayDescriptor array) {
        ShardRecord record = shard.record();
        Firing firing = record.firing();
        Instant started = record.startedAt();
        Instant finished = record.finishedAt();
        String parameter = job == null ? "" : job.shardingParameter(shard.shard());
        Progress progress = shown == null ? ArrayReader.progress(record) : shown;
        return new ShardDescriptor(
                shard.shard(),
                parameter.isEmpty() ? null : parameter,
                shard.assignee(),
                record.state().name(),
                record.latest().map(ShardState.Attempt::owner).orElse(null),
                firing == null ? null : firing.identity().text(),
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
                worker,
                LeftCheckpoint.of(shard),
                array);
    }
}
