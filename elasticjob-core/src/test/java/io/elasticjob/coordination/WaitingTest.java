package io.elasticjob.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.Firing;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Outcome;
import io.elasticjob.ShardRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A job that fires at each full minute, at noon and a bit. */
class WaitingTest {

    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final Instant NOW = NOON.plusSeconds(5);
    private static final Instant LONG_AGO = NOON.minus(Duration.ofDays(3));

    private static final JobDefinition QUEUE =
            job().set(JobKey.OVERLAP, "QUEUE_ALL").build();
    private static final JobDefinition RUN_ALL = job().set(JobKey.MISFIRE, "RUN_ALL")
            .set(JobKey.CATCH_UP, "30")
            .set(JobKey.CATCH_UP_AGE, "1h")
            .build();

    @Test
    void whatCameDueDuringTheRunWaitsAndTheOldestIsNext() {
        ShardRecord ended = ended(minutes(-5), NOON.minusSeconds(30));

        assertThat(waiting(QUEUE, ended)).contains(new Waiting(minutes(-4), 4));
        assertThat(due(QUEUE, ended)).contains(new DueFiring(minutes(-4), false));
        assertThat(due(job().build(), ended)).contains(new DueFiring(NOON, false));
    }

    @Test
    void oneAfterAnotherRunsUntilNoneWaits() {
        ShardRecord record = ended(minutes(-3), NOON.plusSeconds(1));
        for (int minute = -2; minute <= 0; minute++) {
            Instant next = due(QUEUE, record).orElseThrow().fireTime();
            assertThat(next).isEqualTo(minutes(minute));
            record = record.claimed(new Firing.Scheduled(next), "a.1", 1, 0, NOW)
                    .completed(new Outcome.Succeeded(), next, NOW);
        }
        assertThat(due(QUEUE, record)).isEmpty();
    }

    @Test
    void whatCameDueWhileTheShardWasFreeIsAMisfire() {
        ShardRecord free = ended(minutes(-30), minutes(-30).plusSeconds(10));

        assertThat(waiting(QUEUE, free)).isEmpty();
        assertThat(due(QUEUE, free)).contains(new DueFiring(NOON, false));
        assertThat(due(
                        queued().set(JobKey.MISFIRE, "SKIP").build(),
                        ended(minutes(-30), minutes(-20).plusSeconds(1))))
                .as("what waited is run however late, what was missed is not")
                .contains(new DueFiring(minutes(-29), false));
        assertThat(waiting(QUEUE, ShardRecord.NEW)).isEmpty();
    }

    @Test
    void aHundredWaitAndTheOldestOfMoreAreDropped() {
        ShardRecord ended = ended(minutes(-500), NOW);

        assertThat(waiting(QUEUE, ended)).contains(new Waiting(minutes(-99), 100));
        assertThat(Waiting.whyDropped(QUEUE, minutes(-99), NOW)).contains("overlap=QUEUE_ALL keeps the last 100");
        assertThat(Waiting.whyDropped(QUEUE, NOON, NOON.minusSeconds(1)))
                .as("a misfire")
                .isEmpty();
        assertThat(Waiting.whyDropped(QUEUE, NOON, null)).isEmpty();
    }

    @Test
    void eachMissedFiringRunsWithinNumberAndAge() {
        ShardRecord free = ended(minutes(-20), minutes(-20).plusSeconds(10));

        assertThat(due(RUN_ALL, free)).contains(new DueFiring(minutes(-19), false));
        assertThat(waiting(RUN_ALL, ended(minutes(-500), minutes(-499)))).contains(new Waiting(minutes(-29), 30));
        JobDefinition young = job().set(JobKey.MISFIRE, "RUN_ALL")
                .set(JobKey.CATCH_UP_AGE, "10m")
                .build();
        assertThat(waiting(young, free)).contains(new Waiting(minutes(-9), 10));
        assertThat(Waiting.whyDropped(young, minutes(-9), NOON))
                .contains("misfire=RUN_ALL runs the last 100, none older than 10m");
    }

    @Test
    void aFiringOfExactlyThatAgeStillRuns() {
        JobDefinition young = job().set(JobKey.MISFIRE, "RUN_ALL")
                .set(JobKey.CATCH_UP_AGE, "65s")
                .build();

        assertThat(waiting(young, ended(minutes(-20), minutes(-20)))).contains(new Waiting(minutes(-1), 2));
    }

    @Test
    void whereAllThatWasMissedIsTooOldItIsSkippedAndThatIsTold() {
        JobDefinition daily = JobDefinition.named("orders")
                .every(Duration.ofDays(1))
                .set(JobKey.MISFIRE, "RUN_ALL")
                .set(JobKey.CATCH_UP_AGE, "1h")
                .build();
        ShardRecord before = ended(LONG_AGO, LONG_AGO);

        ShardStep step = ShardStep.next(step(daily, LONG_AGO, NOW), 0, before, ShardStep.Owner.UNKNOWN, NOW);

        assertThat(step)
                .isInstanceOfSatisfying(
                        ShardStep.Settle.class,
                        settle -> assertThat(settle.event())
                                .isInstanceOfSatisfying(
                                        ElasticJobEvent.FiringSkipped.class,
                                        skipped -> assertThat(skipped.why())
                                                .isEqualTo("it came due longer ago than catchUpAge=1h")));
    }

    @Test
    void firingsBeforeTheJobBeganNeverWait() {
        ShardStep.Job late = step(RUN_ALL, minutes(-3), NOW);

        assertThat(Waiting.of(late, 0, ended(minutes(-20), minutes(-20)), NOON, NOW))
                .contains(new Waiting(minutes(-3), 4));
        assertThat(DueFiring.of(step(RUN_ALL, NOW, NOW), 0, ended(minutes(-20), minutes(-20)), NOW))
                .isEmpty();
    }

    @Test
    void aFiringThatFailedAndIsRunAgainKeepsThoseAfterItWaiting() {
        JobDefinition retried = queued().set(JobKey.RETRY_ATTEMPTS, "3")
                .set(JobKey.RETRY_DELAY, "1h")
                .set(JobKey.RETRY_MAX_DELAY, "2h")
                .build();
        ShardRecord failed = ShardRecord.NEW
                .claimed(new Firing.Scheduled(minutes(-3)), "a.1", 1, 0, minutes(-3))
                .failed(new Outcome.Failed("away"), minutes(-2));

        assertThat(ShardStep.next(step(retried, LONG_AGO, NOW), 0, failed, ShardStep.Owner.UNKNOWN, NOW))
                .as("its turn has not come")
                .isInstanceOf(ShardStep.Rest.class);
        JobDefinition plain = job().set(JobKey.RETRY_ATTEMPTS, "3")
                .set(JobKey.RETRY_DELAY, "1h")
                .set(JobKey.RETRY_MAX_DELAY, "2h")
                .build();
        assertThat(ShardStep.next(step(plain, LONG_AGO, NOW), 0, failed, ShardStep.Owner.UNKNOWN, NOW))
                .as("the next firing takes its place")
                .isInstanceOf(ShardStep.Settle.class);
    }

    @Test
    void anEndUnderSkipDecidesNothingThatWaits() {
        JobDefinition job = queued().set(JobKey.MISFIRE, "SKIP").build();
        ShardRecord running = ShardRecord.NEW.claimed(new Firing.Scheduled(minutes(-5)), "a.1", 1, 0, minutes(-5));

        ShardRecord ended = ShardStep.completion(job, running, new Outcome.Succeeded(), NOON, NOW);

        assertThat(ended.through()).isEqualTo(minutes(-5));
    }

    @Test
    void whatIsWorkedOffOneByOneIsNotOverdue() {
        ShardRecord lately = ended(minutes(-5), NOON.minusSeconds(1));
        ShardRecord longAgo = ended(minutes(-5), NOON.minusSeconds(200));
        Instant then = NOON.minusSeconds(20);

        assertThat(Overdue.of(step(QUEUE, LONG_AGO, then), 0, lately, then)).isEmpty();
        assertThat(Overdue.of(step(QUEUE, LONG_AGO, then), 0, longAgo, then)).isPresent();
        assertThat(Overdue.of(step(job().build(), LONG_AGO, then), 0, lately, then))
                .isPresent();
    }

    private static JobDefinition.Builder job() {
        return JobDefinition.named("orders").every(Duration.ofMinutes(1));
    }

    private static JobDefinition.Builder queued() {
        return job().set(JobKey.OVERLAP, "QUEUE_ALL");
    }

    private static Instant minutes(int after) {
        return NOON.plus(Duration.ofMinutes(after));
    }

    private static ShardRecord ended(Instant fireTime, Instant at) {
        return ShardRecord.NEW
                .claimed(new Firing.Scheduled(fireTime), "a.1", 1, 0, fireTime)
                .completed(new Outcome.Succeeded(), fireTime, at);
    }

    private static ShardStep.Job step(JobDefinition job, Instant since, Instant now) {
        @Nullable Instant latest = job.schedule().latest(now).orElse(null);
        return new ShardStep.Job(job, since, ShardCount.always(1), latest);
    }

    private static Optional<Waiting> waiting(JobDefinition job, ShardRecord record) {
        return Waiting.of(step(job, LONG_AGO, NOW), 0, record, NOON, NOW);
    }

    private static Optional<DueFiring> due(JobDefinition job, ShardRecord record) {
        return DueFiring.of(step(job, LONG_AGO, NOW), 0, record, NOW);
    }
}
