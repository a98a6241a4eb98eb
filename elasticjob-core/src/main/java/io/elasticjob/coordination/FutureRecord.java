package io.elasticjob.coordination;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.Schedule;
import io.elasticjob.ShardRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A record that says more is decided than can have come due: somebody with a wrong clock wrote it. Left as it is, the
 * shard would rest until the time comes.
 */
public final class FutureRecord {

    private FutureRecord() {}

    /**
     * The step that puts such a record right; empty for all others. Everything up to the latest due firing stays decided,
     * and what was completed stays completed, since a firing never runs twice. A record that is running is left to
     * whoever runs it.
     *
     * @param registryNow the registry's time
     * @param maxTimeDiff how far from it an instance may be that decides
     */
    public static Optional<ShardStep> corrected(
            ShardStep.Job job, int shard, ShardRecord record, Instant registryNow, Duration maxTimeDiff) {
        Instant through = record.through();
        Instant plausible = registryNow.plus(maxTimeDiff.multipliedBy(2));
        if (through == null || !through.isAfter(plausible) || record.isRunning()) {
            return Optional.empty();
        }
        Schedule schedule = job.definition().schedule();
        Instant onePeriodMore = schedule.next(plausible).orElse(plausible);
        Instant corrected = corrected(schedule, record, registryNow);
        if (!through.isAfter(onePeriodMore) || !corrected.isBefore(through)) {
            return Optional.empty();
        }
        return Optional.of(new ShardStep.Settle(
                record.correctedThrough(corrected),
                new ElasticJobEvent.RecordCorrected(job.definition().name(), shard, through, corrected)));
    }

    private static Instant corrected(Schedule schedule, ShardRecord record, Instant registryNow) {
        Instant latestDue = schedule.latest(registryNow).orElse(registryNow);
        boolean completed = record.state() == ShardRecord.State.DONE;
        Instant done = completed ? record.fireTime().orElse(latestDue) : latestDue;
        Instant succeeded = record.lastSucceeded() == null ? latestDue : record.lastSucceeded();
        return later(latestDue, later(done, succeeded));
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }
}
