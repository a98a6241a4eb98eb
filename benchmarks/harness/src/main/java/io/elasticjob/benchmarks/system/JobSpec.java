package io.elasticjob.benchmarks.system;

/**
 * A job to be measured.
 *
 * @param index of the job in this measurement, from 0
 * @param periodSeconds between two firings, which come on whole multiples of it; the delay of {@link When#AFTER_END}
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
        /** As {@link #EVERY}, and each firing is recorded as a whole. Only asked of a system that has such jobs. */
        RECORDED,
        /**
         * As {@link #RECORDED}, and a listener hears once in the cluster before the first shard and after the last one of each
         * firing. Only asked of a system that has such jobs.
         */
        LISTENED,
        /** After each firing of the job with the index before. Only asked of a system that has such jobs. */
        AFTER_ANOTHER,
        ON_TRIGGER
    }

    public String name() {
        return name(index);
    }

    private static String name(int index) {
        return "job" + index;
    }

    /**
     * The job after whose firings it runs.
     *
     * @throws IllegalStateException for a job that runs after no other
     */
    public String before() {
        if (when != When.AFTER_ANOTHER) {
            throw new IllegalStateException(name() + " runs after no other job");
        }
        return name(index - 1);
    }

    /**
     * The schedule in the syntax of Quartz.
     *
     * @throws IllegalStateException for a job that has none
     */
    public String cron() {
        return switch (when) {
            case EVERY, STREAM, RECORDED, LISTENED -> periodSeconds == 1 ? "* * * * * ?" : "0/" + periodSeconds + " * * * * ?";
            case FAR_AWAY -> "0 0 0 1 1 ? 2099";
            case AFTER_END, AFTER_ANOTHER, ON_TRIGGER -> throw new IllegalStateException(name() + " has no cron");
        };
    }
}
