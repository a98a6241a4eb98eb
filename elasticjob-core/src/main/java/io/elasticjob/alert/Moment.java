package io.elasticjob.alert;

import io.elasticjob.spi.Timekeeper;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/**
 * One reading of both clocks.
 *
 * @param wall what people are told; it may jump
 * @param nanos what waiting is measured by; it never jumps
 */
record Moment(Instant wall, long nanos) {

    static Moment of(Timekeeper time) {
        return new Moment(time.now(), time.nanoTime());
    }

    /** The reading of the stopwatch when so much time has passed; as far as it reaches. */
    long after(Duration duration) {
        return nanos + Math.min(TimeUnit.NANOSECONDS.convert(duration), Long.MAX_VALUE / 2);
    }

    boolean isBefore(long deadline) {
        return nanos - deadline < 0;
    }
}
