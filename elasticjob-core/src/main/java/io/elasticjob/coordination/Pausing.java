package io.elasticjob.coordination;

import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Operator;
import io.elasticjob.Outcome;
import io.elasticjob.ShardRecord;
import io.elasticjob.ShardRecord.Streak;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * That a job pauses when firings of a shard failed one after another. They are counted in the record, with its ends, from the
 * time on from which the job takes firings: as soon as it is enabled again, they are counted anew. Whoever the shard is
 * assigned to finds out that there were enough. Decides; never acts.
 */
public final class Pausing {

    private Pausing() {}

    /** The record of a claim: what was counted before the job was enabled again, or before it counted at all, counts no more. */
    public static ShardRecord claimed(ShardStep.Job job, int shard, ShardRecord claim) {
        if (!job.definition().pauseAfterFailures().wanted()) {
            return claim.streak().isEmpty() ? claim : claim.withStreak(null);
        }
        Instant since = job.since(shard);
        return claim.streak().filter(streak -> streak.since().equals(since)).isPresent()
                ? claim
                : claim.withStreak(new Streak(0, since));
    }

    /**
     * The record of a firing that has ended for good. One that failed or timed out is one more, one that succeeded ends the
     * streak; all others say nothing about the job.
     */
    public static ShardRecord ended(ShardRecord end, Outcome outcome) {
        if (outcome instanceof Outcome.Failed || outcome instanceof Outcome.TimedOut) {
            return failed(end);
        }
        return outcome instanceof Outcome.Succeeded ? counted(end, 0) : end;
    }

    /** The record of a firing that has failed for good, after all that it was run again. */
    static ShardRecord failed(ShardRecord end) {
        return counted(end, end.streak().map(Streak::failed).orElse(0) + 1);
    }

    private static ShardRecord counted(ShardRecord end, int failed) {
        return end.streak()
                .map(streak -> end.withStreak(new Streak(failed, streak.since())))
                .orElse(end);
    }

    /** That the job is to pause because of this shard; empty while it is not. */
    public static Optional<ShardStep> next(ShardStep.Job job, int shard, ShardRecord record) {
        JobDefinition definition = job.definition();
        return record.streak()
                .filter(streak -> definition.enabled() && !record.isRunning() && isEnough(definition, streak))
                .filter(streak -> streak.since().equals(job.since(shard)))
                .map(ShardStep.Pause::new);
    }

    private static boolean isEnough(JobDefinition definition, Streak streak) {
        return definition.pauseAfterFailures().wanted()
                && streak.failed() >= definition.pauseAfterFailures().firings();
    }

    /**
     * The job as it pauses, from what is stored of it now; empty when it is not to pause any more: it was disabled, or enabled
     * again, or wants it otherwise.
     */
    public static Optional<StoredJob> paused(
            StoredJob job, int shard, ShardRecord record, Instant now, Duration leadTime) {
        JobDefinition definition = job.effective();
        ShardStep.Job stored = new ShardStep.Job(
                definition, job.since(), job.shardCount(), job.switches(), Triggers.NONE, null, Unattended.NEVER);
        return next(stored, shard, record)
                .map(pause ->
                        job.configured(Map.of(JobKey.ENABLED, "false"), by(job.name(), shard, record), now, leadTime));
    }

    /** Who pauses it, and why: the job itself. What its handler said is in the record, and may be nobody else's business. */
    public static Operator by(String job, int shard, ShardRecord record) {
        int failed = record.streak().map(Streak::failed).orElse(0);
        return new Operator(
                "job " + job,
                failed + (failed == 1 ? " firing" : " firings in a row") + " of shard " + shard + " failed");
    }
}
