package io.elasticjob.coordination;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.ExecutionId;
import io.elasticjob.Firing;
import io.elasticjob.ShardRecord;
import io.elasticjob.ShardState;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What is to end of a job. Decides; never acts. */
public record Cancels(List<Cancel> all) {

    public static final Cancels NONE = new Cancels(List.of());

    public Cancels {
        all = List.copyOf(all);
    }

    public boolean isEmpty() {
        return all.isEmpty();
    }

    /** The first one that ends this firing for the shard; empty when it is not to end. */
    public Optional<Cancel> of(int shard, Firing firing) {
        return all.stream().filter(cancel -> cancel.concerns(shard, firing)).findFirst();
    }

    /** Whether this firing is to end with all its shards, whichever they are. */
    public boolean isEndedWhole(Firing firing) {
        return all.stream()
                .anyMatch(cancel -> cancel.isWhole() && cancel.firing().equals(firing));
    }

    // ---- What is asked for -----------------------------------------------------------------------------------------

    /**
     * Which firing each shard runs that is to end, or is to run.
     *
     * @param wanted the firing that is meant; null for the one that a shard has begun
     * @param records of the shards that are meant
     */
    public static SortedMap<Integer, Firing> targets(
            ShardStep.Job job, @Nullable Firing wanted, Map<Integer, ShardRecord> records, Instant now) {
        SortedMap<Integer, Firing> targets = new TreeMap<>();
        records.forEach((shard, record) -> {
            Firing firing = wanted == null ? begun(record) : wanted;
            if (firing != null && isOpen(job, shard, record, firing, now)) {
                targets.put(shard, firing);
            }
        });
        return targets;
    }

    /**
     * A firing that is to end with all its shards.
     *
     * @param shards that it has; empty where nobody knows that yet
     */
    public record Entire(Firing firing, List<Integer> shards) {

        public Entire {
            shards = List.copyOf(shards);
        }

        /** Whether it is known which shards it has. */
        public boolean isSplit() {
            return !shards.isEmpty();
        }

        /**
         * Those of its shards that have not run it to its end.
         *
         * @param records of its shards; one that has none yet has run nothing
         */
        public SortedMap<Integer, Firing> undecided(Map<Integer, ShardRecord> records) {
            SortedMap<Integer, Firing> undecided = new TreeMap<>();
            for (int shard : shards) {
                if (!isDecided(records.getOrDefault(shard, ShardRecord.NEW), firing)) {
                    undecided.put(shard, firing);
                }
            }
            return undecided;
        }
    }

    /**
     * The firing that is meant, of a job whose shards are planned: as long as it is being planned, or waits for that, nobody
     * knows which shards it has.
     *
     * @param record of the firings of the job
     * @param wanted the firing that is meant; null for the one that is under way
     * @return empty where it is neither under way nor to come
     */
    public static Optional<Entire> entire(FiringRecord record, Triggers triggers, @Nullable Firing wanted) {
        FiringRecord.Current current = record.current();
        if (current != null && !(current.stage() instanceof FiringRecord.Closed)) {
            FiringRecord.Whole whole = current.whole();
            if (wanted == null || wanted.equals(whole.firing())) {
                return Optional.of(new Entire(whole.firing(), whole.shards()));
            }
        }
        Trigger trigger = wanted instanceof Firing.Triggered triggered ? triggers.get(triggered.number()) : null;
        return trigger != null && trigger.isPlanned() && !record.decided().has(trigger.firing())
                ? Optional.of(new Entire(trigger.firing(), List.of()))
                : Optional.empty();
    }

    /** The firing that runs, or was given back and is to be run again; null when there is none. */
    private static @Nullable Firing begun(ShardRecord record) {
        Firing firing = record.firing();
        if (firing == null || record.state() instanceof ShardState.Done) {
            return null;
        }
        return record.isRunning() || !isDecided(record, firing) ? firing : null;
    }

    /** Whether the shard runs the firing, or is to run it by what is known now. */
    private static boolean isOpen(ShardStep.Job job, int shard, ShardRecord record, Firing firing, Instant now) {
        if (firing.equals(begun(record))) {
            return true;
        }
        if (isDecided(record, firing)) {
            return false;
        }
        if (firing instanceof Firing.Triggered triggered) {
            Trigger trigger = job.triggers().get(triggered.number());
            return trigger != null && trigger.mayList(shard);
        }
        return DueFiring.of(job, shard, record, now)
                .filter(due -> firing.equals(new Firing.Scheduled(due.fireTime())))
                .isPresent();
    }

    private static boolean isDecided(ShardRecord record, Firing firing) {
        if (firing instanceof Firing.Triggered triggered) {
            return record.trigger() >= triggered.number();
        }
        Instant through = record.through();
        return firing instanceof Firing.Scheduled scheduled
                && through != null
                && !scheduled.fireTime().isAfter(through);
    }

    // ---- What follows for a shard ----------------------------------------------------------------------------------

    /**
     * The step that ends a firing which nobody runs and which is to end; empty for all others. One that runs here or
     * elsewhere is ended by the one that runs it.
     */
    public Optional<ShardStep> ended(
            ShardStep.Job job, int shard, ShardRecord record, ShardStep.Owner owner, Instant now) {
        if (isEmpty()) {
            return Optional.empty();
        }
        if (record.state() instanceof ShardState.Running running) {
            return owner == ShardStep.Owner.DEAD
                    ? of(shard, running.attempt().firing())
                            .map(cancel -> afterDeath(job, shard, record, running.attempt(), cancel, now))
                    : Optional.empty();
        }
        Firing begun = begun(record);
        if (begun != null) {
            return of(shard, begun)
                    .map(cancel -> told(
                            job,
                            shard,
                            begun,
                            cancel,
                            record.givenUp(
                                    cancel.outcome(), DelayedFiring.decidedBy(job.definition(), record, now), now)));
        }
        return notBegun(job, shard, record, now);
    }

    private static ShardStep afterDeath(
            ShardStep.Job job, int shard, ShardRecord record, ShardState.Attempt died, Cancel cancel, Instant now) {
        return new ShardStep.Settle(
                record.completed(cancel.outcome(), DelayedFiring.decidedBy(job.definition(), record, now), now),
                new ElasticJobEvent.OwnerDied(
                        new ExecutionId(job.definition().name(), died.firing(), shard, died.number()),
                        died.owner(),
                        false,
                        null,
                        died.startedAt()));
    }

    private Optional<ShardStep> notBegun(ShardStep.Job job, int shard, ShardRecord record, Instant now) {
        Trigger next = job.triggers()
                .next(shard, record)
                .or(() -> Optional.ofNullable(job.barrier()).flatMap(barrier -> barrier.planned(job, shard, record)))
                .orElse(null);
        Firing trigger = next == null ? null : next.firing();
        Optional<Cancel> ofTrigger = trigger == null ? Optional.empty() : of(shard, trigger);
        if (next != null && trigger != null && ofTrigger.isPresent()) {
            return Optional.of(told(job, shard, trigger, ofTrigger.get(), record.decidedUpTo(next.number())));
        }
        Instant due =
                DueFiring.of(job, shard, record, now).map(DueFiring::fireTime).orElse(null);
        return due == null
                ? Optional.empty()
                : of(shard, new Firing.Scheduled(due))
                        .map(cancel -> told(
                                job,
                                shard,
                                new Firing.Scheduled(due),
                                cancel,
                                record.decidedThrough(DelayedFiring.decidedAt(job.definition(), due, now))));
    }

    private static ShardStep told(ShardStep.Job job, int shard, Firing firing, Cancel cancel, ShardRecord next) {
        return new ShardStep.Settle(
                next,
                new ElasticJobEvent.FiringCancelled(job.definition().name(), shard, firing.identity(), cancel.by()));
    }

    // ---- When it is over -------------------------------------------------------------------------------------------

    /**
     * Whether a cancel has nothing left to end: its firing is over for each of its shards. What nobody runs is not waited for
     * longer than a day.
     *
     * @param records of its shards
     * @param now registry time
     */
    public static boolean isOver(Cancel cancel, Map<Integer, ShardRecord> records, Instant now) {
        return records.values().stream()
                .noneMatch(record -> cancel.firing().equals(begun(record))
                        || (!isPast(record, cancel.firing()) && !cancel.isTooOld(now)));
    }

    /**
     * The same of one that ends a firing as a whole.
     *
     * @param record of the firings of its job; null where there is none, or this version cannot read it
     */
    public static boolean isOver(Cancel cancel, @Nullable FiringRecord record, Instant now) {
        FiringRecord.Current current = record == null ? null : record.current();
        if (current != null
                && !(current.stage() instanceof FiringRecord.Closed)
                && current.whole().firing().equals(cancel.firing())) {
            return false;
        }
        return cancel.isTooOld(now) || (record != null && record.decided().has(cancel.firing()));
    }

    /** Whether it is decided for the shard, or a later one was begun. */
    private static boolean isPast(ShardRecord record, Firing firing) {
        return isDecided(record, firing)
                || (firing instanceof Firing.Scheduled scheduled
                        && record.fireTime()
                                .filter(later -> later.isAfter(scheduled.fireTime()))
                                .isPresent());
    }
}
