package io.elasticjob;

/**
 * This execution no longer holds its shard: another instance has taken it, the job was removed, or its own instance can
 * no longer be sure that others count it as alive. {@link ShardingContext#isCancelled()} is true. Nothing that the
 * handler does from now on is recorded; the best that it can do is to end.
 */
public class ShardLostException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public ShardLostException(String message) {
        super(message);
    }

    public ShardLostException(String message, Throwable cause) {
        super(message, cause);
    }
}
