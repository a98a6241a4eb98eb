package io.elasticjob.engine;

import java.util.List;

/**
 * A job with the records of its shards, as just read from the registry.
 *
 * @param shards ascending, without those that a smaller number of shards has retired
 */
public record JobDetail(JobView job, List<ShardView> shards) {}
