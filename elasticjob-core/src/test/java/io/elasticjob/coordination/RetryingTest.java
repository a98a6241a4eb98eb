package io.elasticjob.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.Firing;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Operator;
import io.elasticjob.Outcome;
import io.elasticjob.ShardRecord;
import io.elasticjob.ShardState;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.ShardRecordCodec;
import io.elasticjob.coordination.ShardStep.Owner;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RetryingTest {

    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final Instant NEXT = NOON.plusSeconds(600);
    private static final Firing AT_NOON = new Firing.Scheduled(NOON);
    private static final Instant FAILED_AT = NOON.plusSeconds(5);
    private static final Outcome FAILED = new Outcome.Failed("java.io.IOException: away");

    /** The first attempt of the firing of noon runs. */
    private static final ShardRecord RUNNING =
            ShardRecord.NEW.decidedThrough(NOON.minusSeconds(600)).claimed(AT_NOON, "a.0", 1, 0, NOON);

    private static final ShardRecord ONCE = RUNNING.failed(FAILED, FAILED_AT);

    private static JobDefinition orders(int attempts) {
        return JobDefinition.named("orders")
                .every(Duration.ofMinutes(10))
                .failover(true)
                .set(JobKey.RETRY_ATTEMPTS, Integer.toString(attempts))
                .set(JobKey.RETRY_DELAY, "10s")
                .set(JobKey.RETRY_JITTER, "0")
                .build();
    }

    private static ShardStep.Job job(JobDefinition definition, Instant since, Instant latest, Trigger... triggers) {
        return new ShardStep.Job(
                definition, since, ShardCount.always(1), Switches.NONE, Triggers.of(List.of(triggers)), latest);
    }

    private static ShardStep.Job job(int attempts) {
        return job(orders(attempts), NOON.minusSeconds(3600), NOON);
    }

    private static ShardStep step(ShardStep.Job job, ShardRecord record, Instant now) {
        return ShardStep.next(job, 0, record, Owner.UNKNOWN, now);
    }

    private static ShardRecord completed(ShardRecord running, Outcome outcome, @Nullable Instant latest) {
        return ShardStep.completion(orders(2), running, outcome, latest, FAILED_AT);
    }

    private static Trigger trigger(long number) {
        return new Trigger(
                number,
                NOON,
                "request",
                new Trigger.Content(new TreeSet<>(List.of(0)), 1, null, null),
                false,
                Operator.UNKNOWN,
                Map.of());
    }

    // ---- The end of an attempt -------------------------------------------------------------------------------------

    @Test
    void whatFailsIsNotDecidedAsLongAsItIsRunAgain() {
        ShardRecord ended = completed(RUNNING, FAILED, NOON);

        assertThat(ended.through()).isEqualTo(NOON.minusSeconds(600));
        assertThat(ended.toRetry().orElseThrow().failures()).isEqualTo(new ShardState.Failures(1, FAILED_AT));
        assertThat(ended.outcome()).isEqualTo("FAILED");
        assertThat(ended.error()).isEqualTo("java.io.IOException: away");
    }

    @Test
    void theLastFailureDecidesIt() {
        ShardRecord third = ONCE.claimed(AT_NOON, "a.0", 2, 0, NOON)
                .failed(FAILED, FAILED_AT)
                .claimed(AT_NOON, "b.0", 3, 0, NOON);

        ShardRecord ended = completed(third, FAILED, NOON);

        assertThat(ended.toRetry()).isEmpty();
        assertThat(ended.through()).isEqualTo(NOON);
        assertThat(completed(third, new Outcome.Succeeded(), NOON).through()).isEqualTo(NOON);
    }

    @Test
    void deathsAndFailuresAreCountedApart() {
        ShardRecord afterDeaths = ShardRecord.NEW.claimed(AT_NOON, "c.0", 4, 3, NOON);

        assertThat(completed(afterDeaths, FAILED, NOON)
                        .toRetry()
                        .orElseThrow()
                        .failures()
                        .count())
                .isEqualTo(1);
        ShardStep failover =
                ShardStep.next(job(2), 0, ONCE.claimed(AT_NOON, "b.0", 2, 0, NOON), Owner.DEAD, NEXT.minusSeconds(1));
        assertThat(failover).isEqualTo(new ShardStep.Claim(AT_NOON, NOON, 3, 1));
        assertThat(ONCE.claimed(AT_NOON, "b.0", 2, 0, NOON)
                        .claimed(AT_NOON, "c.0", 3, 1, NOON)
                        .latest()
                        .orElseThrow()
                        .failures()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void anotherFiringBeginsWithoutFailures() {
        ShardRecord next = ONCE.claimed(new Firing.Scheduled(NEXT), "a.0", 1, 0, NEXT);

        assertThat(next.latest().orElseThrow().failures()).isEqualTo(ShardState.Failures.NONE);
    }

    @Test
    void whereTheNextFiringHasComeDueMeanwhileItIsNotRunAgain() {
        assertThat(completed(RUNNING, FAILED, NEXT).toRetry()).isEmpty();
        assertThat(completed(RUNNING, FAILED, NEXT).through()).isEqualTo(NOON);
    }

    // ---- What follows ----------------------------------------------------------------------------------------------

    @Test
    void itWaitsForItsTimeAndIsClaimedThenWithItsAttempt() {
        Instant due = FAILED_AT.plusSeconds(10);

        assertThat(step(job(2), ONCE, FAILED_AT)).isEqualTo(new ShardStep.Rest(due));
        assertThat(step(job(2), ONCE, due.minusMillis(1))).isEqualTo(new ShardStep.Rest(due));
        assertThat(step(job(2), ONCE, due)).isEqualTo(new ShardStep.Claim(AT_NOON, NOON, 2, 0));
    }

    @Test
    void aClaimThatWasGivenBackWaitsForNothingMore() {
        ShardRecord givenBack = ONCE.claimed(AT_NOON, "a.0", 2, 0, FAILED_AT).givenBack(null);

        assertThat(step(job(2), givenBack, FAILED_AT.plusSeconds(11)))
                .isEqualTo(new ShardStep.Claim(AT_NOON, NOON, 3, 0));
    }

    private static void assertEnds(ShardStep step, String why) {
        assertThat(step).isInstanceOfSatisfying(ShardStep.Settle.class, settle -> {
            assertThat(settle.event()).isInstanceOfSatisfying(ElasticJobEvent.RetryEnded.class, ended -> {
                assertThat(ended.failures()).isEqualTo(1);
                assertThat(ended.why()).contains(why);
            });
            assertThat(settle.next().toRetry()).isEmpty();
            assertThat(settle.next().outcome()).as("it has failed").isEqualTo("FAILED");
        });
    }

    @Test
    void whenTheNextFiringComesDueItHasFailed() {
        ShardStep.Job then = job(orders(2), NOON.minusSeconds(3600), NEXT);

        ShardStep step = step(then, ONCE, NEXT);

        assertEnds(step, "the next firing has come due");
        ShardRecord ended = ((ShardStep.Settle) step).next();
        assertThat(ended.through()).isEqualTo(NOON);
        assertThat(step(then, ended, NEXT)).isEqualTo(new ShardStep.Claim(new Firing.Scheduled(NEXT), NEXT, 1, 0));
    }

    @Test
    void aTriggerIsTheNextFiringToo() {
        assertEnds(step(job(orders(2), NOON.minusSeconds(3600), NOON, trigger(4)), ONCE, FAILED_AT), "next firing");
    }

    @Test
    void aTriggerThatFailedWaitsAndGivesWayToLaterOnes() {
        ShardRecord byHand = ShardRecord.NEW
                .decidedThrough(NOON)
                .claimed(new Firing.Triggered(4), "a.0", 1, 0, NOON)
                .failed(FAILED, FAILED_AT);
        Instant since = NOON.minusSeconds(3600);

        assertThat(byHand.trigger())
                .as("not decided, so that the trigger stays")
                .isLessThan(4);
        assertThat(step(job(orders(2), since, NOON, trigger(4)), byHand, FAILED_AT))
                .isEqualTo(new ShardStep.Rest(FAILED_AT.plusSeconds(10)));
        assertThat(step(job(orders(2), since, NOON, trigger(4)), byHand, FAILED_AT.plusSeconds(10)))
                .isEqualTo(new ShardStep.Claim(new Firing.Triggered(4), NOON, trigger(4), 2, 0));
        assertEnds(step(job(orders(2), since, NOON, trigger(4), trigger(5)), byHand, FAILED_AT), "next firing");
        assertEnds(step(job(orders(2), since, NOON), byHand, FAILED_AT), "cancelled");
        assertThat(byHand.failedForGood(null).trigger()).isEqualTo(4);
    }

    @Test
    void ofAFixedDelayTheEndOfTheRetriesIsTheEndFromWhichTheDelayCounts() {
        JobDefinition delayed = JobDefinition.named("orders")
                .set(JobKey.FIXED_DELAY, "10m")
                .set(JobKey.RETRY_ATTEMPTS, "0")
                .build();
        ShardStep.Job job = new ShardStep.Job(
                delayed, NOON.minusSeconds(3600), ShardCount.always(1), Switches.NONE, Triggers.NONE, null);
        Instant now = FAILED_AT.plusSeconds(60);
        ShardStep step = step(job, ONCE, now);
        assertEnds(step, "retryAttempts=0");
        assertThat(((ShardStep.Settle) step).next().through()).isEqualTo(now);
    }

    @Test
    void fewerAttemptsEndIt() {
        assertEnds(step(job(0), ONCE, FAILED_AT), "retryAttempts=0");
    }

    @Test
    void whatIsFromBeforeTheJobWasEnabledHasFailed() {
        assertEnds(step(job(orders(2), NOON.plusSeconds(1), NOON), ONCE, FAILED_AT), "disabled");
        JobDefinition disabled = orders(2)
                .with(Map.of(
                        JobKey.ENABLED, new io.elasticjob.Setting("false", io.elasticjob.Setting.Source.OVERRIDE)));
        assertEnds(step(job(disabled, NOON.minusSeconds(60), NOON), ONCE, FAILED_AT), "disabled");
    }

    @Test
    void anOperatorEndsItToo() {
        Cancel cancel = new Cancel(NOON, AT_NOON, new TreeSet<>(List.of(0)), Operator.UNKNOWN, Map.of());

        assertThat(new Cancels(List.of(cancel)).ended(job(2), 0, ONCE, Owner.UNKNOWN, FAILED_AT))
                .hasValueSatisfying(step ->
                        assertThat(((ShardStep.Settle) step).next().outcome()).isEqualTo("CANCELLED"));
    }

    // ---- Wrong clocks ----------------------------------------------------------------------------------------------

    @Test
    void aFailureThatIsStillToComeIsPutRightSoThatItsPausePasses() {
        Duration off = Duration.ofSeconds(2);
        Instant now = FAILED_AT.minusSeconds(3600);

        assertThat(FutureRecord.corrected(job(2), 0, ONCE, new Horizon(now, off)))
                .contains(new ShardStep.Settle(
                        ONCE.failedAt(now), new ElasticJobEvent.RecordCorrected("orders", 0, FAILED_AT, now)));
        assertThat(step(job(2), ONCE.failedAt(now), now)).isEqualTo(new ShardStep.Rest(now.plusSeconds(10)));
        assertThat(FutureRecord.corrected(job(2), 0, ONCE, new Horizon(FAILED_AT.minusSeconds(4), off)))
                .as("within what is tolerated")
                .isEmpty();
    }

    // ---- As it is stored -------------------------------------------------------------------------------------------

    @Test
    void failuresComeBackWithTheirFiringOnly() {
        assertThat(decoded(ShardRecordCodec.encode(ONCE))).isEqualTo(ONCE);
        assertThat(decoded(ShardRecordCodec.encode(ONCE.claimed(AT_NOON, "b.0", 2, 0, NOON)))
                        .latest()
                        .orElseThrow()
                        .failures()
                        .count())
                .isEqualTo(1);
        assertThat(new String(ShardRecordCodec.encode(RUNNING), StandardCharsets.UTF_8))
                .doesNotContain("failed");
        String kept =
                "{\"format\":1,\"state\":\"IDLE\",\"firing\":\"2026-03-01T12:10:00Z\",\"owner\":\"b.0\",\"attempt\":1,"
                        + "\"failed\":{\"firing\":\"2026-03-01T12:00:00Z\",\"times\":2,\"at\":\"2026-03-01T12:00:05Z\"}}";
        assertThat(decoded(kept.getBytes(StandardCharsets.UTF_8)).toRetry())
                .as("kept by an older version, which claimed the next firing")
                .isEmpty();
    }

    private static ShardRecord decoded(byte[] bytes) {
        return ((Decoded.Value<ShardRecord>) ShardRecordCodec.decode(bytes)).value();
    }
}
