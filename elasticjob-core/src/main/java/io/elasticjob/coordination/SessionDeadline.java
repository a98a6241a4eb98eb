package io.elasticjob.coordination;

import java.time.Duration;
import java.time.Instant;

/**
 * How long an instance that lost its connection may still count itself among the living. A client hears nothing for two
 * thirds of the session timeout before it notices; the last third, less a margin, is what is left. A jump of the wall
 * clock counts as elapsed time: a machine that slept did not count it.
 *
 * @param suspendedAt wall clock when the connection was lost
 * @param suspendedNanos stopwatch at the same moment
 */
public record SessionDeadline(Instant suspendedAt, long suspendedNanos, Duration sessionTimeout) {

    /** How long before the registry's own verdict this instance gives itself up. */
    static final int MARGIN_PARTS = 20;

    public Duration allowed() {
        return sessionTimeout.dividedBy(3).minus(sessionTimeout.dividedBy(MARGIN_PARTS));
    }

    public boolean passed(Instant now, long nanos) {
        Duration byStopwatch = Duration.ofNanos(nanos - suspendedNanos);
        Duration byClock = Duration.between(suspendedAt, now);
        Duration elapsed = byStopwatch.compareTo(byClock) >= 0 ? byStopwatch : byClock;
        return elapsed.compareTo(allowed()) >= 0;
    }
}
