package io.elasticjob;

/**
 * What happens to a firing that could not start in time, or that came due while its shard was still running.
 *
 * @since 0.1.0
 */
public enum Misfire {
    /** The latest missed firing runs once, as soon as possible; older ones are superseded. */
    FIRE_ONCE,
    /** Missed firings do not run; the next firing on time does. */
    SKIP,
    /** Each missed firing runs, one after another, the oldest first, as far as {@link CatchUp} allows. */
    RUN_ALL
}
