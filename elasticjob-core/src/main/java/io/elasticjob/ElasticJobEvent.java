package io.elasticjob;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened on this instance. Events tell, they never decide: a listener that is slow or throws holds up
 * nothing but later events.
 *
 * @since 0.1.0
 */
public sealed interface ElasticJobEvent {

    /** Something that happened to one execution on this instance. */
    sealed interface ExecutionEvent extends ElasticJobEvent {
        ExecutionId execution();
    }

    /** This instance has registered under a ZooKeeper session, and is live from now on. */
    record InstanceRegistered(String instance, Duration sessionTimeout) implements ElasticJobEvent {}

    /** The connection to ZooKeeper is lost; nothing new starts until it is back. */
    record RegistrySuspended(String instance) implements ElasticJobEvent {}

    /** The connection to ZooKeeper is back, under the same session. */
    record RegistryResumed(String instance) implements ElasticJobEvent {}

    /** The session of this instance is over; the process will register as a new instance. */
    record SessionEnded(String instance) implements ElasticJobEvent {}

    /** An operator has drained this instance: it takes nothing new. */
    record InstanceDrained(String instance, Instance.Drain drain) implements ElasticJobEvent {}

    /** An operator has resumed this instance: it takes shards again. */
    record InstanceResumed(String instance) implements ElasticJobEvent {}

    /** Instances of the namespace have joined or left. */
    record InstancesChanged(SortedSet<String> joined, SortedSet<String> left) implements ElasticJobEvent {}

    /**
     * This instance is to run other shards of a job than before.
     *
     * @param owned all shards of the job that are now assigned to this instance
     */
    record ShardsAssigned(String job, SortedSet<Integer> owned, int shardingTotalCount) implements ElasticJobEvent {}

    /**
     * A job has another number of shards, or other parameters of theirs; they hold together from a firing on that is still to
     * come, which nobody can have begun. Triggers use them at once.
     *
     * @param until into how many shards firings before that one are split; 0 where each instance runs them as a whole
     * @param next into how many shards that firing and later ones are split; 0 as above
     * @param from its fire time
     */
    record ShardsChange(String job, int until, int next, Instant from) implements ElasticJobEvent {}

    /** A job was removed from ZooKeeper, or created again. Its executions here that still run go on, and end later. */
    record JobRemoved(String job) implements ElasticJobEvent {}

    /** A job is refused on this instance because of what it declares. */
    record JobRefused(String job, String reason) implements ElasticJobEvent {}

    /**
     * What this instance declares of a job is overridden by an operator. Published once after the
     * start. Confidential values are not shown.
     *
     * @param declared key and value, or the default
     * @param overriding key and value that hold instead
     */
    record DeclarationHidden(String job, String declared, String overriding, String who, Instant when, String why)
            implements ElasticJobEvent {}

    /**
     * Several live instances bear the name of this one, among them instances of other processes: what an operator switches
     * off for one of them is off for all. Told once for each set of them.
     */
    record NameShared(String name, SortedSet<String> instances) implements ElasticJobEvent {}

    /** A sharding strategy gave no usable result; {@code average} was used. */
    record StrategyReplaced(String job, String strategy, String reason) implements ElasticJobEvent {}

    /** A value in ZooKeeper cannot be read by this version; {@code consequence} says what happens to it. */
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
     * The handler ended, and so it is recorded; or it cannot be, and the outcome is {@link Outcome.Fenced}. Told once for
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
     * Tasks of an array have ended. Published when another tenth of them has, and when the first one fails; so at most a dozen
     * times for each attempt.
     *
     * @param cluster on which it runs
     * @param succeeded how many have ended well, in this attempt and before
     * @param failed how many have ended otherwise, in this attempt
     * @param size how many there are
     */
    record ArrayProgressed(ExecutionId execution, String cluster, int succeeded, int failed, int size)
            implements ExecutionEvent {}

    /**
     * An execution has failed, and its firing is run again for the shard, by the instance that has it then.
     *
     * @param failures of the firing so far
     * @param notBefore when it is run again
     */
    record RetryScheduled(ExecutionId execution, int failures, Instant notBefore) implements ExecutionEvent {}

    /**
     * A firing that had failed was to be run again, and is not: it counts as failed.
     *
     * @param failures how often it has failed
     * @param why in words
     */
    record RetryEnded(String job, int shard, Firing firing, int failures, String why) implements ElasticJobEvent {}

    /**
     * A job was disabled by this instance, because firings of a shard failed one after another: see the key
     * {@code pauseAfterFailures}. It stays so until somebody enables it.
     *
     * @param failed how many firings
     * @param error what the last of them failed with; null when its record does not say
     */
    record JobPaused(
            String job, int shard, int failed, @Nullable String error) implements ElasticJobEvent {}

    /**
     * An execution was cancelled, by its timeout or by an operator, and has not ended within the {@code cancelGrace} of its
     * job. It is recorded as if it had; its thread goes on and holds its slot. Nothing begins for the shard before it has
     * ended, or its instance is gone.
     *
     * @param since when it was cancelled
     */
    record ExecutionLingers(ExecutionId execution, Outcome outcome, Instant since) implements ExecutionEvent {}

    /** An execution that lingered has really ended: its shard runs again. */
    record LingererEnded(ExecutionId execution) implements ExecutionEvent {}

    /**
     * An execution that another instance had claimed goes on as this instance's, under the same fencing token: that one is
     * gone, or was left. It may have been this very process, under a session that was lost.
     *
     * @param from id of the instance that had it
     * @param instance id of the one that has it now
     */
    record ExecutionAdopted(ExecutionId execution, String from, String instance, long fencingToken)
            implements ExecutionEvent {}

    /**
     * A running execution was overtaken: somebody else has taken its shard, or the job is gone. It is cancelled; when it
     * ends, its outcome is {@link Outcome.Fenced}.
     */
    record ExecutionFenced(ExecutionId execution) implements ExecutionEvent {}

    /**
     * An owner died while running; this is what became of the execution: {@code retried} or lost.
     *
     * @param fencingToken of the owner's claim; null when it is not known
     * @param claimedAt when the owner claimed it, by its clock; null when its record does not say
     */
    record OwnerDied(
            ExecutionId execution,
            String owner,
            boolean retried,
            @Nullable Long fencingToken,
            @Nullable Instant claimedAt)
            implements ExecutionEvent {

        /** The same death, with what a record alone does not say of the execution. */
        public OwnerDied identified(String life, @Nullable Long token) {
            ExecutionId known =
                    new ExecutionId(execution.job(), life, execution.firing(), execution.shard(), execution.attempt());
            return new OwnerDied(known, owner, retried, token, claimedAt);
        }
    }

    /** Firings that came due were not run, because a later one came due first. */
    record FiringsSuperseded(String job, int shard, long count, Instant by) implements ElasticJobEvent {}

    /**
     * Firings that waited to be run one after another are not run, because more wait than may, or they are too old.
     *
     * @param count how many; at most 1,000 are counted
     * @param before fire time of the one that runs instead
     * @param why in words
     */
    record FiringsDropped(String job, int shard, long count, Instant before, String why) implements ElasticJobEvent {}

    /**
     * A misfired firing is run all the same: it came due while its shard was running, or could not start within the misfire
     * threshold.
     */
    record FiringMisfired(String job, int shard, Instant fireTime) implements ElasticJobEvent {}

    /**
     * A firing, and any before it, was not run.
     *
     * @param why in words
     */
    record FiringSkipped(String job, int shard, Instant through, String why) implements ElasticJobEvent {

        /** Of a misfired firing of a job that says {@link Misfire#SKIP}. */
        public FiringSkipped(String job, int shard, Instant through) {
            this(job, shard, through, "misfire=SKIP, and it could not start in time");
        }
    }

    /**
     * A firing that an operator has cancelled was not run by a shard, or is not run again: it waited for that, or its
     * instance had given it back. How one that runs ends is told by {@link ExecutionEnded}.
     */
    record FiringCancelled(String job, int shard, Firing firing, Operator by) implements ElasticJobEvent {}

    /**
     * All shards of a firing have ended, and so it is recorded. Told by the instance that recorded it, for jobs whose firings
     * are recorded as wholes.
     *
     * @param ends how many shards ended with each outcome; those that were not run, or had nothing to do, count as
     *     {@code SKIPPED}
     */
    record FiringClosed(
            String job, Firing firing, Instant fireTime, FiringResult result, SortedMap<String, Integer> ends)
            implements ElasticJobEvent {}

    /**
     * A firing of a job was closed, and a job that should run after it does not: it is disabled, nobody declares it, too many
     * of its firings wait already, or each runs after the other.
     */
    record SuccessorNotTriggered(String job, Firing firing, String successor, String reason)
            implements ElasticJobEvent {}

    /**
     * A job that joins others does not wait any more for the rest of these firings: too many joins of it wait, and this was
     * the oldest. It does not run for them.
     *
     * @param ancestor the firing of {@code from} that they descend from
     * @param arrived the jobs that had ended, or would not come
     * @param missing the jobs that it waited for
     */
    record JoinDropped(
            String job, String from, Firing ancestor, Instant since, List<String> arrived, List<String> missing)
            implements ElasticJobEvent {}

    /**
     * A job names another one in {@code after} that is not there, or whose firings are not recorded, so that it never runs
     * after it. Told by the leader, once until that is otherwise.
     */
    record PredecessorUnknown(String job, String predecessor, String reason) implements ElasticJobEvent {}

    /**
     * A firing has not ended by its {@code firingDeadline}. It goes on, or waits for an instance. Told once of each firing: by
     * the leader, or by the instance that records its end when it ended too late before the leader has looked.
     *
     * @param deadline when it should have ended
     */
    record FiringDeadlineMissed(String job, Firing firing, Instant fireTime, Instant deadline)
            implements ElasticJobEvent {}

    /** Shards of a past firing run again, by the trigger of this number, as an operator has asked. */
    record FiringRerun(String job, Firing firing, long trigger, SortedSet<Integer> shards, Operator by)
            implements ElasticJobEvent {}

    /** The planner has split a firing into so many parts: each runs once, whatever it says if it is asked again. */
    record FiringPlanned(String job, Firing firing, Instant fireTime, int parts) implements ElasticJobEvent {}

    /**
     * The planner of a firing has thrown, has taken too long, or has given what cannot be run, or its instance has not said what
     * came of it. The firing ends as failed.
     */
    record FiringNotPlanned(String job, Firing firing, String planner, String error) implements ElasticJobEvent {}

    /**
     * The parts of a planned firing are not all there any more as they were stored: somebody has deleted them, or written over
     * them. Shards that run go on, nothing more of the firing begins, and unless all of it has run it ends as failed. The next
     * one runs.
     */
    record FiringPlanLost(String job, Firing firing, Instant fireTime, String why) implements ElasticJobEvent {}

    /** A listener of a firing as a whole has thrown, or has taken too long. The firing goes on without it. */
    record FiringListenerFailed(String job, Firing firing, String listener, String error) implements ElasticJobEvent {}

    /**
     * A firing that nobody ran when it came due, and that is later than its misfire threshold allows, runs now.
     *
     * @param shards that begin with it at this moment
     * @param lateness from the fire time to now
     * @param why nobody ran it, in words
     */
    record FiringCaughtUp(String job, SortedSet<Integer> shards, Instant fireTime, Duration lateness, String why)
            implements ElasticJobEvent {}

    /** A claim was refused: another instance had written the shard's record, or the job was changed. */
    record ClaimRefused(String job, int shard) implements ElasticJobEvent {}

    /**
     * No instance has these shards of a job: none is eligible, fewer than its {@code minInstances} are, or none has room for
     * them ({@code maxShardsPerInstance}). Told by the leader, once until they are others.
     *
     * @param eligible how many instances may run the job
     */
    record ShardsUnassigned(String job, SortedSet<Integer> shards, int eligible) implements ElasticJobEvent {}

    /**
     * Processes have got shards of their own of a job that each instance runs as a whole ({@code broadcast}): they run the
     * firings from now on.
     *
     * @param shards with the names of their instances
     */
    record ProcessShardsGiven(String job, SortedMap<Integer, String> shards) implements ElasticJobEvent {}

    /**
     * Shards of a job that each instance runs as a whole ({@code broadcast}) were taken back from processes that are gone for
     * long, or may not run it any more. Told by the leader.
     *
     * @param shards with the names of their instances
     */
    record ProcessShardsTakenBack(String job, SortedMap<Integer, String> shards) implements ElasticJobEvent {}

    /**
     * Shards of a job with static sharding are at home with other instances than before, because those have been away for
     * long, or at home for the first time. Told by the leader.
     *
     * @param homes names of instances, by the shards of which that is news
     */
    record HomesChanged(String job, SortedMap<Integer, String> homes) implements ElasticJobEvent {}

    /**
     * A shard that is due waits, because limits of its job have no room. Told once for each wait.
     *
     * @param limits that have none; a job's own one is named by the job
     */
    record ShardLimited(String job, int shard, Firing firing, SortedSet<String> limits) implements ElasticJobEvent {}

    /** This instance has declared how many shards a limit lets run at the same time. */
    record LimitChanged(String limit, int most) implements ElasticJobEvent {}

    /**
     * This instance, the leader, no longer counts a shard in a limit: whoever ran it is dead and no instance can take it over,
     * or its job was removed.
     */
    record PermitReleased(String job, int shard, String limit) implements ElasticJobEvent {}

    /**
     * The clock of this instance differs too much from ZooKeeper's. Until that is over, it takes nothing new and shows itself
     * as draining, so that others take over.
     *
     * @param skew ZooKeeper's clock minus the local one
     */
    record ClockOff(Duration skew, Duration maxTimeDiff) implements ElasticJobEvent {}

    /**
     * The clock of this instance differs from ZooKeeper's by more than {@code elasticjob.max-time-diff}, which does no harm:
     * firings come due by ZooKeeper's clock.
     *
     * @param skew ZooKeeper's clock minus the local one
     */
    record ClockIgnored(Duration skew, Duration maxTimeDiff) implements ElasticJobEvent {}

    /** The clock of this instance is close to ZooKeeper's again: it takes firings as before. */
    record ClockRight(Duration skew) implements ElasticJobEvent {}

    /**
     * ZooKeeper's clock has stepped by more than {@code elasticjob.max-time-diff} against both clocks of this process, or is
     * believed again. Until it is, jobs fire as if it had not stepped.
     *
     * @param step by how much it is ahead, negative if it is behind; zero when it is believed again
     * @param isHeld whether it is not followed
     */
    record RegistryClockStepped(Duration step, boolean isHeld) implements ElasticJobEvent {}

    /**
     * A record said that firings were decided which cannot have come due yet, or that one failed at a time that has not come; it
     * was put right.
     *
     * @param through what it said
     * @param corrected up to which firing everything counts as decided now, or when the firing counts as failed
     */
    record RecordCorrected(String job, int shard, Instant through, Instant corrected) implements ElasticJobEvent {}

    /**
     * A job said that it takes effect at a time that has not come, because a clock was wrong when it was created, enabled or
     * changed; it was put right.
     *
     * @param since firings before it are never due
     */
    record JobCorrected(String job, Instant since) implements ElasticJobEvent {}

    /**
     * The engine's loop does not turn: its session is given up, so that others take over. When the loop turns again, this
     * process comes back as a new instance.
     *
     * @param silence how long it has not turned
     * @param where it is, innermost call first
     */
    record LoopStuck(Duration silence, List<StackTraceElement> where) implements ElasticJobEvent {}

    /**
     * The engine of this instance turns and is connected, and does not do its work: steps of it fail, or it never learns what
     * it has to know before anything may start. Told once, until {@link EngineRecovered}.
     *
     * @param reason in words: what "the job engine" does not do
     */
    record EngineImpaired(String reason, Instant since) implements ElasticJobEvent {}

    /** The engine of this instance works again. */
    record EngineRecovered() implements ElasticJobEvent {}

    /** This instance does from now on what needs exactly one doer in the namespace. */
    record LeadershipTaken(String instance) implements ElasticJobEvent {}

    /**
     * Instances of a job's application are live, and none of them declares the job any more: it pauses. Told by the leader,
     * once until somebody declares it again.
     *
     * @param forgottenAfter how long it must be so for the job to be deleted; null when it is kept, because an operator has
     *     set something of it, or no job is ever deleted
     */
    record JobUndeclared(
            String job, String application, @Nullable Duration forgottenAfter) implements ElasticJobEvent {}

    /**
     * No instance of an application is live: its jobs pause until one starts that declares them, and lose nothing. Told by
     * the leader, an instance of another application.
     */
    record ApplicationAbsent(String application, SortedSet<String> jobs) implements ElasticJobEvent {}

    /** A job that its application had not declared for too long was deleted by this instance, the leader. */
    record JobForgotten(String job, String application, Instant undeclaredSince) implements ElasticJobEvent {}

    /**
     * The records of a former life of a job, which was deleted or created again, were deleted by this instance, the leader.
     *
     * @param records how many
     */
    record RecordsRemoved(String job, String path, int records) implements ElasticJobEvent {}

    /**
     * A firing came due long ago, and no instance has started or decided it. Published by the leader, once until the shard
     * continues.
     *
     * @param fireTime of the latest firing that should have begun by now
     * @param since fire time of the oldest one that nobody has begun or decided
     */
    record FiringOverdue(String job, int shard, Instant fireTime, Instant since) implements ElasticJobEvent {}

    /**
     * An operator has changed a job through this instance; the change is stored in ZooKeeper.
     *
     * @param what in words, such as {@code configured cron=0 0 3 * * ?}
     */
    record JobChanged(String job, String what, Operator by) implements ElasticJobEvent {}

    /** A trigger is done: all of its shards have run it. Published by the instance that removed it. */
    record TriggerDone(String job, long number) implements ElasticJobEvent {}

    /**
     * The leader has given a trigger up, because it was not done within
     * {@link io.elasticjob.coordination.Trigger#TIME_TO_LIVE}.
     *
     * @param notRun the shards that have not run it, and never will
     */
    record TriggerExpired(String job, long number, Instant requestedAt, SortedSet<Integer> notRun)
            implements ElasticJobEvent {}

    /**
     * The leader has removed a plan of firings by hand that were to come: triggers were made of all of them, or it has given it
     * up.
     *
     * @param begun for how many firings triggers were made
     * @param of how many
     * @param why in words
     */
    record PlanEnded(String job, String id, int begun, int of, String why) implements ElasticJobEvent {}

    /** A job that was created to run once has run, and was removed by this instance. */
    record JobCompleted(String job) implements ElasticJobEvent {}

    /**
     * ZooKeeper has lost data: it was emptied, restored from a backup, or somebody deleted a folder. Published once by each
     * instance that notices it. It reads everything again, and creates missing jobs that it declares and that no operator
     * removed.
     *
     * @param what is lost, in words, with the evidence
     * @param wentBack whether ZooKeeper has forgotten transactions, so that fencing tokens may be lower than before
     */
    record RegistryDataLost(String what, boolean wentBack) implements ElasticJobEvent {}

    /** ZooKeeper did not behave as expected; {@code consequence} says what happens next. */
    record RegistryTrouble(String what, String consequence) implements ElasticJobEvent {}
}
