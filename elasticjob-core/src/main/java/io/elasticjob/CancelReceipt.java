package io.elasticjob;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A request to end what runs is stored in ZooKeeper: the instances that run it hear of it, and nobody begins it again.
 *
 * @param shards that are asked to end, each with the firing that it runs, or was to run; empty for a firing that its
 *     {@link ShardPlanner} has not split yet, which ends as a whole
 * @since 0.1.0
 */
public record CancelReceipt(String job, SortedMap<Integer, Firing> shards) {

    public CancelReceipt {
        shards = Collections.unmodifiableSortedMap(new TreeMap<>(shards));
    }
}
