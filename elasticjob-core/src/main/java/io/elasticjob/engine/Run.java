package io.elasticjob.engine;

import io.elasticjob.ArrayKind;
import io.elasticjob.ArrayPlace;
import io.elasticjob.Cancellation;
import io.elasticjob.ElasticJobEvent;
import io.elasticjob.ExecutionId;
import io.elasticjob.Firing;
import io.elasticjob.JobDefinition;
import io.elasticjob.OnSessionLoss;
import io.elasticjob.Outcome;
import io.elasticjob.ShardRecord;
import io.elasticjob.ShardState;
import io.elasticjob.coordination.ArrayNews;
import io.elasticjob.spi.ShardRunner;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** An execution of this process, with the definition and the record that it was begun under. Confined to the loop. */
final class Run {

    /**
     * How its handler ended.
     *
     * @param took from the start to the end
     * @param recorded asks whether that is recorded; null when nobody does
     */
    record End(Outcome outcome, Duration took, @Nullable Question<Void> recorded) {}

    final ShardRunner.Order order;
    final ElasticJobEvent.ExecutionStarted start;
    final ExecutionId id;
    final JobDefinition definition;

    private final boolean isClaimed;
    private final long startedNanos;

    /** What the handler waits for, in the order of asking; one at a time is written. */
    private final Queue<Checkpoint> checkpoints = new ArrayDeque<>();

    private ShardRecord claimed;
    /** Asks whether it is this instance's, before it is handed to the runner; null once it is, as from the start as a rule. */
    private @Nullable Question<Void> asked;

    private long askedUntilNanos;

    /** How its tasks on a cluster stood when that was told last; null before the first time. */
    private @Nullable ArrayPlace told;

    private boolean moving;
    private @Nullable Cancellation cancelled;
    private ShardState.@Nullable Stop stop;
    private boolean lingers;
    private boolean recorded;
    private boolean fenced;
    private @Nullable End end;
    private boolean endedElsewhere;

    Run(ShardRunner.Order order, ElasticJobEvent.ExecutionStarted start, ShardRecord claimed, long startedNanos) {
        this.order = order;
        this.start = start;
        this.id = start.execution();
        this.definition = order.settings();
        this.claimed = claimed;
        this.isClaimed = start.fencingToken() != null;
        this.startedNanos = startedNanos;
    }

    /** The firing that its claim is for: a trigger, where that runs a past firing again. */
    Firing firing() {
        return claimed.latest().map(ShardState.Attempt::firing).orElse(id.firing());
    }

    /** Whether its tasks on a cluster have come so far that it is to be told; it is, then. */
    boolean tellsOf(ArrayPlace now) {
        ArrayPlace before = told != null ? told : order.array().orElseGet(() -> ArrayPlace.none(now.size()));
        boolean isNews = ArrayNews.isNews(before, now);
        told = isNews || told == null ? now : told;
        return isNews;
    }

    /** Whether it runs elsewhere, and is to be adopted before anybody here hears of it. */
    boolean isAsked() {
        return asked != null;
    }

    /** @param untilNanos whoever asks waits for no longer, by the stopwatch */
    void ask(Question<Void> whether, long untilNanos) {
        asked = whether;
        askedUntilNanos = untilNanos;
    }

    /** Whether nobody waits for the answer any more. */
    boolean isAskedTooLong(long nanos) {
        return asked != null && nanos - askedUntilNanos >= 0;
    }

    /** The question, which is answered now; of what has ended elsewhere, whether that is recorded. */
    Optional<Question<Void>> takeAsked() {
        Optional<Question<Void>> question = Optional.ofNullable(endedElsewhere && end != null ? end.recorded() : asked);
        asked = null;
        return question;
    }

    /** Whether the registry holds a claim for it, so that its end has to be recorded. */
    boolean isClaimed() {
        return isClaimed;
    }

    /** Whether it runs under a claim, as far as is known. */
    boolean isHeld() {
        return isClaimed && !fenced && !recorded;
    }

    /** The record as this execution wrote it last: its claim, with the last checkpoint. */
    ShardRecord claimed() {
        return claimed;
    }

    void wrote(ShardRecord record) {
        claimed = record;
    }

    /** The record that it holds, with its token, which is to be in all that it writes. */
    ShardRecord record() {
        Long token = start.fencingToken();
        return token == null ? claimed : claimed.withToken(token);
    }

    /** Its fencing token; of what is claimed alone. */
    long token() {
        return Objects.requireNonNull(start.fencingToken(), "a token");
    }

    boolean endsWithSession() {
        return definition.onSessionLoss() == OnSessionLoss.CANCEL && !isArray();
    }

    /** Whether it runs on a cluster, and goes on there without this process. */
    boolean isArray() {
        return ArrayKind.runs(definition) || order.array().isPresent();
    }

    // ---- What becomes of it ---------------------------------------------------------------------------------------

    /** False when it has ended, or was told already. */
    boolean cancel(Cancellation why) {
        boolean isNews = cancelled == null && end == null;
        cancelled = isNews ? why : cancelled;
        return isNews;
    }

    boolean isCancelled() {
        return cancelled != null;
    }

    /** It was told to end for good. */
    void stop(ShardState.Stop told) {
        stop = told;
    }

    /** That it was told to end for good; empty when it was not. */
    Optional<ShardState.Stop> stopped() {
        return Optional.ofNullable(stop);
    }

    /** What is to be written of that; empty when there is nothing, or its record says so. */
    Optional<ShardState.Stop> unwrittenStop() {
        return claimed.stop().isPresent() ? Optional.empty() : stopped();
    }

    /** It was told to end for good, and has not for long. */
    void linger() {
        lingers = true;
    }

    boolean lingers() {
        return lingers;
    }

    /** Its end is recorded, though it may go on: nothing more is written of it. */
    void recorded() {
        recorded = true;
    }

    boolean isRecorded() {
        return recorded;
    }

    /** @param nanos on the stopwatch */
    Duration runsFor(long nanos) {
        return Duration.ofNanos(nanos - startedNanos);
    }

    /** How it ends that it was cut off: for good, if it was told so, else by what it was told first. */
    Outcome cutOff() {
        if (stop != null) {
            return stop.outcome();
        }
        return cancelled == null ? new Outcome.Abandoned() : Outcome.cutOff(cancelled);
    }

    /** False when it has ended, or was asked already. */
    boolean move() {
        boolean isNews = !moving && end == null;
        moving |= isNews;
        return isNews;
    }

    /** Whether it was asked to stop on its way. */
    boolean isMoving() {
        return moving;
    }

    /** Somebody else has written the record since. */
    void fence() {
        fenced = true;
    }

    boolean isFenced() {
        return fenced;
    }

    /** @param nanos on the stopwatch */
    End end(Effect.Ending ending, long nanos) {
        End how = new End(ending.outcome(), runsFor(nanos), ending.recorded());
        end = how;
        return how;
    }

    /** As {@link #end}, of what was never handed to the runner: nothing of it is here but its end, which is to be recorded. */
    void endedElsewhere(Effect.Ending ending, long nanos) {
        end(ending, nanos);
        endedElsewhere = true;
    }

    boolean hasEndedElsewhere() {
        return endedElsewhere;
    }

    boolean hasEnded() {
        return end != null;
    }

    /** How its handler ended; empty while it runs. */
    Optional<End> end() {
        return Optional.ofNullable(end);
    }

    // ---- Checkpoints ----------------------------------------------------------------------------------------------

    void asks(Checkpoint checkpoint) {
        checkpoints.add(checkpoint);
    }

    /** The next one that is to be written. */
    Optional<Checkpoint> nextCheckpoint() {
        while (!checkpoints.isEmpty() && checkpoints.element().isAnswered()) {
            checkpoints.remove();
        }
        return Optional.ofNullable(checkpoints.peek());
    }

    /** Tells the handler that what it waits for will not be written. */
    void loseCheckpoints(Outbox outbox, Cancellation why) {
        checkpoints.forEach(checkpoint -> checkpoint.lost(outbox, why));
        checkpoints.clear();
    }

    /** It has lost its shard. */
    Cancellation lost(String why) {
        return new Cancellation(Cancellation.Reason.SHARD_LOST, "", id + why);
    }

    /** It may have lost its shard with the session of its instance. */
    Cancellation doubted(String why) {
        return new Cancellation(Cancellation.Reason.SESSION_LOSS, "", id + why);
    }
}
