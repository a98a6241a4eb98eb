package io.elasticjob.engine;

import io.elasticjob.coordination.DueFiring;
import io.elasticjob.schedule.Schedule;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The fire times of one schedule around now, worked out once for all jobs that have it. Confined to the loop. */
final class FireTimes {

    /**
     * The fire times around an instant.
     *
     * @param latest not after it; null without one
     * @param next after it; null without one
     * @param afterNext null without one, or as long as nobody has looked ahead
     */
    private record Surroundings(
            @Nullable Instant latest,
            @Nullable Instant next,
            @Nullable Instant afterNext) {

        private static final Surroundings NONE = new Surroundings(null, null, null);

        private boolean haveChangedBy(Instant now) {
            return next != null && !now.isBefore(next);
        }

        private boolean foresee(Instant now) {
            return afterNext != null && now.isBefore(afterNext);
        }
    }

    /** How many fire times lie strictly between two instants. */
    private record Count(Instant after, Instant before, long number) {}

    private final Schedule schedule;
    private final Set<JobState> jobs = new LinkedHashSet<>();
    private @Nullable Instant askedAt;
    private Surroundings around = Surroundings.NONE;
    private @Nullable Instant told;
    private @Nullable Instant announced;
    private @Nullable Count counted;

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
        return around(now).latest();
    }

    private Surroundings around(Instant now) {
        Instant before = askedAt;
        boolean turnedBack = before == null || now.isBefore(before);
        askedAt = now;
        if (turnedBack) {
            told = null; // what was told may come by once more
        }
        if (turnedBack || around.haveChangedBy(now)) {
            around = !turnedBack && around.foresee(now)
                    ? new Surroundings(around.next(), around.afterNext(), null)
                    : new Surroundings(
                            schedule.latest(now).orElse(null),
                            schedule.next(now).orElse(null),
                            null);
        }
        return around;
    }

    /** Works out what will be asked when the next fire time has come, so that nothing waits for it then. */
    void lookAhead() {
        Instant next = around.next();
        if (next != null && around.afterNext() == null) {
            around = new Surroundings(around.latest(), next, schedule.next(next).orElse(null));
        }
    }

    /** The first fire time after {@code now}; null when there is none. */
    @Nullable
    Instant next(Instant now) {
        return around(now).next();
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
        Count last = counted;
        if (last == null || !after.equals(last.after()) || !before.equals(last.before())) {
            last = new Count(after, before, DueFiring.between(schedule, after, before));
            counted = last;
        }
        return last.number();
    }

    /** Whether a fire time came by that was not told here yet. */
    boolean passed(Instant now) {
        Instant due = latest(now);
        boolean news = due != null && !due.equals(told);
        told = due;
        return news;
    }
}
