package io.elasticjob.simulation;

import io.elasticjob.CancelRequest;
import io.elasticjob.Firing;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.JobPart;
import io.elasticjob.Misfire;
import io.elasticjob.Outcome;
import io.elasticjob.spi.ShardRunner;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeSet;

/** Jobs that fail and are run again, take too long, or are cancelled while they run, and what operators do to them. */
final class Cuts {

    /** Runs on trigger only; in the end for long, to be cancelled. */
    static final String BY_HAND = "tried-by-hand";

    private static final String FAILS = "fails-often";
    private static final String SLOW = "too-slow";
    private static final String DELAYED = "after-each-try";

    /** Pauses when its firings fail; operators enable it again. */
    static final String PAUSING = "pauses";

    /** More than that nobody sets. */
    static final int MOST_ATTEMPTS = 3;

    /** From a failure to the next attempt at least. */
    static final Duration SHORTEST_PAUSE = Duration.ofMillis(1_500);

    private Cuts() {}

    static boolean concerns(String job) {
        return job.equals(BY_HAND)
                || job.equals(FAILS)
                || job.equals(SLOW)
                || job.equals(DELAYED)
                || job.equals(PAUSING);
    }

    static List<JobDefinition> deployment(SplittableRandom random) {
        return List.of(
                retried(JobDefinition.named(FAILS), random, MOST_ATTEMPTS)
                        .every(Duration.ofSeconds(7))
                        .shards(1 + random.nextInt(3))
                        .misfire(random.nextBoolean() ? Misfire.SKIP : Misfire.FIRE_ONCE)
                        .set(JobKey.MISFIRE_THRESHOLD, "11s")
                        .build(),
                retried(JobDefinition.named(SLOW), random, 1)
                        .every(Duration.ofSeconds(5))
                        .shards(2)
                        .set(JobKey.TIMEOUT, "1s")
                        .set(JobKey.CANCEL_GRACE, "1500ms")
                        .build(),
                retried(JobDefinition.named(DELAYED), random, 1)
                        .fixedDelay(Duration.ofMillis(2_600))
                        .shards(2)
                        .set(JobKey.TIMEOUT, "1200ms")
                        .set(JobKey.CANCEL_GRACE, "1s")
                        .build(),
                retried(JobDefinition.named(BY_HAND), random, 2)
                        .shards(1 + random.nextInt(3))
                        .set(JobKey.CANCEL_GRACE, "2s")
                        .build(),
                retried(JobDefinition.named(PAUSING), random, 1)
                        .every(Duration.ofSeconds(2))
                        .shards(1 + random.nextInt(2))
                        .set(JobKey.TIMEOUT, "1500ms")
                        .set(JobKey.CANCEL_GRACE, "1s")
                        .set(JobKey.PAUSE_AFTER_FAILURES, Integer.toString(1 + random.nextInt(3)))
                        .build());
    }

    private static JobDefinition.Builder retried(JobDefinition.Builder job, SplittableRandom random, int most) {
        return job.failover(random.nextBoolean())
                .set(JobKey.RETRY_ATTEMPTS, Integer.toString(random.nextInt(most + 1)))
                .set(JobKey.RETRY_DELAY, SHORTEST_PAUSE.toMillis() + "ms")
                .set(JobKey.RETRY_FACTOR, "1.3")
                .set(JobKey.RETRY_MAX_DELAY, "2s")
                .set(JobKey.RETRY_JITTER, random.nextBoolean() ? "0" : "0.3");
    }

    /**
     * How an execution ends that nobody cuts off.
     *
     * @param calm whether nothing goes wrong any more: what would pause its job does not fail then
     */
    static Outcome outcome(ShardRunner.Order order, SplittableRandom random, boolean calm) {
        String job = order.context().jobName();
        boolean pauses = job.equals(PAUSING);
        return concerns(job) && !(calm && pauses) && random.nextInt(pauses ? 2 : 3) == 0
                ? new Outcome.Failed("java.io.IOException: away", List.of("java.io.IOException", "java.lang.Exception"))
                : new Outcome.Succeeded();
    }

    /** What an operator may ask for. */
    static Wish anyWish(Simulation world, SplittableRandom random) {
        List<String> jobs = List.of(BY_HAND, FAILS, SLOW, DELAYED, "every-five", "by-hand", "every-second");
        String job = jobs.get(random.nextInt(jobs.size()));
        if (random.nextInt(4) == 0) {
            return new Wish.Switch(PAUSING, JobPart.WHOLE_JOB, true);
        }
        if (random.nextInt(4) == 0 && concerns(job)) {
            return new Wish.Configure(
                    job, Map.of(JobKey.RETRY_ATTEMPTS, Integer.toString(random.nextInt(MOST_ATTEMPTS))));
        }
        CancelRequest request = CancelRequest.of(job);
        if (random.nextInt(3) == 0) {
            request = request.withShards(new TreeSet<>(List.of(random.nextInt(2))));
        }
        List<Long> triggers = world.triggersOf(job);
        if (!triggers.isEmpty() && random.nextBoolean()) {
            request = request.withFiring(new Firing.Triggered(triggers.get(0)));
        }
        return new Wish.CancelRun(request);
    }
}
