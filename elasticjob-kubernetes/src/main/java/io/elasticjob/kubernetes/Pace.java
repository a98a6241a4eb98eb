package io.elasticjob.kubernetes;

/**
 * How fast requests may follow one another: so many a second on average, and up to twice as many at once after a pause. All
 * times are those of one stopwatch, in nanoseconds.
 */
final class Pace {

    private static final long SECOND = 1_000_000_000L;

    private final long interval;
    private final long burst;
    private long free;
    private boolean begun;

    /** @param perSecond at least 1 */
    Pace(int perSecond) {
        interval = SECOND / perSecond;
        burst = 2 * SECOND - interval;
    }

    /** Takes the next place, and tells how long it has to be waited for. */
    synchronized long take(long now) {
        free = begun ? Math.max(free, now - burst) : now - burst;
        begun = true;
        long wait = Math.max(0, free - now);
        free += interval;
        return wait;
    }
}
