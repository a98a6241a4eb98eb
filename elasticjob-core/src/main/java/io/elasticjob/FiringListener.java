package io.elasticjob;

import java.time.Instant;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Hears of the firings of a job as wholes: once in the cluster before the first shard of a firing begins, and once after the
 * last one has ended, on one of the instances. Each is called at least once, and exactly once where no instance dies: use
 * {@link Start#id()} where a second call would do harm.
 *
 * <p>Override only the methods that are needed: what no listener of a job overrides is left out, and costs nothing. A proxy
 * counts as one that overrides both.
 *
 * <p>Called on a thread of its own. No shard begins before {@link #beforeFiring} has returned, and the next firing begins only
 * after {@link #afterFiring} has. One that takes longer than {@code firingListenerTimeout} is interrupted and not waited for.
 * One that throws is told ({@link ElasticJobEvent.FiringListenerFailed}) and holds up nothing.
 *
 * @since 0.1.0
 */
public interface FiringListener {

    /** The firing begins when this has returned. */
    default void beforeFiring(Start firing) throws Exception {}

    /** All shards of the firing have ended. */
    default void afterFiring(End firing) throws Exception {}

    /**
     * A firing that begins.
     *
     * @param id the same however often it is told, and for no other firing, also after the job was removed and created again
     * @param fireTime of a firing by hand the time at which it was asked for
     * @param shardingTotalCount into how many shards it is split
     * @since 0.1.0
     */
    record Start(String id, String job, Firing firing, Instant fireTime, int shardingTotalCount) {}

    /**
     * A firing that has ended.
     *
     * @param ends how many shards ended with each outcome; those that were not run, or had nothing to do, count as
     *     {@code SKIPPED}
     * @param results what the shards that succeeded have left by {@link ShardingContext#result(String)}
     * @param endedAt when that was recorded, by the clock of ZooKeeper
     * @since 0.1.0
     */
    record End(
            Start start,
            FiringResult result,
            SortedMap<String, Integer> ends,
            SortedMap<Integer, String> results,
            Instant endedAt) {

        public End {
            ends = Collections.unmodifiableSortedMap(new TreeMap<>(ends));
            results = Collections.unmodifiableSortedMap(new TreeMap<>(results));
        }
    }
}
