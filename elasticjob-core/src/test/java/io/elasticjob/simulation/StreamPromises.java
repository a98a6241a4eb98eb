package io.elasticjob.simulation;

import io.elasticjob.JobDefinition;
import io.elasticjob.simulation.Observed.Job;
import io.elasticjob.testing.Ledger;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/** What is promised of executions that have no end of their own. */
final class StreamPromises {

    /** The job whose executions have no end of their own. */
    static final String STREAM = "stream";

    private final Observed seen;

    StreamPromises(Observed seen) {
        this.seen = seen;
    }

    static boolean isStream(String job) {
        return job.equals(STREAM);
    }

    /**
     * Each shard of a job whose executions have no end of their own runs, once, where somebody lives who may run it; none of
     * what moved counts as a death.
     */
    void check(Collection<JobDefinition> definitions, Set<String> living) {
        for (JobDefinition job : definitions) {
            Job present = seen.jobs.get(job.name());
            if (!isStream(job.name()) || present == null || !job.enabled()) {
                continue;
            }
            Instant due = job.schedule()
                    .latest(seen.clock.now().minus(FiringPromises.ON_TIME))
                    .filter(latest -> !latest.isBefore(present.stored().since()))
                    .orElse(null);
            int shards = due == null ? 0 : present.stored().shardCount().at(due);
            for (int shard = 0; shard < shards; shard++) {
                if (Observed.isOn(present.stored().switches(), shard, due)) {
                    check(job, shard, living);
                }
            }
        }
    }

    private void check(JobDefinition job, int shard, Set<String> living) {
        List<Ledger.Entry> running = seen.ledger.entries().stream()
                .filter(entry -> entry.id.job().equals(job.name()) && entry.id.shard() == shard)
                .filter(entry -> entry.ended == null && living.contains(entry.process))
                .toList();
        if (running.size() != 1) {
            seen.violated(job.name() + "/" + shard + " should run once, without end: " + running);
        }
    }
}
