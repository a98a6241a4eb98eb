package io.elasticjob.coordination;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.ShardRecord;
import io.elasticjob.ShardState;
import io.elasticjob.schedule.Schedule;
import java.time.Instant;
import java.util.Optional;

/**
 * A record that says more is decided than can have come due, or that something has happened which is still to come: somebody
 * with a wrong clock wrote it. Left as it is, the shard would rest until the time comes.
 *
 * <p>One rule holds for all times that are stored: what lies beyond the {@link Horizon} is written over with now. It is not enough to read it as now, which would never come to be past. Only times at which
 * something happened are stored, such as that of a failure, never times to come: how long a pause is after that, the settings
 * say, so that a long pause is no sign of a wrong clock.
 */
public final class FutureRecord {

    private FutureRecord() {}

    /**
     * The step that puts such a record right; empty for all others. Everything up to the latest due firing stays decided,
     * and what was completed stays completed, since a firing never runs twice. A record that is running is left to
     * the one that runs it.
     *
     * @param horizon of the registry's time
     */
    public static Optional<ShardStep> corrected(ShardStep.Job job, int shard, ShardRecord record, Horizon horizon) {
        Instant through = record.through();
        Instant registryNow = horizon.now();
        Instant failedAt =
                record.toRetry().map(attempt -> attempt.failures().latest()).orElse(null);
        if (failedAt != null && horizon.isBeyond(failedAt)) {
            return Optional.of(new ShardStep.Settle(
                    record.failedAt(registryNow),
                    new ElasticJobEvent.RecordCorrected(job.definition().name(), shard, failedAt, registryNow)));
        }
        if (through == null || !horizon.isBeyond(through) || record.isRunning()) {
            return Optional.empty();
        }
        Schedule schedule = job.definition().schedule();
        Instant onePeriodMore = schedule.next(horizon.latest()).orElse(horizon.latest());
        Instant corrected = corrected(schedule, record, registryNow);
        if (!through.isAfter(onePeriodMore) || !corrected.isBefore(through)) {
            return Optional.empty();
        }
        return Optional.of(new ShardStep.Settle(
                record.correctedThrough(corrected),
                new ElasticJobEvent.RecordCorrected(job.definition().name(), shard, through, corrected)));
    }

    private static Instant corrected(Schedule schedule, ShardRecord record, Instant registryNow) {
        if (schedule.isByEnd()) {
            return registryNow; // the next firing has another name; left ahead, the shard would rest until then
        }
        Instant latestDue = schedule.latest(registryNow).orElse(registryNow);
        boolean completed = record.state() instanceof ShardState.Done;
        Instant done = completed ? record.fireTime().orElse(latestDue) : latestDue;
        Instant succeeded = record.lastSucceeded() == null ? latestDue : record.lastSucceeded();
        return later(latestDue, later(done, succeeded));
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }
}
