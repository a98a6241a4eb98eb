package io.elasticjob.test;

import io.elasticjob.spi.Timekeeper;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.PriorityQueue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Time that stands still until a test moves it. What is due at the present instant is done at once, in order, on the one
 * thread of this time; so engines connect, assign shards and run triggers without that any time passes. Unlike
 * {@link VirtualTime}, others may work on threads of their own: {@link Work} counts them, and time waits for them.
 */
final class SteppedTime implements Timekeeper, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(SteppedTime.class);

    private static final Duration USUAL_PATIENCE = Duration.ofSeconds(10);

    private record Task(long at, long order, Runnable work) implements Comparable<Task> {

        @Override
        public int compareTo(Task other) {
            return at == other.at ? Long.compare(order, other.order) : Long.compare(at, other.at);
        }
    }

    /** Work on other threads. Begun and ended from any thread; guarded by the lock of the time. */
    final class Work {

        private int open;

        void begin() {
            lock.lock();
            try {
                open++;
            } finally {
                lock.unlock();
            }
        }

        void end() {
            lock.lock();
            try {
                open--;
                progress++;
                work.signal();
            } finally {
                lock.unlock();
            }
        }
    }

    private final Instant origin;
    private final ReentrantLock lock = new ReentrantLock();
    /** There may be something to do. */
    private final Condition work = lock.newCondition();
    /** There is nothing to do. */
    private final Condition rest = lock.newCondition();

    /** Executions of handlers. */
    private final Work executions = new Work();
    /** Listeners, and whatever hangs on answers. */
    private final Work callbacks = new Work();

    // Guarded by the lock; "nanos" is written by the thread alone.
    private final PriorityQueue<Task> tasks = new PriorityQueue<>();
    private volatile long nanos;
    private long target;
    private boolean waitsForExecutions = true;
    private boolean busy;
    private boolean closed;
    private long order;
    private long progress;

    private final Thread thread = new Thread(this::run, "elasticjob-test-time");

    SteppedTime(Instant origin) {
        this.origin = origin;
        thread.setDaemon(true);
        thread.start();
    }

    Work executions() {
        return executions;
    }

    Work callbacks() {
        return callbacks;
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
        lock.lock();
        try {
            if (!closed) {
                tasks.add(new Task(nanos + Math.max(0, delay.toNanos()), order++, task));
                work.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    boolean isMovedByThisThread() {
        return Thread.currentThread() == thread;
    }

    /** This time as a clock of the JDK. */
    Clock clock(ZoneId zone) {
        return new Clock() {
            @Override
            public ZoneId getZone() {
                return zone;
            }

            @Override
            public Clock withZone(ZoneId other) {
                return clock(other);
            }

            @Override
            public Instant instant() {
                return now();
            }
        };
    }

    /**
     * Lets time pass, and returns when all is done that is due by then.
     *
     * @param holds whether time stands still while executions run, and their ends are waited for
     * @param patience in real time, with what makes no progress
     * @param running what runs, for the message
     * @throws AssertionError when there is no progress for so long
     */
    void pass(Duration duration, boolean holds, Duration patience, Supplier<String> running) {
        if (isMovedByThisThread()) {
            throw new IllegalStateException("Time cannot be moved from within: it would wait for itself");
        }
        lock.lock();
        try {
            target = Math.max(target, nanos) + duration.toNanos();
            waitsForExecutions = holds;
            work.signal();
            long left = patience(patience);
            long seen = progress;
            while (!closed && !(nanos >= target && isQuiet())) {
                left = rest.awaitNanos(left);
                if (progress != seen) {
                    seen = progress;
                    left = patience(patience);
                } else if (left <= 0) {
                    target = nanos;
                    throw new AssertionError("Time stands still at " + now() + ": for " + patience.toMillis() + " ms "
                            + blocker(running));
                }
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while time passed", interrupted);
        } finally {
            waitsForExecutions = true;
            lock.unlock();
        }
    }

    /**
     * While time stands still: waits for listeners and whatever hangs on answers, as far as they have been called by now, or
     * are about to be by what the engine does.
     * Moves no time, and fails nobody: who reads while others move it reads what there is.
     */
    void awaitCallbacks(Duration patience) {
        lock.lock();
        try {
            long left = patience.toNanos();
            while (!closed && nanos >= target && isAtWork() && left > 0) {
                left = rest.awaitNanos(left);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    /** With handlers as it is set; with the engine and listeners not less than usual. Under the lock. */
    private long patience(Duration withHandlers) {
        boolean isForHandlers = waitsForExecutions && executions.open > 0;
        return isForHandlers || withHandlers.compareTo(USUAL_PATIENCE) > 0
                ? withHandlers.toNanos()
                : USUAL_PATIENCE.toNanos();
    }

    private String blocker(Supplier<String> running) {
        if (executions.open > 0 && waitsForExecutions) {
            return "these executions have not ended: " + running.get()
                    + ". Use advanceWhileRunning(…) for time that passes while handlers run";
        }
        return callbacks.open > 0 ? "a listener or a callback has not returned" : "the engine has not come to rest";
    }

    /** Whether nothing is left to do at the present instant. Under the lock. */
    private boolean isQuiet() {
        return !isAtWork() && (executions.open == 0 || !waitsForExecutions);
    }

    /** Whether the engine has something to do at the present instant, or has called somebody. Under the lock. */
    private boolean isAtWork() {
        return busy || callbacks.open > 0 || !tasks.isEmpty() && tasks.element().at() <= nanos;
    }

    private void run() {
        while (true) {
            Runnable task = next();
            if (task == null) {
                return;
            }
            try {
                task.run();
            } catch (Throwable failed) {
                log.error("A task of the test's time failed; the next ones are done", failed);
            }
        }
    }

    /** Waits for what is to be done; null when this time is over. */
    private @Nullable Runnable next() {
        lock.lock();
        try {
            busy = false;
            while (!closed) {
                Task first = tasks.peek();
                if (first != null && first.at() <= nanos) {
                    tasks.remove();
                    busy = true;
                    progress++;
                    return first.work();
                }
                if (nanos < target && isQuiet()) {
                    nanos = first == null ? target : Math.min(first.at(), target);
                    continue;
                }
                rest.signalAll();
                work.awaitUninterruptibly();
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    /** Nothing more is done. Waits for nothing. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            tasks.clear();
            work.signal();
            rest.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
