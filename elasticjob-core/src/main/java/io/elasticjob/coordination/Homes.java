package io.elasticjob.coordination;

import io.elasticjob.sharding.Assignment;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Where the shards of a job with static sharding are at home.
 *
 * @param byShard names of instances
 * @param unknown fields of the stored form that this version has no name for; they are written back as they were
 */
public record Homes(SortedMap<Integer, String> byShard, Map<String, Object> unknown) {

    /** No shard is at home anywhere: the job is new. */
    public static final Homes NONE = new Homes(new TreeMap<>(), Map.of());

    public Homes {
        byShard = Collections.unmodifiableSortedMap(new TreeMap<>(byShard));
        unknown = Map.copyOf(unknown);
    }

    /** The same with these homes. */
    public Homes with(SortedMap<Integer, String> next) {
        return new Homes(next, unknown);
    }

    /**
     * The homes after the job has been assigned as it is for long: whoever is at home with an instance that may run it stays;
     * all others are at home from now on where they run.
     *
     * @param names of the instances that may run it, by id
     */
    public Homes settled(Assignment assignment, Map<String, String> names) {
        SortedMap<Integer, String> next = new TreeMap<>();
        for (int shard = 0; shard < assignment.shardingTotalCount(); shard++) {
            String home = byShard.get(shard);
            String name = assignment.owner(shard).map(names::get).orElse(null);
            if (home != null && (name == null || names.containsValue(home))) {
                next.put(shard, home);
            } else if (name != null) {
                next.put(shard, name);
            }
        }
        return with(next);
    }
}
