package io.elasticjob.simulation;

import io.elasticjob.CancelRequest;
import io.elasticjob.Firing;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Misfire;
import io.elasticjob.Outcome;
import io.elasticjob.spi.ShardRunner;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;

/** Jobs whose firings are split by a planner. */
final class Divisions {

    static final String PLANNER = "partitions";
    static final int MOST_PARTS = 5;

    private static final String EVERY_SIX = "whole-planned-every-six";
    private static final String OR_NOT_AT_ALL = "whole-planned-or-not-at-all";
    private static final String BY_HAND = "whole-planned-by-hand";
    private static final String NEXT = "whole-planned-next";
    private static final String AFTER_EACH = "whole-planned-after-each";

    private static final List<String> NAMES = List.of(EVERY_SIX, OR_NOT_AT_ALL, BY_HAND, NEXT, AFTER_EACH);

    private Divisions() {}

    static boolean concerns(String job) {
        return job.startsWith("whole-planned-");
    }

    static List<JobDefinition> deployment(SplittableRandom random) {
        return List.of(
                divided(EVERY_SIX, random)
                        .every(Duration.ofSeconds(6))
                        .set(JobKey.RETRY_ATTEMPTS, Integer.toString(random.nextInt(2)))
                        .set(JobKey.RETRY_DELAY, "1s")
                        .set(JobKey.RETRY_JITTER, "0")
                        .build(),
                divided(OR_NOT_AT_ALL, random)
                        .every(Duration.ofSeconds(7))
                        .misfire(Misfire.SKIP)
                        .set(JobKey.MISFIRE_THRESHOLD, "11s")
                        .build(),
                divided(BY_HAND, random).build(),
                divided(NEXT, random)
                        .set(JobKey.AFTER, EVERY_SIX + ":ANY," + BY_HAND)
                        .build(),
                divided(AFTER_EACH, random).fixedDelay(Duration.ofMillis(2_900)).build());
    }

    /** In some versions it has a number of shards. */
    private static JobDefinition.Builder divided(String job, SplittableRandom random) {
        JobDefinition.Builder builder = JobDefinition.named(job).failover(random.nextBoolean());
        if (random.nextInt(3) == 0) {
            builder.set(JobKey.FIRING_LISTENERS, Wholes.LISTENER).set(JobKey.FIRING_LISTENER_TIMEOUT, "60s");
        }
        return random.nextInt(6) == 0
                ? builder.set(JobKey.RECORD_FIRINGS, "true").shards(1 + random.nextInt(3))
                : builder.set(JobKey.PLANNER, PLANNER).set(JobKey.PLANNER_TIMEOUT, random.nextBoolean() ? "3s" : "60s");
    }

    /** What an operator may ask for: that all of a firing ends, whichever it is, or that of a trigger. */
    static Wish anyCancel(Simulation world, SplittableRandom random) {
        String job = NAMES.get(random.nextInt(NAMES.size()));
        CancelRequest request = CancelRequest.of(job);
        List<Long> triggers = world.triggersOf(job);
        return new Wish.CancelRun(
                triggers.isEmpty() || random.nextBoolean()
                        ? request
                        : request.withFiring(new Firing.Triggered(triggers.get(random.nextInt(triggers.size())))));
    }

    /** How an execution ends. */
    static Outcome outcome(ShardRunner.Order order, SplittableRandom random) {
        return Wholes.outcome(order, random);
    }
}
