package io.elasticjob.coordination;

import io.elasticjob.Firing;
import io.elasticjob.InvalidSettingException;
import io.elasticjob.Operator;
import io.elasticjob.ShardRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A firing that somebody asked for by hand. It never changes, and is there until each of its shards has run, so that it is
 * neither lost nor run twice, whatever happens to the one who asked.
 *
 * @param number counting up from 0 for as long as the job lives; the order in which each shard runs them
 * @param requestedAt registry time at which it was asked for; its fire time
 * @param request id that the one who asked gave it, by which a request of unknown fate is found again
 * @param forced whether it runs though the job, or the shard, is disabled
 * @param by who asked, and why
 * @param unknown fields of the stored form that this version has no name for
 */
public record Trigger(
        long number,
        Instant requestedAt,
        String request,
        Content content,
        boolean forced,
        Operator by,
        Map<String, Object> unknown) {

    /** So long it may take until all of its shards have run; then the leader removes it, and names those that have not. */
    public static final Duration TIME_TO_LIVE = Duration.ofDays(1);

    /**
     * What it runs, settled when it is asked for.
     *
     * @param shards that it runs; none for a job whose planner decides that
     * @param shardingTotalCount into how many shards the job was split
     * @param parameter in place of the job's own; null for that one
     * @param parameters of the shards that it lists and of the job, as they went with that number; null for those that the
     *     settings of the job say, where an earlier version has made it
     * @param interval of the past that it is run for; null where it is run for the present
     * @param chain the firings that it runs after
     * @param rerun the past firing that it runs again; null for a firing of its own
     */
    public record Content(
            SortedSet<Integer> shards,
            int shardingTotalCount,
            @Nullable String parameter,
            @Nullable ShardParameters parameters,
            @Nullable Interval interval,
            Chain chain,
            @Nullable Rerun rerun) {

        /** A firing of its own. */
        public Content(
                SortedSet<Integer> shards,
                int shardingTotalCount,
                @Nullable String parameter,
                @Nullable ShardParameters parameters,
                @Nullable Interval interval,
                Chain chain) {
            this(shards, shardingTotalCount, parameter, parameters, interval, chain, null);
        }

        /** One that runs after no other firing. */
        public Content(
                SortedSet<Integer> shards,
                int shardingTotalCount,
                @Nullable String parameter,
                @Nullable ShardParameters parameters,
                @Nullable Interval interval) {
            this(shards, shardingTotalCount, parameter, parameters, interval, Chain.NONE);
        }

        /** Of the present. */
        public Content(
                SortedSet<Integer> shards,
                int shardingTotalCount,
                @Nullable String parameter,
                @Nullable ShardParameters parameters) {
            this(shards, shardingTotalCount, parameter, parameters, null);
        }

        public Content {
            shards = Collections.unmodifiableSortedSet(new TreeSet<>(shards));
        }

        /** Without the parameter, which may be secret. */
        @Override
        public String toString() {
            return "Content[shards=" + shards + " of " + shardingTotalCount + ", parameter="
                    + (parameter == null ? "the job's own" : InvalidSettingException.hidden(parameter)) + "]";
        }
    }

    /**
     * A fire time that is past, for which a trigger is run.
     *
     * @param start the fire time before it, by the schedule; null when there is none
     */
    public record Interval(Instant fireTime, @Nullable Instant start) {}

    /**
     * A past firing that is run again.
     *
     * @param attempts how many of it each shard has begun before
     * @param successors whether the jobs that run after it run after this one, too
     */
    public record Rerun(Firing.Past of, SortedMap<Integer, Integer> attempts, boolean successors) {

        public Rerun {
            attempts = Collections.unmodifiableSortedMap(new TreeMap<>(attempts));
        }
    }

    /** The firing that it is. */
    public Firing.Triggered firing() {
        Rerun rerun = content.rerun();
        return new Firing.Triggered(number, rerun == null ? null : rerun.of());
    }

    /** How many attempts at its firing a shard has begun before this trigger. */
    int attemptsBefore(int shard, ShardRecord record) {
        Rerun rerun = content.rerun();
        if (rerun == null) {
            return 0;
        }
        Firing last = record.firing();
        boolean isLast = last != null && last.identity().equals(rerun.of().firing());
        return Math.max(rerun.attempts().getOrDefault(shard, 0), isLast ? record.attempt() : 0);
    }

    /** The same, run for this fire time. */
    public Trigger of(Interval interval) {
        Content of = new Content(
                content.shards(),
                content.shardingTotalCount(),
                content.parameter(),
                content.parameters(),
                interval,
                content.chain(),
                content.rerun());
        return new Trigger(number, requestedAt, request, of, forced, by, unknown);
    }

    /** The same, run after these firings. */
    public Trigger after(Chain chain) {
        Content of = new Content(
                content.shards(),
                content.shardingTotalCount(),
                content.parameter(),
                content.parameters(),
                content.interval(),
                chain,
                content.rerun());
        return new Trigger(number, requestedAt, request, of, forced, by, unknown);
    }

    public Trigger {
        unknown = Map.copyOf(unknown);
    }

    /** The shards that it runs. */
    public SortedSet<Integer> shards() {
        return content.shards();
    }

    /** Whether the planner of its job decides which shards it runs, once it is its turn: then it lists none. */
    public boolean isPlanned() {
        return content.shards().isEmpty();
    }

    /** Whether it runs in this shard, or may, where that is planned. */
    boolean mayList(int shard) {
        return isPlanned() || content.shards().contains(shard);
    }

    /** Into how many shards the job was split when it was asked for. */
    public int shardingTotalCount() {
        return content.shardingTotalCount();
    }

    /**
     * The same as everybody reads it, once it is created.
     *
     * @param given number that the registry gave it
     * @param createdAt registry time of its creation
     */
    public Trigger created(long given, Instant createdAt) {
        return new Trigger(given, createdAt, request, content, forced, by, unknown);
    }

    /**
     * The same as it is worked on here: as it is known already, if it is; else at a time that has come.
     *
     * @param known under its number here; null when there is none
     */
    public Trigger seen(@Nullable Trigger known, Horizon horizon) {
        return known != null && equals(known.created(number, requestedAt))
                ? known
                : created(number, horizon.readAs(requestedAt));
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
