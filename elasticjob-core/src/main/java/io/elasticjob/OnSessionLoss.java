package io.elasticjob;

/**
 * What happens to a running execution when its instance can no longer be sure that its session lives.
 *
 * @since 0.1.0
 */
public enum OnSessionLoss {
    /** It is interrupted, and {@link ShardingContext#isCancelled()} becomes true. */
    CANCEL,
    /** It continues. Its end is recorded if no other instance has taken the shard by then. */
    CONTINUE
}
