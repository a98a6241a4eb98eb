package io.elasticjob;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A job that works on data in batches: it fetches some, processes them, and notes how far it has come. A firing runs one
 * batch; with the setting {@code streaming=true} it runs one after the other until nothing is fetched, or its shard is to move.
 *
 * <p>After each batch ZooKeeper has to acknowledge the {@link #position} as the checkpoint of the shard; only then the next
 * batch is fetched. So {@link #fetch} continues after the last batch that was acknowledged, on whatever instance: when an
 * instance dies, the batch that it was working on is fetched again, and no other. A job with {@code monitorExecution=false}
 * has no checkpoints.
 *
 * <p>A firing that succeeds clears the checkpoint. For a position in data that grows, set {@code keepCheckpoint=true}.
 *
 * <p>All methods are called on the thread of the execution, one after the other. What they throw makes the execution fail,
 * and leaves the checkpoint of the last batch.
 *
 * @param <T> what is fetched
 * @since 0.1.0
 */
public interface DataflowJob<T> extends SimpleJob {

    /** Whether a firing goes on until nothing is fetched: {@code true} or {@code false}. */
    JobKey STREAMING = JobKey.named("streaming")
            .maxLength(20)
            .form(SettingForm.flag())
            .defaultValue("false")
            .documentation(
                    "Of a job whose handler is a DataflowJob: whether a firing fetches and processes one batch after"
                            + " the other until nothing is fetched, or its shard moves to another instance; otherwise it runs one"
                            + " batch. Needs 'monitor-execution'. False by default.")
            .build();

    /**
     * Gives the next items of this shard: those after {@link ShardingContext#checkpoint()}, or those that are not marked as
     * processed yet.
     *
     * @return at most as many as one batch may take; empty when there is nothing to process at present
     */
    @Nullable
    List<T> fetch(ShardingContext context) throws Exception;

    /** Processes what was fetched; never called with an empty list. */
    void process(ShardingContext context, List<T> items) throws Exception;

    /**
     * Where the fetch after these items begins: the checkpoint that is written when they have been processed. Called before
     * that. "" for a job that marks in its own data what it has processed; it is written all the same, which makes sure
     * after each batch that the shard is still this execution's.
     *
     * @return at most {@link ShardingContext#MAX_CHECKPOINT_BYTES} bytes in UTF-8
     */
    default String position(List<T> items) {
        return "";
    }

    /** Runs the batches of an execution. Not to be overridden. */
    @Override
    default void execute(ShardingContext context) throws Exception {
        boolean streaming = context.setting(STREAMING).strip().equals("true");
        do {
            List<T> items = fetch(context);
            if (items == null || items.isEmpty()) {
                return;
            }
            String position = Objects.requireNonNull(
                    position(items), "position() gave null: it has to say where the next fetch begins, or \"\"");
            if (context.isMonitored()) {
                ShardingContext.checkCheckpoint(context.executionId(), position); // before it is too late
            }
            process(context, items);
            if (context.isMonitored()) {
                context.checkpoint(position);
            }
            if (streaming && context.isMoving()) {
                context.handOver();
                return;
            }
            if (streaming && context.isCancelled()) {
                throw new IllegalStateException(
                        "Cancelled between two batches, of which the last one was acknowledged");
            }
        } while (streaming);
    }
}
