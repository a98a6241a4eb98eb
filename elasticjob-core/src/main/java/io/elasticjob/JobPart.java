package io.elasticjob;

/**
 * The part of a job that an operator disables or enables.
 *
 * @since 0.1.0
 */
public sealed interface JobPart {

    /** All of it, on all instances. */
    JobPart WHOLE_JOB = new WholeJob();

    /** All of it, on all instances. */
    record WholeJob() implements JobPart {}

    /** One shard, wherever it would run. */
    record Shard(int item) implements JobPart {}

    /**
     * One instance for this job: its shards go to the others.
     *
     * @param name of the instance, which outlives its sessions and restarts
     */
    record OnInstance(String name) implements JobPart {}
}
