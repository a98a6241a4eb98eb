package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.JobDefinition;
import io.elasticjob.sharding.Assignment;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Shards that no instance has: fewer than {@code minInstances} may run their job, or none has room for them. The leader tells
 * of them, and counts them, unless it leaves itself and nobody else takes work: that is what is wanted then. It reads nothing for that.
 * Confined to the loop.
 */
final class UnassignedSweep {

    private final JobTable jobs;
    private final Departure departure;
    private final Outbox outbox;

    /** What was told of, by job. */
    private final Map<JobState, SortedSet<Integer>> told = new HashMap<>();

    private int shards;

    UnassignedSweep(JobTable jobs, Departure departure, Outbox outbox) {
        this.jobs = jobs;
        this.departure = departure;
        this.outbox = outbox;
    }

    /** How many shards there are, as last seen while leading. */
    int shards() {
        return shards;
    }

    /** What was told so far was told by another leader, or long ago. */
    void forget() {
        told.clear();
    }

    void lost() {
        shards = 0;
    }

    void round() {
        int found = 0;
        boolean allLeave = departure.isOfTheLast();
        Map<JobState, SortedSet<Integer>> now = new HashMap<>();
        for (JobState job : jobs.jobs()) {
            SortedSet<Integer> without = without(job);
            found += without.size();
            if (!without.isEmpty()) {
                now.put(job, without);
                if (!without.equals(told.get(job)) && !allLeave) {
                    outbox.publish(new ElasticJobEvent.ShardsUnassigned(
                            job.name(), without, job.eligible().size()));
                }
            }
        }
        told.clear();
        told.putAll(now);
        shards = found;
    }

    private static SortedSet<Integer> without(JobState job) {
        SortedSet<Integer> without = new TreeSet<>();
        JobDefinition definition = job.definition();
        Assignment assignment = job.assignment();
        if (job.isRemoved() || definition == null || assignment == null || !definition.enabled()) {
            return without;
        }
        if (!job.standing().mayRun()) {
            return without; // which is told by itself
        }
        for (int shard = 0; shard < assignment.shardingTotalCount(); shard++) {
            if (assignment.owner(shard).isEmpty() && !job.switches().isOff(shard)) {
                without.add(shard);
            }
        }
        return without;
    }
}
