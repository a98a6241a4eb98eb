package io.elasticjob.engine;

import java.time.Duration;

/**
 * How long this instance has seen something to be so, by the stopwatch and only while it was connected. Confined to the
 * loop.
 */
final class Sighting {

    private Duration seen = Duration.ZERO;
    private long sinceNanos;
    private boolean watching;

    /** It is so now. Gives how long it has been seen. */
    Duration seen(long nanos) {
        pause(nanos);
        watching = true;
        sinceNanos = nanos;
        return seen;
    }

    /** Nobody looks from now on. */
    void pause(long nanos) {
        if (watching) {
            seen = seen.plusNanos(Math.max(0, nanos - sinceNanos));
        }
        watching = false;
    }
}
