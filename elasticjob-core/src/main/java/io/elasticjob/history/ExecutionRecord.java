package io.elasticjob.history;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.ExecutionId;
import io.elasticjob.Firing;
import io.elasticjob.Outcome;
import io.elasticjob.Progress;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one execution. Instants are whole milliseconds, by the clock of the instance that ran it.
 *
 * <p>Several records may tell of the same execution: that it has begun, that it has ended, that its instance was found
 * dead. {@link #mergedWith} makes one of them, in whatever order and however often they arrive.
 *
 * @param fireTime when its firing was due, or was asked for by hand; where only the death of the latter is known, when it
 *     was claimed
 * @param cause what made its firing: one of {@link #SCHEDULE}, {@link #TRIGGER}, or what a later version knows
 * @param instance id of the instance that runs it, or ran it
 * @param startedAt when it began; where only its death is known, when it was claimed, or else when that was noticed
 * @param end how it ended; null while it runs
 * @param progress that it has shown last; null when it has shown none, that is not known, or it does not run any more
 * @since 0.1.0
 */
public record ExecutionRecord(
        Identity identity,
        Instant fireTime,
        String cause,
        String instance,
        Instant startedAt,
        @Nullable End end,
        @Nullable Progress progress) {

    /** The cause of a firing by schedule. */
    public static final String SCHEDULE = "SCHEDULE";

    /** The cause of a firing by hand. */
    public static final String TRIGGER = "TRIGGER";

    /** The names of all outcomes that there are in a record, in alphabetical order. */
    public static final List<String> OUTCOMES = List.of(
            "ABANDONED",
            "CANCELLED",
            "FAILED",
            "FENCED",
            "LOST",
            "MOVED",
            "NOT_BEGUN",
            "SKIPPED",
            "SUCCEEDED",
            "TIMED_OUT");

    /** The longest error text and the longest message that are kept, in characters. */
    public static final int MAX_TEXT_LENGTH = Outcome.MAX_ERROR_LENGTH;

    /** The order in which executions are shown: those that began last come first. */
    public static final Comparator<ExecutionRecord> LATEST_FIRST = Comparator.comparing(ExecutionRecord::startedAt)
            .thenComparing(ExecutionRecord::id)
            .reversed();

    private static final String LOST = "LOST";

    /**
     * Which execution it is. No other one ever has the same: {@code life} tells jobs of one name apart that were removed
     * and created again, and the token tells apart what runs again after ZooKeeper was restored from older data.
     *
     * @param life as {@link ExecutionId#life()} has it
     * @param firing as {@link io.elasticjob.Firing#text()} has it
     * @param shard from 0
     * @param attempt from 1
     * @param fencingToken of its claim; null when nothing was claimed
     */
    public record Identity(
            String job,
            String life,
            String firing,
            int shard,
            int attempt,
            @Nullable Long fencingToken) {

        public static Identity of(ExecutionId id, @Nullable Long fencingToken) {
            return new Identity(id.job(), id.life(), id.firing().text(), id.shard(), id.attempt(), fencingToken);
        }

        /** {@code job/firing/shard/attempt}: what people read. */
        public String shown() {
            return job + "/" + firing + "/" + shard + "/" + attempt;
        }

        /** {@code job/firing/shard/attempt/life/token}, with 0 where there is no token. */
        public String unique() {
            return shown() + "/" + life + "/" + (fencingToken == null ? 0 : fencingToken);
        }
    }

    /**
     * How an execution ended.
     *
     * @param at when it ended, or was noticed not to go on
     * @param outcome name of its {@link Outcome}
     * @param error what its handler threw; null when it threw nothing
     * @param message a remark for people; null when there is nothing to remark
     */
    public record End(
            Instant at,
            String outcome,
            @Nullable String error,
            @Nullable String message) {

        public End {
            at = at.truncatedTo(ChronoUnit.MILLIS);
            error = storable(error);
            message = storable(message);
        }
    }

    public ExecutionRecord {
        fireTime = fireTime.truncatedTo(ChronoUnit.MILLIS);
        startedAt = startedAt.truncatedTo(ChronoUnit.MILLIS);
        progress = end == null ? progress : null;
    }

    /** One whose progress is not known. */
    public ExecutionRecord(
            Identity identity, Instant fireTime, String cause, String instance, Instant startedAt, @Nullable End end) {
        this(identity, fireTime, cause, instance, startedAt, end, null);
    }

    /** {@link Identity#unique()}. */
    public String id() {
        return identity.unique();
    }

    public String job() {
        return identity.job();
    }

    /** As {@link io.elasticjob.Firing#text()} has it. */
    public String firing() {
        return identity.firing();
    }

    public int shard() {
        return identity.shard();
    }

    public int attempt() {
        return identity.attempt();
    }

    /** Of its claim; null when nothing was claimed. */
    public @Nullable Long fencingToken() {
        return identity.fencingToken();
    }

    /** Null while it runs. */
    public @Nullable Instant endedAt() {
        return end == null ? null : end.at();
    }

    /** Null while it runs. */
    public @Nullable String outcome() {
        return end == null ? null : end.outcome();
    }

    public @Nullable String error() {
        return end == null ? null : end.error();
    }

    public @Nullable String message() {
        return end == null ? null : end.message();
    }

    /** Whether it has begun, and nothing else is known of it. */
    public boolean isRunning() {
        return end == null;
    }

    /** Whether another instance took the one that ran it for dead. */
    public boolean isLost() {
        return LOST.equals(outcome());
    }

    /**
     * What an event says about an execution; empty when it says nothing that a history keeps. The beginning of an
     * execution without a claim is not kept, since nobody would ever tell the end of one whose instance died.
     *
     * @param now for what an event does not date
     */
    public static Optional<ExecutionRecord> of(ElasticJobEvent event, Instant now) {
        if (event instanceof ElasticJobEvent.ExecutionStarted started) {
            return started.fencingToken() == null ? Optional.empty() : Optional.of(begun(started, null));
        }
        if (event instanceof ElasticJobEvent.ExecutionEnded ended) {
            Outcome outcome = ended.outcome();
            Instant at = ended.start().startedAt().plus(ended.duration());
            return Optional.of(begun(ended.start(), new End(at, outcome.name(), error(outcome), remark(outcome))));
        }
        if (event instanceof ElasticJobEvent.OwnerDied died) {
            ExecutionId id = died.execution();
            Instant startedAt = died.claimedAt() == null ? now : died.claimedAt();
            String whatNext = "its instance died; it is " + (died.retried() ? "run again" : "not run again");
            return Optional.of(new ExecutionRecord(
                    Identity.of(id, died.fencingToken()),
                    fireTime(id, startedAt),
                    cause(id.firing()),
                    died.owner(),
                    startedAt,
                    new End(now, LOST, null, whatNext)));
        }
        return Optional.empty();
    }

    private static ExecutionRecord begun(ElasticJobEvent.ExecutionStarted start, @Nullable End end) {
        ExecutionId id = start.execution();
        return new ExecutionRecord(
                Identity.of(id, start.fencingToken()),
                fireTime(id, start.fireTime()),
                cause(id.firing()),
                start.instance(),
                start.startedAt(),
                end);
    }

    /** Of a past firing that runs again, its own. */
    private static Instant fireTime(ExecutionId id, Instant otherwise) {
        return id.firing() instanceof Firing.Scheduled scheduled ? scheduled.fireTime() : otherwise;
    }

    private static String cause(Firing firing) {
        return firing instanceof Firing.Triggered ? TRIGGER : SCHEDULE;
    }

    private static @Nullable String error(Outcome outcome) {
        if (outcome instanceof Outcome.Fenced fenced) {
            return error(fenced.ranAs());
        }
        if (outcome instanceof Outcome.TimedOut late) {
            return late.text();
        }
        return outcome instanceof Outcome.Failed failed ? failed.error() : null;
    }

    private static @Nullable String remark(Outcome outcome) {
        if (outcome instanceof Outcome.Fenced fenced) {
            return "overtaken: its shard was taken by another instance, or its job removed; it ended as "
                    + fenced.ranAs().name();
        }
        if (outcome instanceof Outcome.Cancelled cancelled) {
            return cancelled.text();
        }
        if (outcome instanceof Outcome.Skipped skipped) {
            return skipped.reason().isEmpty() ? "nothing to do" : "nothing to do: " + skipped.reason();
        }
        return outcome instanceof Outcome.Abandoned ? "cut off by a shutdown or the loss of the session" : null;
    }

    /** Whether it shows that an earlier execution of its shard, as which {@code other} is known, does not run any more. */
    boolean isLaterThan(ExecutionRecord other) {
        Long token = fencingToken();
        Long otherToken = other.fencingToken();
        return job().equals(other.job())
                && shard() == other.shard()
                && token != null
                && otherToken != null
                && token > otherToken
                && startedAt.isAfter(other.startedAt);
    }

    /** The end of one that runs no more, though nobody has told how it ended. */
    public ExecutionRecord neverToldToEnd(Instant now) {
        End lost = new End(now, LOST, null, "its end was never recorded; a later execution of its shard has started");
        return new ExecutionRecord(identity, fireTime, cause, instance, startedAt, lost);
    }

    /**
     * What both say together of the same execution. An end counts more than a beginning, and the word of the instance
     * that ran it more than that of one that took it for dead.
     *
     * @throws IllegalArgumentException when the other one tells of another execution
     */
    public ExecutionRecord mergedWith(ExecutionRecord other) {
        if (!identity.equals(other.identity)) {
            throw new IllegalArgumentException(other.id() + " does not belong to " + id());
        }
        ExecutionRecord better = other.countsMoreThan(this) ? other : this;
        ExecutionRecord worse = better == this ? other : this;
        ExecutionRecord witness = better.isLost() && !worse.isLost() ? worse : better;
        return new ExecutionRecord(
                identity,
                witness.fireTime,
                witness.cause,
                witness.instance,
                witness.startedAt,
                better.end,
                better.progress == null ? worse.progress : better.progress);
    }

    private boolean countsMoreThan(ExecutionRecord other) {
        return weight() == other.weight() ? startedAt.isAfter(other.startedAt) : weight() > other.weight();
    }

    private int weight() {
        return end == null ? 0 : isLost() ? 1 : 2;
    }

    /** What every database takes: no NUL, no half of a pair of surrogates, not too long. */
    private static @Nullable String storable(@Nullable String text) {
        if (text == null) {
            return null;
        }
        StringBuilder kept = new StringBuilder();
        text.codePoints().forEach(point -> {
            boolean strange = point == 0 || (point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE);
            int written = strange ? '\uFFFD' : point;
            if (kept.length() + Character.charCount(written) <= MAX_TEXT_LENGTH) {
                kept.appendCodePoint(written);
            }
        });
        return kept.toString();
    }
}
