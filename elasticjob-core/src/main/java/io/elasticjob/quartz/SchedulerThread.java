package io.elasticjob.quartz;

import org.quartz.spi.ThreadPool;

/** A pool without threads: what Quartz gives it runs at once, on Quartz's scheduler thread. */
final class SchedulerThread implements ThreadPool {

    @Override
    public boolean runInThread(Runnable ring) {
        ring.run();
        return true;
    }

    /** As many as asked for: so a batch may be as large as the scheduler likes. */
    @Override
    public int blockForAvailableThreads() {
        return Integer.MAX_VALUE;
    }

    @Override
    public int getPoolSize() {
        return 0;
    }

    @Override
    public void initialize() {}

    @Override
    public void shutdown(boolean waitForJobsToComplete) {}

    @Override
    public void setInstanceId(String id) {}

    @Override
    public void setInstanceName(String name) {}
}
