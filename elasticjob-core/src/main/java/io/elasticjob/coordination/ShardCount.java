package io.elasticjob.coordination;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Into how many shards a firing is split, as a function of the firing: so that one firing never runs as part 0 of 3
 * beside part 1 of 5.
 *
 * @param count for firings at {@code from} or later
 * @param previous for firings before {@code from}; the same as {@code count} when there was no change
 * @param from the first fire time after the change; null when {@code count} holds for all
 */
public record ShardCount(int count, int previous, @Nullable Instant from) {

    public static ShardCount always(int count) {
        return new ShardCount(count, count, null);
    }

    public int at(Instant fireTime) {
        return from == null || !fireTime.isBefore(from) ? count : previous;
    }

    /** The largest number of shards that any firing may have. */
    public int largest() {
        return Math.max(count, previous);
    }

    /** How many shards there are for firings that may come due at {@code now} or later, or are due still. */
    public int shownAt(Instant now) {
        return from != null && now.isBefore(from) ? largest() : count;
    }

    /** The instant from which firings have this shard, beside the job's own; null when all of them do. */
    @Nullable
    Instant from(int shard) {
        return shard >= previous ? from : null;
    }

    /** The same after a change to {@code next}, valid from the fire time {@code first}; null: from now on. */
    public ShardCount changed(int next, @Nullable Instant first) {
        if (next == count) {
            return this;
        }
        // A change that has not taken effect yet is replaced, not stacked: no firing ever had its number of shards.
        boolean pending = from != null && first != null && !from.isBefore(first);
        int before = pending ? previous : count;
        return first == null || next == before ? always(next) : new ShardCount(next, before, first);
    }
}
