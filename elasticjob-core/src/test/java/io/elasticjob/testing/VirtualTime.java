package io.elasticjob.testing;

import io.elasticjob.engine.Timekeeper;
import java.time.Duration;
import java.time.Instant;
import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;

/** A clock that goes as fast as there is something to do. Single-threaded. */
public final class VirtualTime implements Timekeeper {

    private record Task(long due, long order, Runnable task) {}

    private static final Duration FOR_EVER = Duration.ofHours(1);

    private final PriorityQueue<Task> tasks = new PriorityQueue<>(
            (x, y) -> x.due() != y.due() ? Long.compare(x.due(), y.due()) : Long.compare(x.order(), y.order()));
    private long now;
    private long given;

    @Override
    public Instant now() {
        return Instant.parse("2026-01-01T00:00:00Z").plusNanos(now);
    }

    @Override
    public long nanoTime() {
        return now;
    }

    @Override
    public void execute(Runnable task) {
        after(Duration.ZERO, task);
    }

    @Override
    public void after(Duration delay, Runnable task) {
        tasks.add(new Task(now + delay.toNanos(), given++, task));
    }

    /** Does all that is due until it is so, or fails after an hour. */
    public void until(BooleanSupplier condition) {
        long deadline = now + FOR_EVER.toNanos();
        while (!condition.getAsBoolean()) {
            Task next = tasks.poll();
            if (next == null || next.due() > deadline) {
                throw new AssertionError("never came to be");
            }
            now = next.due();
            next.task().run();
        }
    }

    /** Does all that is due within the duration. */
    public void pass(Duration duration) {
        long end = now + duration.toNanos();
        while (!tasks.isEmpty() && tasks.element().due() <= end) {
            Task next = tasks.remove();
            now = next.due();
            next.task().run();
        }
        now = end;
    }
}
