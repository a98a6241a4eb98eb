package io.elasticjob.gateway;

import java.time.Duration;
import java.util.Optional;

/**
 * How long a worker may hold what it was given without hearing from its gateway. Whoever finds a gateway's session gone
 * waits as long, from then on, before the work begins elsewhere. So a lease counts from the last proof that the session
 * lives, and not from the instant at which it is told.
 */
final class Lease {

    private Lease() {}

    /** A third of the session, less a margin for what is on its way. */
    static Duration whole(Duration session) {
        return session.dividedBy(60).multipliedBy(17);
    }

    /** How often a worker has to be heard while it holds something. */
    static Duration beat(Duration session) {
        return whole(session).dividedBy(3);
    }

    /** What can be promised now; nothing without a proof that is young enough. */
    static Duration left(Optional<Proof> proof, long nowNanos) {
        return proof.map(last -> whole(last.session()).minusNanos(nowNanos - last.nanos()))
                .filter(left -> !left.isNegative())
                .orElse(Duration.ZERO);
    }

    /** Whether the proof is so old that a newer one is to be asked for. */
    static boolean isWearing(Proof proof, long nowNanos) {
        return nowNanos - proof.nanos() >= beat(proof.session()).toNanos() / 2;
    }
}
