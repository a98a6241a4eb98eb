package io.elasticjob.simulation;

import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Misfire;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What copies of the application declare. */
final class Deployment {

    /** The executions of this job may go on though the session of their instance is over. */
    static final String MAY_CONTINUE = "every-five";

    /** A job that some versions of the application do not declare. */
    static final String IN_SOME_VERSIONS = "in-some-versions";

    private Deployment() {}

    /** What one version of the application declares. */
    static List<JobDefinition> of(Plan.Chapter chapter, SplittableRandom random) {
        List<JobDefinition> all = new ArrayList<>();
        if (chapter == Plan.Chapter.STREAMS) {
            all.add(JobDefinition.named(StreamPromises.STREAM)
                    .every(Duration.ofSeconds(7))
                    .shards(1 + random.nextInt(5))
                    .misfire(random.nextBoolean() ? Misfire.SKIP : Misfire.FIRE_ONCE)
                    .set(JobKey.MISFIRE_THRESHOLD, "11s")
                    .failover(random.nextBoolean())
                    .build());
        }
        if (chapter == Plan.Chapter.WHOLES || chapter == Plan.Chapter.RERUNS) {
            all.addAll(Wholes.deployment(random));
        }
        if (chapter == Plan.Chapter.DIVISIONS) {
            all.addAll(Divisions.deployment(random));
        }
        if (chapter == Plan.Chapter.CHAINS) {
            all.addAll(Chains.deployment(random));
        }
        if (chapter == Plan.Chapter.OVERLAPS) {
            all.addAll(Overlaps.deployment(random));
        }
        if (chapter == Plan.Chapter.BROADCASTS) {
            all.addAll(Broadcasts.deployment(random));
        }
        if (chapter == Plan.Chapter.HOMES) {
            all.addAll(Placements.deployment(random));
        }
        if (chapter == Plan.Chapter.CUTS) {
            all.addAll(Cuts.deployment(random));
        }
        if (chapter == Plan.Chapter.LIMITS) {
            all.addAll(Limits.deployment(random));
        }
        all.add(JobDefinition.named("every-second")
                .every(Duration.ofSeconds(1))
                .shards(1 + random.nextInt(4))
                .failover(random.nextBoolean())
                .build());
        all.add(split(MAY_CONTINUE, 1 + random.nextInt(6))
                .every(Duration.ofSeconds(5))
                .failover(random.nextBoolean())
                .set(JobKey.ON_SESSION_LOSS, random.nextBoolean() ? "CONTINUE" : "CANCEL")
                .set(JobKey.KEEP_CHECKPOINT, Boolean.toString(random.nextBoolean()))
                .build());
        all.add(JobDefinition.named("every-two-or-not-at-all")
                .every(Duration.ofSeconds(2))
                .misfire(Misfire.SKIP)
                .set(JobKey.MISFIRE_THRESHOLD, "11s")
                .build());
        all.add(JobDefinition.named("now-and-then-or-not-at-all")
                .every(Duration.ofSeconds(15))
                .misfire(Misfire.SKIP)
                .set(JobKey.MISFIRE_THRESHOLD, "11s")
                .build());
        all.add(split("by-hand", 1 + random.nextInt(4))
                .failover(random.nextBoolean())
                .build());
        all.add(JobDefinition.named("light")
                .every(Duration.ofSeconds(4))
                .shards(2)
                .monitorExecution(false)
                .build());
        all.add(JobDefinition.named("after-each")
                .fixedDelay(Duration.ofMillis(2_300))
                .set(JobKey.INITIAL_DELAY, "700ms")
                .shards(2)
                .failover(true)
                .build());
        all.add(JobDefinition.named("after-each-or-not-at-all")
                .fixedDelay(Duration.ofMillis(3_700))
                .misfire(Misfire.SKIP)
                .set(JobKey.MISFIRE_THRESHOLD, "11s")
                .build());
        if (random.nextBoolean()) {
            all.add(JobDefinition.named(IN_SOME_VERSIONS)
                    .every(Duration.ofSeconds(3))
                    .shards(2)
                    .failover(true)
                    .build());
        }
        return List.copyOf(all);
    }

    /** Settings that go together: of some jobs, each shard is told by its parameter which it is, and of how many. */
    static Map<JobKey, String> shards(String job, int shards) {
        Map<JobKey, String> settings = new TreeMap<>();
        settings.put(JobKey.SHARDING_TOTAL_COUNT, String.valueOf(shards));
        if (RunPromises.tellsItsShards(job)) {
            settings.put(
                    JobKey.SHARDING_ITEM_PARAMETERS,
                    IntStream.range(0, shards)
                            .mapToObj(shard -> shard + "=" + RunPromises.parameter(shard, shards))
                            .collect(Collectors.joining(",")));
            settings.put(JobKey.JOB_PARAMETER, RunPromises.parameter(shards));
        }
        return settings;
    }

    private static JobDefinition.Builder split(String job, int shards) {
        JobDefinition.Builder builder = JobDefinition.named(job);
        shards(job, shards).forEach(builder::set);
        return builder;
    }
}
