package io.elasticjob.simulation;

import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Misfire;
import io.elasticjob.Outcome;
import io.elasticjob.spi.ShardRunner;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;

/** Jobs whose firings are recorded as wholes. */
final class Wholes {

    /** The listener of those that have one. */
    static final String LISTENER = "audit";

    private static final String EVERY_FIVE = "whole-every-five";
    private static final String OR_NOT_AT_ALL = "whole-or-not-at-all";
    private static final String BY_HAND = "whole-by-hand";
    private static final String NEXT = "whole-next";
    private static final String DELAYED = "whole-after-each";

    private Wholes() {}

    static List<String> names() {
        return List.of(EVERY_FIVE, OR_NOT_AT_ALL, BY_HAND, NEXT, DELAYED);
    }

    static boolean concerns(String job) {
        return job.startsWith("whole-");
    }

    static List<JobDefinition> deployment(SplittableRandom random) {
        return List.of(
                listened(EVERY_FIVE, random)
                        .set(JobKey.FIRING_DEADLINE, "3s")
                        .every(Duration.ofSeconds(5))
                        .shards(1 + random.nextInt(4))
                        .set(JobKey.RETRY_ATTEMPTS, Integer.toString(random.nextInt(2)))
                        .set(JobKey.RETRY_DELAY, "1s")
                        .set(JobKey.RETRY_JITTER, "0")
                        .build(),
                listened(OR_NOT_AT_ALL, random)
                        .set(JobKey.FIRING_DEADLINE, "8s")
                        .every(Duration.ofSeconds(4))
                        .shards(3)
                        .misfire(Misfire.SKIP)
                        .set(JobKey.MISFIRE_THRESHOLD, "11s")
                        .build(),
                listened(BY_HAND, random).shards(1 + random.nextInt(3)).build(),
                listened(NEXT, random)
                        .set(JobKey.AFTER, EVERY_FIVE + ":ANY," + BY_HAND)
                        .shards(2)
                        .build(),
                listened(DELAYED, random)
                        .fixedDelay(Duration.ofMillis(2_900))
                        .shards(2)
                        .build());
    }

    private static JobDefinition.Builder listened(String job, SplittableRandom random) {
        JobDefinition.Builder builder = JobDefinition.named(job).failover(random.nextBoolean());
        return random.nextInt(3) == 0
                ? builder.set(JobKey.RECORD_FIRINGS, "true")
                : builder.set(JobKey.FIRING_LISTENERS, LISTENER).set(JobKey.FIRING_LISTENER_TIMEOUT, "3s");
    }

    /** How an execution ends. */
    static Outcome outcome(ShardRunner.Order order, SplittableRandom random) {
        return concerns(order.context().jobName()) && random.nextInt(8) == 0
                ? new Outcome.Failed("java.io.IOException: away", List.of("java.io.IOException", "java.lang.Exception"))
                : new Outcome.Succeeded();
    }
}
