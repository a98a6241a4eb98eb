package io.elasticjob.coordination;

import io.elasticjob.ArrayKind;
import io.elasticjob.ArrayPlace;
import io.elasticjob.ElasticJobEvent;
import io.elasticjob.ExecutionId;
import io.elasticjob.Firing;
import io.elasticjob.JobDefinition;
import io.elasticjob.Misfire;
import io.elasticjob.Outcome;
import io.elasticjob.Overlap;
import io.elasticjob.ShardRecord;
import io.elasticjob.ShardState;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the assigned instance of a shard should do next, from the shard's record. */
public sealed interface ShardStep {

    /**
     * Nothing is due; the next firing will ring.
     *
     * @param until when the shard is to be looked at again though nothing rings; null where there is no such time
     */
    record Rest(@Nullable Instant until) implements ShardStep {

        /** Until something rings. */
        public Rest() {
            this(null);
        }
    }

    /**
     * Write {@code RUNNING} and, once that is acknowledged, run.
     *
     * @param trigger that asks for it; null for a firing by schedule
     * @param attempt from 1
     * @param deaths of earlier owners of this firing
     */
    record Claim(Firing firing, Instant fireTime, @Nullable Trigger trigger, int attempt, int deaths)
            implements ShardStep {

        /** Of a firing by schedule. */
        public Claim(Firing firing, Instant fireTime, int attempt, int deaths) {
            this(firing, fireTime, null, attempt, deaths);
        }
    }

    /** Write this record, tell this event, and look again. */
    record Settle(ShardRecord next, @Nullable ElasticJobEvent event) implements ShardStep {}

    /** Have the job disabled, because these firings failed, and look again. */
    record Pause(ShardRecord.Streak streak) implements ShardStep {}

    /** A live instance is running it: watch the record, and the instances. */
    record Await(String owner) implements ShardStep {}

    /**
     * The owner is dead, and what it had begun may go on under a lease: watch the record until that is over, and look again.
     * Meanwhile another instance may adopt it.
     */
    record AwaitLease(String owner) implements ShardStep {}

    /**
     * It runs on a cluster, or is about to, and nobody looks after it: take it over under the same attempt, whatever the job's
     * settings say by now.
     */
    record Adopt() implements ShardStep {}

    /** As {@link Adopt}, but this instance does not have the cluster: one that has it takes it over. */
    record AwaitCluster(String cluster) implements ShardStep {}

    /** The owner is not among the known instances, which proves nothing: ask the registry for its node. */
    record AskFor(String owner) implements ShardStep {}

    /** What is known of the owner of a running record. */
    enum Owner {
        /** It is this very instance, which neither runs the shard nor has a write of it under way. */
        SELF,
        LIVE,
        UNKNOWN,
        /** As {@link #DEAD}, but what it had begun may still go on under a lease. */
        LEASED,
        /** Its node was not there in a read issued after the read of the record, in the same session. */
        DEAD
    }

    /**
     * The job as the decision needs to see it.
     *
     * @param since firings before it are never due
     * @param latest the schedule's latest fire time, not after now; null when there is none
     * @param unattended when nobody was there who could have run it
     * @param barrier of a job whose firings are recorded as wholes; null for all others
     */
    record Job(
            JobDefinition definition,
            Instant since,
            ShardCount count,
            Switches switches,
            Triggers triggers,
            @Nullable Instant latest,
            Unattended unattended,
            @Nullable Barrier barrier) {

        /** A job whose firings are not recorded as wholes. */
        public Job(
                JobDefinition definition,
                Instant since,
                ShardCount count,
                Switches switches,
                Triggers triggers,
                @Nullable Instant latest,
                Unattended unattended) {
            this(definition, since, count, switches, triggers, latest, unattended, null);
        }

        /** The same job, whose shards are held to what is open; null for one whose shards are not. */
        public Job behind(@Nullable Barrier known) {
            return new Job(definition, since, count, switches, triggers, latest, unattended, known);
        }

        /** The job as if it were one shard, for the rules that say what is due. */
        Job asWhole() {
            return new Job(
                    definition, since, ShardCount.always(1), Switches.NONE, Triggers.NONE, latest, unattended, null);
        }

        /** A job of which somebody may always have been there. */
        public Job(
                JobDefinition definition,
                Instant since,
                ShardCount count,
                Switches switches,
                Triggers triggers,
                @Nullable Instant latest) {
            this(definition, since, count, switches, triggers, latest, Unattended.NEVER);
        }

        /** A job that nothing was switched off of, and nobody triggered. */
        public Job(JobDefinition definition, Instant since, ShardCount count, @Nullable Instant latest) {
            this(definition, since, count, Switches.NONE, Triggers.NONE, latest);
        }

        /** Whether firings by schedule of the shard are run. */
        public boolean isEnabled(int shard) {
            return definition.enabled() && !switches.isOff(shard);
        }

        /** Into how many shards the firing is split that came due last; where none did, those to come. */
        private int countNow() {
            return latest == null ? count.count() : count.at(latest);
        }

        /** Whether a firing by schedule that was begun is to be run again, or to go on. */
        boolean wants(int shard, Instant fireTime) {
            return isEnabled(shard)
                    && !fireTime.isBefore(since(shard))
                    && count.has(shard, fireTime); // else its part is not known any more
        }

        /** Whether nobody knows what the shards of this firing are to do. */
        private boolean isNobodys(Firing firing) {
            return barrier != null && barrier.isNobodys(this, firing);
        }

        /** Firings of the shard before it are never due. */
        public Instant since(int shard) {
            return switches.onSince(shard).filter(on -> on.isAfter(since)).orElse(since);
        }

        /** The trigger that the shard runs next; empty as well when it has to wait until the job is enabled. */
        private Optional<Trigger> trigger(int shard, ShardRecord record) {
            return triggers.next(shard, record).filter(trigger -> mayRun(trigger, shard));
        }

        /** Whether the shard is to run a trigger that comes after this one. */
        boolean isTriggered(int shard, long after) {
            return triggers.pending().tailMap(after + 1).values().stream()
                    .anyMatch(trigger -> trigger.shards().contains(shard) && mayRun(trigger, shard));
        }

        /** Whether some shard may run it. */
        boolean mayRun(Trigger trigger) {
            return trigger.isPlanned()
                    ? trigger.forced() || definition.enabled()
                    : trigger.shards().stream().anyMatch(shard -> mayRun(trigger, shard));
        }

        boolean mayRun(Trigger trigger, int shard) {
            return trigger.forced() || isEnabled(shard);
        }
    }

    /** Of firings that were given back on their way, to be run again before all others. */
    Set<String> GO_ON = Set.of(Outcome.Moved.NAME, Outcome.Lost.NAME, Outcome.NotBegun.NAME);

    /**
     * Decides; never acts. The one that says that an owner is {@link Owner#DEAD} has also found out whether the trigger that it
     * ran is still there.
     */
    static ShardStep next(Job job, int shard, ShardRecord record, Owner owner, Instant now) {
        if (isToBeAdopted(job.definition(), record, owner)) {
            return new Adopt();
        }
        Optional<ShardStep> pause = Pausing.next(job, shard, record);
        if (pause.isPresent()) {
            return pause.get();
        }
        if (record.state() instanceof ShardState.Done && record.holder().isPresent()) {
            return afterLingering(job, shard, record, owner, now);
        } else if (!(record.state() instanceof ShardState.Running running)) {
            return begin(job, shard, record, now);
        } else {
            return running(job, shard, record, running, owner, now);
        }
    }

    /**
     * Whether it runs on a cluster, or is about to, and nobody looks after it. What runs there does not end with its owner. Where
     * nothing was released, nothing runs, but the cluster may have been asked to create it: who goes on with the attempt of a
     * dead owner finds that.
     *
     * @param owner as far as is known
     */
    static boolean isToBeAdopted(JobDefinition definition, ShardRecord record, Owner owner) {
        ArrayPlace array = record.array();
        boolean isReleased = array != null && array.released().isPresent();
        boolean isAbandoned = owner == Owner.DEAD && ArrayKind.runs(definition);
        boolean isAlone = owner == Owner.DEAD || owner == Owner.SELF;
        return record.isRunning() && (isAbandoned || (isAlone && isReleased));
    }

    /** What was recorded although it went on: nothing is begun while it may. */
    private static ShardStep afterLingering(Job job, int shard, ShardRecord record, Owner owner, Instant now) {
        String name = record.holder().orElseThrow();
        return switch (owner) {
            case SELF -> new Settle(record.lingering(false), null);
            case LIVE -> new Await(name);
            case UNKNOWN -> new AskFor(name);
            case LEASED -> new AwaitLease(name);
            case DEAD ->
                record.permits().isEmpty()
                        ? begin(job, shard, record, now)
                        : new Settle(record.lingering(false), null); // what was counted of it is not any more
        };
    }

    private static ShardStep running(
            Job job, int shard, ShardRecord record, ShardState.Running running, Owner owner, Instant now) {
        String name = running.attempt().owner();
        return switch (owner) {
            case SELF -> new Settle(record.givenBack(null), null);
            case LIVE -> new Await(name);
            case UNKNOWN -> new AskFor(name);
            case LEASED -> new AwaitLease(name);
            case DEAD -> afterDeath(job, shard, record, running, now);
        };
    }

    /**
     * What is due by schedule and what was asked for by hand take turns, so that neither keeps a busy shard from the
     * other; a firing that was begun and given back comes first.
     */
    private static ShardStep begin(Job job, int shard, ShardRecord record, Instant now) {
        Optional<Claim> moved = moved(job, shard, record);
        if (moved.isPresent()) {
            return moved.get();
        }
        Optional<ShardStep> retry = Retrying.next(job, shard, record, now);
        if (retry.isPresent()) {
            return retry.get();
        }
        Barrier barrier = job.barrier();
        if (barrier != null) {
            return barrier.begin(job, shard, record, now);
        }
        Optional<DueFiring> due = DueFiring.of(job, shard, record, now);
        if (due.isPresent() && due.get().skipped()) {
            Instant fireTime = due.get().fireTime();
            return new Settle(
                    record.decidedThrough(DelayedFiring.decidedAt(job.definition(), fireTime, now)),
                    new ElasticJobEvent.FiringSkipped(
                            job.definition().name(), shard, fireTime, DueFiring.whySkipped(job.definition())));
        }
        Optional<Trigger> trigger = job.trigger(shard, record);
        boolean begun = record.state() instanceof ShardState.Idle idle && idle.givenBack() != null;
        boolean triggersTurn = (record.firing() instanceof Firing.Triggered) == begun;
        if (trigger.isPresent() && (triggersTurn || due.isEmpty())) {
            Trigger next = trigger.get();
            return claim(record, shard, next);
        }
        return due.<ShardStep>map(firing -> claim(record, firing.fireTime()))
                .orElseGet(() -> new Rest(
                        DueFiring.comesDueUnheard(job, shard, record, now).orElse(null)));
    }

    /** A firing that was given back on its way, to go on here: others that came due meanwhile wait, and it is never too late. */
    private static Optional<Claim> moved(Job job, int shard, ShardRecord record) {
        Instant through = record.through();
        boolean isMoved = GO_ON.contains(String.valueOf(record.outcome()))
                && record.fireTime()
                        .filter(fireTime -> through != null && !fireTime.isAfter(through))
                        .isEmpty();
        return isMoved && record.state() instanceof ShardState.Idle idle && idle.givenBack() != null
                ? again(job, shard, idle.givenBack(), idle.givenBack().deaths())
                : Optional.empty();
    }

    /**
     * Whether an execution that can stop on its way is to go on, as far as its job says: it is neither disabled nor fired
     * by another schedule, nor is a firing due that is split otherwise.
     *
     * @param count of the shards that it was begun as one of
     */
    static boolean goesOn(Job job, int shard, Firing firing, int count) {
        if (firing instanceof Firing.Scheduled scheduled) {
            return count == job.countNow() && job.wants(shard, scheduled.fireTime());
        }
        Trigger trigger =
                firing instanceof Firing.Triggered triggered ? job.triggers().get(triggered.number()) : null;
        return trigger == null || (count == job.countNow() && job.mayRun(trigger, shard));
    }

    /**
     * The record after an execution that stopped on its way: given back, so that its firing goes on, be it elsewhere; decided,
     * when nobody wants that any more. Either keeps the checkpoint.
     *
     * @param count of the shards that it was begun as one of
     */
    static ShardRecord moved(Job job, int shard, ShardRecord running, int count, Instant now) {
        Outcome outcome = new Outcome.Moved();
        boolean wanted = running.latest()
                .filter(attempt -> goesOn(job, shard, attempt.firing(), count))
                .flatMap(attempt -> again(job, shard, attempt, attempt.deaths()))
                .isPresent();
        return wanted
                ? running.givenBack(outcome)
                : running.completed(outcome, DelayedFiring.decidedBy(job.definition(), running, now), now);
    }

    /** Of the firing by schedule that is due at this time. */
    static Claim claim(ShardRecord record, Instant fireTime) {
        return claim(record, new Firing.Scheduled(fireTime), fireTime, null, 0);
    }

    static Claim claim(ShardRecord record, int shard, Trigger trigger) {
        return claim(record, trigger.firing(), trigger.requestedAt(), trigger, trigger.attemptsBefore(shard, record));
    }

    /** @param before how many attempts at the firing there were before those of the record */
    private static Claim claim(
            ShardRecord record, Firing firing, Instant fireTime, @Nullable Trigger trigger, int before) {
        boolean again = firing.equals(record.firing());
        return new Claim(
                firing, fireTime, trigger, (again ? record.attempt() : before) + 1, again ? record.deaths() : 0);
    }

    private static ShardStep afterDeath(
            Job job, int shard, ShardRecord record, ShardState.Running running, Instant now) {
        JobDefinition definition = job.definition();
        ShardState.Attempt died = running.attempt();
        Outcome outcome = record.stop().map(ShardState.Stop::outcome).orElse(new Outcome.Lost());
        Optional<Claim> again = record.stop().isEmpty()
                        && definition.failover().wanted()
                        && died.deaths() < definition.failover().limit()
                ? again(job, shard, died, died.deaths() + 1)
                : Optional.empty();
        if (again.isPresent()) {
            return again.get();
        }
        return new Settle(
                Pausing.ended(
                        record.completed(outcome, DelayedFiring.decidedBy(definition, record, now), now), outcome),
                new ElasticJobEvent.OwnerDied(
                        new ExecutionId(definition.name(), died.firing(), shard, died.number()),
                        died.owner(),
                        false,
                        null,
                        died.startedAt()));
    }

    /** The next attempt of a firing that was begun before; empty when it is not to be run any more. */
    static Optional<Claim> again(Job job, int shard, ShardState.Attempt before, int deaths) {
        Firing firing = before.firing();
        int attempt = before.number() + 1;
        if (job.isNobodys(firing)) {
            return Optional.empty();
        }
        if (firing instanceof Firing.Scheduled scheduled) {
            return job.wants(shard, scheduled.fireTime())
                    ? Optional.of(new Claim(firing, scheduled.fireTime(), null, attempt, deaths))
                    : Optional.empty();
        }
        if (firing instanceof Firing.Triggered triggered) {
            return Optional.ofNullable(job.triggers().get(triggered.number())) // not there: it was cancelled
                    .filter(trigger -> job.mayRun(trigger, shard))
                    .filter(trigger -> !trigger.isPlanned()
                            || job.definition().plannedShards().arePlanned())
                    .map(trigger -> new Claim(firing, trigger.requestedAt(), trigger, attempt, deaths));
        }
        return Optional.empty();
    }

    /**
     * The record that tells the end of an execution, be it that its firing is to be run again.
     *
     * @param running the record as it was claimed, with the last checkpoint
     * @param latest the schedule's latest fire time, not after now; null when there is none
     */
    static ShardRecord completion(
            JobDefinition definition, ShardRecord running, Outcome outcome, @Nullable Instant latest, Instant now) {
        if (outcome instanceof Outcome.NotBegun) {
            return running.givenBack(outcome);
        }
        if (outcome instanceof Outcome.Lost
                && definition.failover().wanted()
                && running.deaths() < definition.failover().limit()) {
            return running.givenBackByDeath(outcome);
        }
        if (outcome instanceof Outcome.Abandoned && definition.failover().wanted()) {
            return running.givenBack(outcome);
        }
        Instant fireTime = running.fireTime().orElse(null);
        Instant begun = fireTime != null ? fireTime : running.startedAt();
        boolean waitsForAll = definition.wholeFirings().areRecorded(); // then the close decides what came due meanwhile
        boolean dueMeanwhile = !waitsForAll && latest != null && begun != null && latest.isAfter(begun);
        if (Retrying.follows(definition, running, outcome, dueMeanwhile)) {
            return running.failed(outcome, now);
        }
        boolean skip = definition.misfire() == Misfire.SKIP && definition.overlap() == Overlap.MISFIRE && dueMeanwhile;
        Instant decided = DelayedFiring.decidedBy(definition, running, now);
        ShardRecord ended = Pausing.ended(running.completed(outcome, skip ? latest : decided, now), outcome);
        return definition.keepCheckpoint() ? ended.withCheckpoint(running.checkpoint()) : ended;
    }
}
