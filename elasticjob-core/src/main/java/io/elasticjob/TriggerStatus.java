package io.elasticjob;

import java.time.Instant;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The state of a trigger.
 *
 * @param number of the trigger, counting from 0 for as long as the job lives
 * @param id of the request
 * @param requestedAt registry time
 * @param shards that it lists, ascending
 * @since 0.1.0
 */
public record TriggerStatus(
        String job,
        long number,
        String id,
        Instant requestedAt,
        Operator by,
        boolean forced,
        SortedMap<Integer, Progress> shards) {

    /** The state of one shard. */
    public enum State {
        /** Not started: no slot is free, an earlier firing runs, or the job is disabled. */
        WAITING,
        RUNNING,
        /** Run to its end, or given up; it never runs again. */
        DONE,
        /** The trigger was cancelled, or the job removed, before the shard had begun with it. */
        CANCELLED
    }

    /**
     * One shard.
     *
     * @param instance that runs it or ran it; null when that is not known (any more)
     * @param outcome name of its {@link Outcome}; null while it has none, or when a later firing has overwritten it
     */
    public record Progress(
            State state,
            @Nullable String instance,
            @Nullable String outcome) {}

    public TriggerStatus {
        shards = Collections.unmodifiableSortedMap(new TreeMap<>(shards));
    }

    /** Whether all shards have run it, or never will. */
    public boolean isDone() {
        return shards.values().stream()
                .allMatch(progress -> progress.state() == State.DONE || progress.state() == State.CANCELLED);
    }
}
