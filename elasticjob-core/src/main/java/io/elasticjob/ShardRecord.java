package io.elasticjob;

import io.elasticjob.ShardState.Attempt;
import io.elasticjob.ShardState.Done;
import io.elasticjob.ShardState.Failures;
import io.elasticjob.ShardState.Idle;
import io.elasticjob.ShardState.Running;
import io.elasticjob.ShardState.Stop;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What the registry holds of one shard of a job: a small state machine whose every step is a compare-and-set.
 *
 * @param state where the shard stands, with all that only this state has
 * @param past what the shard has behind it
 * @param checkpoint what the handler left for the next attempt
 * @param permits nodes of the limits in which the claim is counted that runs, or lingers; empty where none does
 * @param array of the latest execution, where it runs, or ran, as an array of tasks on a cluster; null for all others
 * @param unknown fields of the stored form that this version has no name for; they are written back as they were
 */
public record ShardRecord(
        ShardState state,
        Past past,
        @Nullable String checkpoint,
        SortedSet<String> permits,
        @Nullable ArrayPlace array,
        Map<String, Object> unknown) {

    /**
     * What the shard has behind it.
     *
     * @param trigger number of the last trigger by hand that has been decided for this shard: all up to it have run here, or
     *     never will; -1 before the first
     * @param through the latest scheduled firing that has been decided for this shard: run, skipped or superseded; null when
     *     none has
     * @param lastSucceeded fire time of the last firing that succeeded
     * @param outcome name of the {@link Outcome} of the execution that ended last, null before the first end
     * @param error what that execution failed with, or why it was cut off, or had nothing to do; null for none of these
     * @param streak of firings that failed one after another; null where its job does not count them
     * @param result what it left as its result; null for nothing
     */
    public record Past(
            long trigger,
            @Nullable Instant through,
            @Nullable Instant lastSucceeded,
            @Nullable String outcome,
            @Nullable String error,
            @Nullable Streak streak,
            @Nullable String result) {

        /** Of an execution that left no result. */
        public Past(
                long trigger,
                @Nullable Instant through,
                @Nullable Instant lastSucceeded,
                @Nullable String outcome,
                @Nullable String error,
                @Nullable Streak streak) {
            this(trigger, through, lastSucceeded, outcome, error, streak, null);
        }

        /** Of a shard that never ran. */
        public static final Past NONE = new Past(-1, null, null, null, null, null);

        /** Of an execution that left no result. */
        public Past(
                long trigger,
                @Nullable Instant through,
                @Nullable Instant lastSucceeded,
                @Nullable String outcome,
                @Nullable String error) {
            this(trigger, through, lastSucceeded, outcome, error, null, null);
        }

        private Past through(@Nullable Instant decided) {
            return new Past(trigger, decided, lastSucceeded, outcome, error, streak, result);
        }

        private Past trigger(long decided) {
            return new Past(decided, through, lastSucceeded, outcome, error, streak, result);
        }

        private Past withoutResult() {
            return result == null ? this : new Past(trigger, through, lastSucceeded, outcome, error, streak);
        }

        private Past ended(@Nullable String newOutcome, @Nullable String newError) {
            return new Past(trigger, through, lastSucceeded, newOutcome, newError, streak);
        }

        private Past streak(@Nullable Streak counted) {
            return new Past(trigger, through, lastSucceeded, outcome, error, counted, result);
        }
    }

    /**
     * How many firings of the shard failed one after another, whatever their retries.
     *
     * @param since from when on the job took firings when they were claimed: what failed before the job was enabled again
     *     says nothing of the time after it
     */
    public record Streak(int failed, Instant since) {}

    private static final SortedSet<String> NO_PERMITS = Collections.emptySortedSet();

    /** The record of a shard that nobody has touched yet; what an absent node stands for. */
    public static final ShardRecord NEW = new ShardRecord(new Idle(null), Past.NONE, null, Map.of());

    public ShardRecord {
        permits = permits.isEmpty() ? NO_PERMITS : Collections.unmodifiableSortedSet(new TreeSet<>(permits));
        unknown = Map.copyOf(unknown);
    }

    /** One that is counted in no limit. */
    public ShardRecord(ShardState state, Past past, @Nullable String checkpoint, Map<String, Object> unknown) {
        this(state, past, checkpoint, NO_PERMITS, null, unknown);
    }

    public boolean isRunning() {
        return state instanceof Running;
    }

    /** Whether it is claimed by an instance with such an id. */
    public boolean isRunningBy(Predicate<String> instance) {
        return state instanceof Running running
                && instance.test(running.attempt().owner());
    }

    /** Id of the instance that has claimed it; empty while none has. */
    public Optional<String> owner() {
        return state instanceof Running running ? Optional.of(running.attempt().owner()) : Optional.empty();
    }

    /**
     * Id of the instance before whose death or word nothing is begun: it runs the shard, or could not end what it ran; empty
     * while there is none.
     */
    public Optional<String> holder() {
        return state instanceof Done done && done.lingers()
                ? Optional.of(done.attempt().owner())
                : owner();
    }

    /** Whether what ran last is recorded, and has not really ended. */
    public boolean lingers() {
        return state instanceof Done done && done.lingers();
    }

    /** That what runs was told to end for good; empty when nothing runs, or goes on. */
    public Optional<Stop> stop() {
        return state instanceof Running running ? Optional.ofNullable(running.stop()) : Optional.empty();
    }

    /**
     * For how long what its {@link #holder} has begun may go on without it; zero where it ends with its holder, and where there
     * is none.
     */
    public Duration lease() {
        if (state instanceof Running running) {
            return running.lease();
        }
        return state instanceof Done done ? done.lease() : Duration.ZERO;
    }

    /** The execution that runs, or ran last; empty before the first. */
    public Optional<Attempt> latest() {
        return state.latest();
    }

    /**
     * The fencing token of the execution that runs; empty while none does.
     *
     * @param modified transaction id of the last change of the record: that of the claim, as long as the execution has
     *     written nothing more
     */
    public OptionalLong runningToken(long modified) {
        if (!(state instanceof Running running)) {
            return OptionalLong.empty();
        }
        long token = running.attempt().token();
        return OptionalLong.of(token == 0 ? modified : token);
    }

    /** The firing that runs, or ran last; null before the first. */
    public @Nullable Firing firing() {
        return latest().map(Attempt::firing).orElse(null);
    }

    /** Number of the attempt at {@link #firing}, from 1; 0 before the first. */
    public int attempt() {
        return latest().map(Attempt::number).orElse(0);
    }

    /** How many owners of {@link #firing} died while running it. */
    public int deaths() {
        return latest().map(Attempt::deaths).orElse(0);
    }

    /** When the execution that runs, or ran last, was started; null before the first. */
    public @Nullable Instant startedAt() {
        return latest().map(Attempt::startedAt).orElse(null);
    }

    /** When the execution that ran last ended; null while one runs, and before the first. */
    public @Nullable Instant finishedAt() {
        return state instanceof Done done ? done.finishedAt() : null;
    }

    public long trigger() {
        return past.trigger();
    }

    public @Nullable Instant through() {
        return past.through();
    }

    public @Nullable Instant lastSucceeded() {
        return past.lastSucceeded();
    }

    public @Nullable String outcome() {
        return past.outcome();
    }

    public @Nullable String error() {
        return past.error();
    }

    public Optional<Streak> streak() {
        return Optional.ofNullable(past.streak());
    }

    /** What the execution that ended last has left as its result; empty when it left none. */
    public Optional<String> result() {
        return Optional.ofNullable(past.result());
    }

    /** Fire time of {@code firing}, if it is a scheduled one. */
    public Optional<Instant> fireTime() {
        return firing() instanceof Firing.Scheduled scheduled ? Optional.of(scheduled.fireTime()) : Optional.empty();
    }

    /** The record while {@code instance} runs {@code next}: what a claim writes. */
    public ShardRecord claimed(Firing next, String instance, int nextAttempt, int nextDeaths, Instant now) {
        Failures failures = latest().filter(before -> next.equals(before.firing()))
                .map(Attempt::failures)
                .orElse(Failures.NONE);
        Running running = new Running(new Attempt(next, instance, nextAttempt, nextDeaths, 0, now, failures));
        ArrayPlace kept = next.equals(firing()) ? array : null;
        return new ShardRecord(running, past.withoutResult(), checkpoint, permits, kept, unknown);
    }

    /**
     * The record after the running firing has ended: what a completion writes. A firing by hand is decided by it.
     *
     * @param decided the latest scheduled firing that is decided by this end; never moves {@code through} back
     * @throws IllegalStateException when nothing runs
     */
    public ShardRecord completed(Outcome ended, @Nullable Instant decided, Instant now) {
        return ended(running(), ended, decided, now);
    }

    /**
     * The record after a firing that was begun and given back, and is not to be run any more.
     *
     * @param decided as of {@link #completed}
     */
    public ShardRecord givenUp(Outcome ended, @Nullable Instant decided, Instant now) {
        if (state instanceof Idle idle && idle.givenBack() != null) {
            return ended(idle.givenBack(), ended, decided, now);
        }
        throw new IllegalStateException("No firing is to be run again: the record is " + state.name());
    }

    /** The execution that failed, and whose firing is to be run again; empty when there is none. */
    public Optional<Attempt> toRetry() {
        return state instanceof Idle idle
                ? Optional.ofNullable(idle.givenBack())
                        .filter(attempt -> attempt.failures().count() > 0)
                : Optional.empty();
    }

    /** The record after a firing has failed that is to be run again: nothing is decided by that. */
    public ShardRecord failed(Outcome ended, Instant now) {
        Attempt attempt = running();
        return free(
                new Idle(attempt.with(attempt.failures().andAt(now))),
                past.ended(ended.name(), RecordedEnd.errorOf(ended)),
                checkpoint);
    }

    /** The record of a firing that {@link #toRetry is to be run again}, as if it had failed at this time. */
    public ShardRecord failedAt(Instant corrected) {
        return toRetry()
                .map(attempt -> with(
                        new Idle(attempt.with(new Failures(attempt.failures().count(), corrected)))))
                .orElse(this);
    }

    /**
     * The record of a firing that was {@link #toRetry to be run again}, and is not: it has failed.
     *
     * @param decided as of {@link #completed}
     */
    public ShardRecord failedForGood(@Nullable Instant decided) {
        return toRetry()
                .map(attempt -> free(
                        new Done(attempt, attempt.failures().latest()),
                        past.trigger(triggerAfter(attempt)).through(later(past.through(), decided)),
                        checkpoint))
                .orElse(this);
    }

    private long triggerAfter(Attempt attempt) {
        return attempt.firing() instanceof Firing.Triggered done
                ? Math.max(past.trigger(), done.number())
                : past.trigger();
    }

    /**
     * The same where it says of firings by hand that ZooKeeper has not numbered yet that they have run: up to the last of which
     * it says more, all have; without one, all are open.
     *
     * @param given how many numbers ZooKeeper has given
     */
    public ShardRecord withoutTriggersFrom(long given) {
        if (!(firing() instanceof Firing.Triggered last) || last.number() >= given) {
            return with(past.trigger(-1));
        }
        boolean isDone = state() instanceof ShardState.Done;
        return with(past.trigger(isDone ? last.number() : last.number() - 1));
    }

    /** The record after triggers up to this number were decided without running. */
    public ShardRecord decidedUpTo(long trigger) {
        return with(past.trigger(Math.max(past.trigger(), trigger)));
    }

    private ShardRecord ended(Attempt attempt, Outcome ended, @Nullable Instant decided, Instant now) {
        boolean succeeded = ended instanceof Outcome.Succeeded;
        Past next = new Past(
                triggerAfter(attempt),
                later(past.through(), decided),
                succeeded ? later(past.lastSucceeded(), fireTime().orElse(null)) : past.lastSucceeded(),
                ended.name(),
                RecordedEnd.errorOf(ended),
                past.streak(),
                RecordedEnd.resultOf(ended));
        return free(new Done(attempt, now), next, succeeded ? null : checkpoint);
    }

    /**
     * The record after a claim that came to nothing: as if the firing had not been begun, but for the attempt's number.
     *
     * @throws IllegalStateException when nothing runs
     */
    public ShardRecord givenBack(@Nullable Outcome ended) {
        String outcome = ended == null ? past.outcome() : ended.name();
        return free(new Idle(running()), past.ended(outcome, null), checkpoint);
    }

    /**
     * The record after whoever ran it died, if its firing is to be run again: given back, with one death more.
     *
     * @throws IllegalStateException when nothing runs
     */
    public ShardRecord givenBackByDeath(Outcome ended) {
        Attempt died = running();
        Attempt counted = new Attempt(
                died.firing(),
                died.owner(),
                died.number(),
                died.deaths() + 1,
                died.token(),
                died.startedAt(),
                died.failures());
        return free(new Idle(counted), past.ended(ended.name(), null), checkpoint);
    }

    /** The record after firings up to {@code decided} were decided without running; unchanged for null. */
    public ShardRecord decidedThrough(@Nullable Instant decided) {
        return decided == null ? this : with(past.through(later(past.through(), decided)));
    }

    /**
     * The record as the execution knows it once its claim is acknowledged: what it writes from then on tells its token.
     *
     * @param given transaction id of the claim
     * @throws IllegalStateException when nothing runs
     */
    public ShardRecord withToken(long given) {
        return with(new Running(running().withToken(given), stop().orElse(null), lease()));
    }

    /** The record of an execution that may go on for so long when its owner is gone. */
    public ShardRecord withLease(Duration given) {
        return with(new Running(running(), stop().orElse(null), given));
    }

    /**
     * The record of a running execution that goes on under another instance: the same firing, attempt, start and token.
     *
     * @param instance that adopts it
     * @param token of its claim: the transaction id of the record's last change tells it no more
     * @param given as of {@link #withLease}
     * @throws IllegalStateException when nothing runs
     */
    public ShardRecord adopted(String instance, long token, Duration given) {
        return with(new Running(running().ownedBy(instance).withToken(token), stop().orElse(null), given));
    }

    /** The record of an execution that was told to end. */
    public ShardRecord stopping(Stop told) {
        return with(new Running(running(), told, lease()));
    }

    /** The record of an end that is recorded though the execution has not ended; false: it has now. */
    public ShardRecord lingering(boolean still) {
        return state instanceof Done done
                ? with(new Done(done.attempt(), done.finishedAt(), still)).withPermits(still ? permits : NO_PERMITS)
                : this;
    }

    /** As {@code lingering(true)}, of an execution that may go on for so long when its owner is gone. */
    public ShardRecord lingeringFor(Duration given) {
        return state instanceof Done done ? with(new Done(done.attempt(), done.finishedAt(), true, given)) : this;
    }

    /** The record of what runs, or lingers, and is counted in these limits. */
    public ShardRecord withPermits(SortedSet<String> counted) {
        return new ShardRecord(state, past, checkpoint, counted, array, unknown);
    }

    /** The record of what runs, or ran, as an array of tasks. */
    public ShardRecord withArray(@Nullable ArrayPlace known) {
        return new ShardRecord(state, past, checkpoint, permits, known, unknown);
    }

    /** The record with another count of firings that failed one after another; null for none. */
    public ShardRecord withStreak(@Nullable Streak counted) {
        return with(past.streak(counted));
    }

    /** The record with what the handler leaves for the next attempt; null for nothing. */
    public ShardRecord withCheckpoint(@Nullable String left) {
        return new ShardRecord(state, past, left, permits, array, unknown);
    }

    /**
     * The record as the next process finds it that gets the shard: of what the one before it has done, only that remains up to
     * when all is decided.
     *
     * @throws IllegalStateException while something runs
     */
    public ShardRecord vacated() {
        if (isRunning()) {
            throw new IllegalStateException("The record is " + state.name());
        }
        Past left = new Past(past.trigger(), past.through(), null, null, null, null);
        return new ShardRecord(new Idle(null), left, null, unknown);
    }

    /**
     * The record with another {@code through}, be it an earlier one: for a record that a wrong clock has written. Nothing
     * else moves it back.
     */
    public ShardRecord correctedThrough(Instant corrected) {
        return with(past.through(corrected));
    }

    private Attempt running() {
        if (state instanceof Running running) {
            return running.attempt();
        }
        throw new IllegalStateException("Nothing runs: the record is " + state.name());
    }

    /** With the claim the permits are over. */
    private ShardRecord free(ShardState next, Past nowPast, @Nullable String left) {
        return new ShardRecord(next, nowPast, left, NO_PERMITS, array, unknown);
    }

    private ShardRecord with(ShardState next) {
        return new ShardRecord(next, past, checkpoint, permits, array, unknown);
    }

    private ShardRecord with(Past next) {
        return new ShardRecord(state, next, checkpoint, permits, array, unknown);
    }

    private static @Nullable Instant later(@Nullable Instant one, @Nullable Instant other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return one.isAfter(other) ? one : other;
    }
}
