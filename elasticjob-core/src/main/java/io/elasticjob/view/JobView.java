package io.elasticjob.view;

import io.elasticjob.JobDefinition;
import io.elasticjob.coordination.Standing;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.sharding.Assignment;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A job as this instance sees it; no record is read for it.
 *
 * @param stored declared configuration, overrides and since
 * @param definition what holds; null when the stored settings make no job for this version, see {@code trouble}
 * @param assignment which instance should run which shard
 * @param eligible ids of the instances that may run it, ascending
 * @param obstacles for each other live instance, why it may not
 * @param trouble why this instance cannot use the job or what it declares of it; null when all is well
 * @param standing whether somebody who lives stands for it
 * @param processes which shards are those of single instances, and of which, of a job that each runs as a whole
 */
public record JobView(
        StoredJob stored,
        @Nullable JobDefinition definition,
        Assignment assignment,
        List<String> eligible,
        Map<String, String> obstacles,
        @Nullable String trouble,
        Standing standing,
        SortedMap<Integer, String> processes) {

    public JobView {
        processes = processes.isEmpty()
                ? Collections.emptySortedMap()
                : Collections.unmodifiableSortedMap(new TreeMap<>(processes));
    }

    /** One of which no instance has a shard of its own. */
    public JobView(
            StoredJob stored,
            @Nullable JobDefinition definition,
            Assignment assignment,
            List<String> eligible,
            Map<String, String> obstacles,
            @Nullable String trouble,
            Standing standing) {
        this(stored, definition, assignment, eligible, obstacles, trouble, standing, Collections.emptySortedMap());
    }

    /** One that a live instance declares. */
    public JobView(
            StoredJob stored,
            @Nullable JobDefinition definition,
            Assignment assignment,
            List<String> eligible,
            Map<String, String> obstacles,
            @Nullable String trouble) {
        this(stored, definition, assignment, eligible, obstacles, trouble, Standing.DECLARED);
    }

    /** The shards that an instance should run, ascending. */
    public SortedSet<Integer> shardsOf(String instance) {
        SortedSet<Integer> shards = new TreeSet<>(assignment.shardsOf(instance));
        processes.forEach((shard, owner) -> {
            if (owner.equals(instance)) {
                shards.add(shard);
            }
        });
        return shards;
    }

    /** How many shards a firing has now: those that it is split into, or one for each instance. */
    public int shards() {
        return assignment.shardingTotalCount() + processes.size();
    }

    /** How many shards any firing has that may still matter. */
    public int shownShards() {
        return stored.shardCount().largest()
                + stored.shardCount().processes().byShard().size();
    }

    public String name() {
        return stored.name();
    }

    /** What holds: overrides over declared over defaults; empty when that makes no job for this version. */
    public Optional<JobDefinition> effective() {
        return Optional.ofNullable(definition);
    }

    /** Why this instance cannot use the job, or what it declares of it. */
    public Optional<String> problem() {
        return Optional.ofNullable(trouble);
    }
}
