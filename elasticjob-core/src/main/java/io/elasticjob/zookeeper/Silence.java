package io.elasticjob.zookeeper;

import java.time.Duration;

/** How long a session is worth coming back to after its connection was lost. */
final class Silence {

    private Silence() {}

    /**
     * Until nothing was heard for as long as the session's timeout. A client that hears nothing notices after two thirds
     * of it, so that at least the last third is left for coming back by way of another server.
     *
     * @param left of the timeout when the connection was lost, as far as is known when something was last heard
     */
    static Duration patience(Duration sessionTimeout, Duration left) {
        Duration third = sessionTimeout.dividedBy(3);
        return left.compareTo(third) < 0 ? third : left;
    }
}
