package io.elasticjob;

/**
 * The user's code for one shard of a firing.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface SimpleJob {

    /**
     * Runs one shard of one firing, on a thread of the instance's execution pool. Shards of one firing run in parallel, on
     * this instance and on others; one shard never runs twice at the same time.
     *
     * @throws Exception to make this execution fail; the next firing runs all the same
     */
    void execute(ShardingContext context) throws Exception;
}
