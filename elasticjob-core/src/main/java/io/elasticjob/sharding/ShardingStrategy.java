package io.elasticjob.sharding;

import java.util.List;

/**
 * Says which instance should run which shard of a job.
 *
 * <p>Every instance asks its own copy and acts on the answer without a word to the others, so a strategy is a pure
 * function of its arguments: no memory of earlier answers, no clock, no random numbers, nothing that differs between
 * two processes. {@link ShardingDecision} checks at each assignment whether a user's strategy keeps this promise.
 *
 * <p>It is called on the engine's own thread, for every job whenever instances come or go. It must answer from memory,
 * within microseconds; a strategy that blocks holds up all jobs.
 */
@FunctionalInterface
public interface ShardingStrategy {

    /**
     * Assigns every shard to exactly one of the given instances.
     *
     * @param jobName the job, so that jobs can be spread differently
     * @param shardingTotalCount the number of shards, at least 1
     * @param instances the ids of the eligible instances: at least one, none twice, unmodifiable. Their order means
     *     nothing and changes from call to call; a strategy that needs an order sorts them.
     * @return an assignment of shards 0 to {@code shardingTotalCount - 1} to some or all of {@code instances}
     */
    Assignment assign(String jobName, int shardingTotalCount, List<String> instances);
}
