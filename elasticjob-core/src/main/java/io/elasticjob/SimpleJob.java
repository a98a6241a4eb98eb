package io.elasticjob;

/** The user's code for one shard of a firing. */
@FunctionalInterface
public interface SimpleJob {

    /**
     * Runs one shard of one firing, on a thread of the instance's execution pool. Shards of one firing run side by side,
     * on this instance and on others; one shard never runs twice at once.
     *
     * @throws Exception makes this execution a failed one; the next firing runs all the same
     */
    void execute(ShardingContext context) throws Exception;
}
