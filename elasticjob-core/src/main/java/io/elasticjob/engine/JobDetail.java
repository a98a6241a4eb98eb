package io.elasticjob.engine;

import io.elasticjob.TriggerStatus;
import java.util.List;

/**
 * A job with the records of its shards, as just read from the registry.
 *
 * @param shards ascending, without those that a smaller number of shards has retired and no trigger lists
 * @param triggers that are not done yet, in the order in which each shard runs them
 */
public record JobDetail(JobView job, List<ShardView> shards, List<TriggerStatus> triggers) {

    /** A job that nobody has triggered. */
    public JobDetail(JobView job, List<ShardView> shards) {
        this(job, shards, List.of());
    }
}
