package io.elasticjob.benchmarks.system;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What a job does for one shard: the harness writes the execution down. */
@FunctionalInterface
public interface ShardBody {

    /** @param fireTime that the system says this execution is for; null when it does not say */
    void run(int shard, @Nullable Instant fireTime) throws InterruptedException;
}
