package io.elasticjob.simulation;

import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Jobs whose shards are at home with instances, and jobs that not every instance runs, or not every number of them. */
final class Placements {

    /** So long instances have to be the same until shards get another home. */
    static final Duration HOMES_AFTER = Duration.ofSeconds(25);

    static final int ARE_A_PAIR = 2;
    static final int FEW = 1;
    static final String NOT_B = "zone!=b";

    static final String AT_HOME = "at-home";
    static final String FEW_EACH = "few-each";
    static final String PAIR = "pair";
    static final String ZONE = "in-a-zone";

    private Placements() {}

    static List<JobDefinition> deployment(SplittableRandom random) {
        return List.of(
                JobDefinition.named(AT_HOME)
                        .every(Duration.ofSeconds(4))
                        .shards(2 + random.nextInt(4))
                        .set(JobKey.SHARDING_STRATEGY, "static")
                        .failover(random.nextBoolean())
                        .build(),
                JobDefinition.named(FEW_EACH)
                        .every(Duration.ofSeconds(4))
                        .shards(3)
                        .set(JobKey.MAX_SHARDS_PER_INSTANCE, Integer.toString(FEW))
                        .build(),
                JobDefinition.named(PAIR)
                        .every(Duration.ofSeconds(3))
                        .set(JobKey.MIN_INSTANCES, Integer.toString(ARE_A_PAIR))
                        .build(),
                JobDefinition.named(ZONE)
                        .every(Duration.ofSeconds(3))
                        .shards(2)
                        .set(JobKey.LABELS, NOT_B)
                        .build());
    }

    /** Of a process, by its name: so it has the same again when it comes back. */
    static Map<String, String> labels(String process) {
        return Map.of("zone", Integer.parseInt(process.substring(1)) % 2 == 0 ? "a" : "b");
    }

    /** Whether so many instances that may run a job are enough for all of its shards. */
    static boolean isEnough(JobDefinition job, int shards, long instances) {
        int most = job.placement().maxShardsPerInstance();
        return instances > 0
                && instances >= job.placement().minInstances()
                && (most == 0 || instances * most >= shards);
    }

    /** Whether it may have to wait for instances. */
    static boolean mayWait(JobDefinition job) {
        return job.placement().minInstances() > 1 || job.placement().maxShardsPerInstance() > 0;
    }
}
