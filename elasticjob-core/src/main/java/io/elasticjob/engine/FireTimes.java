package io.elasticjob.engine;

import io.elasticjob.Schedule;
import io.elasticjob.coordination.DueFiring;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The fire times of one schedule around now, worked out once for all jobs that have it. Confined to the loop. */
final class FireTimes {

    private final Schedule schedule;
    private final Set<JobState> jobs = new LinkedHashSet<>();
    private @Nullable Instant askedAt;
    private @Nullable Instant latest;
    private @Nullable Instant next;
    private @Nullable Instant afterNext;
    private @Nullable Instant told;
    private @Nullable Instant announced;
    private @Nullable Instant countedAfter;
    private @Nullable Instant countedBefore;
    private long counted;

    FireTimes(Schedule schedule) {
        this.schedule = schedule;
    }

    Schedule schedule() {
        return schedule;
    }

    /** The jobs of this schedule that have shards here. */
    Set<JobState> jobs() {
        return jobs;
    }

    /** The latest fire time, not after {@code now}; null when there is none. */
    @Nullable
    Instant latest(Instant now) {
        Instant before = askedAt;
        boolean turnedBack = before == null || now.isBefore(before);
        askedAt = now;
        if (turnedBack) {
            told = null; // what was told may come by once more
        }
        if (turnedBack || (next != null && !now.isBefore(next))) {
            boolean isForeseen = !turnedBack && afterNext != null && now.isBefore(afterNext);
            latest = isForeseen ? next : schedule.latest(now).orElse(null);
            next = isForeseen ? afterNext : schedule.next(now).orElse(null);
            afterNext = null;
        }
        return latest;
    }

    /** Works out what will be asked when the next fire time has come, so that nothing waits for it then. */
    void lookAhead() {
        if (next != null && afterNext == null) {
            afterNext = schedule.next(next).orElse(null);
        }
    }

    /** The first fire time after {@code now}; null when there is none. */
    @Nullable
    Instant next(Instant now) {
        latest(now);
        return next;
    }

    /** The next fire time, if it is not farther than this and was not named here before. */
    Optional<Instant> announce(Instant now, Duration within) {
        Instant coming = next(now);
        if (coming == null || coming.equals(announced) || coming.isAfter(now.plus(within))) {
            return Optional.empty();
        }
        announced = coming;
        return Optional.of(coming);
    }

    /** How many fire times lie strictly between two instants; what was asked last is remembered, for shards ask alike. */
    long between(Instant after, Instant before) {
        if (!after.equals(countedAfter) || !before.equals(countedBefore)) {
            countedAfter = after;
            countedBefore = before;
            counted = DueFiring.between(schedule, after, before);
        }
        return counted;
    }

    /** Whether a fire time came by that was not told here yet. */
    boolean passed(Instant now) {
        Instant due = latest(now);
        boolean news = due != null && !due.equals(told);
        told = due;
        return news;
    }
}
