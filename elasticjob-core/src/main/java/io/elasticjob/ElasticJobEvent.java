package io.elasticjob;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened on this instance. Events tell, they never decide: a listener that is slow or throws holds up
 * nothing but later events.
 */
public sealed interface ElasticJobEvent {

    /** Something that happened to one execution on this instance. */
    sealed interface ExecutionEvent extends ElasticJobEvent {
        ExecutionId execution();
    }

    /** Registered under a session of the registry, from now on a live instance. */
    record InstanceRegistered(String instance, Duration sessionTimeout) implements ElasticJobEvent {}

    /** The connection to the registry is gone; nothing new starts until it is back. */
    record RegistrySuspended(String instance) implements ElasticJobEvent {}

    /** The connection to the registry is back, and the session went on. */
    record RegistryResumed(String instance) implements ElasticJobEvent {}

    /** The session of this instance is over; it will come back as a new one. */
    record SessionEnded(String instance) implements ElasticJobEvent {}

    /** An operator told this instance to take nothing new. */
    record InstanceDrained(String instance, Instance.Drain drain) implements ElasticJobEvent {}

    /** An operator told this instance to take shards again. */
    record InstanceResumed(String instance) implements ElasticJobEvent {}

    /** The live instances of the namespace are others than before. */
    record InstancesChanged(SortedSet<String> joined, SortedSet<String> left) implements ElasticJobEvent {}

    /**
     * This instance is to run other shards of a job than before.
     *
     * @param owned all shards of the job that are now assigned to this instance
     */
    record ShardsAssigned(String job, SortedSet<Integer> owned, int shardingTotalCount) implements ElasticJobEvent {}

    /** A job was removed from the registry, or made anew. What still runs of it here goes on, and ends later. */
    record JobRemoved(String job) implements ElasticJobEvent {}

    /** A job can not run on this instance as it is declared. */
    record JobRefused(String job, String reason) implements ElasticJobEvent {}

    /** A sharding strategy gave no usable result; {@code average} was used. */
    record StrategyReplaced(String job, String strategy, String reason) implements ElasticJobEvent {}

    /** A value in the registry can not be read by this version; {@code consequence} says what becomes of it. */
    record ValueUnreadable(String path, String reason, String consequence) implements ElasticJobEvent {}

    /**
     * The handler was started.
     *
     * @param lateness from the fire time to now
     * @param instance id of the instance that runs it
     * @param fencingToken of its claim; null when the job is not monitored, so that nothing is claimed
     */
    record ExecutionStarted(
            ExecutionId execution,
            Instant fireTime,
            Duration lateness,
            String instance,
            @Nullable Long fencingToken) implements ExecutionEvent {

        /** When it was, by the clock of this instance. */
        public Instant startedAt() {
            return fireTime.plus(lateness);
        }
    }

    /**
     * The handler ended, and so it is recorded; or it can not be, and the outcome is {@link Outcome.Fenced}. Told once for
     * each execution that started, when that is known: after a loss of the connection, once that is back.
     *
     * @param start as it was told
     * @param duration from the start to the end of the handler
     */
    record ExecutionEnded(ExecutionStarted start, Outcome outcome, Duration duration) implements ExecutionEvent {
        @Override
        public ExecutionId execution() {
            return start.execution();
        }
    }

    /**
     * A running execution was overtaken: somebody else has taken its shard, or the job is gone. It is cancelled; when it
     * ends, its outcome is {@link Outcome.Fenced}.
     */
    record ExecutionFenced(ExecutionId execution) implements ExecutionEvent {}

    /**
     * An owner died while running; this is what became of the execution: {@code retried} or lost.
     *
     * @param claimedAt when the owner claimed it, by its clock; null when its record does not say
     */
    record OwnerDied(
            ExecutionId execution,
            String owner,
            boolean retried,
            @Nullable Instant claimedAt) implements ExecutionEvent {}

    /** Firings that came due were not run, because a later one came due first. */
    record FiringsSuperseded(String job, int shard, long count, Instant by) implements ElasticJobEvent {}

    /**
     * A misfired firing is run all the same: it came due while its shard was running, or could not start within the misfire
     * threshold.
     */
    record FiringMisfired(String job, int shard, Instant fireTime) implements ElasticJobEvent {}

    /** A misfired firing, and any before it, was not run, because the job says {@link Misfire#SKIP}. */
    record FiringSkipped(String job, int shard, Instant through) implements ElasticJobEvent {}

    /** A claim was refused: another instance had written the shard's record, or the job was changed. */
    record ClaimRefused(String job, int shard) implements ElasticJobEvent {}

    /**
     * The clock of this instance is too far from the registry's: it takes nothing new until that is over, and shows itself
     * as draining, so that others take over.
     *
     * @param skew the registry's clock minus the local one
     */
    record ClockOff(Duration skew, Duration maxTimeDiff) implements ElasticJobEvent {}

    /** The clock of this instance is near the registry's again: it takes firings as before. */
    record ClockRight(Duration skew) implements ElasticJobEvent {}

    /**
     * A record said that firings were decided which can not have come due yet; it was put right.
     *
     * @param through what it said
     * @param corrected up to which firing everything counts as decided now
     */
    record RecordCorrected(String job, int shard, Instant through, Instant corrected) implements ElasticJobEvent {}

    /**
     * The engine's loop does not turn: its session is given up, so that others take over. When the loop turns again, this
     * process comes back as a new instance.
     *
     * @param silence how long it has not turned
     * @param where it is, innermost call first
     */
    record LoopStuck(Duration silence, List<StackTraceElement> where) implements ElasticJobEvent {}

    /** This instance does from now on what needs exactly one doer in the namespace. */
    record LeadershipTaken(String instance) implements ElasticJobEvent {}

    /**
     * No live instance declares a job any more; told by the leader, where undeclared jobs are forgotten.
     *
     * @param forgottenAt when it will be deleted, unless it is declared again or an operator sets something of it
     */
    record JobUndeclared(String job, String application, Instant forgottenAt) implements ElasticJobEvent {}

    /** A job that nobody had declared for too long was deleted by this instance, the leader. */
    record JobForgotten(String job, String application, Instant undeclaredSince) implements ElasticJobEvent {}

    /**
     * The records of a former life of a job, which was deleted or made anew, were deleted by this instance, the leader.
     *
     * @param records how many
     */
    record RecordsRemoved(String job, String path, int records) implements ElasticJobEvent {}

    /**
     * A firing came due long ago, and nobody has begun or decided it; told by the leader, once until the shard goes on.
     *
     * @param fireTime of the latest firing that should have begun by now
     * @param since fire time of the oldest one that nobody has begun or decided
     */
    record FiringOverdue(String job, int shard, Instant fireTime, Instant since) implements ElasticJobEvent {}

    /**
     * An operator has changed a job through this instance; it is in the registry.
     *
     * @param what in words, such as {@code configured cron=0 0 3 * * ?}
     */
    record JobChanged(String job, String what, Operator by) implements ElasticJobEvent {}

    /** A firing by hand is done: all of its shards have run it. Told by the instance that removed its trigger. */
    record TriggerDone(String job, long number) implements ElasticJobEvent {}

    /**
     * A firing by hand was given up by the leader, because it was not done within
     * {@link io.elasticjob.coordination.Trigger#TIME_TO_LIVE}.
     *
     * @param notRun the shards that have not run it, and never will
     */
    record TriggerExpired(String job, long number, Instant requestedAt, SortedSet<Integer> notRun)
            implements ElasticJobEvent {}

    /** A job that was made to run once has done so, and was removed by this instance. */
    record JobCompleted(String job) implements ElasticJobEvent {}

    /** The registry could not be used as expected; what happens next is in {@code consequence}. */
    record RegistryTrouble(String what, String consequence) implements ElasticJobEvent {}
}
