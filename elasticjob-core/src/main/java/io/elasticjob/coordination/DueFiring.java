package io.elasticjob.coordination;

import io.elasticjob.JobDefinition;
import io.elasticjob.ShardRecord;
import io.elasticjob.schedule.Schedule;
import io.elasticjob.text.Durations;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The firing that a shard is due for.
 *
 * @param fireTime the latest due fire time that the shard's record has not decided; the oldest one of those that {@link Waiting wait}
 * @param skipped whether the misfire policy says not to run it
 */
public record DueFiring(Instant fireTime, boolean skipped) {

    /** More superseded firings than this are not counted one by one. */
    public static final int MOST_COUNTED = 1_000;

    /** Decides what a shard that is not running is due for by its schedule. */
    public static Optional<DueFiring> of(ShardStep.Job job, int shard, ShardRecord record, Instant now) {
        Barrier barrier = job.barrier();
        if (barrier != null) {
            return barrier.due(job, shard, record, now);
        }
        if (!job.isEnabled(shard)) {
            return Optional.empty();
        }
        JobDefinition definition = job.definition();
        Instant fireTime = fireTime(job, shard, record, now);
        if (fireTime == null || fireTime.isBefore(job.since(shard)) || isThrough(record, fireTime)) {
            return Optional.empty();
        }
        Optional<Waiting> waiting = Waiting.of(job, shard, record, fireTime, now);
        return Optional.of(waiting.map(first -> new DueFiring(first.oldest(), false))
                .orElseGet(() -> new DueFiring(fireTime, isMissedForGood(job, fireTime, now))));
    }

    private static boolean isMissedForGood(ShardStep.Job job, Instant fireTime, Instant now) {
        JobDefinition definition = job.definition();
        return switch (definition.misfire()) {
            case RUN_ALL -> true; // else it would wait
            case SKIP ->
                isTooLate(definition, fireTime, now) || job.unattended().hasMissed(definition, fireTime);
            case FIRE_ONCE -> job.unattended().hasMissed(definition, fireTime);
        };
    }

    /** Why a firing that is skipped is not run, in words. */
    static String whySkipped(JobDefinition job) {
        return switch (job.misfire()) {
            case SKIP -> "misfire=SKIP, and it could not start in time";
            case RUN_ALL ->
                "it came due longer ago than catchUpAge="
                        + Durations.format(job.catchUp().age());
            case FIRE_ONCE ->
                "no application was running when it came due, and the embedded ZooKeeper does not make up for"
                        + " missed firings";
        };
    }

    /** The latest fire time of the shard whose start has come; null when there is none. */
    private static @Nullable Instant fireTime(ShardStep.Job job, int shard, ShardRecord record, Instant now) {
        JobDefinition definition = job.definition();
        if (definition.schedule().isByEnd()) {
            return DelayedFiring.next(job, shard, record)
                    .filter(next -> !now.isBefore(next))
                    .orElse(null);
        }
        Instant latest = StartTime.latest(definition, shard, job.latest(), now);
        return latest == null ? null : latestOf(definition.schedule(), job.count(), shard, latest);
    }

    /** The latest fire time of the schedule at which the shard has begun by now, or should have; null when there is none. */
    public static @Nullable Instant latest(JobDefinition job, int shard, Instant now) {
        return StartTime.latest(job, shard, job.schedule().latest(now).orElse(null), now);
    }

    /** When the next firing of a shard begins, where nothing rings at that time; empty when something does, or none will. */
    static Optional<Instant> comesDueUnheard(ShardStep.Job job, int shard, ShardRecord record, Instant now) {
        JobDefinition definition = job.definition();
        Instant latest = job.latest();
        if (!job.isEnabled(shard)) {
            return Optional.empty();
        } else if (definition.schedule().isByEnd()) {
            return DelayedFiring.next(job, shard, record).filter(now::isBefore);
        } else if (definition.jitter().isNone() || latest == null || isThrough(record, latest)) {
            return Optional.empty();
        }
        return Optional.of(StartTime.of(definition, shard, latest)).filter(now::isBefore);
    }

    /**
     * Whether a firing that begins now is a misfire.
     *
     * @param freeSince when the shard's last execution ended, by the clock of the one that ran it; null when none has
     */
    public static boolean isMisfire(
            JobDefinition job, int shard, Instant fireTime, @Nullable Instant freeSince, Instant now) {
        boolean cameDueDuringARun =
                freeSince != null && StartTime.of(job, shard, fireTime).isBefore(freeSince);
        return cameDueDuringARun || isTooLate(job, fireTime, now);
    }

    /** Whether a firing that begins now is later than the misfire threshold of its job allows, after the latest start. */
    public static boolean isTooLate(JobDefinition job, Instant fireTime, Instant now) {
        return now.isAfter(fireTime.plus(job.jitter().most()).plus(job.misfireThreshold()));
    }

    /** The latest fire time at which this shard exists: for a shard that a change took away, the last before it. */
    private static @Nullable Instant latestOf(Schedule schedule, ShardCount count, int shard, Instant latest) {
        if (count.has(shard, latest)) {
            return latest;
        }
        return count.goneSince(shard, latest)
                .flatMap(gone -> schedule.latest(gone.minusNanos(1)))
                .filter(last -> count.has(shard, last))
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
