package io.elasticjob.view;

import io.elasticjob.coordination.DelayedFiring;
import io.elasticjob.coordination.ShardStep;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the firings to come of a job whose shards fire so long after each end.
 *
 * @param next the first one; null while all shards run, have no firing to come, or cannot be read
 * @param shards whose it is
 */
record AfterEnds(@Nullable Instant next, SortedSet<Integer> shards) {

    static AfterEnds of(ShardStep.Job job, List<Situation.Shard> known) {
        Instant first = null;
        SortedSet<Integer> items = new TreeSet<>();
        for (Situation.Shard shard : known) {
            Instant next = shard.unreadable() != null || shard.record().isRunning() || !job.isEnabled(shard.item())
                    ? null
                    : DelayedFiring.next(job, shard.item(), shard.record()).orElse(null);
            if (next != null && (first == null || next.isBefore(first))) {
                first = next;
                items.clear();
            }
            if (next != null && next.equals(first)) {
                items.add(shard.item());
            }
        }
        return new AfterEnds(first, items);
    }

    Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        if (next != null) {
            fields.put("fireTime", next);
            fields.put("shards", List.copyOf(shards));
        }
        return fields;
    }
}
