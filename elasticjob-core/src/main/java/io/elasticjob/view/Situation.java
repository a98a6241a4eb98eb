package io.elasticjob.view;

import io.elasticjob.JobDefinition;
import io.elasticjob.PlanStatus;
import io.elasticjob.ShardRecord;
import io.elasticjob.coordination.FiringRecord;
import io.elasticjob.coordination.Standing;
import io.elasticjob.coordination.StoredJob;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a job that is to be explained.
 *
 * @param shards with their records; null when these could not be read
 * @param waiting numbers of the triggers that are not done
 * @param limits that count its shards
 * @param firings of a job whose firings are recorded as wholes, as far as is known; null for all others
 * @param plans firings by hand that are to come
 */
public record Situation(
        Job job,
        Instances instances,
        @Nullable List<Shard> shards,
        SortedSet<Long> waiting,
        List<LimitView> limits,
        @Nullable FiringRecord firings,
        List<PlanStatus> plans) {

    /** Of a job of which nothing is planned. */
    public Situation(
            Job job,
            Instances instances,
            @Nullable List<Shard> shards,
            SortedSet<Long> waiting,
            List<LimitView> limits,
            @Nullable FiringRecord firings) {
        this(job, instances, shards, waiting, limits, firings, List.of());
    }

    /** One whose firings are not recorded as wholes. */
    public Situation(
            Job job,
            Instances instances,
            @Nullable List<Shard> shards,
            SortedSet<Long> waiting,
            List<LimitView> limits) {
        this(job, instances, shards, waiting, limits, null);
    }

    /** Of a job that no limit counts. */
    public Situation(Job job, Instances instances, @Nullable List<Shard> shards, SortedSet<Long> waiting) {
        this(job, instances, shards, waiting, List.of(), null);
    }

    /**
     * The job itself.
     *
     * @param definition what holds; null when that makes no job for the answering instance
     * @param trouble why the answering instance cannot use it; null when all is well
     * @param standing whether somebody who lives stands for the job
     */
    public record Job(
            StoredJob stored,
            @Nullable JobDefinition definition,
            @Nullable String trouble,
            Standing standing) {}

    /**
     * The live instances.
     *
     * @param live their ids
     * @param obstacles for each one that may not run the job, why
     * @param sharedNames ids by a name that several of them bear
     */
    public record Instances(
            SortedSet<String> live, Map<String, String> obstacles, SortedMap<String, SortedSet<String>> sharedNames) {

        /** How many of them may run the job. */
        int eligible() {
            return (int) live.stream()
                    .filter(instance -> !obstacles.containsKey(instance))
                    .count();
        }
    }

    /**
     * A shard.
     *
     * @param assignee id of the instance that should run it; null without one
     * @param unreadable why its record cannot be read; null when it can
     * @param starved whether it is due and has waited for a slot of its instance for long
     * @param away name of the instance that it is at home with, where another one runs it; null where none does
     */
    public record Shard(
            int item,
            @Nullable String assignee,
            ShardRecord record,
            @Nullable String unreadable,
            boolean starved,
            @Nullable String away) {

        /** One that runs at home, or has none. */
        public Shard(
                int item, @Nullable String assignee, ShardRecord record, @Nullable String unreadable, boolean starved) {
            this(item, assignee, record, unreadable, starved, null);
        }
    }
}
