package io.elasticjob.sharding;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What is to be assigned: the shards of a job, and the instances that may run them. Immutable.
 *
 * <p>It says nothing of what instances run at present. Each instance would know that at another time, and would assign
 * otherwise than the others: shards without an owner, or with two.
 *
 * @since 0.1.0
 */
public final class Sharding {

    private final String jobName;
    private final int shardingTotalCount;
    private final List<Candidate> instances;
    private final int maxShardsPerInstance;
    private final SortedMap<Integer, String> homes;

    private Sharding(
            String jobName,
            int shardingTotalCount,
            List<Candidate> instances,
            int maxShardsPerInstance,
            SortedMap<Integer, String> homes) {
        this.jobName = jobName;
        this.shardingTotalCount = shardingTotalCount;
        this.instances = List.copyOf(instances);
        this.maxShardsPerInstance = maxShardsPerInstance;
        this.homes = homes;
    }

    /**
     * @param shardingTotalCount the number of shards, at least 1
     * @param instances none twice; empty when none may run the job
     * @throws IllegalArgumentException when there are no shards
     */
    public static Sharding of(String jobName, int shardingTotalCount, List<Candidate> instances) {
        if (shardingTotalCount < 1) {
            throw new IllegalArgumentException(
                    "shardingTotalCount: " + shardingTotalCount + " is not a number of shards: a job has at least 1");
        }
        return new Sharding(jobName, shardingTotalCount, instances, shardingTotalCount, Collections.emptySortedMap());
    }

    /**
     * The same with a limit to the shards of one instance.
     *
     * @param most from 1; 0 for no limit
     */
    public Sharding withMaxShardsPerInstance(int most) {
        return new Sharding(jobName, shardingTotalCount, instances, most == 0 ? shardingTotalCount : most, homes);
    }

    /** The same for a job whose shards are at home with instances of these names. */
    public Sharding withHomes(SortedMap<Integer, String> names) {
        return new Sharding(
                jobName,
                shardingTotalCount,
                instances,
                maxShardsPerInstance,
                Collections.unmodifiableSortedMap(new TreeMap<>(names)));
    }

    /** Among instances of which only the ids are known; for tests. */
    public static Sharding among(String jobName, int shardingTotalCount, List<String> ids) {
        return of(jobName, shardingTotalCount, ids.stream().map(Candidate::of).toList());
    }

    /** Name of the job, so that jobs can be spread differently. */
    public String jobName() {
        return jobName;
    }

    /** The number of shards, at least 1: they are 0 to this number less 1. */
    public int shardingTotalCount() {
        return shardingTotalCount;
    }

    /**
     * The eligible instances: none twice, unmodifiable; at least one, where a strategy is asked. Their order means nothing and
     * changes from call to call; a strategy that needs an order sorts them.
     */
    public List<Candidate> instances() {
        return instances;
    }

    /**
     * How many of the shards an instance may have; all of them, unless the job says otherwise. A strategy may leave it out of
     * account: what it gives an instance beyond that goes to others that have room, or waits.
     */
    public int maxShardsPerInstance() {
        return maxShardsPerInstance;
    }

    /**
     * Names of the instances that shards are at home with, by shard; for the strategy {@code static} only, otherwise empty. A
     * shard may have no home, and the instance of that name need not be among {@link #instances()}.
     */
    public SortedMap<Integer, String> homes() {
        return homes;
    }

    /** Ids of {@link #instances()}, in the same order. */
    public List<String> ids() {
        return instances.stream().map(Candidate::id).toList();
    }

    /** The eligible instances of each server, by {@link Candidate#server()} ascending, in the order of {@link #instances()}. */
    public SortedMap<String, List<Candidate>> servers() {
        SortedMap<String, List<Candidate>> servers = new TreeMap<>();
        for (Candidate instance : instances) {
            servers.computeIfAbsent(instance.server(), any -> new ArrayList<>()).add(instance);
        }
        servers.replaceAll((server, its) -> List.copyOf(its));
        return Collections.unmodifiableSortedMap(servers);
    }

    /** The ids in ascending order. */
    List<String> sortedIds() {
        return instances.stream().map(Candidate::id).sorted().toList();
    }

    /** The same with the instances in another order. */
    Sharding with(List<Candidate> reordered) {
        return new Sharding(jobName, shardingTotalCount, reordered, maxShardsPerInstance, homes);
    }

    @Override
    public String toString() {
        return jobName + ", " + shardingTotalCount + " shards among " + instances;
    }
}
