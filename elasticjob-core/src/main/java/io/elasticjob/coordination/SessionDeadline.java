package io.elasticjob.coordination;

import java.time.Duration;
import java.time.Instant;

/**
 * Until when something may be believed that is sure to last no longer than a session: above all, that this instance is
 * alive. A jump of the wall clock counts as elapsed time: a machine that slept did not count it.
 *
 * @param since wall clock at the moment from which on the time runs
 * @param sinceNanos stopwatch at the same moment
 * @param allowed how long after it
 */
public record SessionDeadline(Instant since, long sinceNanos, Duration allowed) {

    /** How long before the registry's own verdict this instance gives itself up: such a part of the session. */
    static final int MARGIN_PARTS = 20;

    /**
     * How long an instance may count itself among the living that loses its connection. The registry ends a session that
     * it has not heard of for the whole timeout, and has heard of this one later than this.
     *
     * @param asked when the last question was asked that all of the registry has answered; not when the answer came
     */
    public static SessionDeadline sinceProof(Clocks asked, Duration sessionTimeout) {
        return new SessionDeadline(asked.wall(), asked.nanos(), ofSilence(sessionTimeout));
    }

    /** How long what was claimed may be taken as claimed still, without a look at the record: less than a third of a session. */
    public static SessionDeadline ofClaim(Instant now, long nanos, Duration sessionTimeout) {
        return new SessionDeadline(
                now, nanos, Duration.ofNanos(sessionTimeout.toNanos() / 3).minus(margin(sessionTimeout)));
    }

    /** How long an instance may count itself among the living since the registry has heard of it. */
    public static Duration ofSilence(Duration sessionTimeout) {
        return sessionTimeout.minus(margin(sessionTimeout));
    }

    private static Duration margin(Duration sessionTimeout) {
        return Duration.ofNanos(sessionTimeout.toNanos() / MARGIN_PARTS);
    }

    public boolean passed(Instant now, long nanos) {
        return left(now, nanos).isZero();
    }

    /** How much time is left; zero when it has passed. */
    public Duration left(Instant now, long nanos) {
        Duration byStopwatch = Duration.ofNanos(nanos - sinceNanos);
        Duration byClock = Duration.between(since, now);
        Duration elapsed = byStopwatch.compareTo(byClock) >= 0 ? byStopwatch : byClock;
        return elapsed.compareTo(allowed) >= 0 ? Duration.ZERO : allowed.minus(elapsed);
    }
}
