package io.elasticjob.runner;

import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.RejectedExecutionHandler;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Daemon threads up to a limit, made when work comes and none is idle, and gone after a while without any. */
final class PlatformThreads extends ThreadPoolExecutor {

    private static final long IDLE_SECONDS = 10;

    PlatformThreads(int most) {
        this(most, new Waiting());
    }

    private PlatformThreads(int most, Waiting waiting) {
        super(1, most, IDLE_SECONDS, TimeUnit.SECONDS, waiting, daemons(), waiting);
        allowCoreThreadTimeOut(true);
    }

    private static ThreadFactory daemons() {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, "elasticjob-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    /**
     * A pool makes a new thread, up to its limit, for what its queue does not take: so this one takes only what an idle
     * thread waits for, and the rest when the pool has refused it.
     */
    private static final class Waiting extends LinkedTransferQueue<Runnable> implements RejectedExecutionHandler {

        @Override
        public boolean offer(Runnable task) {
            return tryTransfer(task);
        }

        @Override
        public void rejectedExecution(Runnable task, ThreadPoolExecutor pool) {
            if (pool.isShutdown()) {
                throw new RejectedExecutionException("the threads are shut down");
            }
            super.offer(task);
            pool.prestartCoreThread(); // in case all went idle and ended meanwhile
        }
    }
}
