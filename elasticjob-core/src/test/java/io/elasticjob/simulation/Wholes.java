package io.elasticjob.simulation;

import io.elasticjob.ExecutionId;
import io.elasticjob.FiringListener;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Misfire;
import io.elasticjob.Outcome;
import io.elasticjob.spi.ShardRunner;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Jobs whose firings are recorded as wholes. */
final class Wholes {

    /** The listener of most that have one: it hears of beginnings and of ends. */
    static final String LISTENER = "audit";

    /** One that hears of beginnings only, and one of ends only. */
    private static final String OF_BEGINNINGS = "greeter";

    private static final String OF_ENDS = "reporter";

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
                : builder.set(JobKey.FIRING_LISTENERS, listenerOf(job)).set(JobKey.FIRING_LISTENER_TIMEOUT, "3s");
    }

    private static String listenerOf(String job) {
        return switch (job) {
            case BY_HAND -> OF_BEGINNINGS;
            case DELAYED -> OF_ENDS;
            default -> LISTENER;
        };
    }

    /** Of a process, by name. */
    static Map<String, FiringListener> listeners(FiringListener all) {
        return Map.of(
                LISTENER,
                all,
                OF_BEGINNINGS,
                new FiringListener() {
                    @Override
                    public void beforeFiring(Start firing) throws Exception {
                        all.beforeFiring(firing);
                    }
                },
                OF_ENDS,
                new FiringListener() {
                    @Override
                    public void afterFiring(End firing) throws Exception {
                        all.afterFiring(firing);
                    }
                });
    }

    static boolean isBeginningHeard(JobDefinition job) {
        return job.wholeFirings().listeners().stream().anyMatch(name -> !name.equals(OF_ENDS));
    }

    static boolean isEndHeard(JobDefinition job) {
        return job.wholeFirings().listeners().stream().anyMatch(name -> !name.equals(OF_BEGINNINGS));
    }

    /** How an execution ends. */
    static Outcome outcome(ShardRunner.Order order, SplittableRandom random) {
        return concerns(order.context().jobName()) && random.nextInt(8) == 0
                ? new Outcome.Failed("java.io.IOException: away", List.of("java.io.IOException", "java.lang.Exception"))
                : new Outcome.Succeeded(resultOf(order.context().executionId()));
    }

    /** What a shard leaves. */
    private static String resultOf(ExecutionId execution) {
        return execution.firing().text() + " of shard " + execution.shard();
    }
}
