package io.elasticjob.boot.alert;

import java.util.Locale;

/** What is worth an alert. */
public enum AlertCondition {
    /** A shard of a job has failed so many times in a row on this instance. */
    FAILURES_IN_A_ROW(true),
    /** An execution on this instance still runs after so long. */
    LONGER_THAN(true),
    /** Nobody has begun a firing that came due long ago; told by the leader. */
    OVERDUE(false),
    /** An execution on this instance was overtaken, so that nothing of it is recorded. */
    FENCED(false),
    /** An instance died while it ran a shard, and nobody runs that again. */
    LOST(false),
    /** A job can not run on this instance as it is declared. */
    REFUSED(false),
    /** A value in the registry can not be read by this version. */
    UNREADABLE(false),
    /** The clock of this instance is too far from the registry's. */
    CLOCK_OFF(true),
    /** The engine of this instance stood still. */
    STUCK(true),
    /** This instance has been without the registry for so long. */
    REGISTRY_AWAY(true),
    /** There were more alerts than a channel takes; how many were held back is told in their place. */
    HELD_BACK(false);

    private final boolean recovers;

    AlertCondition(boolean recovers) {
        this.recovers = recovers;
    }

    /** As it is written in properties, messages and metrics, such as {@code failures-in-a-row}. */
    public String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Whether this instance learns that it is over, so that a recovery can be told. */
    public boolean recovers() {
        return recovers;
    }
}
