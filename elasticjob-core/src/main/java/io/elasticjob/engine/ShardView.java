package io.elasticjob.engine;

import io.elasticjob.ShardRecord;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One shard of a job, with its record as just read from the registry.
 *
 * @param assignee id of the instance that should run it; null when no instance is eligible
 * @param record {@link ShardRecord#NEW} when the shard never ran, or the job is not monitored
 * @param fencingToken of the execution that the record tells of; 0 when there is none
 * @param unreadable why the stored record can not be read by this version; null when it can
 */
public record ShardView(
        int shard,
        @Nullable String assignee,
        ShardRecord record,
        long fencingToken,
        @Nullable String unreadable) {

    public Optional<String> assignedTo() {
        return Optional.ofNullable(assignee);
    }
}
