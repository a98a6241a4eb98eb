package io.elasticjob.view;

import io.elasticjob.ShardRecord;
import io.elasticjob.ShardState;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One shard of a job, with its record as just read from the registry.
 *
 * @param assignee id of the instance that should run it; null when no instance is eligible
 * @param record {@link ShardRecord#NEW} when the shard never ran, or the job is not monitored
 * @param fencingToken of the execution that the record tells of; 0 when there is none
 * @param unreadable why the stored record cannot be read, by this version or at all; null when it can be
 * @param modified the transaction of the registry that changed the record last; 0 when there is none
 * @param modifiedAt when that was, by the registry's clock; null when it is not known
 */
public record ShardView(
        int shard,
        @Nullable String assignee,
        ShardRecord record,
        long fencingToken,
        @Nullable String unreadable,
        long modified,
        @Nullable Instant modifiedAt) {

    /** One of which it is not known by the clock when it changed. */
    public ShardView(
            int shard,
            @Nullable String assignee,
            ShardRecord record,
            long fencingToken,
            @Nullable String unreadable,
            long modified) {
        this(shard, assignee, record, fencingToken, unreadable, modified, null);
    }

    /** One of which it is not known when it changed. */
    public ShardView(
            int shard, @Nullable String assignee, ShardRecord record, long fencingToken, @Nullable String unreadable) {
        this(shard, assignee, record, fencingToken, unreadable, 0);
    }

    /** What its handler has left for the attempt that comes next; empty where nothing runs, or is to be run again. */
    public Optional<String> checkpoint() {
        return record.state() instanceof ShardState.Done ? Optional.empty() : Optional.ofNullable(record.checkpoint());
    }

    /**
     * When the execution that runs has left its checkpoint. Empty where an earlier attempt has, and where something else
     * was written after it, so that it is not known.
     */
    public Optional<Instant> checkpointAt() {
        boolean isLastWord = record.state() instanceof ShardState.Running running
                && running.attempt().token() != 0
                && running.stop() == null;
        return isLastWord && checkpoint().isPresent() ? Optional.ofNullable(modifiedAt) : Optional.empty();
    }

    public Optional<String> assignedTo() {
        return Optional.ofNullable(assignee);
    }
}
