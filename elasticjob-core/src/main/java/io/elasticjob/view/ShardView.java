package io.elasticjob.view;

import io.elasticjob.ShardRecord;
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
 */
public record ShardView(
        int shard,
        @Nullable String assignee,
        ShardRecord record,
        long fencingToken,
        @Nullable String unreadable,
        long modified) {

    /** One of which it is not known when it changed. */
    public ShardView(
            int shard, @Nullable String assignee, ShardRecord record, long fencingToken, @Nullable String unreadable) {
        this(shard, assignee, record, fencingToken, unreadable, 0);
    }

    public Optional<String> assignedTo() {
        return Optional.ofNullable(assignee);
    }
}
