package io.elasticjob.benchmarks.worker;

import io.elasticjob.benchmarks.system.SystemUnderTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Triggers jobs again and again, each the next time when all shards of its last round have ended, so that one round of each
 * is in flight. All but {@link Rounds#begun} and {@link Rounds#ended} is one thread's.
 */
final class RunNow {

    private static final double[] SHARES = {0.5, 0.99};

    /** The rounds of one job. Its executions call {@link #begun} and {@link #ended} on their own threads. */
    final class Rounds {

        private final String job;
        private final int shards;
        private final AtomicLong firstBegun = new AtomicLong();
        private final AtomicLong lastBegun = new AtomicLong();
        private final AtomicInteger left = new AtomicInteger();

        // Of the present round: when it was asked for, in microseconds, and when it was last, by the stopwatch.
        private long asked;
        private long triedNanos;

        private Rounds(String job, int shards) {
            this.job = job;
            this.shards = shards;
        }

        void begun() {
            long now = ExecutionLog.nowMicros();
            firstBegun.compareAndSet(0, now);
            lastBegun.set(now);
        }

        void ended() {
            executions.incrementAndGet();
            if (left.decrementAndGet() == 0) {
                over.add(this);
            }
        }
    }

    private final Map<String, Rounds> jobs = new LinkedHashMap<>();
    private final AtomicLong executions = new AtomicLong();
    private final BlockingQueue<Rounds> over = new LinkedBlockingQueue<>();

    /** Those that are in flight, the longest not tried first. */
    private final Set<Rounds> inFlight = new LinkedHashSet<>();

    /** One job more. */
    Rounds job(String name, int shards) {
        Rounds rounds = new Rounds(name, shards);
        jobs.put(name, rounds);
        return rounds;
    }

    /**
     * @param patienceMillis after which a trigger that nothing has begun of is given again
     * @param pauseMillis between two rounds
     * @return rounds, executions, triggers, those that came to nothing, and with one job how long it took from a trigger to
     *     the beginning of its first and its last shard
     */
    Message run(SystemUnderTest system, Duration duration, int patienceMillis, int pauseMillis) throws Exception {
        List<Long> first = new ArrayList<>();
        List<Long> last = new ArrayList<>();
        long patience = TimeUnit.MILLISECONDS.toNanos(patienceMillis);
        long begin = System.nanoTime();
        long executionsBefore = executions.get();
        long rounds = 0;
        long triggers = 0;
        for (Rounds each : jobs.values()) {
            ask(system, each);
            triggers++;
        }
        while (System.nanoTime() - begin < duration.toNanos()) {
            Rounds oldest = inFlight.iterator().next();
            long wait = patience - (System.nanoTime() - oldest.triedNanos);
            Rounds ended = over.poll(Math.max(0, wait), TimeUnit.NANOSECONDS);
            if (ended != null) {
                rounds++;
                long begun = ended.firstBegun.get();
                if (begun != 0) { // else it was a trigger's of an earlier round, which was given again too soon
                    first.add(begun - ended.asked);
                    last.add(ended.lastBegun.get() - ended.asked);
                }
                if (pauseMillis > 0) {
                    Thread.sleep(pauseMillis);
                }
                ask(system, ended);
                triggers++;
            } else if (oldest.firstBegun.get() == 0) {
                give(system, oldest); // "asked" stays: the round counts from its first trigger
                triggers++;
            } else {
                tried(oldest);
            }
        }
        double elapsed = (System.nanoTime() - begin) / 1e9;
        long executed = executions.get() - executionsBefore;
        awaitTheRest(patience);
        Message told = Message.of("ok")
                .with("roundsPerSecond", rounds / elapsed)
                .with("executionsPerSecond", executed / elapsed)
                .with("executions", executed)
                .with("triggers", triggers)
                .with("lost", Math.max(0, triggers - rounds - jobs.size()));
        return jobs.size() == 1 ? with(with(told, "first", first), "last", last) : told;
    }

    private void ask(SystemUnderTest system, Rounds rounds) throws Exception {
        rounds.firstBegun.set(0);
        rounds.left.set(rounds.shards);
        rounds.asked = ExecutionLog.nowMicros();
        give(system, rounds);
    }

    private void give(SystemUnderTest system, Rounds rounds) throws Exception {
        tried(rounds);
        system.trigger(rounds.job);
    }

    private void tried(Rounds rounds) {
        rounds.triedNanos = System.nanoTime();
        inFlight.remove(rounds);
        inFlight.add(rounds);
    }

    /** Nothing is left for the next run. */
    private void awaitTheRest(long patience) throws InterruptedException {
        long begin = System.nanoTime();
        while (!inFlight.isEmpty()) {
            Rounds ended = over.poll(Math.max(0, patience - (System.nanoTime() - begin)), TimeUnit.NANOSECONDS);
            if (ended == null) {
                inFlight.clear();
            } else {
                inFlight.remove(ended);
            }
        }
        jobs.values().forEach(each -> each.left.set(0));
        over.clear();
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
