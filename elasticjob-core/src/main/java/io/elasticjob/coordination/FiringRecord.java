package io.elasticjob.coordination;

import io.elasticjob.Firing;
import io.elasticjob.FiringResult;
import io.elasticjob.Outcome;
import io.elasticjob.ShardRecord;
import io.elasticjob.ShardState;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What the registry holds of the firings of a job as wholes: the one that is open, or was last, and up to which firing all is
 * decided for the job. A small state machine whose every step is a compare-and-set. Only jobs that ask for it have one.
 *
 * @param current the firing that is open, or was last; null before the first
 * @param decided up to which firing all is decided for the job
 * @param marks what else is noted of its firings
 * @param unknown fields of the stored form that this version has no name for; they are written back as they were
 */
public record FiringRecord(@Nullable Current current, Decided decided, FiringMarks marks, Map<String, Object> unknown) {

    /** Of a job none of whose firings was opened yet; what an absent node stands for. */
    public static final FiringRecord NEW = new FiringRecord(null, Decided.NONE, Map.of());

    public FiringRecord {
        unknown = Map.copyOf(unknown);
    }

    /** One of which nothing else is noted. */
    public FiringRecord(@Nullable Current current, Decided decided, Map<String, Object> unknown) {
        this(current, decided, FiringMarks.NONE, unknown);
    }

    /** The same with what else is noted. */
    public FiringRecord with(FiringMarks noted) {
        return new FiringRecord(current, decided, noted, unknown);
    }

    /** A firing, and where it stands. */
    public record Current(Whole whole, Stage stage) {}

    /**
     * A firing as a whole.
     *
     * @param fireTime of a firing by hand the time at which it was asked for
     * @param count into how many shards it is split
     * @param listed the shards of a firing by hand; empty for all
     * @param openedAt registry time
     * @param jobVersion version of the job's node under which it was opened
     * @param ancestors the firings that it descends from; they are kept here, as its trigger may be gone before it is closed
     * @param plan where the parts are that its planner has split it into; null where there are none, or no planner
     */
    public record Whole(
            Firing firing,
            Instant fireTime,
            int count,
            SortedSet<Integer> listed,
            Instant openedAt,
            int jobVersion,
            List<Chain.Ancestor> ancestors,
            @Nullable Plan plan) {

        /** Of one that is not planned. */
        public Whole(
                Firing firing,
                Instant fireTime,
                int count,
                SortedSet<Integer> listed,
                Instant openedAt,
                int jobVersion,
                List<Chain.Ancestor> ancestors) {
            this(firing, fireTime, count, listed, openedAt, jobVersion, ancestors, null);
        }

        /** The same split into so many parts. */
        Whole planned(Plan parts, int number) {
            return new Whole(firing, fireTime, number, listed, openedAt, jobVersion, ancestors, parts);
        }

        /** Of one that runs after no other one. */
        public Whole(
                Firing firing,
                Instant fireTime,
                int count,
                SortedSet<Integer> listed,
                Instant openedAt,
                int jobVersion) {
            this(firing, fireTime, count, listed, openedAt, jobVersion, List.of());
        }

        public Whole {
            ancestors = List.copyOf(ancestors);
            listed = Collections.unmodifiableSortedSet(new TreeSet<>(listed));
        }

        /** Its shards, ascending. */
        public List<Integer> shards() {
            return listed.isEmpty() ? IntStream.range(0, count).boxed().toList() : List.copyOf(listed);
        }

        /** Whether nobody knows its parts any more: what has not begun of it is not run. */
        public boolean isPlanLost() {
            return plan != null && plan.lost();
        }

        public boolean has(int shard) {
            return listed.isEmpty() ? shard < count : listed.contains(shard);
        }

        /** Whether a past firing is run again by it. */
        public boolean isRerun() {
            return firing instanceof Firing.Triggered triggered && triggered.again() != null;
        }

        /** The firing that listeners, successors and operators see: the past one where that is run again. */
        public Firing.Past seen() {
            return firing instanceof Firing.Triggered triggered && triggered.again() != null
                    ? triggered.again()
                    : new Firing.Past(firing, fireTime);
        }
    }

    /**
     * Where the parts of a firing are kept.
     *
     * @param id part of the names of their nodes, which tells this plan from all others for the job
     * @param portions in how many nodes they are
     * @param lost whether they were found not to be all there any more, as they were written: nobody begins one of them
     */
    public record Plan(String id, int portions, boolean lost) {

        /** One that is all there. */
        public Plan(String id, int portions) {
            this(id, portions, false);
        }
    }

    /** Where a firing stands. */
    public sealed interface Stage {}

    /**
     * An instance has its planner say into which parts it is split.
     *
     * @param by id of that instance
     */
    public record Planning(String by) implements Stage {}

    /**
     * An instance calls the listeners that hear of it before the first shard.
     *
     * @param by id of that instance
     */
    public record Opening(String by) implements Stage {}

    /** Its shards run, or are to run. No other firing of the job does. */
    public record Open() implements Stage {}

    /**
     * All its shards are decided.
     *
     * @param ends how many shards ended with each outcome, and how many were not run, by {@link #NOT_RUN}
     * @param teller id of the instance that calls the listeners that hear of it after the last shard; null while none does
     * @param told whether they were called, or there are none: the next firing may be opened
     */
    public record Closed(
            FiringResult result,
            SortedMap<String, Integer> ends,
            Instant at,
            @Nullable String teller,
            boolean told) implements Stage {

        /** Stands among the ends for shards that did not run, as for those that had nothing to do. */
        public static final String NOT_RUN = Outcome.Skipped.NAME;

        public Closed {
            ends = Collections.unmodifiableSortedMap(new TreeMap<>(ends));
        }
    }

    /**
     * Up to which firing all is decided for the job.
     *
     * @param through the latest firing by schedule; null before the first
     * @param trigger the highest number of a firing by hand; -1 before the first
     */
    public record Decided(@Nullable Instant through, long trigger) {

        public static final Decided NONE = new Decided(null, -1);

        /** Whether it is decided: run, skipped or superseded. */
        boolean has(Firing firing) {
            return firing instanceof Firing.Triggered triggered
                    ? triggered.number() <= trigger
                    : through != null
                            && firing instanceof Firing.Scheduled scheduled
                            && !scheduled.fireTime().isAfter(through);
        }

        private Decided with(Firing firing, @Nullable Instant upTo) {
            Instant next = firing instanceof Firing.Scheduled scheduled ? later(scheduled.fireTime(), upTo) : upTo;
            return new Decided(
                    later(through, next),
                    firing instanceof Firing.Triggered triggered ? Math.max(trigger, triggered.number()) : trigger);
        }
    }

    /** The firing whose shards run, or are to run; empty while there is none. */
    public Optional<Whole> open() {
        return current != null && current.stage() instanceof Open ? Optional.of(current.whole()) : Optional.empty();
    }

    /** The firing that is being planned; empty while there is none. */
    public Optional<Planning> planning() {
        return current != null && current.stage() instanceof Planning planning
                ? Optional.of(planning)
                : Optional.empty();
    }

    /** The firing whose listeners are called before the first shard; empty while there is none. */
    public Optional<Opening> opening() {
        return current != null && current.stage() instanceof Opening opening ? Optional.of(opening) : Optional.empty();
    }

    /** The firing that was closed last and is not told; empty while there is none. */
    public Optional<Closed> untold() {
        return current != null && current.stage() instanceof Closed closed && !closed.told()
                ? Optional.of(closed)
                : Optional.empty();
    }

    /** Whether the next firing may be opened. */
    public boolean isFree() {
        return current == null || (current.stage() instanceof Closed closed && closed.told());
    }

    /** The record with a firing that is opened. */
    public FiringRecord opened(Whole whole, Stage stage) {
        return new FiringRecord(new Current(whole, stage), decided, marks, unknown);
    }

    /** The same firing split into parts. */
    FiringRecord planned(Plan plan, int count, Stage stage) {
        return new FiringRecord(new Current(whole().planned(plan, count), stage), decided, marks, unknown);
    }

    /** The same firing, whose plan is not all there any more. */
    FiringRecord planLost() {
        Whole whole = whole();
        Plan plan = whole.plan();
        if (current == null || plan == null) {
            throw new IllegalStateException("The firing has no plan");
        }
        Plan lost = new Plan(plan.id(), plan.portions(), true);
        return new FiringRecord(
                new Current(whole.planned(lost, whole.count()), current.stage()), decided, marks, unknown);
    }

    /** The same firing at another stage. */
    public FiringRecord at(Stage stage) {
        return new FiringRecord(new Current(whole(), stage), decided, marks, unknown);
    }

    /**
     * The record with its firing closed.
     *
     * @param upTo the latest firing by schedule that is decided by this; null for none but itself
     */
    public FiringRecord closed(Closed closed, @Nullable Instant upTo) {
        return new FiringRecord(new Current(whole(), closed), decided.with(whole().firing(), upTo), marks, unknown);
    }

    /** The record with another time up to which all is decided, be it earlier: for what a wrong clock has written. */
    public FiringRecord correctedThrough(Instant corrected) {
        return new FiringRecord(current, new Decided(corrected, decided.trigger()), marks, unknown);
    }

    private Whole whole() {
        if (current == null) {
            throw new IllegalStateException("No firing was opened");
        }
        return current.whole();
    }

    /** The job's record as if it were that of a shard, for the rules that say what is due. */
    ShardRecord asOfShard() {
        ShardRecord.Past past = new ShardRecord.Past(decided.trigger(), decided.through(), null, null, null, null);
        ShardState state = new ShardState.Idle(null);
        if (current != null && current.stage() instanceof Closed closed) {
            ShardState.Attempt last = new ShardState.Attempt(
                    current.whole().firing(), "", 1, 0, 0, current.whole().openedAt(), ShardState.Failures.NONE);
            state = new ShardState.Done(last, closed.at());
        }
        return new ShardRecord(state, past, null, Map.of());
    }

    static @Nullable Instant later(@Nullable Instant one, @Nullable Instant other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return one.isAfter(other) ? one : other;
    }
}
