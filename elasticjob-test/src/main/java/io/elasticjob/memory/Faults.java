package io.elasticjob.memory;

import java.time.Duration;

/**
 * Chooses, for one client, wherever the network and the ensemble are free to behave in one way or another. The defaults
 * make a perfect world. Asked on the ensemble's thread only and in an order that depends on nothing but the calls made,
 * so that answers from a seeded random source make a run that replays.
 */
public interface Faults {

    /** A perfect world: nothing takes time, nothing lags behind, and what was sent arrives. */
    Faults NONE = new Faults() {};

    /** How long the next request is under way. Requests of one connection never overtake one another. */
    default Duration request() {
        return Duration.ZERO;
    }

    /** How long the next answer or watch event is under way. These never overtake one another either. */
    default Duration answer() {
        return Duration.ZERO;
    }

    /** How long after its commit the client's server applies a transaction of somebody else. */
    default Duration lag() {
        return Duration.ZERO;
    }

    /**
     * Whether a request that is under way when its connection breaks is applied nevertheless. Asked for one after the
     * other; behind the first that is lost, all are. The answer is lost in any case.
     */
    default boolean arrives() {
        return true;
    }

    /** How long the client waits before it tries to connect again. */
    default Duration reconnect() {
        return Duration.ZERO;
    }

    /**
     * How many transactions the server on which a session is resumed is behind the ensemble.
     *
     * @param most so many lead back to what the client has been answered last; a session never goes back behind that
     */
    default int behind(int most) {
        return 0;
    }

    /**
     * How long before a silence began the last heartbeat was exchanged.
     *
     * @param most the interval of heartbeats: a third of the session's timeout
     */
    default Duration sinceHeartbeat(Duration most) {
        return Duration.ZERO;
    }
}
