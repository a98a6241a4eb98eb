package io.elasticjob.coordination;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.ExecutionId;
import io.elasticjob.Firing;
import io.elasticjob.JobDefinition;
import io.elasticjob.Misfire;
import io.elasticjob.Outcome;
import io.elasticjob.ShardRecord;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the assigned instance of a shard should do next, from the shard's record. */
public sealed interface ShardStep {

    /** Nothing is due; the next firing will ring. */
    record Rest() implements ShardStep {}

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

    /** A live instance is running it: watch the record, and the instances. */
    record Await(String owner) implements ShardStep {}

    /** The owner is not among the known instances, which proves nothing: ask the registry for its node. */
    record AskFor(String owner) implements ShardStep {}

    /** What is known of the owner of a running record. */
    enum Owner {
        /** It is this very instance, which neither runs the shard nor has a write of it under way. */
        SELF,
        LIVE,
        UNKNOWN,
        /** Its node was not there in a read issued after the read of the record, in the same session. */
        DEAD
    }

    /**
     * The job as the decision needs to see it.
     *
     * @param since firings before it are never due
     * @param latest the schedule's latest fire time, not after now; null when there is none
     */
    record Job(
            JobDefinition definition,
            Instant since,
            ShardCount count,
            Switches switches,
            Triggers triggers,
            @Nullable Instant latest) {

        /** A job that nothing was switched off of, and nobody triggered. */
        public Job(JobDefinition definition, Instant since, ShardCount count, @Nullable Instant latest) {
            this(definition, since, count, Switches.NONE, Triggers.NONE, latest);
        }

        /** Whether firings by schedule of the shard are run. */
        boolean isEnabled(int shard) {
            return definition.enabled() && !switches.isOff(shard);
        }

        /** Firings of the shard before it are never due. */
        public Instant since(int shard) {
            return switches.onSince(shard).filter(on -> on.isAfter(since)).orElse(since);
        }

        /** The trigger that the shard runs next; empty as well when it has to wait until the job is enabled. */
        private Optional<Trigger> trigger(int shard, ShardRecord record) {
            return triggers.next(shard, record).filter(trigger -> mayRun(trigger, shard));
        }

        private boolean mayRun(Trigger trigger, int shard) {
            return trigger.forced() || isEnabled(shard);
        }
    }

    /**
     * Decides; never acts. Whoever says that an owner is {@link Owner#DEAD} has also found out whether the trigger that it
     * ran is still there.
     */
    static ShardStep next(Job job, int shard, ShardRecord record, Owner owner, Instant now) {
        if (!record.isRunning()) {
            return begin(job, shard, record, now);
        }
        String name = String.valueOf(record.owner());
        return switch (owner) {
            case SELF -> new Settle(record.givenBack(null), null);
            case LIVE -> new Await(name);
            case UNKNOWN -> new AskFor(name);
            case DEAD -> afterDeath(job, shard, record, name, now);
        };
    }

    /**
     * What is due by schedule and what was asked for by hand take turns, lest one of them keep a busy shard from the
     * other; a firing that was begun and given back comes first.
     */
    private static ShardStep begin(Job job, int shard, ShardRecord record, Instant now) {
        Optional<DueFiring> due = DueFiring.of(job, shard, record, now);
        if (due.isPresent() && due.get().skipped()) {
            Instant fireTime = due.get().fireTime();
            return new Settle(
                    record.decidedThrough(fireTime),
                    new ElasticJobEvent.FiringSkipped(job.definition().name(), shard, fireTime));
        }
        Optional<Trigger> trigger = job.trigger(shard, record);
        boolean begun = record.state() == ShardRecord.State.IDLE && record.firing() != null;
        boolean triggersTurn = (record.firing() instanceof Firing.Triggered) == begun;
        if (trigger.isPresent() && (triggersTurn || due.isEmpty())) {
            Trigger next = trigger.get();
            return claim(record, new Firing.Triggered(next.number()), next.requestedAt(), next);
        }
        return due.<ShardStep>map(
                        firing -> claim(record, new Firing.Scheduled(firing.fireTime()), firing.fireTime(), null))
                .orElseGet(Rest::new);
    }

    private static Claim claim(ShardRecord record, Firing firing, Instant fireTime, @Nullable Trigger trigger) {
        boolean again = firing.equals(record.firing());
        return new Claim(firing, fireTime, trigger, again ? record.attempt() + 1 : 1, again ? record.deaths() : 0);
    }

    private static ShardStep afterDeath(Job job, int shard, ShardRecord record, String owner, Instant now) {
        JobDefinition definition = job.definition();
        Optional<Claim> again = definition.failover() && record.deaths() < definition.failoverLimit()
                ? again(job, shard, record)
                : Optional.empty();
        if (again.isPresent()) {
            return again.get();
        }
        Firing firing = record.firing();
        return new Settle(
                record.completed(new Outcome.Lost(), record.fireTime().orElse(null), now),
                firing == null
                        ? null
                        : new ElasticJobEvent.OwnerDied(
                                new ExecutionId(definition.name(), firing, shard, record.attempt()),
                                owner,
                                false,
                                record.startedAt()));
    }

    /** The next attempt of a running firing whose owner died; empty when it is not to be run any more. */
    private static Optional<Claim> again(Job job, int shard, ShardRecord record) {
        Firing firing = record.firing();
        int attempt = record.attempt() + 1;
        int deaths = record.deaths() + 1;
        if (firing instanceof Firing.Scheduled scheduled) {
            boolean wanted = job.isEnabled(shard) && !scheduled.fireTime().isBefore(job.since(shard));
            return wanted
                    ? Optional.of(new Claim(firing, scheduled.fireTime(), null, attempt, deaths))
                    : Optional.empty();
        }
        if (firing instanceof Firing.Triggered triggered) {
            return Optional.ofNullable(job.triggers().get(triggered.number())) // not there: it was cancelled
                    .filter(trigger -> job.mayRun(trigger, shard))
                    .map(trigger -> new Claim(firing, trigger.requestedAt(), trigger, attempt, deaths));
        }
        return Optional.empty();
    }

    /**
     * The record that tells the end of an execution.
     *
     * @param running the record as it was claimed, with the last checkpoint
     * @param latest the schedule's latest fire time, not after now; null when there is none
     */
    static ShardRecord completion(
            JobDefinition definition, ShardRecord running, Outcome outcome, @Nullable Instant latest, Instant now) {
        if (outcome instanceof Outcome.Abandoned && definition.failover()) {
            return running.givenBack(outcome);
        }
        Instant fireTime = running.fireTime().orElse(null);
        Instant begun = fireTime != null ? fireTime : running.startedAt();
        boolean dueMeanwhile = latest != null && begun != null && latest.isAfter(begun);
        boolean skip = definition.misfire() == Misfire.SKIP && dueMeanwhile;
        ShardRecord ended = running.completed(outcome, skip ? latest : fireTime, now);
        return definition.keepCheckpoint() ? ended.withCheckpoint(running.checkpoint()) : ended;
    }
}
