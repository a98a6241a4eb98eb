package io.elasticjob;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the registry holds of one shard of a job: a small state machine whose every step is a compare-and-set.
 *
 * @param firing the firing that runs, or ran last; null before the first
 * @param trigger number of the last trigger by hand that has been decided for this shard: all up to it have run here, or
 *     never will; -1 before the first
 * @param through the latest scheduled firing that has been decided for this shard: run, skipped or superseded; null when
 *     none has
 * @param owner id of the instance that runs it, or ran it last
 * @param attempt of {@code firing}, from 1; 0 before the first
 * @param deaths how many owners of {@code firing} died while running it
 * @param token the fencing token of its execution; 0 as long as that has written nothing after its claim, whose
 *     transaction id it is
 * @param outcome name of the last execution's {@link Outcome}, null before the first end
 * @param error what the last execution failed with, null when it did not fail
 * @param lastSucceeded fire time of the last firing that succeeded
 * @param notBefore the next attempt is not claimed before this
 * @param checkpoint what the handler left for the next attempt
 * @param unknown fields of the stored form that this version has no name for; they are written back as they were
 */
public record ShardRecord(
        @Nullable Firing firing,
        long trigger,
        @Nullable Instant through,
        State state,
        @Nullable String owner,
        int attempt,
        int deaths,
        long token,
        @Nullable String outcome,
        @Nullable String error,
        @Nullable Instant startedAt,
        @Nullable Instant finishedAt,
        @Nullable Instant lastSucceeded,
        @Nullable Instant notBefore,
        @Nullable String checkpoint,
        Map<String, Object> unknown) {

    /** Where the shard stands. */
    public enum State {
        /** Never run, or claimed and given back. */
        IDLE,
        /** Claimed by {@code owner}, which runs it, or died doing so. */
        RUNNING,
        /** {@code firing} has ended with {@code outcome}. */
        DONE
    }

    /** The record of a shard that nobody has touched yet; what an absent node stands for. */
    public static final ShardRecord NEW = new ShardRecord(
            null, -1, null, State.IDLE, null, 0, 0, 0, null, null, null, null, null, null, null, Map.of());

    public ShardRecord {
        unknown = Map.copyOf(unknown);
    }

    public boolean isRunning() {
        return state == State.RUNNING;
    }

    public boolean isRunningBy(String instance) {
        return isRunning() && instance.equals(owner);
    }

    /** Fire time of {@code firing}, if it is a scheduled one. */
    public Optional<Instant> fireTime() {
        return firing instanceof Firing.Scheduled scheduled ? Optional.of(scheduled.fireTime()) : Optional.empty();
    }

    /** The record while {@code instance} runs {@code next}: what a claim writes. */
    public ShardRecord claimed(Firing next, String instance, int nextAttempt, int nextDeaths, Instant now) {
        Draft draft = new Draft(this);
        draft.firing = next;
        draft.state = State.RUNNING;
        draft.owner = instance;
        draft.attempt = nextAttempt;
        draft.deaths = nextDeaths;
        draft.token = 0;
        draft.startedAt = now;
        draft.finishedAt = null;
        draft.notBefore = null;
        return draft.record();
    }

    /**
     * The record after the running firing has ended: what a completion writes. A firing by hand is decided by it.
     *
     * @param decided the latest scheduled firing that is decided by this end; never moves {@code through} back
     */
    public ShardRecord completed(Outcome ended, @Nullable Instant decided, Instant now) {
        boolean succeeded = ended instanceof Outcome.Succeeded;
        Draft draft = new Draft(this);
        draft.through = later(through, decided);
        draft.trigger = firing instanceof Firing.Triggered done ? Math.max(trigger, done.number()) : trigger;
        draft.state = State.DONE;
        draft.outcome = ended.name();
        draft.error = ended instanceof Outcome.Failed failed ? failed.error() : null;
        draft.finishedAt = now;
        draft.lastSucceeded = succeeded ? later(lastSucceeded, fireTime().orElse(null)) : lastSucceeded;
        draft.notBefore = null;
        draft.checkpoint = succeeded ? null : checkpoint;
        return draft.record();
    }

    /** The record after a claim that came to nothing: as if the firing had not been begun, but for the attempt's number. */
    public ShardRecord givenBack(@Nullable Outcome ended) {
        Draft draft = new Draft(this);
        draft.state = State.IDLE;
        draft.outcome = ended == null ? outcome : ended.name();
        draft.error = null;
        return draft.record();
    }

    /** The record after firings up to {@code decided} were decided without running; unchanged for null. */
    public ShardRecord decidedThrough(@Nullable Instant decided) {
        if (decided == null) {
            return this;
        }
        Draft draft = new Draft(this);
        draft.through = later(through, decided);
        return draft.record();
    }

    /**
     * The record as the execution knows it once its claim is acknowledged: what it writes from then on tells its token.
     *
     * @param given transaction id of the claim
     */
    public ShardRecord withToken(long given) {
        Draft draft = new Draft(this);
        draft.token = given;
        return draft.record();
    }

    /** The record with what the handler leaves for the next attempt; null for nothing. */
    public ShardRecord withCheckpoint(@Nullable String left) {
        Draft draft = new Draft(this);
        draft.checkpoint = left;
        return draft.record();
    }

    /**
     * The record with another {@code through}, be it an earlier one: for a record that a wrong clock has written. Nothing
     * else moves it back.
     */
    public ShardRecord correctedThrough(Instant corrected) {
        Draft draft = new Draft(this);
        draft.through = corrected;
        return draft.record();
    }

    /** The record to come, of which most is as it was. */
    private static final class Draft {
        private @Nullable Firing firing;
        private long trigger;
        private @Nullable Instant through;
        private State state;
        private @Nullable String owner;
        private int attempt;
        private int deaths;
        private long token;
        private @Nullable String outcome;
        private @Nullable String error;
        private @Nullable Instant startedAt;
        private @Nullable Instant finishedAt;
        private @Nullable Instant lastSucceeded;
        private @Nullable Instant notBefore;
        private @Nullable String checkpoint;
        private final Map<String, Object> unknown;

        private Draft(ShardRecord record) {
            firing = record.firing;
            trigger = record.trigger;
            through = record.through;
            state = record.state;
            owner = record.owner;
            attempt = record.attempt;
            deaths = record.deaths;
            token = record.token;
            outcome = record.outcome;
            error = record.error;
            startedAt = record.startedAt;
            finishedAt = record.finishedAt;
            lastSucceeded = record.lastSucceeded;
            notBefore = record.notBefore;
            checkpoint = record.checkpoint;
            unknown = record.unknown;
        }

        private ShardRecord record() {
            return new ShardRecord(
                    firing,
                    trigger,
                    through,
                    state,
                    owner,
                    attempt,
                    deaths,
                    token,
                    outcome,
                    error,
                    startedAt,
                    finishedAt,
                    lastSucceeded,
                    notBefore,
                    checkpoint,
                    unknown);
        }
    }

    private static @Nullable Instant later(@Nullable Instant one, @Nullable Instant other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return one.isAfter(other) ? one : other;
    }
}
