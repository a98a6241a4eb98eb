package io.elasticjob.benchmarks.worker;

import io.elasticjob.benchmarks.system.SystemUnderTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Triggers a job again and again: the next time when all shards of a round have ended, with a number of rounds in flight.
 * Its job's executions call {@link #begun} and {@link #ended} on their own threads; all else is one thread's.
 */
final class RunNow {

    private static final double[] SHARES = {0.5, 0.99};

    private final int shards;
    private final AtomicLong begunCount = new AtomicLong();
    private final AtomicLong endedCount = new AtomicLong();
    private final AtomicLong firstBegun = new AtomicLong();
    private final AtomicLong lastBegun = new AtomicLong();
    private final Semaphore done = new Semaphore(0);

    RunNow(int shards) {
        this.shards = shards;
    }

    void begun() {
        long now = ExecutionLog.nowMicros();
        firstBegun.compareAndSet(0, now);
        lastBegun.set(now);
        begunCount.incrementAndGet();
    }

    void ended() {
        endedCount.incrementAndGet();
        done.release();
    }

    /**
     * @param inFlight most rounds that were asked for and have not ended
     * @param patienceMillis after which a trigger that nothing has begun of is given again
     * @param pauseMillis between two rounds
     * @return rounds, executions, triggers, those that came to nothing, and with one round in flight how long it took from a
     *     trigger to the beginning of its first and its last shard
     */
    Message run(
            SystemUnderTest system, String job, Duration duration, int inFlight, int patienceMillis, int pauseMillis)
            throws Exception {
        List<Long> first = new ArrayList<>();
        List<Long> last = new ArrayList<>();
        long begin = System.nanoTime();
        long executionsBefore = endedCount.get();
        long rounds = 0;
        long triggers = 0;
        long asked = 0;
        for (int i = 0; i < inFlight; i++) {
            asked = trigger(system, job);
            triggers++;
        }
        long seen = begunCount.get();
        while (System.nanoTime() - begin < duration.toNanos()) {
            if (done.tryAcquire(shards, patienceMillis, TimeUnit.MILLISECONDS)) {
                rounds++;
                long begun = firstBegun.get();
                if (begun != 0) { // else it was a trigger's of an earlier round, which was given again too soon
                    first.add(begun - asked);
                    last.add(lastBegun.get() - asked);
                }
                if (pauseMillis > 0) {
                    Thread.sleep(pauseMillis);
                }
                if (inFlight == 1) {
                    done.drainPermits();
                }
                asked = trigger(system, job);
                triggers++;
            } else if (begunCount.get() == seen && done.availablePermits() == 0) {
                system.trigger(job); // "asked" stays: the round counts from its first trigger
                triggers++;
            }
            seen = begunCount.get();
        }
        double elapsed = (System.nanoTime() - begin) / 1e9;
        long executions = endedCount.get() - executionsBefore;
        done.tryAcquire(shards * inFlight, patienceMillis, TimeUnit.MILLISECONDS); // nothing is left for the next run
        done.drainPermits();
        Message told = Message.of("ok")
                .with("roundsPerSecond", rounds / elapsed)
                .with("executionsPerSecond", executions / elapsed)
                .with("executions", executions)
                .with("triggers", triggers)
                .with("lost", Math.max(0, triggers - rounds - inFlight));
        return inFlight == 1 ? with(with(told, "first", first), "last", last) : told;
    }

    private long trigger(SystemUnderTest system, String job) throws Exception {
        firstBegun.set(0);
        long asked = ExecutionLog.nowMicros();
        system.trigger(job);
        return asked;
    }

    private static Message with(Message told, String name, List<Long> micros) {
        long[] sorted = micros.stream().mapToLong(Long::longValue).sorted().toArray();
        Message more = told;
        for (double share : SHARES) {
            int at = (int) Math.ceil(share * sorted.length) - 1;
            more = more.with(
                    name + "P" + Math.round(share * 100), sorted.length == 0 ? Double.NaN : sorted[at] / 1_000.0);
        }
        return more;
    }
}
