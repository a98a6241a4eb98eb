package io.elasticjob.gateway.wire;

import io.elasticjob.ShardingContext;
import java.time.Duration;

/** How much a request may hold. Beyond it the request is refused as a whole. */
public final class WireLimits {

    /** The longest body of a request, in bytes. */
    public static final int BODY_BYTES = 1024 * 1024;

    /** How long a body may take to arrive. A worker sends what it says at once: after this time something else is wrong. */
    public static final Duration BODY_ARRIVES = Duration.ofSeconds(20);

    /** The longest name of a handler or a process, in characters. */
    public static final int NAME = 255;

    /** The longest name of a worker or a crew, in characters. */
    static final int INSTANCE_NAME = 60;

    /** The most slots of a worker. */
    public static final int SLOTS = 10_000;

    /** The most handlers of a worker. */
    public static final int HANDLERS = 1_000;

    /** The most labels of a worker. */
    public static final int LABELS = 100;

    /** The longest time for which an exchange may be parked, in milliseconds. */
    public static final long WAIT_MS = 30_000;

    /** The longest piece of a log that goes with a result or a note, in characters. */
    public static final int LOG = 64 * 1024;

    /** The longest error text of a result, in characters; the record keeps fewer. */
    static final int ERROR = 10_000;

    /** The longest reason for having nothing to do, in characters; the record keeps fewer. */
    public static final int REASON = 1_000;

    /** The longest result that is left, in bytes of UTF-8. */
    public static final int RESULT_BYTES = ShardingContext.MAX_RESULT_BYTES;

    /** The longest id of an execution. */
    static final int ID = 2_000;

    /** The longest message of a note. */
    static final int MESSAGE = 1_000;

    /** The longest checkpoint, in characters; what it may have in bytes is looked at when it is written. */
    static final int CHECKPOINT = 4_096;

    private WireLimits() {}
}
