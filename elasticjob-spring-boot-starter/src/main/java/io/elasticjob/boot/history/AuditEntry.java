package io.elasticjob.boot.history;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * What somebody has asked for: who, what, when and why. No values are in it.
 *
 * @param id unique in the namespace
 * @param by who and why
 * @param what was asked for
 * @param result what came of it
 */
public record AuditEntry(String id, Instant at, By by, What what, Result result) {

    /** To the millisecond, as it is kept. */
    public AuditEntry {
        at = at.truncatedTo(ChronoUnit.MILLIS);
    }

    /** Latest first: the order of pages. */
    public static final Comparator<AuditEntry> LATEST_FIRST =
            Comparator.comparing(AuditEntry::at).thenComparing(AuditEntry::id).reversed();

    /** What came of a request. */
    public enum Result {
        DONE,
        REFUSED,
        /** ZooKeeper did not answer: it may have been done, or not. */
        UNKNOWN
    }

    /** By which way a request came. */
    public enum Origin {
        /** The endpoint: over HTTP or JMX. */
        ENDPOINT,
        /** {@code JobOperations}, in the application. */
        APPLICATION,
        /** {@code JobOperations}, by the handler of a job. */
        JOB
    }

    /**
     * Who, by which way, and why.
     *
     * @param who a name; of a handler that gives none, the name of its job; "" when nobody is known
     * @param why in words; "" when no reason was given
     * @param instance name of the one that was asked
     */
    public record By(String who, String why, Origin origin, String instance) {}

    /**
     * What was asked for.
     *
     * @param operation its name, as the endpoint has it
     * @param kind {@code job} or {@code instance}
     * @param name of the job, name or id of the instance
     * @param detail shards, firing, keys: no values; "" when there is none
     * @param why it was refused; null when it was not
     */
    public record What(
            String operation,
            String kind,
            String name,
            String detail,
            @Nullable String why) {}
}
