package io.elasticjob.gateway;

import io.elasticjob.Cancellation;
import io.elasticjob.Outcome;
import io.elasticjob.gateway.wire.Exchanged;
import io.elasticjob.gateway.wire.Result;
import io.elasticjob.gateway.wire.WireId;
import io.elasticjob.history.ExecutionRecord;
import io.elasticjob.spi.ShardRunner.Order;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** An execution that a worker was given. Confined to the loop. */
final class Given {

    final String id;
    final Order order;
    final Crew crew;
    final WorkerLogs.Journal journal;

    private boolean seen;
    private @Nullable CompletableFuture<Void> recording;
    private boolean settled;
    private @Nullable Cancellation cancelled;
    private final NoteBook noteBook = new NoteBook();

    /** Id of the instance that has its claim, as far as is known here. */
    private String instance;

    Given(Order order, Crew crew, WorkerLogs.Journal journal) {
        this.id = id(order);
        this.order = order;
        this.crew = crew;
        this.journal = journal;
        this.instance = crew.engine().instance();
    }

    /**
     * Whether the present session of its crew is the one that it was claimed under, or has it by now: only then a proof that
     * this session lives says that nobody else takes it.
     */
    boolean isOfPresentSession() {
        return instance.equals(crew.engine().instance());
    }

    /** The present instance has its claim. */
    void kept() {
        instance = crew.engine().instance();
    }

    /** Whether a worker that has not begun it may begin it now. */
    boolean mayBegin() {
        return cancelled == null && isOfPresentSession();
    }

    /** Whether it goes on as far as is known here, so that it needs a lease. */
    boolean needsLease() {
        return !hasEnded() && cancelled == null;
    }

    /** No worker has heard of it, or will. */
    void notBegun() {
        crew.runner.listener().ended(order, new Outcome.NotBegun());
    }

    /** How it has ended, by what its worker tells. What fails after it was told to end was cut off. */
    Outcome outcome(Result result) {
        return result.ending() == Result.Ending.FAILED && cancelled != null
                ? new Outcome.Abandoned()
                : Takeover.outcome(result);
    }

    /** The name of an order on the wire. */
    static String id(Order order) {
        OptionalLong token =
                order.context().isMonitored() ? OptionalLong.of(order.context().fencingToken()) : OptionalLong.empty();
        return new WireId(order.context().executionId(), token).text();
    }

    ExecutionRecord.Identity identity() {
        return ExecutionRecord.Identity.of(
                order.context().executionId(),
                order.context().isMonitored() ? order.context().fencingToken() : null);
    }

    Exchanged.Task task() {
        return new Exchanged.Task(id, order);
    }

    /** The worker has said that it runs it. */
    void see() {
        seen = true;
    }

    boolean isSeen() {
        return seen;
    }

    /** Its end was told; it stays here until that is recorded. */
    void end(CompletableFuture<Void> recorded) {
        recording = recorded;
    }

    boolean hasEnded() {
        return recording != null;
    }

    /** Whether its end is recorded, be it that what hangs on that has not run yet. */
    boolean isRecorded() {
        return recording != null && recording.isDone() && !recording.isCompletedExceptionally();
    }

    /** What became of its end is dealt with now; false when that was done before. */
    boolean settle() {
        boolean isFirst = !settled;
        settled = true;
        return isFirst;
    }

    void cancel(Cancellation why) {
        cancelled = cancelled == null ? why : cancelled;
    }

    @Nullable
    Cancellation cancelled() {
        return cancelled;
    }

    NoteBook noteBook() {
        return noteBook;
    }
}
