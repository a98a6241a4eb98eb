package io.elasticjob.coordination;

import io.elasticjob.ElasticJobEvent;
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
     * @param attempt from 1
     * @param deaths of earlier owners of this firing
     */
    record Claim(Firing firing, Instant fireTime, int attempt, int deaths) implements ShardStep {}

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
            @Nullable Instant latest) {}

    /** Decides; never acts. */
    static ShardStep next(Job job, int shard, ShardRecord record, Owner owner, Instant now) {
        if (!record.isRunning()) {
            return DueFiring.of(job.definition(), job.since(), job.count(), shard, record, job.latest(), now)
                    .map(due -> begin(job, shard, record, due))
                    .orElseGet(Rest::new);
        }
        String name = String.valueOf(record.owner());
        return switch (owner) {
            case SELF -> new Settle(record.givenBack(null), null);
            case LIVE -> new Await(name);
            case UNKNOWN -> new AskFor(name);
            case DEAD -> afterDeath(job, shard, record, name, now);
        };
    }

    private static ShardStep begin(Job job, int shard, ShardRecord record, DueFiring due) {
        if (due.skipped()) {
            return new Settle(
                    record.decidedThrough(due.fireTime()),
                    new ElasticJobEvent.FiringSkipped(job.definition().name(), shard, due.fireTime()));
        }
        Firing firing = new Firing.Scheduled(due.fireTime());
        boolean again = firing.equals(record.firing());
        return new Claim(firing, due.fireTime(), again ? record.attempt() + 1 : 1, again ? record.deaths() : 0);
    }

    private static ShardStep afterDeath(Job job, int shard, ShardRecord record, String owner, Instant now) {
        Firing firing = record.firing();
        Optional<Instant> fireTime = record.fireTime();
        boolean current = fireTime.isEmpty() || !fireTime.get().isBefore(job.since());
        JobDefinition definition = job.definition();
        if (firing != null
                && current
                && definition.enabled()
                && definition.failover()
                && record.deaths() < definition.failoverLimit()) {
            return new Claim(firing, fireTime.orElse(now), record.attempt() + 1, record.deaths() + 1);
        }
        return new Settle(
                record.completed(new Outcome.Lost(), fireTime.orElse(null), now),
                firing == null
                        ? null
                        : new ElasticJobEvent.OwnerDied(
                                new io.elasticjob.ExecutionId(definition.name(), firing, shard, record.attempt()),
                                owner,
                                false,
                                record.startedAt()));
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
        boolean dueMeanwhile = latest != null && fireTime != null && latest.isAfter(fireTime);
        boolean skip = definition.misfire() == Misfire.SKIP && dueMeanwhile;
        ShardRecord ended = running.completed(outcome, skip ? latest : fireTime, now);
        return definition.keepCheckpoint() ? ended.withCheckpoint(running.checkpoint()) : ended;
    }
}
