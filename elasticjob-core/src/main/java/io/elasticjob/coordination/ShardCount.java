package io.elasticjob.coordination;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Into how many shards a firing is split, as a function of the firing: so that one firing never runs as part 0 of 3 beside
 * part 1 of 5.
 *
 * @param first before all changes
 * @param changes the number from each fire time on; those of the last hour before the newest, older ones are history
 */
public record ShardCount(int first, NavigableMap<Instant, Integer> changes) {

    /** Changes that are older than this by the time of another one concern no firing that may still be begun. */
    private static final Duration MEMORY = Duration.ofHours(1);

    private static final int MOST_REMEMBERED = 100;

    public ShardCount {
        changes = Collections.unmodifiableNavigableMap(new TreeMap<>(changes));
    }

    public static ShardCount always(int count) {
        return new ShardCount(count, Collections.emptyNavigableMap());
    }

    /** In the end, when all changes have taken effect. */
    public int count() {
        return changes.isEmpty() ? first : changes.lastEntry().getValue();
    }

    public int at(Instant fireTime) {
        Map.Entry<Instant, Integer> change = changes.floorEntry(fireTime);
        return change == null ? first : change.getValue();
    }

    /** The largest number of shards that any firing has that may still matter. */
    public int largest() {
        return Math.max(
                first, changes.values().stream().mapToInt(count -> count).max().orElse(first));
    }

    /** The largest number for firings that come due at {@code now} or later. */
    public int shownAt(Instant now) {
        return Math.max(
                at(now),
                changes.tailMap(now).values().stream()
                        .mapToInt(count -> count)
                        .max()
                        .orElse(0));
    }

    /** The fire time from which the shard is there; empty when it always was. */
    Optional<Instant> since(int shard) {
        Instant since = null;
        int before = first;
        for (Map.Entry<Instant, Integer> change : changes.entrySet()) {
            since = before <= shard && change.getValue() > shard ? change.getKey() : since;
            before = change.getValue();
        }
        return Optional.ofNullable(since);
    }

    /** The fire time, not after the given one, from which the shard is there no more; empty when it never was. */
    Optional<Instant> goneSince(int shard, Instant fireTime) {
        Instant gone = null;
        int before = first;
        for (Map.Entry<Instant, Integer> change :
                changes.headMap(fireTime, true).entrySet()) {
            gone = before > shard && change.getValue() <= shard ? change.getKey() : gone;
            before = change.getValue();
        }
        return Optional.ofNullable(gone);
    }

    /**
     * The same after a change.
     *
     * @param from the first fire time that it holds for; null when it holds for all, because there are none
     */
    public ShardCount changed(int next, @Nullable Instant from) {
        if (from == null) {
            return always(next);
        }
        NavigableMap<Instant, Integer> kept = new TreeMap<>(changes.headMap(from, false));
        kept.put(from, next);
        int before = first;
        while (kept.size() > MOST_REMEMBERED || isHistory(kept, from)) {
            before = kept.pollFirstEntry().getValue();
        }
        return new ShardCount(before, withoutRepetition(before, kept));
    }

    /** Whether the first change has long been overtaken by the second. */
    private static boolean isHistory(NavigableMap<Instant, Integer> changes, Instant from) {
        Instant second = changes.higherKey(changes.firstKey());
        return second != null && second.isBefore(from.minus(MEMORY));
    }

    private static NavigableMap<Instant, Integer> withoutRepetition(int first, NavigableMap<Instant, Integer> changes) {
        NavigableMap<Instant, Integer> real = new TreeMap<>();
        int before = first;
        for (Map.Entry<Instant, Integer> change : changes.entrySet()) {
            if (change.getValue() != before) {
                real.put(change.getKey(), change.getValue());
                before = change.getValue();
            }
        }
        return real;
    }
}
