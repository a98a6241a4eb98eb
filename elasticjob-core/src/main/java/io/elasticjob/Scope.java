package io.elasticjob;

/** What of a job is switched off or on. */
public sealed interface Scope {

    /** All of it, on all instances. */
    Scope WHOLE_JOB = new WholeJob();

    /** All of it, on all instances. */
    record WholeJob() implements Scope {}

    /** One shard, wherever it would run. */
    record Shard(int item) implements Scope {}

    /**
     * One instance for this job: its shards go to the others.
     *
     * @param name of the instance, which outlives its sessions and restarts
     */
    record OnInstance(String name) implements Scope {}
}
