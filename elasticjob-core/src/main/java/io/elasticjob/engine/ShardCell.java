package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.ExecutionId;
import io.elasticjob.JobDefinition;
import io.elasticjob.Outcome;
import io.elasticjob.ShardRecord;
import io.elasticjob.coordination.SessionDeadline;
import io.elasticjob.coordination.ShardStep;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** What this instance knows and does about one shard. Confined to the loop; written by {@link ShardTable} and its parts. */
final class ShardCell {

    /** The version of a record that is not there. */
    static final int ABSENT = -1;

    /** Where this instance stands with the shard. */
    enum Phase {
        /** The record has to be read before anything is decided. */
        UNREAD,
        /** A read is under way. */
        READING,
        /** The record is known, nobody runs the shard, nothing is due. */
        RESTING,
        /** Due, and waiting for a slot. */
        WAITING,
        /** A write has to be sent. */
        TO_WRITE,
        /** A write is under way; there is never more than one. */
        WRITING,
        /** The outcome of a write is unknown: it has to be settled before anything else. */
        DOUBTFUL,
        /** Ready to begin, and claimed where that is needed: its fire time has not come, or no slot is free. */
        POISED,
        /** Running here. */
        RUNNING,
        /** Running on a live instance: the record is watched. */
        WATCHING,
        /** The owner is being asked for. */
        ASKING,
        /** The record can not be read by this version. */
        UNREADABLE
    }

    /** A write of the record, from the decision to its settlement. */
    sealed interface Pending {
        ShardRecord next();

        /** Whether it is written under the claim alone, whatever became of the job and its settings. */
        default boolean isOfExecution() {
            return false;
        }

        /**
         * @param definition that it was decided under, and is begun under
         * @param jobVersion of the node that the definition was read from
         * @param superseded how many older firings are never run because of it
         */
        record Claim(ShardRecord next, ShardStep.Claim step, JobDefinition definition, int jobVersion, long superseded)
                implements Pending {}

        record Progress(ShardRecord next, Checkpoint checkpoint) implements Pending {
            @Override
            public boolean isOfExecution() {
                return true;
            }
        }

        record Completion(ShardRecord next) implements Pending {
            @Override
            public boolean isOfExecution() {
                return true;
            }
        }

        /** Of a claim that came to nothing. */
        record GiveBack(ShardRecord next) implements Pending {
            @Override
            public boolean isOfExecution() {
                return true;
            }
        }

        record Settlement(ShardRecord next, @Nullable ElasticJobEvent event) implements Pending {}
    }

    /**
     * An execution that is ready before it can begin.
     *
     * @param token of the claim, which was acknowledged; null when the job is not monitored, so that nothing was claimed
     * @param before the record that it was written over; null when that is not known any more
     * @param until up to when it is sure that nobody else can have taken it over, whatever this process has missed
     */
    record Poised(
            Pending.Claim claim,
            @Nullable Long token,
            @Nullable ShardRecord before,
            SessionDeadline until) {

        /** What is to be given back if it does not begin; null when nothing is. */
        @Nullable
        Owed owed() {
            return token == null ? null : new Owed(claim.next(), before);
        }
    }

    /**
     * A claim that was written and came to nothing: it has to be given back.
     *
     * @param before the record that it was written over, which is put there again; null when that is not known, or not to be
     */
    record Owed(ShardRecord claimed, @Nullable ShardRecord before) {

        ShardRecord givenBack() {
            return before == null || before.isRunning() ? claimed.givenBack(null) : before;
        }
    }

    /** An execution of this process, with the definition and the record that it was begun under. */
    static final class Run {

        final ElasticJobEvent.ExecutionStarted start;
        final ExecutionId id;
        final JobDefinition definition;
        /** Whether the registry holds a claim for it, so that its end has to be recorded. */
        final boolean isClaimed;

        final long startedNanos;
        boolean cancelled;

        /** The record as this execution wrote it last: its claim, with the last checkpoint. */
        ShardRecord claimed;

        /** Whether somebody else has written the record since. */
        boolean fenced;

        /** What the handler waits for, in the order of asking; one at a time is written. */
        final Queue<Checkpoint> checkpoints = new ArrayDeque<>();

        @Nullable
        Outcome outcome;

        /** From the start to the end; told when it is known what became of the end. */
        Duration took = Duration.ZERO;

        Run(ElasticJobEvent.ExecutionStarted start, JobDefinition definition, ShardRecord claimed, long startedNanos) {
            this.start = start;
            this.id = start.execution();
            this.definition = definition;
            this.claimed = claimed;
            this.isClaimed = start.fencingToken() != null;
            this.startedNanos = startedNanos;
        }

        /** The record that it holds, with its token, which is to be in all that it writes. */
        ShardRecord record() {
            Long token = start.fencingToken();
            return token == null ? claimed : claimed.withToken(token);
        }

        /** Tells the handler that what it waits for will not be written. */
        void loseCheckpoints(String why) {
            checkpoints.forEach(checkpoint -> checkpoint.lost(id + why));
            checkpoints.clear();
        }
    }

    final JobState job;
    final int shard;

    /** Whether the shard is assigned to this instance. */
    boolean mine;

    Phase phase = Phase.UNREAD;
    ShardRecord record = ShardRecord.NEW;
    int version = ABSENT;

    /** Whether {@link #record} and {@link #version} are the registry's: of a job without monitoring they are seldom read. */
    boolean known;

    /** The owner in {@link #record} that was proven dead; ids never return. */
    @Nullable
    String deadOwner;

    /** When it had claimed the record, by its clock. */
    @Nullable
    Instant deadClaimedAt;

    /** The execution of this process, until its end is recorded. */
    @Nullable
    Run run;

    @Nullable
    Pending pending;

    /** What is begun as soon as its fire time has come and a slot is free. */
    @Nullable
    Poised poised;

    @Nullable
    Owed owed;

    /** When the execution before the one that is claimed here ended; null when there was none. */
    @Nullable
    Instant freeSince;

    /** How often in a row a write of this shard was refused. */
    int refusals;

    /** Whether one of the slots is taken by it. */
    boolean holdsSlot;

    /** When the firing that waits for a slot is due. */
    @Nullable
    Instant waitingSince;

    ShardCell(JobState job, int shard) {
        this.job = job;
        this.shard = shard;
    }

    Pending pendingWrite() {
        if (pending == null) {
            throw new IllegalStateException(this + " has nothing to write");
        }
        return pending;
    }

    String path() {
        return job.recordPath(shard);
    }

    /** Whether its executions are recorded. */
    boolean isMonitored() {
        JobDefinition definition = job.definition();
        return definition == null || definition.monitorExecution();
    }

    /**
     * The claim of this step, under the settings of now.
     *
     * @param owner the id of this instance
     * @param begin when what is claimed begins, as the record will say
     */
    Pending.Claim claim(ShardStep.Claim step, String owner, Instant begin) {
        freeSince = record.finishedAt();
        ShardRecord next = record.claimed(step.firing(), owner, step.attempt(), step.deaths(), begin);
        long superseded = job.superseded(shard, record, step);
        return new Pending.Claim(next, step, job.usable(), job.version(), superseded);
    }

    /** Whether something is begun that has to be brought to its end, though the shard may have gone elsewhere. */
    boolean isBusy() {
        return run != null || pending != null || owed != null || poised != null;
    }

    /** Whether it holds a claim, or is about to, that is ahead of its fire time or of a slot. */
    boolean isAhead() {
        return poised != null || (pending instanceof Pending.Claim && !holdsSlot);
    }

    @Override
    public String toString() {
        return job.name() + "/" + shard + " " + phase;
    }
}
