package io.elasticjob.runner;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Daemon threads up to a limit, made when work comes and gone after a while without any. */
final class PlatformThreads extends ThreadPoolExecutor {

    private static final long IDLE_SECONDS = 10;

    PlatformThreads(int most) {
        super(most, most, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>());
        allowCoreThreadTimeOut(true);
        AtomicInteger number = new AtomicInteger();
        setThreadFactory(task -> {
            Thread thread = new Thread(task, "elasticjob-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }
}
