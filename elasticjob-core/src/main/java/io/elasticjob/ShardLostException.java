package io.elasticjob;

import org.jspecify.annotations.Nullable;

/**
 * This execution no longer holds its shard: another instance has taken it, the job was removed, or its own instance can
 * no longer be sure that its session lives. {@link ShardingContext#isCancelled()} is true. Nothing that the handler does
 * from now on is recorded: it should end.
 *
 * @since 0.1.0
 */
public class ShardLostException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final Cancellation cancellation;

    /** With {@link Cancellation.Reason#SHARD_LOST}. */
    public ShardLostException(String message) {
        this(message, new Cancellation(Cancellation.Reason.SHARD_LOST, "", message), null);
    }

    public ShardLostException(Cancellation why) {
        this(why.text(), why, null);
    }

    /** The same one, as it is seen by the thread that waited for it: the cause keeps the trace of where it was made. */
    public ShardLostException(ShardLostException cause) {
        this(String.valueOf(cause.getMessage()), cause.cancellation, cause);
    }

    private ShardLostException(String message, Cancellation cancellation, @Nullable Throwable cause) {
        super(message, cause);
        this.cancellation = cancellation;
    }

    /** Why the shard is lost; what {@link ShardingContext#cancellation()} gives. */
    public Cancellation cancellation() {
        return cancellation;
    }
}
