package io.elasticjob.engine;

import io.elasticjob.spi.Timekeeper;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/** Hands what happens, on whatever thread, to the loop, and has it turn once for all that waits. */
final class Mailbox {

    /** After so many happenings a turn carries out what was decided, however many wait. */
    private static final int MOST_AT_ONCE = 10_000;

    private final Timekeeper timekeeper;
    private final Runnable turn;
    private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean ringing = new AtomicBoolean();

    /** @param turn of the loop; takes what has happened */
    Mailbox(Timekeeper timekeeper, Runnable turn) {
        this.timekeeper = timekeeper;
        this.turn = turn;
    }

    /** From any thread; never blocks. */
    void post(Runnable happening) {
        waiting.add(happening);
        ring();
    }

    /** What has happened by now; what happens from now on rings again, and is for a later turn. */
    List<Runnable> take() {
        ringing.set(false);
        List<Runnable> happened = new ArrayList<>();
        Runnable next;
        while (happened.size() < MOST_AT_ONCE && (next = waiting.poll()) != null) {
            happened.add(next);
        }
        return happened;
    }

    /** Has the loop turn again when something waits. */
    void ringForTheRest() {
        if (!waiting.isEmpty()) {
            ring();
        }
    }

    private void ring() {
        if (ringing.compareAndSet(false, true)) {
            boolean rung = false;
            try {
                timekeeper.execute(turn);
                rung = true;
            } finally {
                if (!rung) {
                    ringing.set(false); // the next one rings again
                }
            }
        }
    }
}
