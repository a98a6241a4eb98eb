package io.elasticjob.engine;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The drain of an engine, and who waits for it. Says in the log what it still waits for. From any thread. */
final class Shutdown {

    private static final Logger log = LoggerFactory.getLogger(Shutdown.class);

    /** So often it is looked whether somebody waits for it that it waits for, and so soon it says what it waits for. */
    private static final Duration LOOK = Duration.ofMillis(250);
    /** So often it says what it still waits for. */
    private static final Duration BETWEEN_REPORTS = Duration.ofSeconds(5);

    private final Runnable giveUp;
    private final BooleanSupplier heldUp;
    private final Replies replies;

    private final AtomicBoolean draining = new AtomicBoolean();
    private final Question<Void> drained = new Question<>();
    private final CountDownLatch nothingLeft = new CountDownLatch(1);

    /** Only while this instance leaves. Written by the loop alone. */
    private volatile Remaining remaining = Remaining.NOTHING;

    /**
     * @param giveUp has all end that waits for the end of this engine
     * @param heldUp whether the loop itself waits for it, in somebody else's code
     */
    Shutdown(Runnable giveUp, BooleanSupplier heldUp, Replies replies) {
        this.giveUp = giveUp;
        this.heldUp = heldUp;
        this.replies = replies;
    }

    /** Begins the drain; false when that was done before. */
    boolean begin() {
        return draining.compareAndSet(false, true);
    }

    /** Completes when nothing is left, or the engine is closed. */
    CompletionStage<Void> drained() {
        return drained.stage();
    }

    /** Takes note of what is left, at the end of a turn. On the loop. */
    void look(Machine machine) {
        if (draining.get()) {
            remaining = machine.remaining();
        }
        if (machine.isDrained()) {
            nothingLeft.countDown();
            replies.done(drained);
        }
    }

    /** Waits for nothing more: whatever still runs is beyond this engine. */
    void end() {
        replies.done(drained);
    }

    /**
     * Waits until nothing runs and all is recorded, or the time is over.
     *
     * @param patient whether nothing was interrupted yet
     * @return false when interrupted
     */
    boolean await(Duration atMost, boolean patient) {
        Duration untilReport = LOOK;
        Duration left = atMost;
        try {
            while (true) {
                giveUpWhatShutsDown();
                if (heldUp.getAsBoolean()) {
                    isHeldUp(patient);
                    return true;
                }
                Duration look = left.compareTo(LOOK) < 0 ? left : LOOK;
                if (nothingLeft.await(look.toMillis(), TimeUnit.MILLISECONDS)) {
                    return true;
                }
                left = left.minus(look);
                untilReport = untilReport.minus(look);
                if (left.isZero()) {
                    timeIsOver(patient);
                    return true;
                }
                if (patient && (untilReport.isNegative() || untilReport.isZero())) {
                    untilReport = BETWEEN_REPORTS;
                    log.info("Shutdown: waiting up to {} for {}", Remaining.seconds(left), remaining.inWords());
                }
            }
        } catch (InterruptedException impatient) {
            return false;
        }
    }

    private void giveUpWhatShutsDown() {
        try {
            giveUp.run();
        } catch (Throwable failed) {
            log.warn("It is unknown whether something waits for this shutdown; the shutdown waits for all", failed);
        }
    }

    private static void isHeldUp(boolean patient) {
        if (patient) {
            log.warn(
                    "Shutdown: a sharding strategy or a calendar shuts down its own application, on the thread of the engine, which does"
                            + " nothing more before it returns. So nothing is waited for. What runs is interrupted, and counts as LOST"
                            + " or is run again by failover. Let it do nothing but answer");
        }
    }

    private void timeIsOver(boolean patient) {
        Remaining present = remaining;
        if (present.equals(Remaining.NOTHING)) {
            log.debug("Shutdown: time is over, and it is not known what remains");
        } else if (patient) {
            log.warn(
                    "Shutdown: time is over for {}; they are interrupted. In a Spring application"
                            + " spring.lifecycle.timeout-per-shutdown-phase sets the time",
                    present.inWords());
        } else {
            log.warn(
                    "Shutdown: leaving {} behind. Once the session is over, failover runs again what was not recorded;"
                            + " without failover it counts as LOST",
                    present.inWords());
        }
    }
}
