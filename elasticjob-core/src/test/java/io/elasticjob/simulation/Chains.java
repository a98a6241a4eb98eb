package io.elasticjob.simulation;

import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Outcome;
import io.elasticjob.TriggerRequest;
import io.elasticjob.spi.ShardRunner;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/** Jobs that run after one another, and join: two branches of one job, and what runs after both of them. */
final class Chains {

    static final String FIRST = "chain-first";
    static final String LEFT = "chain-left";
    static final String RIGHT = "chain-right";
    static final String ALL = "chain-of-all";
    static final String ANY = "chain-of-any";
    static final String LAST = "chain-last";

    static final Set<String> NAMES = Set.of(FIRST, LEFT, RIGHT, ALL, ANY, LAST);

    private Chains() {}

    static boolean concerns(String job) {
        return job.startsWith("chain-");
    }

    static List<JobDefinition> deployment(SplittableRandom random) {
        return List.of(
                job(FIRST, random)
                        .every(Duration.ofSeconds(5))
                        .shards(1 + random.nextInt(3))
                        .build(),
                job(LEFT, random).set(JobKey.AFTER, FIRST).build(),
                job(RIGHT, random)
                        .set(JobKey.AFTER, FIRST + ":ANY")
                        .shards(1 + random.nextInt(2))
                        .build(),
                job(ALL, random)
                        .set(JobKey.AFTER, LEFT + "," + RIGHT)
                        .set(JobKey.JOIN, "ALL")
                        .build(),
                job(ANY, random)
                        .set(JobKey.AFTER, LEFT + ":ANY," + RIGHT)
                        .set(JobKey.JOIN, "ANY")
                        .build(),
                job(LAST, random)
                        .set(JobKey.AFTER, ALL + "," + ANY + "," + RIGHT + ":ANY")
                        .set(JobKey.JOIN, "ALL")
                        .build());
    }

    private static JobDefinition.Builder job(String job, SplittableRandom random) {
        return JobDefinition.named(job).failover(random.nextBoolean()).set(JobKey.RECORD_FIRINGS, "true");
    }

    /** How an execution ends. */
    static Outcome outcome(ShardRunner.Order order, SplittableRandom random) {
        int kind = concerns(order.context().jobName()) ? random.nextInt(10) : 9;
        return switch (kind) {
            case 0 -> new Outcome.Failed("java.io.IOException: away", List.of("java.io.IOException"));
            case 1 -> new Outcome.Skipped("nothing there");
            default -> new Outcome.Succeeded(kind < 5 ? "row " + random.nextInt(100) : "");
        };
    }

    /** What is asked for by hand: the whole chain, or one branch of it, or that the first job is another one from now on. */
    static Wish anyWish(SplittableRandom random) {
        return switch (random.nextInt(4)) {
            case 0 -> new Wish.Trigger(TriggerRequest.of(LEFT));
            case 1 -> new Wish.Remove(FIRST);
            default -> new Wish.Trigger(TriggerRequest.of(FIRST));
        };
    }
}
