package io.elasticjob;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a shard stands. A later version may know more states: a {@link ShardRecord} in one of those is none for this version,
 * which leaves the shard alone.
 */
public sealed interface ShardState {

    /** The name of the state in the stored form and the endpoint. */
    String name();

    /** The execution that runs, or ran last; empty before the first. */
    Optional<Attempt> latest();

    /**
     * Never run, or claimed and given back.
     *
     * @param givenBack the claim that came to nothing; null when there was none
     */
    record Idle(@Nullable Attempt givenBack) implements ShardState {

        public static final String NAME = "IDLE";

        @Override
        public String name() {
            return NAME;
        }

        @Override
        public Optional<Attempt> latest() {
            return Optional.ofNullable(givenBack);
        }
    }

    /**
     * Claimed by the owner of the attempt, which runs it, or died doing so.
     *
     * @param stop that it was told to end; null while it was not
     * @param lease for how long it may go on when its owner is gone, without a word from anybody; zero where it ends with its
     *     owner. Nobody takes it over before, but the instance to which whoever runs it turns
     */
    record Running(Attempt attempt, @Nullable Stop stop, Duration lease) implements ShardState {

        public static final String NAME = "RUNNING";

        public Running(Attempt attempt, @Nullable Stop stop) {
            this(attempt, stop, Duration.ZERO);
        }

        public Running(Attempt attempt) {
            this(attempt, null);
        }

        @Override
        public String name() {
            return NAME;
        }

        @Override
        public Optional<Attempt> latest() {
            return Optional.of(attempt);
        }
    }

    /**
     * The attempt has ended.
     *
     * @param finishedAt null where the stored form does not tell
     * @param lingers whether it has not really ended: its owner could not end it. As long as that one lives nothing is begun
     *     for the shard before it says that it has
     * @param lease as of {@link Running}, of one that lingers; else zero
     */
    record Done(Attempt attempt, @Nullable Instant finishedAt, boolean lingers, Duration lease) implements ShardState {

        public static final String NAME = "DONE";

        public Done(Attempt attempt, @Nullable Instant finishedAt, boolean lingers) {
            this(attempt, finishedAt, lingers, Duration.ZERO);
        }

        public Done(Attempt attempt, @Nullable Instant finishedAt) {
            this(attempt, finishedAt, false);
        }

        @Override
        public String name() {
            return NAME;
        }

        @Override
        public Optional<Attempt> latest() {
            return Optional.of(attempt);
        }
    }

    /**
     * That an execution was told to end and nobody is to continue it.
     *
     * @param reason one that is final
     * @param at when it was told, by its owner's clock
     * @param who told it; "" when that is nobody in particular
     * @param text why, in words
     */
    record Stop(Cancellation.Reason reason, Instant at, String who, String text) {

        /** What becomes of the execution. */
        public Outcome outcome() {
            return Outcome.cutOff(new Cancellation(reason, who, text));
        }
    }

    /**
     * One execution of a firing, from its claim on.
     *
     * @param owner id of the instance that claimed it
     * @param number of the attempt at {@code firing}, from 1
     * @param deaths how many owners of {@code firing} died while running it
     * @param token the fencing token; 0 as long as the execution has written nothing after its claim, whose transaction id
     *     it is
     * @param startedAt null where the stored form does not tell
     * @param failures of {@code firing} before this attempt; of one that is to be run again after a failure, with that one
     */
    record Attempt(
            Firing firing,
            String owner,
            int number,
            int deaths,
            long token,
            @Nullable Instant startedAt,
            Failures failures) {

        public Attempt(Firing firing, String owner, int number, int deaths, long token, @Nullable Instant startedAt) {
            this(firing, owner, number, deaths, token, startedAt, Failures.NONE);
        }

        /** Whether the other is the same one, whatever it has written since. */
        public boolean isSameAs(Attempt other) {
            return firing.equals(other.firing) && number == other.number && owner.equals(other.owner);
        }

        /** Whether it is the attempt at this firing that was claimed under this token, whoever owns it by now. */
        public boolean isOf(Firing claimed, int attempt, long under) {
            return firing.identity().equals(claimed.identity()) && number == attempt && token == under;
        }

        Attempt ownedBy(String instance) {
            return new Attempt(firing, instance, number, deaths, token, startedAt, failures);
        }

        Attempt withToken(long given) {
            return new Attempt(firing, owner, number, deaths, given, startedAt, failures);
        }

        Attempt with(Failures now) {
            return new Attempt(firing, owner, number, deaths, token, startedAt, now);
        }
    }

    /**
     * How often a firing has failed for the shard. When it is run again is not stored, but follows from this and from the
     * settings, so that a change of these holds at once.
     *
     * @param latest when it failed last, by the clock of the one that ran it; null before the first failure
     */
    record Failures(int count, @Nullable Instant latest) {

        public static final Failures NONE = new Failures(0, null);

        Failures andAt(Instant now) {
            return new Failures(count + 1, now);
        }
    }
}
