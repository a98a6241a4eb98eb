package io.elasticjob.view;

import io.elasticjob.Firing;
import io.elasticjob.ShardRecord;
import io.elasticjob.coordination.FiringRecord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is told of a firing that is recorded as a whole, and for which all later ones wait. */
final class FiringFindings {

    private FiringFindings() {}

    static List<Finding> of(@Nullable FiringRecord firings, List<Situation.Shard> shards) {
        FiringRecord.Current current = firings == null ? null : firings.current();
        if (firings == null || current == null || firings.isFree()) {
            return List.of();
        }
        FiringRecord.Whole whole = current.whole();
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("firing", whole.firing().text());
        fields.put("openedAt", whole.openedAt());
        if (firings.open().isPresent()) {
            List<Integer> undecided = undecided(whole, shards);
            fields.put("shards", undecided);
            return List.of(new Finding(Finding.Code.FIRING_OPEN, Sentences.firingOpen(whole, undecided), fields));
        }
        String teller = firings.untold()
                .map(FiringRecord.Closed::teller)
                .orElseGet(() -> firings.opening().map(FiringRecord.Opening::by).orElse(null));
        if (teller != null) {
            fields.put("instance", teller);
        }
        return List.of(
                new Finding(Finding.Code.FIRING_LISTENERS, Sentences.firingListeners(whole, firings, teller), fields));
    }

    private static List<Integer> undecided(FiringRecord.Whole whole, List<Situation.Shard> shards) {
        List<Integer> undecided = new ArrayList<>();
        for (Situation.Shard shard : shards) {
            if (whole.has(shard.item()) && shard.unreadable() == null && !isOver(whole.firing(), shard.record())) {
                undecided.add(shard.item());
            }
        }
        return undecided;
    }

    private static boolean isOver(Firing firing, ShardRecord record) {
        if (firing instanceof Firing.Triggered triggered) {
            return record.trigger() >= triggered.number();
        }
        Instant through = record.through();
        return firing instanceof Firing.Scheduled scheduled
                && through != null
                && !scheduled.fireTime().isAfter(through);
    }
}
