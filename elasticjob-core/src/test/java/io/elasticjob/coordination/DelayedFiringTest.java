package io.elasticjob.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.Firing;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Misfire;
import io.elasticjob.Outcome;
import io.elasticjob.ShardRecord;
import io.elasticjob.coordination.ShardStep.Owner;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Each shard fires so long after its own end; the record is all that the next firing is named by. */
class DelayedFiringTest {

    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final Duration DELAY = Duration.ofMinutes(5);
    private static final JobDefinition JOB = job().build();
    private static final JobDefinition FAILOVER = job().failover(true).build();
    private static final JobDefinition SKIP = job().misfire(Misfire.SKIP).build();

    private static JobDefinition.Builder job() {
        return JobDefinition.named("orders")
                .fixedDelay(DELAY)
                .set(JobKey.INITIAL_DELAY, "1m")
                .shards(3);
    }

    @Test
    void theFirstFiringComesAfterTheInitialDelayAndIsWaitedFor() {
        Instant first = NOON.plusSeconds(60);

        assertThat(step(JOB, ShardRecord.NEW, NOON)).isEqualTo(new ShardStep.Rest(first));
        assertThat(step(JOB, ShardRecord.NEW, first)).isEqualTo(claim(first, 1));
    }

    @Test
    void theNextFiringComesTheDelayAfterTheEndHoweverLongTheRunTook() {
        Instant end = NOON.plusSeconds(3_600);
        ShardRecord ended = ended(JOB, NOON.plusSeconds(60), new Outcome.Succeeded(), end);

        assertThat(ended.through()).isEqualTo(end);
        assertThat(step(JOB, ended, end.plusSeconds(1))).isEqualTo(new ShardStep.Rest(end.plus(DELAY)));
        assertThat(step(JOB, ended, end.plus(DELAY))).isEqualTo(claim(end.plus(DELAY), 1));
        assertThat(step(JOB, ended, end.plus(DELAY).plusSeconds(77)))
                .as("the name does not depend on the one that looks, or on when it does")
                .isEqualTo(claim(end.plus(DELAY), 1));
    }

    /** Else a firing before {@code since} would be named, which is never due. */
    @Test
    void whatWasOffFiresTheDelayAfterItIsOnAgain() {
        ShardRecord ended = ended(JOB, NOON.plusSeconds(60), new Outcome.Succeeded(), NOON.plusSeconds(90));
        Instant on = NOON.plusSeconds(7_200);
        ShardStep.Job again = new ShardStep.Job(JOB, on, ShardCount.always(3), null);

        assertThat(ShardStep.next(again, 0, ended, Owner.UNKNOWN, on)).isEqualTo(new ShardStep.Rest(on.plus(DELAY)));
        assertThat(ShardStep.next(again, 0, ended, Owner.UNKNOWN, on.plus(DELAY)))
                .isEqualTo(claim(on.plus(DELAY), 1));
    }

    @Test
    void aRunByHandMovesNothing() {
        ShardRecord ended = ended(JOB, NOON.plusSeconds(60), new Outcome.Succeeded(), NOON.plusSeconds(90));
        ShardRecord byHand = ended.claimed(new Firing.Triggered(7), "a", 1, 0, NOON.plusSeconds(100));
        ShardRecord after = ShardStep.completion(JOB, byHand, new Outcome.Succeeded(), null, NOON.plusSeconds(200));

        assertThat(next(JOB, after))
                .isEqualTo(next(JOB, ended))
                .contains(NOON.plusSeconds(90).plus(DELAY));
    }

    @Test
    void whatWasGivenBackIsClaimedAgainUnderItsName() {
        ShardRecord ended = ended(JOB, NOON.plusSeconds(60), new Outcome.Succeeded(), NOON.plusSeconds(90));
        Instant fireTime = NOON.plusSeconds(90).plus(DELAY);
        ShardRecord back = ended.claimed(new Firing.Scheduled(fireTime), "a", 1, 0, fireTime)
                .givenBack(null);

        assertThat(step(JOB, back, fireTime.plusSeconds(3_000))).isEqualTo(claim(fireTime, 2));
    }

    @Test
    void theDelayCountsFromALossAsFromAnyEnd() {
        Instant fireTime = NOON.plusSeconds(60);
        ShardRecord running = ShardRecord.NEW.claimed(new Firing.Scheduled(fireTime), "a", 1, 0, fireTime);
        Instant noticed = fireTime.plusSeconds(20);

        ShardStep lost = ShardStep.next(of(JOB), 0, running, Owner.DEAD, noticed);
        assertThat(((ShardStep.Settle) lost).next().through()).isEqualTo(noticed);
        assertThat(ShardStep.next(of(FAILOVER), 0, running, Owner.DEAD, noticed))
                .as("under its own name")
                .isEqualTo(new ShardStep.Claim(new Firing.Scheduled(fireTime), fireTime, 2, 1));
    }

    /** One step of the delay at a time would write as often as the delay fits into the time that was missed. */
    @Test
    void whatWasMissedIsSkippedAtOnce() {
        ShardRecord ended = ended(SKIP, NOON.plusSeconds(60), new Outcome.Succeeded(), NOON.plusSeconds(90));
        Instant late = NOON.plus(Duration.ofDays(30));

        ShardStep.Settle skip = (ShardStep.Settle) step(SKIP, ended, late);

        assertThat(skip.next()).isEqualTo(ended.decidedThrough(late));
        assertThat(skip.event())
                .isEqualTo(new ElasticJobEvent.FiringSkipped(
                        "orders", 0, NOON.plusSeconds(90).plus(DELAY)));
        assertThat(step(SKIP, skip.next(), late)).isEqualTo(new ShardStep.Rest(late.plus(DELAY)));
    }

    @Test
    void anEndByAClockThatIsBehindMovesNothingBack() {
        assertThat(ended(JOB, NOON.plusSeconds(60), new Outcome.Succeeded(), NOON.minusSeconds(9_000))
                        .through())
                .isEqualTo(NOON.plusSeconds(60));
    }

    /** Also where the firing itself was named for a time to come: else the shard would be silent until then. */
    @Test
    void anEndByAClockThatIsAheadIsPutRight() {
        Instant ahead = NOON.plus(Duration.ofDays(3_650));
        ShardRecord ended = ended(JOB, ahead.minusSeconds(5), new Outcome.Succeeded(), ahead);
        Horizon horizon = new Horizon(NOON, Duration.ofSeconds(2));

        ShardStep corrected = FutureRecord.corrected(of(JOB), 0, ended, horizon).orElseThrow();
        assertThat(((ShardStep.Settle) corrected).next().through()).isEqualTo(NOON);
        assertThat(next(JOB, ((ShardStep.Settle) corrected).next())).contains(NOON.plus(DELAY));
        assertThat(FutureRecord.corrected(
                        of(JOB),
                        0,
                        ended(JOB, NOON.minusSeconds(5), new Outcome.Succeeded(), NOON.plusSeconds(4)),
                        horizon))
                .as("as far as clocks may differ")
                .isEmpty();
    }

    @Test
    void aNewShardBeginsWhenItIsThereAndOneThatIsGoneHasNoFiringMore() {
        Instant change = NOON.plusSeconds(600);
        ShardStep.Job more = new ShardStep.Job(JOB, NOON, ShardCount.always(3).changed(5, change), null);
        ShardStep.Job fewer = new ShardStep.Job(JOB, NOON, ShardCount.always(3).changed(2, change), null);
        ShardRecord ended = ended(JOB, NOON.plusSeconds(60), new Outcome.Succeeded(), NOON.plusSeconds(400));

        assertThat(DelayedFiring.next(more, 4, ShardRecord.NEW)).contains(change.plusSeconds(60));
        assertThat(DelayedFiring.next(fewer, 2, ended)).isEmpty();
        assertThat(DelayedFiring.next(fewer, 1, ended)).contains(NOON.plusSeconds(700));
        assertThat(ShardStep.next(fewer, 2, ended, Owner.UNKNOWN, NOON.plusSeconds(9_000)))
                .isEqualTo(new ShardStep.Rest());
    }

    @Test
    void aShardThatIsOffRestsWithoutEnd() {
        JobDefinition off = job().set(JobKey.ENABLED, "false").build();
        assertThat(step(off, ShardRecord.NEW, NOON.plusSeconds(9_000))).isEqualTo(new ShardStep.Rest());
    }

    @Test
    void whatNobodyBeginsIsOverdue() {
        ShardRecord ended = ended(JOB, NOON.plusSeconds(60), new Outcome.Succeeded(), NOON.plusSeconds(90));
        Instant due = NOON.plusSeconds(90).plus(DELAY);

        assertThat(Overdue.of(of(JOB), 0, ended, due.minusMillis(1))).isEmpty();
        assertThat(Overdue.of(of(JOB), 0, ended, due)).contains(new Overdue(due, due));
    }

    /** Where the job is split otherwise from some instant on, no firing is named before it that has begun. */
    @Test
    void aNewNumberOfShardsHoldsFromAnInstantThatNobodyCanHaveBegunAt() {
        StoredJob stored = StoredJob.declared(JOB, "shop", NOON);

        StoredJob more =
                stored.redeclared(job().shards(5).build(), "shop", NOON.plusSeconds(50), Duration.ofSeconds(25));

        assertThat(more.since()).isEqualTo(NOON);
        assertThat(more.shardCount().at(NOON.plusSeconds(75))).isEqualTo(3);
        assertThat(more.shardCount().at(NOON.plusSeconds(75).plusMillis(1))).isEqualTo(5);
    }

    private static ShardRecord ended(JobDefinition job, Instant fireTime, Outcome outcome, Instant end) {
        ShardRecord running = ShardRecord.NEW.claimed(new Firing.Scheduled(fireTime), "a", 1, 0, fireTime);
        return ShardStep.completion(job, running, outcome, null, end);
    }

    private static Optional<Instant> next(JobDefinition job, ShardRecord record) {
        return DelayedFiring.next(of(job), 0, record);
    }

    private static ShardStep.Job of(JobDefinition job) {
        return new ShardStep.Job(job, NOON, ShardCount.always(3), null);
    }

    private static ShardStep step(JobDefinition job, ShardRecord record, @Nullable Instant now) {
        return ShardStep.next(of(job), 0, record, Owner.UNKNOWN, now);
    }

    private static ShardStep claim(Instant fireTime, int attempt) {
        return new ShardStep.Claim(new Firing.Scheduled(fireTime), fireTime, attempt, 0);
    }
}
