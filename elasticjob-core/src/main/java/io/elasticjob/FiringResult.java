package io.elasticjob;

/**
 * How a firing ended as a whole.
 *
 * @since 0.1.0
 */
public enum FiringResult {
    /** At least one shard has succeeded, and each other one that ran has as well, or had nothing to do. */
    SUCCEEDED,
    /** At least one shard has ended otherwise. */
    FAILED,
    /** No shard ran, or each that ran had nothing to do ({@link Outcome.Skipped}). */
    SKIPPED
}
