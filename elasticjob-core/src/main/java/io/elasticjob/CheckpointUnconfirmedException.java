package io.elasticjob;

/**
 * A checkpoint may have been written, or not: the registry gave no answer for long, or the thread was interrupted while it
 * waited. As far as is known, the execution still holds its shard: it may go on, and write a later checkpoint.
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
