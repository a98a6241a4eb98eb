package io.elasticjob.simulation;

import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Misfire;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;

/** Jobs whose firings come due while they run, or while nobody is there, and one that runs when a version starts. */
final class Overlaps {

    static final String QUEUES = "queues";
    static final String GIVES_WAY = "gives-way";
    static final String MAKES_UP = "makes-up";
    static final String STARTS = "on-startup";

    static final int CATCH_UP = 10;
    static final Duration CATCH_UP_AGE = Duration.ofSeconds(60);
    static final Duration PERIOD = Duration.ofSeconds(3);

    private Overlaps() {}

    static List<JobDefinition> deployment(SplittableRandom random) {
        return List.of(
                every(QUEUES, random).set(JobKey.OVERLAP, "QUEUE_ALL").build(),
                every(GIVES_WAY, random)
                        .set(JobKey.OVERLAP, "CANCEL_RUNNING")
                        .set(JobKey.CANCEL_GRACE, "1500ms")
                        .build(),
                every(MAKES_UP, random)
                        .misfire(Misfire.RUN_ALL)
                        .set(JobKey.CATCH_UP, Integer.toString(CATCH_UP))
                        .set(JobKey.CATCH_UP_AGE, CATCH_UP_AGE.toSeconds() + "s")
                        .build(),
                JobDefinition.named(STARTS)
                        .shards(2)
                        .set(JobKey.ON_STARTUP, "true")
                        .build());
    }

    private static JobDefinition.Builder every(String job, SplittableRandom random) {
        return JobDefinition.named(job)
                .every(PERIOD)
                .shards(1 + random.nextInt(2))
                .set(JobKey.MISFIRE_THRESHOLD, "11s")
                .failover(random.nextBoolean());
    }
}
