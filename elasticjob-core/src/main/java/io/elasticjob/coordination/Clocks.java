package io.elasticjob.coordination;

import java.time.Duration;
import java.time.Instant;

/**
 * Wall clock and stopwatch, read one right after the other. A process may be held up between the two: what they show belongs
 * to one moment only as far as it is known how long that took.
 *
 * @param nanos the stopwatch in the middle of it
 * @param apart how long it took at most from the reading of the one to that of the other
 */
public record Clocks(Instant wall, long nanos, Duration apart) {

    /** Beyond it the two say nothing of one another. */
    public static final Duration TOGETHER = Duration.ofMillis(10);

    /** What rings earlier than by so much is no bell to go by. */
    private static final Duration EARLIEST_RING = Duration.ofSeconds(1);

    /**
     * The wall clock, read between two readings of the stopwatch.
     *
     * @param before the stopwatch before
     * @param after the stopwatch afterwards
     */
    public static Clocks between(long before, Instant wall, long after) {
        return new Clocks(wall, before + (after - before) / 2, Duration.ofNanos(after - before));
    }

    /** Whether the two were read near enough to one another to be compared. */
    public boolean areTogether() {
        return apart.compareTo(TOGETHER) <= 0;
    }

    /** What time it is when a fire time has rung: that one, if it comes shortly; else what the wall clock shows. */
    public Instant rung(Instant fireTime) {
        return fireTime.isAfter(wall) && !fireTime.isAfter(wall.plus(EARLIEST_RING)) ? fireTime : wall;
    }

    /** The one of two readings whose clocks were read nearer to one another. */
    public Clocks orSurer(Clocks other) {
        return other.apart.compareTo(apart) < 0 ? other : this;
    }
}
