package io.elasticjob.alert;

import java.util.Locale;

/**
 * What is worth an alert.
 *
 * @since 0.1.0
 */
public enum AlertCondition {
    /** A shard of a job has failed so many times in a row on this instance. */
    FAILURES_IN_A_ROW(true),
    /** This instance has disabled a job, because its firings failed one after another. */
    PAUSED(false),
    /** An execution on this instance still runs after so long. */
    LONGER_THAN(true),
    /** Nobody has begun a firing that came due long ago; told by the leader. */
    OVERDUE(false),
    /** A firing has not ended by its deadline; told by the leader. */
    DEADLINE_MISSED(false),
    /** An execution on this instance was overtaken, so that nothing of it is recorded. */
    FENCED(false),
    /** An instance died while it ran a shard, and nobody runs that again. */
    LOST(false),
    /** A job cannot run on this instance as it is declared. */
    REFUSED(false),
    /** A value in the registry cannot be read by this version. */
    UNREADABLE(false),
    /** The registry was emptied, restored from a backup, or somebody deleted folders of it. */
    DATA_LOST(false),
    /** The clock of this instance is too far from the registry's, be it that this does harm or that it is ignored. */
    CLOCK_OFF(true),
    /** The registry's clock has stepped, and this instance does not follow it. */
    REGISTRY_CLOCK_STEPPED(true),
    /** The engine of this instance stood still. */
    STUCK(true),
    /** The engine of this instance turns and is connected, and does not do its work. */
    IMPAIRED(true),
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
