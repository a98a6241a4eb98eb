package io.elasticjob.spi;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The clocks of the system and a thread of its own, {@code elasticjob-loop}. The one place in production code that reads a
 * clock. The thread is no daemon: a process whose only work is its jobs stays alive for them, until {@link #close()}. One
 * made by {@link #daemon(String)} keeps no process alive.
 *
 * <p>A task that throws is logged and harms no other. After {@link #close()} tasks are ignored.
 */
public final class SystemTimekeeper implements Timekeeper, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(SystemTimekeeper.class);

    private final ScheduledThreadPoolExecutor loop;

    /** Starts the loop's thread. */
    public SystemTimekeeper() {
        this("elasticjob-loop", false);
    }

    private SystemTimekeeper(String name, boolean daemon) {
        loop = new ScheduledThreadPoolExecutor(
                1,
                task -> {
                    Thread thread = new Thread(task, name);
                    thread.setDaemon(daemon); // else it would be what the thread is that makes it
                    return thread;
                },
                new ThreadPoolExecutor.DiscardPolicy());
        loop.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        // Now, and not with the first task: the thread takes its class loader from the one that starts it.
        loop.prestartCoreThread();
    }

    /** For what goes on beside the engine: starts a thread of this name, which keeps no process alive. */
    public static SystemTimekeeper daemon(String thread) {
        return new SystemTimekeeper(thread, true);
    }

    @Override
    public Instant now() {
        return Instant.now();
    }

    @Override
    public long nanoTime() {
        return nanos();
    }

    /** As {@link #nanoTime()}, without a timekeeper of one's own. */
    static long nanos() {
        return System.nanoTime();
    }

    @Override
    public void execute(Runnable task) {
        loop.execute(() -> run(task));
    }

    @Override
    public void after(Duration delay, Runnable task) {
        loop.schedule(() -> run(task), TimeUnit.NANOSECONDS.convert(delay), TimeUnit.NANOSECONDS);
    }

    /**
     * Has the thread end when it has run what was given to it before; what is not due yet is dropped. Neither waits for
     * that nor interrupts.
     */
    @Override
    public void close() {
        loop.shutdown();
    }

    private static void run(Runnable task) {
        try {
            task.run();
        } catch (Throwable e) {
            log.error(
                    "A task of the thread {} failed; the thread continues with the next one",
                    Thread.currentThread().getName(),
                    e);
        }
    }
}
