package io.elasticjob.gateway;

import io.elasticjob.spi.Timekeeper;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/** Hands to the loop what is told on other threads: the loop is woken once for all that waits by then. */
final class LoopQueue {

    private final Timekeeper time;
    private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean woken = new AtomicBoolean();

    LoopQueue(Timekeeper time) {
        this.time = time;
    }

    /** From any thread; never blocks. */
    void add(Runnable heard) {
        waiting.add(heard);
        wake();
    }

    private void wake() {
        if (woken.compareAndSet(false, true)) {
            time.execute(this::takeAll);
        }
    }

    private void takeAll() {
        woken.set(false);
        try {
            for (int there = waiting.size(); there > 0; there--) { // what comes meanwhile does not hold up the loop
                waiting.remove().run();
            }
        } finally {
            if (!waiting.isEmpty()) {
                wake(); // also where one has failed: the others are taken all the same
            }
        }
    }
}
