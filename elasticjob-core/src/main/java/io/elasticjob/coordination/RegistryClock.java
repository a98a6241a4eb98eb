package io.elasticjob.coordination;

import java.time.Duration;
import java.time.Instant;

/**
 * The registry's clock as seen from here: what it said at one moment, carried on by the local stopwatch. So a local clock
 * that jumps is seen at once, without asking; and a wrong reading is mended by the next answer.
 *
 * @param time what the registry's clock said
 * @param nanos the local stopwatch at that moment
 * @param uncertainty how much earlier or later the moment may have been: half the round trip
 */
public record RegistryClock(Instant time, long nanos, Duration uncertainty) {

    /**
     * Reads the clock from a write that was answered.
     *
     * @param stamp the registry's time of the write
     * @param sent the stopwatch when it was asked for
     * @param answered the stopwatch when its answer came
     */
    public static RegistryClock stamped(Instant stamp, long sent, long answered) {
        long half = (answered - sent) / 2;
        return new RegistryClock(stamp, sent + half, Duration.ofNanos(half));
    }

    /** What to believe after a further reading: the surer of two that agree, the later of two that do not. */
    public RegistryClock then(RegistryClock next) {
        Duration apart = Duration.between(now(next.nanos), next.time).abs();
        boolean agree = apart.compareTo(next.uncertainty) <= 0;
        return agree && next.uncertainty.compareTo(uncertainty) > 0 ? this : next;
    }

    /** The registry's time, when the stopwatch shows this. */
    public Instant now(long stopwatch) {
        return time.plusNanos(stopwatch - nanos);
    }

    /** The registry's clock minus the local one. */
    public Duration skew(Instant local, long stopwatch) {
        return Duration.between(local, now(stopwatch));
    }

    /**
     * Whether the clocks are too far apart to take firings. Between "surely" and "surely not" it stays as it was.
     *
     * @param before whether they were
     */
    public boolean isBeyond(Duration maxTimeDiff, boolean before, Instant local, long stopwatch) {
        Duration apart = skew(local, stopwatch).abs();
        Duration counted = before ? apart.plus(uncertainty) : apart.minus(uncertainty);
        return counted.compareTo(maxTimeDiff) > 0;
    }
}
