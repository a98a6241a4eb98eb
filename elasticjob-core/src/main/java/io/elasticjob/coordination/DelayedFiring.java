package io.elasticjob.coordination;

import io.elasticjob.JobDefinition;
import io.elasticjob.ShardRecord;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The firing of a shard whose job fires so long after each end. {@code through} of its record is the base: the end of the
 * last firing by schedule, or the time at which one was skipped. A firing by hand does not move it, nor does a claim that is
 * given back: whoever reads the same record and the same job names the same firing.
 */
public final class DelayedFiring {

    private DelayedFiring() {}

    /** The firing that comes next, or is due; empty when there is none, or the shard does not have it. */
    public static Optional<Instant> next(ShardStep.Job job, int shard, ShardRecord record) {
        Instant since = job.since(shard);
        Instant begin = job.count()
                .since(shard)
                .filter(ofShard -> ofShard.isAfter(since))
                .orElse(since);
        return job.definition()
                .schedule()
                .afterEnd(record.through(), begin)
                .filter(fireTime -> job.count().has(shard, fireTime));
    }

    /**
     * Up to when all is decided when a firing ends or is skipped. Of such a job it is up to then, else what was missed would be
     * decided one by one; of all others up to its fire time. What the clock of an instance says that is behind moves nothing
     * back. Null for a firing by hand.
     */
    public static @Nullable Instant decidedBy(JobDefinition job, ShardRecord ended, Instant now) {
        return ended.fireTime().map(fireTime -> decidedAt(job, fireTime, now)).orElse(null);
    }

    /** The same for a firing by schedule. */
    static Instant decidedAt(JobDefinition job, Instant fireTime, Instant now) {
        Instant end = now.truncatedTo(ChronoUnit.MILLIS);
        return job.schedule().isByEnd() && end.isAfter(fireTime) ? end : fireTime;
    }
}
