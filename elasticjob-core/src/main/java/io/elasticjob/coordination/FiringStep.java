package io.elasticjob.coordination;

import io.elasticjob.Firing;
import io.elasticjob.FiringResult;
import io.elasticjob.JobDefinition;
import io.elasticjob.Misfire;
import io.elasticjob.Outcome;
import io.elasticjob.ShardRecord;
import io.elasticjob.ShardState;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** What follows for the firings of a job as wholes. Decides; never acts. */
public sealed interface FiringStep {

    /** So long the instance of the first shard has to open a firing; then any instance with a shard of the job does. */
    Duration FIRST_TRY = Duration.ofSeconds(1);

    /**
     * Nothing is due.
     *
     * @param until when to look again though nothing rings; null where there is no such time
     */
    record Rest(@Nullable Instant until) implements FiringStep {}

    /**
     * Write this record.
     *
     * @param trigger that has to be there; null for a firing by schedule
     * @param due since when it could be written
     */
    record Open(FiringRecord next, @Nullable Trigger trigger, Instant due) implements FiringStep {}

    /**
     * Who opens it.
     *
     * @param by id of the instance
     * @param version of the job's node as it is decided under
     * @param listened whether listeners hear of the firing
     */
    record Opener(String by, int version, boolean listened) {}

    /** What is to be opened over a record that {@link FiringRecord#isFree is free}. */
    static FiringStep next(ShardStep.Job job, FiringRecord record, Opener opener, Instant now) {
        ShardStep.Job whole = job.asWhole();
        Optional<DueFiring> due = DueFiring.of(whole, 0, record.asOfShard(), now);
        Trigger trigger = trigger(job, record);
        boolean begunByHand =
                record.current() != null && record.current().whole().firing() instanceof Firing.Triggered;
        if (trigger != null && (due.isEmpty() || !begunByHand)) {
            return open(job, record, trigger, opener, now);
        }
        return due.map(firing -> open(job, record, firing, opener, now))
                .orElseGet(() -> new Rest(DueFiring.comesDueUnheard(whole, 0, record.asOfShard(), now)
                        .orElse(null)));
    }

    private static @Nullable Trigger trigger(ShardStep.Job job, FiringRecord record) {
        return job.triggers().pending().tailMap(record.decided().trigger() + 1).values().stream()
                .filter(next -> next.shards().stream().anyMatch(shard -> job.mayRun(next, shard)))
                .findFirst()
                .orElse(null);
    }

    private static FiringStep open(
            ShardStep.Job job, FiringRecord record, Trigger trigger, Opener opener, Instant now) {
        boolean isWhole = trigger.shards().size() == trigger.shardingTotalCount();
        SortedSet<Integer> listed = isWhole ? new TreeSet<>() : trigger.shards();
        FiringRecord.Whole whole = new FiringRecord.Whole(
                new Firing.Triggered(trigger.number()),
                trigger.requestedAt(),
                trigger.shardingTotalCount(),
                listed,
                now,
                opener.version(),
                trigger.content().chain().ancestors());
        return new Open(record.opened(whole, begun(opener)), trigger, trigger.requestedAt());
    }

    private static FiringStep open(ShardStep.Job job, FiringRecord record, DueFiring due, Opener opener, Instant now) {
        Instant fireTime = due.fireTime();
        int count = job.count().at(fireTime);
        FiringRecord.Whole whole = new FiringRecord.Whole(
                new Firing.Scheduled(fireTime), fireTime, count, new TreeSet<>(), now, opener.version());
        FiringRecord next = record.opened(whole, begun(opener));
        if (!due.skipped()) {
            return new Open(next, null, fireTime);
        }
        SortedMap<String, Integer> ends = new TreeMap<>(Map.of(FiringRecord.Closed.NOT_RUN, count));
        return new Open(
                next.closed(
                        closed(FiringResult.SKIPPED, ends, opener, now),
                        DelayedFiring.decidedAt(job.definition(), fireTime, now)),
                null,
                fireTime);
    }

    private static FiringRecord.Stage begun(Opener opener) {
        return opener.listened() ? new FiringRecord.Opening(opener.by()) : new FiringRecord.Open();
    }

    private static FiringRecord.Closed closed(
            FiringResult result, SortedMap<String, Integer> ends, Opener closer, Instant now) {
        return new FiringRecord.Closed(result, ends, now, closer.listened() ? closer.by() : null, !closer.listened());
    }

    // ---- The close
    // -----------------------------------------------------------------------------------------------------

    /**
     * The record with its open firing closed; empty while a shard of it is not decided by these settings.
     *
     * @param records of its shards, read after the settings
     * @param horizon of the registry's time
     */
    static Optional<FiringRecord> closed(
            ShardStep.Job job,
            FiringRecord record,
            IntFunction<ShardRecord> records,
            Opener closer,
            Horizon horizon,
            Instant now) {
        FiringRecord.Whole open = record.open().orElse(null);
        if (open == null) {
            return Optional.empty();
        }
        SortedMap<String, Integer> ends = new TreeMap<>();
        Instant through = null;
        for (int shard : open.shards()) {
            ShardRecord of = records.apply(shard);
            if (!isDecided(job, open, shard, of, horizon)) {
                return Optional.empty();
            }
            ends.merge(endOf(open, of), 1, Integer::sum);
            through = FiringRecord.later(through, of.through());
        }
        return Optional.of(
                record.closed(closed(resultOf(ends), ends, closer, now), decidedUpTo(job, open, through, now)));
    }

    /** Whether a shard of an open firing has run it, or does not run it by these settings. */
    static boolean isDecided(
            ShardStep.Job job, FiringRecord.Whole open, int shard, ShardRecord record, Horizon horizon) {
        if (record.isRunning() && open.firing().equals(record.firing())) {
            return false;
        } else if (open.firing() instanceof Firing.Triggered triggered) {
            Trigger trigger = job.triggers().get(triggered.number());
            return record.trigger() >= triggered.number()
                    || trigger == null
                    || (!trigger.forced() && job.switches().isOff(shard));
        }
        Instant through = record.through();
        return (through != null && !open.fireTime().isAfter(through))
                || !job.wants(shard, open.fireTime())
                || horizon.isBeyond(open.fireTime()); // opened by a clock that was ahead
    }

    /** How a decided shard has ended. */
    static String endOf(FiringRecord.Whole open, ShardRecord record) {
        boolean ran = record.state() instanceof ShardState.Done && open.firing().equals(record.firing());
        String outcome = record.outcome();
        return ran && outcome != null ? outcome : FiringRecord.Closed.NOT_RUN;
    }

    /**
     * How a firing has ended whose shards have ended so.
     *
     * @param ends number of shards by outcome; {@link FiringRecord.Closed#NOT_RUN} for those that did not run
     */
    static FiringResult resultOf(SortedMap<String, Integer> ends) {
        if (ends.keySet().stream().allMatch(FiringRecord.Closed.NOT_RUN::equals)) {
            return FiringResult.SKIPPED;
        }
        boolean succeeded = ends.keySet().stream()
                .allMatch(end -> end.equals(FiringRecord.Closed.NOT_RUN) || end.equals(new Outcome.Succeeded().name()));
        return succeeded ? FiringResult.SUCCEEDED : FiringResult.FAILED;
    }

    /** Ends of shards skip nothing: the close says for all of them together what came due meanwhile and is not run. */
    private static @Nullable Instant decidedUpTo(
            ShardStep.Job job, FiringRecord.Whole open, @Nullable Instant through, Instant now) {
        JobDefinition definition = job.definition();
        if (!(open.firing() instanceof Firing.Scheduled)) {
            return null;
        }
        if (definition.schedule().isByEnd()) {
            return FiringRecord.later(through, DelayedFiring.decidedAt(definition, open.fireTime(), now));
        }
        Instant latest = job.latest();
        boolean skips = definition.misfire() == Misfire.SKIP && latest != null && latest.isAfter(open.fireTime());
        return skips ? latest : open.fireTime();
    }

    // ---- What a wrong clock wrote
    // --------------------------------------------------------------------------------------

    /**
     * The record put right whose clock was ahead: else the job would rest until that time comes. What is open is closed as
     * any other; empty for all others.
     */
    static Optional<FiringRecord> corrected(ShardStep.Job job, FiringRecord record, Horizon horizon) {
        Instant through = record.decided().through();
        if (!record.isFree() || through == null || !horizon.isBeyond(through)) {
            return Optional.empty();
        }
        Instant onePeriodMore =
                job.definition().schedule().next(horizon.latest()).orElse(horizon.latest());
        Instant latest = job.definition().schedule().isByEnd()
                ? horizon.now()
                : job.definition().schedule().latest(horizon.now()).orElse(horizon.now());
        return through.isAfter(onePeriodMore) && latest.isBefore(through)
                ? Optional.of(record.correctedThrough(latest))
                : Optional.empty();
    }
}
