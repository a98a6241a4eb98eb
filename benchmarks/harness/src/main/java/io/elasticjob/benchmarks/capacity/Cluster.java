package io.elasticjob.benchmarks.capacity;

/**
 * Jobs that are all alike, and the instances that run them.
 *
 * @param shards of each job
 * @param periodSeconds between two firings of a job
 * @param together jobs that fire at the same instant; the others are spread over the period
 * @param isMonitored whether firings are recorded
 * @param spread whether shards go to all instances alike, as with {@code sticky}; else to the first ones, job by job, as
 *     with {@code average}, which leaves instances without work when a job has fewer shards than there are instances
 * @param handlers when executions that began together end
 * @param slots of each instance: executions at a time
 * @param sessionSeconds the session timeout
 * @param names how long names are
 */
public record Cluster(
        int jobs,
        int shards,
        int instances,
        double periodSeconds,
        int together,
        boolean isMonitored,
        boolean spread,
        Handlers handlers,
        int slots,
        double sessionSeconds,
        Names names) {

    /** When executions end that began together. */
    public enum Handlers {
        /** At once: the first ends alone, and the others while that is being written. */
        BRIEF,
        /** One after another, each in a turn of the loop of its own: the dearest case. */
        VARIED
    }

    /**
     * Characters of a namespace, of a job's name, of an instance's id, and of the transaction id that names the life of a
     * job.
     */
    public record Names(int namespace, int job, int instance, int life) {
        public static final Names USUAL = new Names(12, 20, 26, 11);
    }

    private static final int SLOTS = 64;
    private static final double SESSION_SECONDS = 15;

    public Cluster {
        if (jobs < 1 || shards < 1 || instances < 1 || together < 1 || together > jobs || slots < 1) {
            throw new IllegalArgumentException("jobs, shards, instances, slots and together have to be 1 or more, and"
                    + " together not more than jobs");
        }
        if (!(periodSeconds > 0) || !(sessionSeconds > 0)) {
            throw new IllegalArgumentException("period and session timeout have to be longer than nothing");
        }
    }

    /** With what the starter does unless told otherwise, and the dearest of handlers; all jobs fire together. */
    public static Cluster of(int jobs, int shards, int instances, double periodSeconds) {
        return new Cluster(
                jobs,
                shards,
                instances,
                periodSeconds,
                jobs,
                true,
                false,
                Handlers.VARIED,
                SLOTS,
                SESSION_SECONDS,
                Names.USUAL);
    }

    public Cluster instances(int value) {
        return new Cluster(
                jobs,
                shards,
                value,
                periodSeconds,
                together,
                isMonitored,
                spread,
                handlers,
                slots,
                sessionSeconds,
                names);
    }

    public Cluster monitored(boolean value) {
        return new Cluster(
                jobs,
                shards,
                instances,
                periodSeconds,
                together,
                value,
                spread,
                handlers,
                slots,
                sessionSeconds,
                names);
    }

    public Cluster together(int value) {
        return new Cluster(
                jobs,
                shards,
                instances,
                periodSeconds,
                value,
                isMonitored,
                spread,
                handlers,
                slots,
                sessionSeconds,
                names);
    }

    public Cluster spread(boolean value) {
        return new Cluster(
                jobs,
                shards,
                instances,
                periodSeconds,
                together,
                isMonitored,
                value,
                handlers,
                slots,
                sessionSeconds,
                names);
    }

    public Cluster handlers(Handlers value) {
        return new Cluster(
                jobs,
                shards,
                instances,
                periodSeconds,
                together,
                isMonitored,
                spread,
                value,
                slots,
                sessionSeconds,
                names);
    }

    public Cluster slots(int value) {
        return new Cluster(
                jobs,
                shards,
                instances,
                periodSeconds,
                together,
                isMonitored,
                spread,
                handlers,
                value,
                sessionSeconds,
                names);
    }

    public Cluster session(double seconds) {
        return new Cluster(
                jobs, shards, instances, periodSeconds, together, isMonitored, spread, handlers, slots, seconds, names);
    }

    public Cluster named(Names value) {
        return new Cluster(
                jobs,
                shards,
                instances,
                periodSeconds,
                together,
                isMonitored,
                spread,
                handlers,
                slots,
                sessionSeconds,
                value);
    }
}
