package io.elasticjob.coordination;

import io.elasticjob.JobDefinition;
import io.elasticjob.Misfire;
import io.elasticjob.Schedule;
import io.elasticjob.ShardRecord;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The firing that a shard is due for.
 *
 * @param fireTime the latest due fire time that the shard's record has not decided
 * @param skipped whether the misfire policy says not to run it
 */
public record DueFiring(Instant fireTime, boolean skipped) {

    /** More superseded firings than this are not counted one by one. */
    public static final int MOST_COUNTED = 1_000;

    /** Decides what a shard that is not running is due for by its schedule. */
    public static Optional<DueFiring> of(ShardStep.Job job, int shard, ShardRecord record, Instant now) {
        Instant latest = job.latest();
        if (latest == null || !job.isEnabled(shard)) {
            return Optional.empty();
        }
        JobDefinition definition = job.definition();
        Instant fireTime = latestOf(definition.schedule(), job.count(), shard, latest);
        if (fireTime == null || fireTime.isBefore(job.since(shard)) || isThrough(record, fireTime)) {
            return Optional.empty();
        }
        boolean skipped = definition.misfire() == Misfire.SKIP && isTooLate(definition, fireTime, now);
        return Optional.of(new DueFiring(fireTime, skipped));
    }

    /**
     * Whether a firing that begins now is a misfire.
     *
     * @param freeSince when the shard's last execution ended, by the clock of whoever ran it; null when none has
     */
    public static boolean isMisfire(JobDefinition job, Instant fireTime, @Nullable Instant freeSince, Instant now) {
        boolean cameDueDuringARun = freeSince != null && fireTime.isBefore(freeSince);
        return cameDueDuringARun || isTooLate(job, fireTime, now);
    }

    private static boolean isTooLate(JobDefinition job, Instant fireTime, Instant now) {
        return now.isAfter(fireTime.plus(job.misfireThreshold()));
    }

    /** The latest fire time at which this shard exists: for a shard that a change took away, the last before it. */
    private static @Nullable Instant latestOf(Schedule schedule, ShardCount count, int shard, Instant latest) {
        if (shard < count.at(latest)) {
            return latest;
        }
        return count.goneSince(shard, latest)
                .flatMap(gone -> schedule.latest(gone.minusNanos(1)))
                .filter(last -> shard < count.at(last))
                .orElse(null);
    }

    private static boolean isThrough(ShardRecord record, Instant fireTime) {
        Instant through = record.through();
        return through != null && !fireTime.isAfter(through);
    }

    /**
     * The instant after which every fire time is one that the shard has not decided.
     *
     * @param since firings of the shard before it are never due
     * @param through of the shard's record
     */
    public static Instant undecidedAfter(Instant since, ShardCount count, int shard, @Nullable Instant through) {
        Instant begin =
                count.since(shard).filter(ofShard -> ofShard.isAfter(since)).orElse(since);
        return through == null || through.isBefore(begin) ? begin.minusNanos(1) : through;
    }

    /** How many fire times lie strictly between two instants; at most {@link #MOST_COUNTED}. */
    public static long between(Schedule schedule, Instant after, Instant before) {
        long count = 0;
        Optional<Instant> next = schedule.next(after);
        while (next.isPresent() && next.get().isBefore(before) && count < MOST_COUNTED) {
            count++;
            next = schedule.next(next.get());
        }
        return count;
    }
}
