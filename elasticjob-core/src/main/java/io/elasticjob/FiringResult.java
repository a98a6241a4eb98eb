package io.elasticjob;

/**
 * How a firing ended as a whole.
 *
 * @since 0.1.0
 */
public enum FiringResult {
    /** Each shard that ran has succeeded. */
    SUCCEEDED,
    /** At least one shard has ended otherwise. */
    FAILED,
    /** No shard ran. */
    SKIPPED
}
