package io.elasticjob.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.DataflowJob;
import io.elasticjob.Firing;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Outcome;
import io.elasticjob.ShardRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** At noon, with a bound of 20 s: {@code THEN} is what had to be begun by now. */
class OverdueTest {

    private static final Instant THEN = Instant.parse("2026-03-01T11:59:40Z");
    private static final Duration PERIOD = Duration.ofSeconds(10);
    private static final JobDefinition JOB = job().build();

    @Test
    void theBoundLeavesTimeForADeathToBeNoticedAndTheShardToBeTaken() {
        assertThat(Overdue.bound(Duration.ofSeconds(15))).isEqualTo(Duration.ofSeconds(20));
    }

    @Test
    void whatIsDecidedOrBegunIsNotOverdue() {
        assertThat(overdue(JOB, doneThrough(THEN))).isEmpty();
        assertThat(overdue(JOB, doneThrough(THEN.plus(PERIOD)))).isEmpty();
        assertThat(overdue(JOB, running(THEN))).isEmpty();
        assertThat(overdue(JOB, running(THEN.plus(PERIOD)))).isEmpty();
    }

    @Test
    void aFiringThatNobodyBeganIsOverdueSinceTheOldestOfThem() {
        assertThat(overdue(JOB, doneThrough(THEN.minus(PERIOD)))).contains(new Overdue(THEN, THEN));
        assertThat(overdue(JOB, doneThrough(THEN.minusSeconds(60)))).contains(new Overdue(THEN, THEN.minusSeconds(50)));
    }

    @Test
    void aShardThatNeverRanIsOverdueSinceItsFirstFiring() {
        Instant since = THEN.minusSeconds(35);
        assertThat(Overdue.of(new ShardStep.Job(JOB, since, ShardCount.always(2), THEN), 0, ShardRecord.NEW, THEN))
                .contains(new Overdue(THEN, THEN.minusSeconds(30)));
    }

    @Test
    void anEarlierRunWithoutEndHoldsUpTheFiringsAfterIt() {
        assertThat(overdue(JOB, running(THEN.minusSeconds(30)))).contains(new Overdue(THEN, THEN.minusSeconds(20)));
    }

    @Test
    void aStreamThatRunsHoldsNothingUpAndOneThatDoesNotDoes() {
        JobDefinition stream = job().set(DataflowJob.STREAMING, "true").build();
        ShardRecord moved = running(THEN.minusSeconds(30)).givenBack(new Outcome.Moved());

        assertThat(overdue(stream, running(THEN.minusSeconds(30)))).isEmpty();
        assertThat(overdue(stream, moved)).isPresent();
    }

    @Test
    void aFiringBeforeTheScheduleTookEffectIsNeverOverdue() {
        assertThat(Overdue.of(
                        new ShardStep.Job(JOB, THEN.plusMillis(1), ShardCount.always(2), THEN),
                        0,
                        ShardRecord.NEW,
                        THEN))
                .isEmpty();
    }

    @Test
    void aShardThatAChangeAddedIsNotOverdueForFiringsBeforeIt() {
        ShardCount count = ShardCount.always(2).changed(3, THEN.plus(PERIOD));
        assertThat(Overdue.of(new ShardStep.Job(JOB, Instant.EPOCH, count, THEN), 2, ShardRecord.NEW, THEN))
                .isEmpty();
    }

    @Test
    void jobsThatPromiseNothingAreNeverOverdue() {
        ShardRecord old = doneThrough(THEN.minusSeconds(60));
        assertThat(overdue(job().monitorExecution(false).build(), old)).isEmpty();
        assertThat(overdue(job().set(JobKey.ENABLED, "false").build(), old)).isEmpty();
        assertThat(overdue(JobDefinition.named("orders").build(), old)).isEmpty();
    }

    private static Optional<Overdue> overdue(JobDefinition job, ShardRecord record) {
        Instant latest = job.schedule().latest(THEN).orElse(null);
        return Overdue.of(
                new ShardStep.Job(job, THEN.minusSeconds(3600), ShardCount.always(2), latest), 0, record, THEN);
    }

    private static JobDefinition.Builder job() {
        return JobDefinition.named("orders").every(PERIOD).shards(2);
    }

    private static ShardRecord running(Instant fireTime) {
        return ShardRecord.NEW
                .decidedThrough(fireTime.minus(PERIOD))
                .claimed(new Firing.Scheduled(fireTime), "a", 1, 0, fireTime);
    }

    private static ShardRecord doneThrough(Instant fireTime) {
        return running(fireTime).completed(new Outcome.Succeeded(), fireTime, fireTime);
    }
}
