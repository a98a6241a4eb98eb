package io.elasticjob.coordination;

import io.elasticjob.JobDefinition;
import io.elasticjob.Misfire;
import io.elasticjob.Overlap;
import io.elasticjob.ShardRecord;
import io.elasticjob.ShardState;
import io.elasticjob.schedule.Schedule;
import io.elasticjob.text.Durations;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Firings by schedule that wait for a shard and are run one after another, the oldest first, instead of giving way to the
 * latest: those that came due while the shard was busy, where its job queues them, and those that were missed, where its job
 * runs them all. What waits is not stored. It follows from what the record has decided, and from when the shard was free: so
 * all instances name the same firing next, and what runs ever longer fills no node.
 *
 * @param oldest the one that is run next
 * @param number how many wait, with that one; no more than may
 */
public record Waiting(Instant oldest, int number) {

    /** Whether a firing that comes due while the shard is busy waits, instead of deciding about what was begun before. */
    static boolean isKept(JobDefinition job) {
        return job.overlap() == Overlap.QUEUE_ALL || job.misfire() == Misfire.RUN_ALL;
    }

    /**
     * Those of a shard; empty when none waits in this way, whatever else is due.
     *
     * @param latest the latest fire time of the shard that has come and is not decided
     */
    public static Optional<Waiting> of(
            ShardStep.Job job, int shard, ShardRecord record, @Nullable Instant latest, Instant now) {
        JobDefinition definition = job.definition();
        if (latest == null || !isKept(definition)) {
            return Optional.empty();
        }
        Instant after = DueFiring.undecidedAfter(job.since(shard), job.count(), shard, record.through());
        Optional<Waiting> queued = definition.overlap() == Overlap.QUEUE_ALL
                ? busyUntil(record, now)
                        .map(until -> until.isBefore(latest) ? until : latest)
                        .flatMap(until -> last(job, shard, Overlap.MOST_QUEUED, after, until))
                : Optional.empty();
        if (queued.isPresent() || definition.misfire() != Misfire.RUN_ALL) {
            return queued;
        }
        Instant oldEnough = now.minus(definition.catchUp().age()).minusNanos(1);
        return last(job, shard, definition.catchUp().most(), after.isAfter(oldEnough) ? after : oldEnough, latest);
    }

    /** Up to when an earlier firing, by schedule or by hand, kept the shard from running others; empty before the first. */
    private static Optional<Instant> busyUntil(ShardRecord record, Instant now) {
        if (record.state() instanceof ShardState.Idle) {
            return record.latest().map(begunAndNotEnded -> now);
        }
        return record.isRunning() ? Optional.of(now) : Optional.ofNullable(record.finishedAt());
    }

    /** The last ones of a span, searched backwards from its end, so that the cost does not depend on its length. */
    private static Optional<Waiting> last(ShardStep.Job job, int shard, int most, Instant after, Instant until) {
        Schedule schedule = job.definition().schedule();
        Instant oldest = null;
        int number = 0;
        Optional<Instant> at = schedule.latest(until);
        for (int looks = 0; at.isPresent() && at.get().isAfter(after) && looks < most; looks++) {
            if (job.count().has(shard, at.get())) {
                oldest = at.get();
                number++;
            }
            at = schedule.latest(at.get().minusNanos(1));
        }
        return oldest == null ? Optional.empty() : Optional.of(new Waiting(oldest, number));
    }

    /**
     * Why firings before the one that begins are dropped, in words; empty where they give way to it as a rule.
     *
     * @param freeSince when the shard's last execution ended; null when none has
     */
    public static Optional<String> whyDropped(JobDefinition job, Instant begins, @Nullable Instant freeSince) {
        if (job.overlap() == Overlap.QUEUE_ALL && freeSince != null && !begins.isAfter(freeSince)) {
            return Optional.of("overlap=QUEUE_ALL keeps the last " + Overlap.MOST_QUEUED);
        }
        return job.misfire() == Misfire.RUN_ALL
                ? Optional.of("misfire=RUN_ALL runs the last "
                        + job.catchUp().most() + ", none older than "
                        + Durations.format(job.catchUp().age()))
                : Optional.empty();
    }
}
