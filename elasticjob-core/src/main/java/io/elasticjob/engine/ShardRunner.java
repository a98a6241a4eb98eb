package io.elasticjob.engine;

import io.elasticjob.ExecutionId;
import io.elasticjob.Outcome;
import io.elasticjob.ShardingContext;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;

/** Runs executions: in this process, or wherever an implementation takes them. Every method returns at once. */
public interface ShardRunner extends AutoCloseable {

    /** Names of the handlers it can run. Does not change. */
    Set<String> handlers();

    /** How many executions may run at once. */
    int slots();

    /**
     * Begins an execution. Called from the engine's loop.
     *
     * @param handler one of {@link #handlers()}
     * @param context what the handler is told; {@link ShardingContext#isCancelled()} is the runner's to answer, and
     *     {@link ShardingContext#checkpoint(String)} the runner's to wait in
     * @param checkpoints takes a checkpoint of the handler's, from any thread, and returns at once; what it gives completes
     *     when the checkpoint is acknowledged, or fails with {@link io.elasticjob.ShardLostException} or
     *     {@link io.elasticjob.CheckpointUnconfirmedException}; on the loop's thread
     * @param ended called exactly once when the execution has really ended, from any thread, perhaps before this returns
     */
    void start(
            String handler,
            ShardingContext.Builder context,
            Function<String, CompletionStage<Void>> checkpoints,
            Consumer<Outcome> ended);

    /**
     * Asks an execution to end: its context says so, and its thread is interrupted. When it has ended by an exception
     * thereafter, its outcome is {@link Outcome.Abandoned}; one that has not begun ends so at once. Does nothing when it
     * has ended already.
     */
    void cancel(ExecutionId execution);

    /** Interrupts what still runs, waits for its end no longer than {@code atMost}, and releases the threads. */
    void close(Duration atMost);

    @Override
    default void close() {
        close(Duration.ZERO);
    }
}
