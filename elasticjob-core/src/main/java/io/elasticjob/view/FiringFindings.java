package io.elasticjob.view;

import io.elasticjob.Firing;
import io.elasticjob.JobDefinition;
import io.elasticjob.ShardRecord;
import io.elasticjob.coordination.FiringRecord;
import io.elasticjob.coordination.MissedDeadlines;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is told of a firing that is recorded as a whole, and for which all later ones wait. */
final class FiringFindings {

    private FiringFindings() {}

    static List<Finding> of(JobDefinition definition, @Nullable FiringRecord firings, List<Situation.Shard> shards) {
        List<Finding> findings = new ArrayList<>(deadline(definition, firings));
        findings.addAll(waits(definition, firings, shards));
        return findings;
    }

    private static List<Finding> deadline(JobDefinition definition, @Nullable FiringRecord firings) {
        Duration deadline = definition.wholeFirings().deadline();
        if (firings == null || deadline == null) {
            return List.of();
        }
        return MissedDeadlines.open(firings)
                .map(late -> {
                    Map<String, Object> fields = new LinkedHashMap<>();
                    fields.put("firing", late.firing().identity().text());
                    fields.put("deadline", late.fireTime().plus(deadline));
                    String sentence =
                            Sentences.deadlineMissed(late, late.fireTime().plus(deadline));
                    return List.of(new Finding(Finding.Code.DEADLINE_MISSED, sentence, fields));
                })
                .orElse(List.of());
    }

    private static List<Finding> waits(
            JobDefinition definition, @Nullable FiringRecord firings, List<Situation.Shard> shards) {
        FiringRecord.Current current = firings == null ? null : firings.current();
        if (firings == null || current == null || firings.isFree()) {
            return List.of();
        }
        FiringRecord.Whole whole = current.whole();
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("firing", whole.seen().firing().text());
        if (whole.isRerun()) {
            fields.put("trigger", whole.firing().text());
        }
        fields.put("openedAt", whole.openedAt());
        FiringRecord.Planning planning = firings.planning().orElse(null);
        if (planning != null) {
            fields.put("instance", planning.by());
            String planner = definition.plannedShards().by().orElse("");
            fields.put("planner", planner);
            return List.of(new Finding(
                    Finding.Code.FIRING_PLANNING, Sentences.firingPlanning(whole, planner, planning.by()), fields));
        }
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
