package io.elasticjob.test;

import io.elasticjob.spi.Timekeeper;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.function.BooleanSupplier;

/**
 * All time there is, which goes as fast as there is something to do: tasks in the order of their instants, and for one
 * instant in the order in which they were given. Single-threaded.
 */
public final class VirtualTime implements Timekeeper {

    private record Task(long at, long order, Runnable work) implements Comparable<Task> {

        @Override
        public int compareTo(Task other) {
            return at == other.at ? Long.compare(order, other.order) : Long.compare(at, other.at);
        }
    }

    private static final Duration FOR_EVER = Duration.ofHours(1);

    private final PriorityQueue<Task> tasks = new PriorityQueue<>();
    private final Instant origin;
    private long nanos;
    private long order;

    public VirtualTime() {
        this(Instant.parse("2026-01-01T00:00:00Z"));
    }

    public VirtualTime(Instant origin) {
        this.origin = origin;
    }

    @Override
    public Instant now() {
        return origin.plusNanos(nanos);
    }

    @Override
    public long nanoTime() {
        return nanos;
    }

    @Override
    public void execute(Runnable task) {
        after(Duration.ZERO, task);
    }

    @Override
    public void after(Duration delay, Runnable task) {
        tasks.add(new Task(nanos + Math.max(0, delay.toNanos()), order++, task));
    }

    /** Does all that is due until it is so, or fails after an hour. */
    public void until(BooleanSupplier condition) {
        long deadline = nanos + FOR_EVER.toNanos();
        while (!condition.getAsBoolean()) {
            Task next = tasks.poll();
            if (next == null || next.at() > deadline) {
                throw new AssertionError("never came to be");
            }
            nanos = next.at();
            next.work().run();
        }
    }

    /** Does all that is due within the duration. */
    public void pass(Duration duration) {
        long end = nanos + duration.toNanos();
        while (!tasks.isEmpty() && tasks.element().at() <= end) {
            Task next = tasks.remove();
            nanos = next.at();
            next.work().run();
        }
        nanos = end;
    }

    /** Does all that is due until then. */
    public void passUntil(Instant end) {
        pass(Duration.between(now(), end));
    }

    /** The time of one process, whose wall clock is wrong by {@code skew}. */
    public Watch watch(Duration skew) {
        return new Watch(skew);
    }

    /** The time of one process: it can be stopped for good or for a while. */
    public final class Watch implements Timekeeper {

        private Duration skew;
        private final Queue<Runnable> held = new ArrayDeque<>();
        private boolean frozen;
        private boolean dead;

        private Watch(Duration skew) {
            this.skew = skew;
        }

        /** The wall clock jumps: from now on it is wrong by so much. */
        public void skew(Duration next) {
            skew = next;
        }

        /** The process stands still. */
        public void freeze() {
            frozen = true;
        }

        /** It goes on with what it would have done, one after another: what follows of the first comes before the second. */
        public void thaw() {
            frozen = false;
            for (long turn = 0; !held.isEmpty(); turn++) {
                after(Duration.ofNanos(turn), held.poll());
            }
        }

        /** The process does nothing more. */
        public void kill() {
            dead = true;
        }

        @Override
        public Instant now() {
            return VirtualTime.this.now().plus(skew);
        }

        @Override
        public long nanoTime() {
            return nanos;
        }

        @Override
        public void execute(Runnable task) {
            after(Duration.ZERO, task);
        }

        @Override
        public void after(Duration delay, Runnable task) {
            VirtualTime.this.after(delay, () -> {
                if (dead) {
                    return;
                }
                if (frozen) {
                    held.add(task);
                } else {
                    task.run();
                }
            });
        }
    }
}
