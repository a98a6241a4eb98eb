package io.elasticjob;

import java.time.Instant;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A firing of another job after which a firing runs, by {@code after}.
 *
 * @param job its name
 * @param fireTime of a firing by hand the time at which it was asked for
 * @param result how it has ended
 * @param results what its shards have left by {@link ShardingContext#result(String)}, by shard; those of the first shards,
 *     as far as they have room: together at most {@link #MAX_RESULT_BYTES}, less where many jobs run after the same one
 * @param omitted of how many more shards the results are left out
 * @since 0.1.0
 */
public record Cause(
        String job,
        Firing firing,
        Instant fireTime,
        FiringResult result,
        SortedMap<Integer, String> results,
        int omitted) {

    /** How many bytes of UTF-8 the results of one cause have at most, together. */
    public static final int MAX_RESULT_BYTES = 8_192;

    public Cause {
        results = Collections.unmodifiableSortedMap(new TreeMap<>(results));
    }

    /** Of a firing that has left no results. */
    public Cause(String job, Firing firing, Instant fireTime, FiringResult result) {
        this(job, firing, fireTime, result, Collections.emptySortedMap(), 0);
    }

    /** Without the results, which may be secret. */
    @Override
    public String toString() {
        return job + "/" + firing.text() + " " + result;
    }
}
