package io.elasticjob.simulation;

import io.elasticjob.engine.Timekeeper;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.PriorityQueue;

/** All time there is: tasks in the order of their instants, and for one instant in the order in which they were given. */
final class VirtualTime {

    private record Task(long at, long order, Runnable work) {}

    private final PriorityQueue<Task> tasks =
            new PriorityQueue<>(Comparator.comparingLong(Task::at).thenComparingLong(Task::order));
    private final Instant origin;
    private long nanos;
    private long order;

    VirtualTime(Instant origin) {
        this.origin = origin;
    }

    Instant now() {
        return origin.plusNanos(nanos);
    }

    void at(Duration delay, Runnable work) {
        tasks.add(new Task(nanos + Math.max(0, delay.toNanos()), order++, work));
    }

    /** Runs everything that is to happen until {@code end}. */
    void runUntil(Instant end) {
        long until = Duration.between(origin, end).toNanos();
        while (!tasks.isEmpty() && tasks.peek().at() <= until) {
            Task next = tasks.remove();
            nanos = next.at();
            next.work().run();
        }
        nanos = Math.max(nanos, until);
    }

    /** A timekeeper whose wall clock is wrong by {@code skew}, and that can be stopped for good or for a while. */
    Watch watch(Duration skew) {
        return new Watch(skew);
    }

    /** The time of one process. */
    final class Watch implements Timekeeper {

        private final Duration skew;
        private final java.util.ArrayDeque<Runnable> held = new java.util.ArrayDeque<>();
        private boolean frozen;
        private boolean dead;

        private Watch(Duration skew) {
            this.skew = skew;
        }

        /** The process stands still. */
        void freeze() {
            frozen = true;
        }

        /** It goes on with what it would have done. */
        void thaw() {
            frozen = false;
            while (!held.isEmpty()) {
                execute(held.poll());
            }
        }

        /** The process does nothing more. */
        void kill() {
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
            at(delay, () -> {
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
