package io.elasticjob;

/** What becomes of a firing that could not start in time, or that came due while its shard was still running. */
public enum Misfire {
    /** The latest one runs once, as soon as it can; older ones are superseded. */
    FIRE_ONCE,
    /** It is not run; the next firing is the next run. */
    SKIP
}
