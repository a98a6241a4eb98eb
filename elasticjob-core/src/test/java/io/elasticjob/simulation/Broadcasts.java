package io.elasticjob.simulation;

import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Misfire;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;

/** Jobs that each instance runs as a whole, and one that some versions split. */
final class Broadcasts {

    private static final String EVERYWHERE = "everywhere";
    private static final String BY_HAND = "everywhere-by-hand";
    private static final String EITHER = "everywhere-or-split";

    private Broadcasts() {}

    static boolean concerns(String job) {
        return job.startsWith(EVERYWHERE);
    }

    static List<JobDefinition> deployment(SplittableRandom random) {
        JobDefinition.Builder either = JobDefinition.named(EITHER).every(Duration.ofSeconds(3));
        return List.of(
                JobDefinition.named(EVERYWHERE)
                        .every(Duration.ofSeconds(4))
                        .set(JobKey.BROADCAST, "true")
                        .misfire(random.nextBoolean() ? Misfire.SKIP : Misfire.FIRE_ONCE)
                        .set(JobKey.MISFIRE_THRESHOLD, "11s")
                        .build(),
                JobDefinition.named(BY_HAND).set(JobKey.BROADCAST, "true").build(),
                (random.nextInt(3) > 0
                                ? either.set(JobKey.BROADCAST, "true")
                                : either.shards(1 + random.nextInt(3)).failover(random.nextBoolean()))
                        .build());
    }
}
