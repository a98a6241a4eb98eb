package io.elasticjob.runner;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Daemon threads up to a limit, made when work comes and none is idle, and gone after a while without any.
 *
 * <p>To wake a thread costs more than many an execution does. So the one that brings work sees to it only that somebody is on
 * the way; who takes work and leaves some behind sees to it in turn before it begins, and who has done its work looks for
 * more before it rests. A thousand short executions are done by a few threads that hardly ever rest; long ones soon have
 * a thread each, all the same.
 *
 * <p>A thread inherits nothing from the one that makes it, and nothing that a task leaves on it is found by the next. Where
 * that cannot be had otherwise, a thread does one task and is replaced.
 */
final class PlatformThreads implements Executor {

    private static final Logger log = LoggerFactory.getLogger(PlatformThreads.class);

    private static final Duration IDLE = Duration.ofSeconds(10);

    /** More at a time would wait for a processor on their way. */
    private static final int MOST_ON_THE_WAY = Runtime.getRuntime().availableProcessors();

    private final int most;

    /** Whether thread locals are emptied after each task; if not, the thread is replaced. */
    private final boolean erases;

    private final ReentrantLock lock = new ReentrantLock();

    // Guarded by the lock.
    private final Deque<Runnable> waiting = new ArrayDeque<>();
    /** The one that rested last comes first: the others may end. */
    private final Deque<Worker> idle = new ArrayDeque<>();

    private int threads;
    private int onTheWay;
    private int made;
    private boolean shutdown;

    PlatformThreads(int most) {
        this(most, ThreadLocals.erasable());
    }

    PlatformThreads(int most, boolean erases) {
        this.most = most;
        this.erases = erases;
    }

    /** @throws RejectedExecutionException after {@link #shutdown()} */
    @Override
    public void execute(Runnable task) {
        Worker fresh;
        lock.lock();
        try {
            if (shutdown) {
                throw new RejectedExecutionException("the threads are shut down");
            }
            waiting.add(task);
            fresh = call();
        } finally {
            lock.unlock();
        }
        if (fresh != null && !start(fresh)) {
            requireSomebody(task);
        }
    }

    /** Takes nothing more; what waits is still done, and the threads end. Does not wait, nor interrupt. */
    void shutdown() {
        lock.lock();
        try {
            shutdown = true;
            idle.forEach(worker -> worker.called.signal());
        } finally {
            lock.unlock();
        }
    }

    /** Has one more come for what waits, under the lock; gives one that is to be started, if none is idle. */
    private @Nullable Worker call() {
        if (onTheWay >= Math.min(MOST_ON_THE_WAY, waiting.size())) {
            return null;
        }
        Worker next = idle.pollFirst();
        if (next == null && threads == most) {
            return null; // the one that ends first takes it
        }
        onTheWay++;
        if (next != null) {
            next.comes = true;
            next.called.signal();
            return null;
        }
        threads++;
        return new Worker(++made);
    }

    /** False when the system gives no more threads. */
    private boolean start(Worker fresh) {
        try {
            fresh.thread.start();
            return true;
        } catch (OutOfMemoryError refused) {
            log.error(
                    "No further thread can be started besides the {} that run; executions wait for these",
                    threads,
                    refused);
            lock.lock();
            try {
                threads--;
                onTheWay--;
            } finally {
                lock.unlock();
            }
            return false;
        }
    }

    /** @throws RejectedExecutionException when nobody is there who could ever take it */
    private void requireSomebody(Runnable task) {
        lock.lock();
        try {
            if (threads == 0 && waiting.remove(task)) {
                throw new RejectedExecutionException("there is no thread to be had");
            }
        } finally {
            lock.unlock();
        }
    }

    private final class Worker implements Runnable {

        private final Thread thread;
        private final Condition called = lock.newCondition();

        /** Whether it is on the way: it was called, or made, and has not looked for work yet. */
        private boolean comes = true;

        private Worker(int number) {
            thread = new Thread(null, this, "elasticjob-" + number, 0, false);
            thread.setDaemon(true);
            thread.setPriority(Thread.NORM_PRIORITY);
            thread.setContextClassLoader(PlatformThreads.class.getClassLoader());
        }

        @Override
        public void run() {
            Runnable task;
            while ((task = next()) != null) {
                try {
                    task.run();
                } catch (Throwable unexpected) { // the next one must not suffer from it
                    log.error(
                            "A task of the thread {} failed; the thread continues with the next one",
                            thread.getName(),
                            unexpected);
                }
                if (!cleanUp()) {
                    leave();
                    return;
                }
            }
        }

        /** Takes away what the task left here; false when this thread has to be replaced for that. */
        private boolean cleanUp() {
            if (thread.getUncaughtExceptionHandler() != thread.getThreadGroup()) {
                thread.setUncaughtExceptionHandler(null);
            }
            if (erases) {
                ThreadLocals.erase();
            }
            return erases;
        }

        /** Ends, and has somebody else come for what waits. */
        private void leave() {
            Worker fresh;
            lock.lock();
            try {
                threads--;
                fresh = call();
            } finally {
                lock.unlock();
            }
            if (fresh != null) {
                start(fresh);
            }
        }

        /** What to do next; null when there was nothing for long enough. */
        private @Nullable Runnable next() {
            Runnable task;
            Worker fresh;
            lock.lock();
            try {
                arrive();
                while ((task = waiting.poll()) == null) {
                    if (shutdown || !rest()) {
                        threads--;
                        return null;
                    }
                }
                fresh = call();
            } finally {
                lock.unlock();
            }
            if (fresh != null) {
                start(fresh); // if not, this one will look for more
            }
            return task;
        }

        private void arrive() {
            if (comes) {
                comes = false;
                onTheWay--;
            }
        }

        /** False when nobody called for long enough. */
        private boolean rest() {
            idle.addFirst(this);
            long left = IDLE.toNanos();
            while (!comes && left > 0 && !shutdown) {
                try {
                    left = called.awaitNanos(left);
                } catch (InterruptedException meantForAnExecution) {
                    log.debug("{} was interrupted while it rested", thread.getName());
                }
            }
            idle.remove(this);
            boolean wasCalled = comes;
            arrive();
            return wasCalled || shutdown;
        }
    }
}
