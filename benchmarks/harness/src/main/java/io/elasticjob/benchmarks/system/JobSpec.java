package io.elasticjob.benchmarks.system;

/**
 * A job to be measured.
 *
 * @param index of the job in this measurement, from 0
 * @param periodSeconds between two firings, which come on whole multiples of it; only for {@link When#EVERY}; the delay
 *     of {@link When#AFTER_END}
 * @param monitoring whether the registry is told what runs
 * @param failover whether shards of a dead instance are to run again elsewhere
 */
public record JobSpec(int index, int shards, When when, int periodSeconds, boolean monitoring, boolean failover) {

    /** What has a job fire. */
    public enum When {
        EVERY,
        /** A schedule whose first fire time is far away. */
        FAR_AWAY,
        /**
         * Every second, and each shard goes on from batch to batch without end: the body runs once for each. Only asked of a
         * system that has such jobs.
         */
        STREAM,
        /** So many seconds after each end. Only asked of a system that has such jobs. */
        AFTER_END,
        ON_TRIGGER
    }

    public String name() {
        return "job" + index;
    }

    /**
     * The schedule in the syntax of Quartz.
     *
     * @throws IllegalStateException for a job that has none
     */
    public String cron() {
        return switch (when) {
            case EVERY, STREAM -> periodSeconds == 1 ? "* * * * * ?" : "0/" + periodSeconds + " * * * * ?";
            case FAR_AWAY -> "0 0 0 1 1 ? 2099";
            case AFTER_END, ON_TRIGGER -> throw new IllegalStateException(name() + " has no cron");
        };
    }
}
