package io.elasticjob;

/**
 * A checkpoint may or may not have been written: ZooKeeper did not answer for long, or the thread was interrupted while it
 * waited. As far as is known, the execution still holds its shard. It may continue, and write a later checkpoint.
 *
 * @since 0.1.0
 */
public class CheckpointUnconfirmedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public CheckpointUnconfirmedException(String message) {
        super(message);
    }

    public CheckpointUnconfirmedException(String message, Throwable cause) {
        super(message, cause);
    }
}
