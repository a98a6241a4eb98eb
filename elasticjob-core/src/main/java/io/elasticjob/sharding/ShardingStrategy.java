package io.elasticjob.sharding;

/**
 * Says which instance should run which shard of a job.
 *
 * <p>Every instance asks its own copy and acts on the answer without a word to the others, so a strategy is a pure
 * function of its argument: no memory of earlier answers, no clock, no random numbers, nothing that differs between
 * two processes. {@link ShardingDecision} checks at each assignment whether a user's strategy keeps this promise.
 *
 * <p>It is called on the engine's own thread, for every job whenever instances come or go. It must answer from memory,
 * within microseconds; a strategy that blocks holds up all jobs.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface ShardingStrategy {

    /**
     * Assigns every shard to exactly one of the given instances.
     *
     * <p>What it throws, and an answer that breaks the promise, costs its job alone: {@code average} assigns the job's
     * shards instead, and an event tells so.
     *
     * @param sharding the job with at least one eligible instance
     * @return an assignment of all shards to the ids of some or all of {@link Sharding#instances()}
     */
    Assignment assign(Sharding sharding);
}
