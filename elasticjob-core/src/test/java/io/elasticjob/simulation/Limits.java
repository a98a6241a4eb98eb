package io.elasticjob.simulation;

import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** Jobs of which not all shards may run at a time, and what operators do to them. */
final class Limits {

    private static final String ALONE = "few-at-a-time";
    private static final String FIRST = "shares-first";
    private static final String BOTH = "shares-both";
    private static final String LAST = "shares-last";

    private Limits() {}

    static List<JobDefinition> deployment(SplittableRandom random) {
        return List.of(
                JobDefinition.named(ALONE)
                        .every(Duration.ofSeconds(3))
                        .shards(4)
                        .failover(random.nextBoolean())
                        .set(JobKey.MAX_CONCURRENT_SHARDS, String.valueOf(1 + random.nextInt(2)))
                        .build(),
                shares(FIRST, "db", 8, random)
                        .every(Duration.ofSeconds(5))
                        .shards(2)
                        .build(),
                shares(BOTH, "api,db", 5, random)
                        .every(Duration.ofSeconds(9))
                        .set(JobKey.MAX_CONCURRENT_SHARDS, "1")
                        .build(),
                shares(LAST, "db", 2, random)
                        .every(Duration.ofSeconds(2))
                        .shards(3)
                        .build());
    }

    private static JobDefinition.Builder shares(String job, String limits, int priority, SplittableRandom random) {
        return JobDefinition.named(job)
                .failover(random.nextBoolean())
                .set(JobKey.LIMITS, limits)
                .set(JobKey.PRIORITY, String.valueOf(priority));
    }

    /** What a version of the application declares: each may allow another number. */
    static Map<String, Integer> declared(List<JobDefinition> jobs) {
        int seed = jobs.stream().mapToInt(JobDefinition::shardingTotalCount).sum();
        return Map.of("db", 1 + seed % 3, "api", 1 + seed % 2);
    }

    /** What an operator may ask for. */
    static Wish anyWish(SplittableRandom random) {
        String job = List.of(ALONE, FIRST, BOTH, LAST).get(random.nextInt(4));
        Map<JobKey, String> settings = new TreeMap<>();
        switch (random.nextInt(3)) {
            case 0 -> settings.put(JobKey.MAX_CONCURRENT_SHARDS, String.valueOf(1 + random.nextInt(3)));
            case 1 ->
                settings.put(JobKey.LIMITS, List.of("", "db", "api", "api,db").get(random.nextInt(4)));
            default -> settings.put(JobKey.PRIORITY, String.valueOf(1 + random.nextInt(10)));
        }
        return new Wish.Configure(job, settings);
    }
}
