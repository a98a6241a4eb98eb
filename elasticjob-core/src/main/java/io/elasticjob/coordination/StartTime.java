package io.elasticjob.coordination;

import io.elasticjob.JobDefinition;
import io.elasticjob.schedule.Schedule;
import io.elasticjob.text.StableHash;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * When a shard begins a firing: at its fire time, or later by a part of the job's jitter. That part is a function of job,
 * shard and fire time, so that all instances name the same start, and shorter than the time until the next firing.
 */
final class StartTime {

    private StartTime() {}

    static Instant of(JobDefinition job, int shard, Instant fireTime) {
        if (job.jitter().isNone()) {
            return fireTime;
        }
        Duration most = job.schedule()
                .next(fireTime)
                .map(next -> Duration.between(fireTime, next))
                .filter(gap -> gap.compareTo(job.jitter().most()) < 0)
                .orElse(job.jitter().most());
        long hash =
                StableHash.mixed(StableHash.ofText(job.name()) + StableHash.ofIndex(fireTime.toEpochMilli(), shard));
        return fireTime.plusMillis(Math.floorMod(hash, Math.max(1, most.toMillis())));
    }

    /**
     * The latest fire time whose start has come.
     *
     * @param latest fire time that has come; null when none has
     */
    static @Nullable Instant latest(JobDefinition job, int shard, @Nullable Instant latest, Instant now) {
        if (latest == null || job.jitter().isNone() || !now.isBefore(of(job, shard, latest))) {
            return latest;
        }
        Schedule schedule = job.schedule();
        return schedule.latest(latest.minusNanos(1)).orElse(null); // which begins before the next fire time
    }
}
