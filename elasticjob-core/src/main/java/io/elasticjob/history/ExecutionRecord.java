package io.elasticjob.history;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.ExecutionId;
import io.elasticjob.Outcome;
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
 * @param firing as {@link io.elasticjob.Firing#text()} has it
 * @param shard from 0
 * @param attempt from 1
 * @param instance id of the instance that runs it, or ran it
 * @param fencingToken of its claim; null when nothing was claimed, or it is not known
 * @param startedAt when it began; where only its death is known, when it was claimed, or else when that was noticed
 * @param endedAt when it ended, or was noticed not to go on; null while it runs
 * @param outcome name of its {@link Outcome}; null while it runs
 * @param error what its handler threw; null when it threw nothing
 * @param message a remark for whoever reads it; null when there is nothing to remark
 */
public record ExecutionRecord(
        String job,
        String firing,
        int shard,
        int attempt,
        String instance,
        @Nullable Long fencingToken,
        Instant startedAt,
        @Nullable Instant endedAt,
        @Nullable String outcome,
        @Nullable String error,
        @Nullable String message) {

    /** The names of all outcomes that there are in a record, in alphabetical order. */
    public static final List<String> OUTCOMES = List.of("ABANDONED", "FAILED", "FENCED", "LOST", "SUCCEEDED");

    /** The longest error text and the longest message that are kept, in characters. */
    public static final int MAX_TEXT_LENGTH = Outcome.MAX_ERROR_LENGTH;

    /** The order in which executions are shown: those that began last come first. */
    public static final Comparator<ExecutionRecord> LATEST_FIRST = Comparator.comparing(ExecutionRecord::startedAt)
            .thenComparing(ExecutionRecord::id)
            .reversed();

    private static final String LOST = "LOST";

    public ExecutionRecord {
        startedAt = startedAt.truncatedTo(ChronoUnit.MILLIS);
        endedAt = endedAt == null ? null : endedAt.truncatedTo(ChronoUnit.MILLIS);
        error = storable(error);
        message = storable(message);
    }

    /** {@code job/firing/shard/attempt}. */
    public String id() {
        return job + "/" + firing + "/" + shard + "/" + attempt;
    }

    /** Whether it has begun, and nothing else is known of it. */
    public boolean isRunning() {
        return outcome == null;
    }

    /** Whether another instance took the one that ran it for dead. */
    public boolean isLost() {
        return LOST.equals(outcome);
    }

    /**
     * What an event says about an execution; empty when it says nothing that a history keeps. The beginning of an
     * execution without a claim is not kept, since nobody would ever tell the end of one whose instance died.
     *
     * @param now for what an event does not date
     */
    public static Optional<ExecutionRecord> of(ElasticJobEvent event, Instant now) {
        if (event instanceof ElasticJobEvent.ExecutionStarted started) {
            return started.fencingToken() == null
                    ? Optional.empty()
                    : Optional.of(begun(started, null, null, null, null));
        }
        if (event instanceof ElasticJobEvent.ExecutionEnded ended) {
            Outcome outcome = ended.outcome();
            return Optional.of(begun(
                    ended.start(),
                    ended.start().startedAt().plus(ended.duration()),
                    outcome.name(),
                    error(outcome),
                    remark(outcome)));
        }
        if (event instanceof ElasticJobEvent.OwnerDied died) {
            ExecutionId id = died.execution();
            Instant claimedAt = died.claimedAt();
            return Optional.of(new ExecutionRecord(
                    id.job(),
                    id.firing().text(),
                    id.shard(),
                    id.attempt(),
                    died.owner(),
                    null,
                    claimedAt == null ? now : claimedAt,
                    now,
                    new Outcome.Lost().name(),
                    null,
                    "its instance died; it is " + (died.retried() ? "run again" : "not run again")));
        }
        return Optional.empty();
    }

    private static ExecutionRecord begun(
            ElasticJobEvent.ExecutionStarted start,
            @Nullable Instant endedAt,
            @Nullable String outcome,
            @Nullable String error,
            @Nullable String message) {
        ExecutionId id = start.execution();
        return new ExecutionRecord(
                id.job(),
                id.firing().text(),
                id.shard(),
                id.attempt(),
                start.instance(),
                start.fencingToken(),
                start.startedAt(),
                endedAt,
                outcome,
                error,
                message);
    }

    private static @Nullable String error(Outcome outcome) {
        if (outcome instanceof Outcome.Fenced fenced) {
            return error(fenced.ranAs());
        }
        return outcome instanceof Outcome.Failed failed ? failed.error() : null;
    }

    private static @Nullable String remark(Outcome outcome) {
        if (outcome instanceof Outcome.Fenced fenced) {
            return "overtaken: its shard was taken by another instance, or its job removed; it ended as "
                    + fenced.ranAs().name();
        }
        return outcome instanceof Outcome.Abandoned ? "cut off by a shutdown or the loss of the session" : null;
    }

    /** Whether it shows that an earlier execution of its shard, as which {@code other} is known, does not run any more. */
    boolean isLaterThan(ExecutionRecord other) {
        return job.equals(other.job)
                && shard == other.shard
                && fencingToken != null
                && other.fencingToken != null
                && fencingToken > other.fencingToken
                && startedAt.isAfter(other.startedAt);
    }

    /** The end of one that runs no more, though nobody has told how it ended. */
    public ExecutionRecord neverToldToEnd(Instant now) {
        return new ExecutionRecord(
                job,
                firing,
                shard,
                attempt,
                instance,
                fencingToken,
                startedAt,
                now,
                LOST,
                null,
                "how it ended was never told; a later execution of its shard has begun");
    }

    /**
     * What both say together of the execution that has this id. An end counts more than a beginning, and the word of the
     * instance that ran it more than that of one that took it for dead. Of two executions with the same id, as there may be
     * when a job is removed and made anew, the one that began later counts.
     *
     * @throws IllegalArgumentException when the other one has another id
     */
    public ExecutionRecord mergedWith(ExecutionRecord other) {
        if (!id().equals(other.id())) {
            throw new IllegalArgumentException(other.id() + " tells nothing of " + id());
        }
        if (fencingToken != null && other.fencingToken != null && !fencingToken.equals(other.fencingToken)) {
            return startedAt.isBefore(other.startedAt) ? other : this;
        }
        ExecutionRecord better = other.countsMoreThan(this) ? other : this;
        ExecutionRecord witness =
                better.isLost() && better.fencingToken == null ? (better == this ? other : this) : better;
        return new ExecutionRecord(
                job,
                firing,
                shard,
                attempt,
                witness.instance,
                witness.fencingToken,
                witness.startedAt,
                better.endedAt,
                better.outcome,
                better.error,
                better.message);
    }

    private boolean countsMoreThan(ExecutionRecord other) {
        return weight() == other.weight() ? startedAt.isAfter(other.startedAt) : weight() > other.weight();
    }

    private int weight() {
        return outcome == null ? 0 : isLost() ? 1 : 2;
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
