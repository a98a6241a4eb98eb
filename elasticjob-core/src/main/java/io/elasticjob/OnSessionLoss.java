package io.elasticjob;

/** What becomes of a running execution when its instance can no longer be sure that others count it as alive. */
public enum OnSessionLoss {
    /** It is interrupted and {@link ShardingContext#isCancelled()} turns true. */
    CANCEL,
    /** It goes on; its end is recorded if nobody has taken the shard by then. */
    CONTINUE
}
