package io.elasticjob.memory;

import io.elasticjob.spi.Timekeeper;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** One direction of a connection: messages take their time, wait while it is blocked, and never overtake one another. */
final class Channel {

    private record Message(long due, Runnable delivery) {}

    private final Timekeeper timekeeper;
    private final Supplier<Duration> delay;
    private final BooleanSupplier blocked;
    private final Deque<Message> underWay = new ArrayDeque<>();
    private long latest;
    private boolean closed;

    Channel(Timekeeper timekeeper, Supplier<Duration> delay, BooleanSupplier blocked) {
        this.timekeeper = timekeeper;
        this.delay = delay;
        this.blocked = blocked;
        this.latest = timekeeper.nanoTime();
    }

    void send(Runnable delivery) {
        if (closed) {
            return;
        }
        long now = timekeeper.nanoTime();
        latest = Math.max(latest, now + delay.get().toNanos());
        underWay.add(new Message(latest, delivery));
        if (latest > now) {
            timekeeper.after(Duration.ofNanos(latest - now), this::deliver);
        } else {
            timekeeper.execute(this::deliver);
        }
    }

    boolean isEmpty() {
        return underWay.isEmpty();
    }

    /** Goes on after it was blocked. */
    void resume() {
        timekeeper.execute(this::deliver);
    }

    private void deliver() {
        while (!underWay.isEmpty()
                && !blocked.getAsBoolean()
                && underWay.element().due() <= timekeeper.nanoTime()) {
            underWay.remove().delivery().run();
        }
    }

    /** Takes nothing more; what is under way is lost from the first message on that does not arrive. */
    void breakOff(BooleanSupplier arrives) {
        closed = true;
        Iterator<Message> messages = underWay.iterator();
        boolean lost = false;
        while (messages.hasNext()) {
            messages.next();
            lost = lost || !arrives.getAsBoolean();
            if (lost) {
                messages.remove();
            }
        }
    }

    /** Takes nothing more and loses what is under way. */
    void close() {
        closed = true;
        underWay.clear();
    }
}
