package io.elasticjob.view;

import io.elasticjob.ShardRecord;
import io.elasticjob.coordination.ShardStep;
import io.elasticjob.coordination.Waiting;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What is told of firings that wait to be run one after another. */
final class WaitingFindings {

    private WaitingFindings() {}

    static List<Finding> of(ShardStep.Job job, List<Situation.Shard> shards, Instant now) {
        List<Finding> findings = new ArrayList<>();
        for (Situation.Shard shard : shards) {
            ShardRecord record = shard.record();
            // What runs does not wait any more.
            ShardRecord decided =
                    record.isRunning() ? record.decidedThrough(record.fireTime().orElse(null)) : record;
            if (shard.unreadable() == null && job.isEnabled(shard.item())) {
                Waiting.of(job, shard.item(), decided, job.latest(), now)
                        .ifPresent(waiting -> findings.add(new Finding(
                                Finding.Code.FIRINGS_WAITING,
                                Sentences.firingsWaiting(shard.item(), waiting),
                                Map.of(
                                        "shards",
                                        List.of(shard.item()),
                                        "firings",
                                        waiting.number(),
                                        "oldest",
                                        waiting.oldest()))));
            }
        }
        return findings;
    }
}
