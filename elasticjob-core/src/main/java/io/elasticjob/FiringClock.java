package io.elasticjob;

/**
 * Which clock says what is due.
 *
 * @since 0.1.0
 */
public enum FiringClock {
    /**
     * ZooKeeper's, as its answers tell it, carried on by this process's stopwatch. No firing starts before ZooKeeper's clock
     * has reached it, however wrong the clock of the machine is.
     */
    REGISTRY,
    /** That of the machine, as long as it differs from ZooKeeper's by no more than {@code elasticjob.max-time-diff}. */
    LOCAL
}
