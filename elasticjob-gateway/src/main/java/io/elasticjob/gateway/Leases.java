package io.elasticjob.gateway;

import io.elasticjob.spi.Timekeeper;
import java.time.Duration;

/** The leases that can be given to the workers of a crew, by the proofs that its session lives. Confined to the loop. */
final class Leases {

    /** How long a lease is asked about again that cannot be given for want of a proof. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final Timekeeper time;
    private final Duration session;

    /** @param session how long a crew's session outlives its last word, as it is asked for */
    Leases(Timekeeper time, Duration session) {
        this.time = time;
        this.session = session;
    }

    /** As {@link Lease#left}. */
    Duration left(Crew crew) {
        return Lease.left(crew.engine().proof(), time.nanoTime());
    }

    /** The same for what a worker holds: nothing while any of it was claimed under a session that is lost, and is not adopted. */
    Duration left(Worker worker) {
        boolean isPresent = worker.given().stream().filter(Given::needsLease).allMatch(Given::isOfPresentSession);
        return isPresent ? left(worker.crew) : Duration.ZERO;
    }

    /** As {@link Lease#beat}. */
    Duration beat(Crew crew) {
        return Lease.beat(session(crew));
    }

    /** As {@link Lease#whole}. */
    long wholeNanos(Crew crew) {
        return Lease.whole(session(crew)).toNanos();
    }

    private Duration session(Crew crew) {
        return crew.engine().proof().map(Proof::session).orElse(session);
    }

    /** Asks for a younger proof in good time. */
    void renew(Crew crew) {
        crew.engine()
                .proof()
                .filter(proof -> Lease.isWearing(proof, time.nanoTime()))
                .ifPresent(wearing -> crew.engine().prove());
    }

    /** Asks for a younger proof, and goes on once it is there, or after a while. */
    void prove(Crew crew, Runnable then) {
        boolean[] isDone = new boolean[1];
        Runnable once = () -> {
            if (!isDone[0]) {
                isDone[0] = true;
                then.run();
            }
        };
        crew.engine().prove().whenComplete((proof, failed) -> time.execute(once));
        time.after(PATIENCE, once);
    }
}
