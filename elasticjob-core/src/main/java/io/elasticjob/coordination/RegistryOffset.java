package io.elasticjob.coordination;

import java.time.Duration;
import java.time.Instant;

/**
 * The registry's clock beside the local stopwatch, as an interval: when the stopwatch showed {@code nanos}, the registry's
 * clock showed no less than {@code earliest} and no more than {@code latest}. Each write that is answered tells such an
 * interval; what several of them leave to one another is as small as the luckiest two of them make it, which is less than
 * the round trip of any.
 *
 * <p>With age the interval widens at both ends, by as much as a clock that is being set right by slewing may gain or lose.
 */
public record RegistryOffset(Instant earliest, Instant latest, long nanos) {

    /** How fast two clocks may drift apart: parts of a million. Time services slew by no more. */
    private static final long DRIFT = 500;

    private static final long MILLION = 1_000_000;

    /** The registry's stamps are whole milliseconds, cut. */
    private static final Duration GRAIN = Duration.ofMillis(1);

    public RegistryOffset {
        if (latest.isBefore(earliest)) {
            throw new IllegalArgumentException(earliest + " is later than " + latest);
        }
    }

    /**
     * What a write tells that was answered. It was stamped between the two readings of the stopwatch.
     *
     * @param stamp the registry's time of the write
     * @param sent the stopwatch when it was sent, or earlier
     * @param answered the stopwatch when its answer came, or later
     */
    public static RegistryOffset stamped(Instant stamp, long sent, long answered) {
        return new RegistryOffset(stamp, stamp.plus(GRAIN).plusNanos(answered - sent), answered);
    }

    /** What it is when the stopwatch shows this, which may be earlier as well. */
    public RegistryOffset at(long stopwatch) {
        long passed = stopwatch - nanos;
        long drifted = Math.abs(passed) / MILLION * DRIFT + Math.abs(passed) % MILLION * DRIFT / MILLION;
        return new RegistryOffset(earliest.plusNanos(passed - drifted), latest.plusNanos(passed + drifted), stopwatch);
    }

    /** How long the stopwatch runs at most until the earliest time has moved on by so much: it is carried on a little slower. */
    public static Duration passing(Duration time) {
        return time.plus(time.dividedBy(MILLION / DRIFT - 1)).plusNanos(1);
    }

    /** What both leave together; the newer one alone where they contradict one another: then one of the clocks was set. */
    public RegistryOffset then(RegistryOffset newer) {
        RegistryOffset known = at(newer.nanos);
        if (!known.overlaps(newer)) {
            return newer;
        }
        return new RegistryOffset(
                known.earliest.isAfter(newer.earliest) ? known.earliest : newer.earliest,
                known.latest.isBefore(newer.latest) ? known.latest : newer.latest,
                newer.nanos);
    }

    private boolean overlaps(RegistryOffset other) {
        return !earliest.isAfter(other.latest) && !other.earliest.isAfter(latest);
    }

    /** How far apart the two are at least, at the time of the other; zero where they overlap. Positive if that is ahead. */
    public Duration stepTo(RegistryOffset newer) {
        RegistryOffset known = at(newer.nanos);
        if (known.overlaps(newer)) {
            return Duration.ZERO;
        }
        return newer.earliest.isAfter(known.latest)
                ? Duration.between(known.latest, newer.earliest)
                : Duration.between(known.earliest, newer.latest);
    }

    /** How far this is from a wall clock that was read when the stopwatch showed {@code nanos}, at least; as {@link #stepTo}. */
    public Duration ahead(Instant wall, long stopwatch) {
        RegistryOffset now = at(stopwatch);
        if (now.earliest.isAfter(wall)) {
            return Duration.between(wall, now.earliest);
        }
        return now.latest.isBefore(wall) ? Duration.between(wall, now.latest) : Duration.ZERO;
    }

    /** Half of what it leaves open. */
    public Duration uncertainty() {
        return Duration.between(earliest, latest).dividedBy(2);
    }

    /** The middle of it. */
    public Instant middle() {
        return earliest.plus(uncertainty());
    }
}
