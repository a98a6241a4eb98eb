package io.elasticjob.coordination;

import io.elasticjob.Cancellation;
import io.elasticjob.Firing;
import io.elasticjob.JobDefinition;
import io.elasticjob.Overlap;
import java.time.Instant;
import java.util.Optional;

/**
 * What runs gives way to the next firing of its shard, where its job says {@link Overlap#CANCEL_RUNNING}. Whoever runs it
 * decides that, by the schedule alone: the shard may be another instance's by now. Decides; never acts.
 */
public final class Replacement {

    private Replacement() {}

    /** Why it is to end by now; empty when it may go on. What was triggered by hand may. */
    public static Optional<Cancellation> of(ShardStep.Job job, int shard, Firing running, Instant now) {
        JobDefinition definition = job.definition();
        if (!concerns(definition, running) || !job.isEnabled(shard)) {
            return Optional.empty();
        }
        Instant fireTime = ((Firing.Scheduled) running).fireTime();
        return Optional.ofNullable(StartTime.latest(definition, shard, job.latest(), now))
                .filter(latest -> latest.isAfter(fireTime) && !latest.isBefore(job.since(shard)))
                .filter(latest -> job.count().has(shard, latest))
                .map(latest -> new Cancellation(
                        Cancellation.Reason.OVERLAP,
                        "",
                        "cancelled because the firing of " + latest + " has come due (overlap=CANCEL_RUNNING)"));
    }

    /** When to look again; empty when nothing will come due. */
    public static Optional<Instant> lookAgain(ShardStep.Job job, int shard, Firing running, Instant now) {
        JobDefinition definition = job.definition();
        if (!concerns(definition, running)) {
            return Optional.empty();
        }
        Instant latest = job.latest();
        Optional<Instant> begins = latest == null
                ? Optional.empty()
                : Optional.of(StartTime.of(definition, shard, latest)).filter(now::isBefore);
        return begins.or(() -> definition.schedule().next(now).map(next -> StartTime.of(definition, shard, next)));
    }

    private static boolean concerns(JobDefinition job, Firing running) {
        return job.overlap() == Overlap.CANCEL_RUNNING && running instanceof Firing.Scheduled;
    }
}
