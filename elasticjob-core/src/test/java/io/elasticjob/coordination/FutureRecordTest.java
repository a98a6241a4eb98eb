package io.elasticjob.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.Firing;
import io.elasticjob.JobDefinition;
import io.elasticjob.Outcome;
import io.elasticjob.ShardRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** At noon, for a job that fires every minute, with clocks that may differ by ten seconds. */
class FutureRecordTest {

    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final Duration MAX_TIME_DIFF = Duration.ofSeconds(10);
    private static final JobDefinition JOB =
            JobDefinition.named("orders").every(Duration.ofMinutes(1)).build();

    @Test
    void whatIsDecidedFarAheadIsDecidedUpToTheLatestDueOnly() {
        ShardRecord record = doneThrough(NOON.minusSeconds(120)).decidedThrough(NOON.plusSeconds(86_400));

        assertThat(corrected(record))
                .contains(new ShardStep.Settle(
                        record.correctedThrough(NOON),
                        new ElasticJobEvent.RecordCorrected("orders", 0, NOON.plusSeconds(86_400), NOON)));
    }

    @Test
    void twiceTheAllowedDifferenceAndAPeriodAreNotAbsurd() {
        assertThat(corrected(ShardRecord.NEW.decidedThrough(NOON.plusSeconds(60))))
                .isEmpty();
        assertThat(corrected(ShardRecord.NEW.decidedThrough(NOON.plusSeconds(61))))
                .isPresent();
    }

    @Test
    void whatWasCompletedStaysCompleted() {
        Instant ahead = NOON.plusSeconds(600);
        assertThat(corrected(doneThrough(ahead))).isEmpty();
        assertThat(corrected(doneThrough(ahead).decidedThrough(ahead.plusSeconds(3600))))
                .map(step -> ((ShardStep.Settle) step).next().through())
                .contains(ahead);
    }

    @Test
    void aRunningRecordIsLeftToWhoeverRunsIt() {
        ShardRecord running = ShardRecord.NEW
                .decidedThrough(NOON.plusSeconds(86_400))
                .claimed(new Firing.Scheduled(NOON), "a", 1, 0, NOON);
        assertThat(corrected(running)).isEmpty();
    }

    @Test
    void aRecordThatNothingWasDecidedInIsLeftAlone() {
        assertThat(corrected(ShardRecord.NEW)).isEmpty();
        assertThat(corrected(doneThrough(NOON))).isEmpty();
    }

    private static Optional<ShardStep> corrected(ShardRecord record) {
        ShardStep.Job job = new ShardStep.Job(JOB, Instant.EPOCH, ShardCount.always(1), NOON);
        return FutureRecord.corrected(job, 0, record, new Horizon(NOON, MAX_TIME_DIFF));
    }

    private static ShardRecord doneThrough(Instant fireTime) {
        return ShardRecord.NEW
                .claimed(new Firing.Scheduled(fireTime), "a", 1, 0, fireTime)
                .completed(new Outcome.Succeeded(), fireTime, fireTime);
    }
}
