package io.elasticjob.coordination;

import io.elasticjob.DataflowJob;
import io.elasticjob.JobDefinition;
import io.elasticjob.SettingForm;
import io.elasticjob.ShardRecord;
import io.elasticjob.schedule.Schedule;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A shard that has fallen behind what is promised: a firing came due so long ago that somebody should have begun or
 * decided it, the one that died meanwhile, and nobody has. It says that, not why: the instance may hang while it is alive, have
 * no free slot, or run an earlier firing without end; or no live instance may run the job.
 *
 * @param fireTime of the latest firing that should have begun by now
 * @param since fire time of the oldest firing that nobody has begun or decided
 */
public record Overdue(Instant fireTime, Instant since) {

    /** What a firing may need beyond a session timeout: a tick of the registry's, a second to be claimed, and a margin. */
    private static final Duration BEYOND_SESSION = Duration.ofSeconds(5);

    /** How long after its fire time a firing is overdue, whatever the period of its job. */
    public static Duration bound(Duration sessionTimeout) {
        return sessionTimeout.plus(BEYOND_SESSION);
    }

    /** Whether the records of such a job say anything about firings that come due. */
    public static boolean concerns(JobDefinition job) {
        return job.enabled()
                && job.monitorExecution()
                && !(job.schedule() instanceof Schedule.None)
                && !job.plannedShards().arePlanned(); // what shards a firing has that is not planned, nobody knows
    }

    /** Whether an execution may go on for as long as there is something to do: what comes due meanwhile waits for nobody. */
    private static boolean isStream(JobDefinition job) {
        return job.value(DataflowJob.STREAMING, SettingForm.flag());
    }

    /**
     * Decides for one shard. The firing that counts is the latest of those that are older than the bound, not the latest
     * of all: else no job with a short period could ever be overdue.
     *
     * @param job as it was at {@code then}
     * @param then the registry's time less the {@link #bound}
     */
    public static Optional<Overdue> of(ShardStep.Job job, int shard, ShardRecord record, Instant then) {
        if (!concerns(job.definition()) || (record.isRunning() && isStream(job.definition()))) {
            return Optional.empty();
        }
        if (hasLatelyEnded(job.definition(), record, then)) {
            return Optional.empty();
        }
        return DueFiring.of(job.behind(null), shard, record, then) // what waits behind its job is overdue all the same
                .map(DueFiring::fireTime)
                .filter(fireTime -> !hasBegun(record, fireTime))
                .map(fireTime -> new Overdue(
                        fireTime,
                        job.definition()
                                .schedule()
                                .next(decidedOrBegun(
                                        job.since(shard),
                                        job.count().since(shard).orElse(null),
                                        record))
                                .filter(oldest -> oldest.isBefore(fireTime))
                                .orElse(fireTime)));
    }

    /** Whether it goes through firings that wait, one after another: the next one follows. */
    private static boolean hasLatelyEnded(JobDefinition job, ShardRecord record, Instant then) {
        Instant ended = record.finishedAt();
        return Waiting.isKept(job) && ended != null && ended.isAfter(then);
    }

    /** Whether a firing was begun that is not decided: it runs, or waits to be run again because it failed. */
    private static boolean isBegun(ShardRecord record) {
        return record.isRunning() || record.toRetry().isPresent();
    }

    private static boolean hasBegun(ShardRecord record, Instant fireTime) {
        return isBegun(record)
                && record.fireTime()
                        .filter(running -> !running.isBefore(fireTime))
                        .isPresent();
    }

    /** The latest instant up to which nothing is missing. */
    private static Instant decidedOrBegun(Instant since, @Nullable Instant shardSince, ShardRecord record) {
        Instant latest = later(since, shardSince).minusNanos(1);
        latest = later(latest, record.through());
        return isBegun(record) ? later(latest, record.fireTime().orElse(null)) : latest;
    }

    private static Instant later(Instant one, @Nullable Instant other) {
        return other != null && other.isAfter(one) ? other : one;
    }
}
