package io.elasticjob.coordination;

import io.elasticjob.Firing;
import io.elasticjob.Operator;
import io.elasticjob.ShardRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A firing that somebody asked for by hand. It never changes, and is there until each of its shards has run, so that it is
 * neither lost nor run twice, whatever happens to whoever asked.
 *
 * @param number counting up from 0 for as long as the job lives; the order in which each shard runs them
 * @param requestedAt registry time at which it was asked for; its fire time
 * @param request id that whoever asked gave it, by which a request of unknown fate is found again
 * @param shards that it runs; settled when it is asked for
 * @param shardingTotalCount into how many shards the job was split when it was asked for
 * @param parameter in place of the job's own; null for that one
 * @param forced whether it runs though the job, or the shard, is disabled
 * @param by who asked, and why
 * @param unknown fields of the stored form that this version has no name for
 */
public record Trigger(
        long number,
        Instant requestedAt,
        String request,
        SortedSet<Integer> shards,
        int shardingTotalCount,
        @Nullable String parameter,
        boolean forced,
        Operator by,
        Map<String, Object> unknown) {

    /** So long it may take until all of its shards have run; then the leader removes it, and names those that have not. */
    public static final Duration TIME_TO_LIVE = Duration.ofDays(1);

    public Trigger {
        shards = Collections.unmodifiableSortedSet(new TreeSet<>(shards));
        unknown = Map.copyOf(unknown);
    }

    /**
     * The same as everybody reads it, once it is created.
     *
     * @param given number that the registry gave it
     * @param createdAt registry time of its creation
     */
    public Trigger created(long given, Instant createdAt) {
        return new Trigger(given, createdAt, request, shards, shardingTotalCount, parameter, forced, by, unknown);
    }

    /** Whether a shard that it lists has run it, or never will: the record says so for good. */
    public boolean isDecidedBy(ShardRecord record) {
        return record.trigger() >= number;
    }

    /** Whether the last that the shard has begun is this. */
    public boolean isRunBy(ShardRecord record) {
        return record.firing() instanceof Firing.Triggered run && run.number() == number;
    }

    /** @param now registry time */
    public boolean isTooOld(Instant now) {
        return !now.isBefore(requestedAt.plus(TIME_TO_LIVE));
    }
}
