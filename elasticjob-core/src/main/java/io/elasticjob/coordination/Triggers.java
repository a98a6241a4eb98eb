package io.elasticjob.coordination;

import io.elasticjob.ShardRecord;
import java.util.Collection;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The triggers of a job that are not done yet, by number. */
public record Triggers(SortedMap<Long, Trigger> pending) {

    public static final Triggers NONE = new Triggers(Collections.emptySortedMap());

    public Triggers {
        pending = Collections.unmodifiableSortedMap(new TreeMap<>(pending));
    }

    public static Triggers of(Collection<Trigger> triggers) {
        SortedMap<Long, Trigger> pending = new TreeMap<>();
        triggers.forEach(trigger -> pending.put(trigger.number(), trigger));
        return new Triggers(pending);
    }

    public boolean isEmpty() {
        return pending.isEmpty();
    }

    @Nullable
    Trigger get(long number) {
        return pending.get(number);
    }

    /** The one that a shard runs next: the lowest that lists it and that its record has not decided. */
    public Optional<Trigger> next(int shard, ShardRecord record) {
        return pending.tailMap(record.trigger() + 1).values().stream()
                .filter(trigger -> trigger.shards().contains(shard))
                .findFirst();
    }

    /** Whether some trigger lists the shard. */
    public boolean list(int shard) {
        return pending.values().stream().anyMatch(trigger -> trigger.shards().contains(shard));
    }

    /** The largest number of shards that a trigger was asked for with; 0 without triggers. */
    public int largestCount() {
        return pending.values().stream()
                .mapToInt(Trigger::shardingTotalCount)
                .max()
                .orElse(0);
    }
}
