package io.elasticjob.view;

import io.elasticjob.PlanStatus;
import io.elasticjob.TriggerStatus;
import io.elasticjob.coordination.FiringRecord;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A job with the records of its shards, as just read from the registry.
 *
 * @param shards ascending, without those that a smaller number of shards has retired and no trigger lists
 * @param triggers that are not done yet, in the order in which each shard runs them
 * @param starved shards that are due and have waited for a slot of their instance for long, as far as is known
 * @param limits that count its shards
 * @param homes names of the instances that its shards are at home with, by shard; empty without static sharding
 * @param asOf every change of a record up to this transaction of the registry is in it
 * @param firings of a job whose firings are recorded as wholes, as far as could be read; null for all others
 * @param plans firings by hand that are to come, in the order of asking
 */
public record JobDetail(
        JobView job,
        List<ShardView> shards,
        List<TriggerStatus> triggers,
        SortedSet<Integer> starved,
        List<LimitView> limits,
        SortedMap<Integer, String> homes,
        long asOf,
        @Nullable FiringRecord firings,
        List<PlanStatus> plans) {

    /** A job of which nothing is planned. */
    public JobDetail(
            JobView job,
            List<ShardView> shards,
            List<TriggerStatus> triggers,
            SortedSet<Integer> starved,
            List<LimitView> limits,
            SortedMap<Integer, String> homes,
            long asOf,
            @Nullable FiringRecord firings) {
        this(job, shards, triggers, starved, limits, homes, asOf, firings, List.of());
    }

    /** One whose firings are not recorded as wholes. */
    public JobDetail(
            JobView job,
            List<ShardView> shards,
            List<TriggerStatus> triggers,
            SortedSet<Integer> starved,
            List<LimitView> limits,
            SortedMap<Integer, String> homes,
            long asOf) {
        this(job, shards, triggers, starved, limits, homes, asOf, null);
    }

    /** The same with firings that are to come. */
    public JobDetail withPlans(List<PlanStatus> planned) {
        return new JobDetail(job, shards, triggers, starved, limits, homes, asOf, firings, planned);
    }

    /** A job that nobody has triggered or limited. */
    public JobDetail(JobView job, List<ShardView> shards) {
        this(job, shards, List.of(), new TreeSet<>(), List.of(), new TreeMap<>(), 0, null);
    }

    /** The transaction that changed a record of it last; 0 when there is none. */
    public long modified() {
        return shards.stream().mapToLong(ShardView::modified).max().orElse(0);
    }
}
