package io.elasticjob.benchmarks.scenario;

import java.util.concurrent.TimeUnit;

/** Waiting, for what is measured to go on. */
final class Moments {

    private static final long SECOND = 1_000;

    private Moments() {}

    static void passSeconds(double seconds) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep((long) (seconds * SECOND));
    }

    /** Waits for the next whole second, and tells it, in milliseconds since the epoch. */
    static long nextSecond() throws InterruptedException {
        long next = (System.currentTimeMillis() / SECOND + 1) * SECOND;
        until(next);
        return next;
    }

    /** Waits for a moment, in milliseconds since the epoch. */
    static void until(long moment) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(Math.max(0, moment - System.currentTimeMillis()));
    }
}
