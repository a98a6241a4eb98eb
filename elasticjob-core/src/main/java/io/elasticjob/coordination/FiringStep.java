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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
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
     * @param before whether a listener hears of the firing before its first shard
     * @param after whether a listener hears of it after its last one
     */
    record Opener(String by, int version, boolean before, boolean after) {

        /** What comes first: the plan, where there is a planner, as listeners hear into how many shards it is split. */
        private FiringRecord.Stage first(boolean isPlanned) {
            return isPlanned ? new FiringRecord.Planning(by) : begun();
        }

        private FiringRecord.Stage begun() {
            return before ? new FiringRecord.Opening(by) : new FiringRecord.Open();
        }
    }

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
                .filter(job::mayRun)
                .findFirst()
                .orElse(null);
    }

    private static FiringStep open(
            ShardStep.Job job, FiringRecord record, Trigger trigger, Opener opener, Instant now) {
        boolean isWhole = trigger.shards().size() == trigger.shardingTotalCount();
        boolean isPlanned = trigger.isPlanned();
        SortedSet<Integer> listed = isWhole ? new TreeSet<>() : trigger.shards();
        FiringRecord.Whole whole = new FiringRecord.Whole(
                trigger.firing(),
                trigger.requestedAt(),
                isPlanned ? 0 : trigger.shardingTotalCount(),
                listed,
                now,
                opener.version(),
                trigger.content().chain().ancestors());
        Trigger.Rerun rerun = trigger.content().rerun();
        PastFirings.Opened with = new PastFirings.Opened(
                whole.firing(), PastFiring.Asked.of(trigger.content()), rerun == null || rerun.successors());
        return new Open(opened(record, whole, opener.first(isPlanned), with), trigger, trigger.requestedAt());
    }

    private static FiringStep open(ShardStep.Job job, FiringRecord record, DueFiring due, Opener opener, Instant now) {
        Instant fireTime = due.fireTime();
        boolean isPlanned = job.definition().plannedShards().arePlanned();
        int count = isPlanned ? 0 : job.count().at(fireTime);
        FiringRecord.Whole whole = new FiringRecord.Whole(
                new Firing.Scheduled(fireTime), fireTime, count, new TreeSet<>(), now, opener.version());
        ShardParameters parameters = job.count()
                .parametersAt(fireTime)
                .orElseGet(() -> ShardParameters.of(
                        job.definition(), IntStream.range(0, count).boxed().toList()));
        FiringRecord next = opened(
                record,
                whole,
                opener.first(isPlanned),
                new PastFirings.Opened(whole.firing(), PastFiring.Asked.of(parameters), true));
        if (!due.skipped()) {
            return new Open(next, null, fireTime);
        }
        SortedMap<String, Integer> ends =
                new TreeMap<>(isPlanned ? Map.of() : Map.of(FiringRecord.Closed.NOT_RUN, count));
        return new Open(
                noted(
                        next.closed(
                                closed(FiringResult.SKIPPED, ends, opener, now),
                                DelayedFiring.decidedAt(job.definition(), fireTime, now)),
                        whole,
                        shard -> ShardRecord.NEW,
                        now),
                null,
                fireTime);
    }

    private static FiringRecord opened(
            FiringRecord record, FiringRecord.Whole whole, FiringRecord.Stage first, PastFirings.Opened with) {
        FiringMarks marks = record.marks();
        return record.opened(whole, first).with(marks.past(marks.past().opened(with)));
    }

    /** The record with what is kept of a firing that it has closed. */
    private static FiringRecord noted(
            FiringRecord record, FiringRecord.Whole whole, IntFunction<ShardRecord> records, Instant now) {
        FiringMarks marks = record.marks();
        return record.with(marks.past(marks.past().closed(whole, records, now)));
    }

    private static FiringRecord.Closed closed(
            FiringResult result, SortedMap<String, Integer> ends, Opener closer, Instant now) {
        return new FiringRecord.Closed(result, ends, now, closer.after() ? closer.by() : null, !closer.after());
    }

    // ---- The plan
    // ------------------------------------------------------------------------------------------------------

    /**
     * The record of a firing that is being planned, once it has parts: it begins. Without a part it ends at once.
     *
     * @param plan where they are stored; null where there are none
     */
    static FiringRecord planned(
            ShardStep.Job job,
            FiringRecord record,
            List<String> parts,
            FiringRecord.@Nullable Plan plan,
            Opener opener,
            Instant now) {
        if (plan == null) {
            return notPlanned(job, record, FiringResult.SKIPPED, opener, now);
        }
        FiringRecord next = record.planned(plan, parts.size(), opener.begun());
        PastFirings past = next.marks().past();
        PastFirings.Opened opened = past.opened();
        if (opened == null) {
            return next;
        }
        PastFirings.Opened with = new PastFirings.Opened(
                opened.firing(),
                opened.asked()
                        .with(ShardParameters.ofParts(parts, job.definition().jobParameter())),
                opened.successors());
        return next.with(next.marks().past(past.opened(with)));
    }

    /** The record of a firing that is being planned, and ends so without a shard. */
    static FiringRecord notPlanned(
            ShardStep.Job job, FiringRecord record, FiringResult result, Opener opener, Instant now) {
        FiringRecord.Current current = record.current();
        if (current == null || record.planning().isEmpty()) {
            throw new IllegalStateException("No firing is being planned");
        }
        FiringRecord.Whole whole = current.whole();
        return noted(
                record.closed(closed(result, new TreeMap<>(), opener, now), decidedUpTo(job, whole, null, now)),
                whole,
                shard -> ShardRecord.NEW,
                now);
    }

    /** How much longer than its planner may take an instance has to store what that has said. */
    Duration TO_STORE = Duration.ofSeconds(5);

    /**
     * Whether an instance that lives has had all the time that planning a firing takes, be it that it was cut off on the way:
     * its planner is withdrawn, or it does not follow the job any more, and nobody else would ever hear of it.
     *
     * @param waited how long the record has said that it plans, by the stopwatch of who asks
     */
    static boolean isPlannerLate(Duration waited, Duration plannerTimeout, Duration sessionTimeout) {
        return waited.compareTo(plannerTimeout.plus(sessionTimeout).plus(TO_STORE)) >= 0;
    }

    /** The record of a firing whose plan is not all there any more: what runs of it goes on, and nothing more of it begins. */
    static FiringRecord planLost(FiringRecord record) {
        return record.planLost();
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
        PastFiring before =
                open.isRerun() ? record.marks().past().of(open.firing()).orElse(null) : null;
        SortedMap<String, Integer> ends = endsOfOthers(open, before);
        Instant through = null;
        for (int shard : open.shards()) {
            ShardRecord of = records.apply(shard);
            if (!isDecided(job, open, shard, of, horizon)) {
                return Optional.empty();
            }
            String end = before == null || hasRun(open, of) ? endOf(open, of) : before.endOf(shard);
            ends.merge(end, 1, Integer::sum);
            through = FiringRecord.later(through, of.through());
        }
        return Optional.of(noted(
                record.closed(
                        closed(resultOf(open, ends, records), ends, closer, now), decidedUpTo(job, open, through, now)),
                open,
                records,
                now));
    }

    /** How the shards of a firing have ended that are not run again with the others. */
    private static SortedMap<String, Integer> endsOfOthers(FiringRecord.Whole open, @Nullable PastFiring before) {
        SortedMap<String, Integer> ends = new TreeMap<>();
        if (before != null) {
            before.shards().stream()
                    .filter(shard -> !open.has(shard))
                    .forEach(shard -> ends.merge(before.endOf(shard), 1, Integer::sum));
        }
        return ends;
    }

    /** Whether a shard of an open firing has run it, or does not run it by these settings. */
    static boolean isDecided(
            ShardStep.Job job, FiringRecord.Whole open, int shard, ShardRecord record, Horizon horizon) {
        if (record.isRunning() && open.firing().equals(record.firing())) {
            return false;
        } else if (open.plan() != null && !job.definition().plannedShards().arePlanned()) {
            return true; // its parts are nobody's any more
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

    /** Whether a shard has run it to an end. */
    static boolean hasRun(FiringRecord.Whole open, ShardRecord record) {
        return record.state() instanceof ShardState.Done && open.firing().equals(record.firing());
    }

    /** How a decided shard has ended. */
    static String endOf(FiringRecord.Whole open, ShardRecord record) {
        String outcome = record.outcome();
        return hasRun(open, record) && outcome != null ? outcome : FiringRecord.Closed.NOT_RUN;
    }

    private static FiringResult resultOf(
            FiringRecord.Whole open, SortedMap<String, Integer> ends, IntFunction<ShardRecord> records) {
        boolean isCutShort =
                open.isPlanLost() && open.shards().stream().anyMatch(shard -> !hasRun(open, records.apply(shard)));
        return isCutShort ? FiringResult.FAILED : resultOf(ends);
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
