package io.elasticjob.coordination;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.Firing;
import io.elasticjob.JobDefinition;
import io.elasticjob.Outcome;
import io.elasticjob.ShardRecord;
import io.elasticjob.ShardState;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A firing that failed and is to be run again for its shard, by whoever the shard is assigned to then. It is not decided before
 * it has succeeded, or has failed for good. Decides; never acts.
 */
public final class Retrying {

    private Retrying() {}

    /**
     * Whether the firing of an execution that ends so is to be run again.
     *
     * @param running the record as it was claimed
     * @param dueMeanwhile whether the next firing has come due by now; it waits for this one where its job keeps it
     */
    static boolean follows(JobDefinition definition, ShardRecord running, Outcome outcome, boolean dueMeanwhile) {
        int failures =
                running.latest().map(attempt -> attempt.failures().count()).orElse(0) + 1;
        return !(dueMeanwhile && !Waiting.isKept(definition))
                && definition.retry().follows(outcome, failures);
    }

    /** When a firing that is to be run again may begin; empty when there is none. */
    public static Optional<Instant> notBefore(JobDefinition definition, int shard, ShardRecord record) {
        return record.toRetry().map(failed -> {
            ShardState.Failures failures = failed.failures();
            Instant at = failures.latest() == null ? Instant.EPOCH : failures.latest();
            Duration pause =
                    definition.retry().backOff().pause(definition.name(), shard, failed.firing(), failures.count());
            return at.plus(pause);
        });
    }

    /** What follows for a shard whose firing is to be run again; empty for all others. */
    static Optional<ShardStep> next(ShardStep.Job job, int shard, ShardRecord record, Instant now) {
        ShardState.Attempt failed = record.toRetry()
                .filter(attempt -> !isDecided(record, attempt.firing()))
                .orElse(null);
        if (failed == null) {
            return Optional.empty();
        }
        int attempts = job.definition().retry().attempts();
        Optional<ShardStep.Claim> again = ShardStep.again(job, shard, failed, failed.deaths());
        if (failed.failures().count() > attempts) {
            return ended(job, shard, record, failed, now, "retryAttempts=" + attempts + " allows no more");
        } else if (again.isEmpty()) {
            return ended(
                    job,
                    shard,
                    record,
                    failed,
                    now,
                    "the job or the shard was disabled or has another schedule since, or the trigger was cancelled, or"
                            + " nobody knows the parts of the firing any more");
        } else if (isNextDue(job, shard, record, failed.firing(), now)) {
            return ended(job, shard, record, failed, now, "the next firing has come due");
        }
        Instant notBefore = notBefore(job.definition(), shard, record).orElse(now);
        return Optional.of(now.isBefore(notBefore) ? new ShardStep.Rest(notBefore) : again.get());
    }

    private static Optional<ShardStep> ended(
            ShardStep.Job job, int shard, ShardRecord record, ShardState.Attempt failed, Instant now, String why) {
        return Optional.of(new ShardStep.Settle(
                Pausing.failed(record.failedForGood(DelayedFiring.decidedBy(job.definition(), record, now))),
                new ElasticJobEvent.RetryEnded(
                        job.definition().name(),
                        shard,
                        failed.firing().identity(),
                        failed.failures().count(),
                        why)));
    }

    /** Whether a firing waits that is to run after this one, by schedule or by hand. */
    private static boolean isNextDue(ShardStep.Job job, int shard, ShardRecord record, Firing firing, Instant now) {
        if (job.barrier() != null) {
            return false; // it waits until this one is closed
        }
        Instant fireTime = firing instanceof Firing.Scheduled scheduled ? scheduled.fireTime() : null;
        boolean isScheduledDue = DueFiring.of(job, shard, record, now)
                .filter(due -> fireTime == null
                        ? !Waiting.isKept(job.definition())
                        : due.fireTime().isAfter(fireTime))
                .isPresent();
        long number = firing instanceof Firing.Triggered triggered ? triggered.number() : record.trigger();
        return isScheduledDue || job.isTriggered(shard, number);
    }

    private static boolean isDecided(ShardRecord record, Firing firing) {
        if (firing instanceof Firing.Triggered triggered) {
            return record.trigger() >= triggered.number();
        }
        Instant through = record.through();
        return firing instanceof Firing.Scheduled scheduled
                && through != null
                && !scheduled.fireTime().isAfter(through);
    }
}
