package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.JobDefinition;
import io.elasticjob.Predecessor;
import io.elasticjob.coordination.ChainCheck;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Jobs that run after others which are not there, or are never closed. The leader tells of them, once they have been so in two
 * rounds: applications start at different times. It reads nothing for that. Confined to the loop.
 */
final class PredecessorSweep {

    private record Pair(String job, String predecessor) {}

    private final JobTable jobs;
    private final Outbox outbox;

    /** Why, and whether that was told. */
    private Map<Pair, String> found = new HashMap<>();

    private final Map<Pair, String> told = new HashMap<>();

    PredecessorSweep(JobTable jobs, Outbox outbox) {
        this.jobs = jobs;
        this.outbox = outbox;
    }

    /** What was told so far was told by another leader, or long ago. */
    void forget() {
        found.clear();
        told.clear();
    }

    void round() {
        Map<Pair, String> now = new HashMap<>();
        for (JobState job : jobs.jobs()) {
            JobDefinition definition = job.definition();
            if (!job.isRemoved() && definition != null) {
                definition
                        .predecessors()
                        .forEach(one -> obstacle(one).ifPresent(why -> now.put(new Pair(job.name(), one.job()), why)));
            }
        }
        now.forEach((pair, why) -> {
            if (why.equals(found.get(pair)) && !why.equals(told.put(pair, why))) {
                outbox.publish(new ElasticJobEvent.PredecessorUnknown(pair.job(), pair.predecessor(), why));
            }
        });
        told.keySet().retainAll(now.keySet());
        found = now;
    }

    private Optional<String> obstacle(Predecessor one) {
        JobState state = jobs.find(one.job());
        return ChainCheck.obstacle(state != null, usable(state));
    }

    private static @Nullable JobDefinition usable(@Nullable JobState state) {
        return state == null ? null : state.definition();
    }
}
