package io.elasticjob.coordination;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.elasticjob.Cancellation;
import io.elasticjob.Firing;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.JobPart;
import io.elasticjob.Operator;
import io.elasticjob.Outcome;
import io.elasticjob.Setting;
import io.elasticjob.ShardRecord;
import io.elasticjob.ShardRecord.Streak;
import io.elasticjob.ShardState;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.ShardRecordCodec;
import io.elasticjob.coordination.ShardStep.Owner;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class PausingTest {

    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final Instant SINCE = NOON.minusSeconds(3600);
    private static final Outcome FAILED = new Outcome.Failed("java.io.IOException: away");
    private static final Operator ANN = new Operator("ann", "tried");

    private static final ShardRecord RUNNING = ShardRecord.NEW.claimed(new Firing.Scheduled(NOON), "a.0", 1, 0, NOON);

    private static JobDefinition orders(int firings) {
        return JobDefinition.named("orders")
                .every(Duration.ofMinutes(10))
                .set(JobKey.PAUSE_AFTER_FAILURES, Integer.toString(firings))
                .build();
    }

    private static ShardStep.Job job(int firings) {
        return new ShardStep.Job(orders(firings), SINCE, ShardCount.always(1), NOON);
    }

    private static StoredJob stored(int firings) {
        return StoredJob.declared(orders(firings), "shop", SINCE);
    }

    private static ShardRecord failed(int times) {
        return RUNNING.completed(FAILED, NOON, NOON).withStreak(new Streak(times, SINCE));
    }

    // ---- What is counted -------------------------------------------------------------------------------------------

    static Stream<Arguments> ends() {
        return Stream.of(
                arguments(FAILED, 3),
                arguments(new Outcome.TimedOut("timed out after 5s"), 3),
                arguments(new Outcome.Succeeded(), 0),
                arguments(Outcome.cutOff(new Cancellation(Cancellation.Reason.OPERATOR, "ann", "disk full")), 2),
                arguments(new Outcome.Lost(), 2),
                arguments(new Outcome.Moved(), 2),
                arguments(new Outcome.Abandoned(), 2));
    }

    @ParameterizedTest
    @MethodSource("ends")
    void aFailureCountsASuccessBeginsAnewAndNothingElseSaysAnything(Outcome end, int expected) {
        ShardRecord ended = RUNNING.withStreak(new Streak(2, SINCE)).completed(end, NOON, NOON);

        assertThat(Pausing.ended(ended, end).streak()).contains(new Streak(expected, SINCE));
    }

    @Test
    void aFiringCountsOnceWhateverItsRetries() {
        JobDefinition retried = orders(3).with(Map.of(JobKey.RETRY_ATTEMPTS, new Setting("1", Setting.Source.CODE)));
        ShardRecord first = ShardStep.completion(
                retried, RUNNING.withStreak(new Streak(0, SINCE)), FAILED, NOON, NOON.plusSeconds(1));
        assertThat(first.toRetry()).isPresent();
        assertThat(first.streak()).contains(new Streak(0, SINCE));

        ShardRecord again = first.claimed(new Firing.Scheduled(NOON), "a.0", 2, 0, NOON.plusSeconds(20));
        ShardRecord last = ShardStep.completion(retried, again, FAILED, NOON, NOON.plusSeconds(21));
        assertThat(last.toRetry()).isEmpty();
        assertThat(last.streak()).contains(new Streak(1, SINCE));
    }

    @Test
    void aFiringThatIsNotRunAgainAfterAllHasFailed() {
        ShardRecord waiting = RUNNING.withStreak(new Streak(1, SINCE)).failed(FAILED, NOON.plusSeconds(1));

        ShardStep step = ShardStep.next(job(3), 0, waiting, Owner.UNKNOWN, NOON.plusSeconds(2));

        assertThat(((ShardStep.Settle) step).next().streak()).contains(new Streak(2, SINCE));
    }

    @Test
    void aTimedOutRunOfADeadOwnerCounts() {
        ShardRecord told = RUNNING.withStreak(new Streak(1, SINCE))
                .stopping(new ShardState.Stop(Cancellation.Reason.TIMEOUT, NOON, "", "timed out"));

        ShardStep step = ShardStep.next(job(3), 0, told, Owner.DEAD, NOON.plusSeconds(2));

        assertThat(((ShardStep.Settle) step).next().streak()).contains(new Streak(2, SINCE));
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "none",
            value = {
                // pauseAfterFailures, failed before, since when, counts from then on
                "3, 2, same, 2",
                "3, 2, before, 0",
                "3, none, same, 0",
                "0, 2, same, none",
                "0, none, same, none"
            })
    void aClaimGoesOnCountingOnlySinceItsJobWasEnabled(
            int firings, @Nullable Integer before, String since, @Nullable Integer after) {
        Instant counted = since.equals("same") ? SINCE : SINCE.minusMillis(1);
        ShardRecord claim = before == null ? RUNNING : RUNNING.withStreak(new Streak(before, counted));

        assertThat(Pausing.claimed(job(firings), 0, claim).streak())
                .isEqualTo(after == null ? Optional.empty() : Optional.of(new Streak(after, SINCE)));
    }

    @Test
    void aShardThatWasSwitchedOnAgainBeginsAnew() {
        Switches on = Switches.NONE
                .with(0, new Switches.Switch(false, "ann", NOON.minusSeconds(9), "tried"))
                .with(0, new Switches.Switch(true, "ann", NOON, "tried"));
        ShardStep.Job job =
                new ShardStep.Job(orders(3), SINCE, ShardCount.always(1), on, Triggers.NONE, NOON, Unattended.NEVER);

        assertThat(Pausing.claimed(job, 0, RUNNING.withStreak(new Streak(2, SINCE)))
                        .streak())
                .contains(new Streak(0, NOON));
    }

    // ---- When it pauses --------------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({
        // pauseAfterFailures, failed, since when, whether it pauses
        "3, 2, same, false",
        "3, 3, same, true",
        "3, 4, same, true",
        "2, 3, same, true",
        "3, 3, before, false",
        "0, 3, same, false"
    })
    void itPausesAfterSoManyFailures(int firings, int failed, String since, boolean pauses) {
        Instant counted = since.equals("same") ? SINCE : SINCE.minusMillis(1);
        ShardRecord record = failed(failed).withStreak(new Streak(failed, counted));

        assertThat(Pausing.next(job(firings), 0, record).isPresent()).isEqualTo(pauses);
        assertThat(Pausing.paused(stored(firings), 0, record, NOON, Duration.ofSeconds(5))
                        .isPresent())
                .isEqualTo(pauses);
    }

    @Test
    void whatRunsPausesNothingAndNeitherDoesWhatIsDisabled() {
        assertThat(Pausing.next(job(2), 0, RUNNING.withStreak(new Streak(2, SINCE))))
                .isEmpty();
        StoredJob off = stored(2).switched(JobPart.WHOLE_JOB, false, ANN, NOON, Duration.ZERO);
        assertThat(Pausing.paused(off, 0, failed(2), NOON, Duration.ZERO)).isEmpty();
    }

    @Test
    void theJobSaysItselfWhoWhenAndWhy() {
        StoredJob paused = Pausing.paused(stored(3), 0, failed(3), NOON.plusSeconds(1), Duration.ZERO)
                .orElseThrow();

        assertThat(paused.effective().enabled()).isFalse();
        assertThat(paused.overrides().get(JobKey.ENABLED))
                .isEqualTo(new StoredJob.Override(
                        "false", "job orders", NOON.plusSeconds(1), "3 firings in a row of shard 0 failed"));
    }

    @Test
    void whatTheHandlerSaidIsNoReasonThatOthersSee() {
        ShardRecord record = RUNNING.completed(new Outcome.Failed("no\n\trow: hunter2".repeat(500)), NOON, NOON)
                .withStreak(new Streak(3, SINCE));

        assertThat(Pausing.paused(stored(3), 0, record, NOON, Duration.ZERO)
                        .orElseThrow()
                        .overrides()
                        .get(JobKey.ENABLED))
                .extracting(StoredJob.Override::why)
                .isEqualTo("3 firings in a row of shard 0 failed");
    }

    /** An end under way must not pause again what was just enabled. */
    @Test
    void whatWasEnabledAgainMeanwhileDoesNotPauseForWhatFailedBefore() {
        StoredJob paused =
                Pausing.paused(stored(3), 0, failed(3), NOON, Duration.ZERO).orElseThrow();
        StoredJob enabled = paused.switched(JobPart.WHOLE_JOB, true, ANN, NOON.plusSeconds(9), Duration.ZERO);

        assertThat(enabled.effective().enabled()).isTrue();
        assertThat(enabled.overrides()).isEmpty();
        assertThat(Pausing.paused(enabled, 0, failed(4), NOON.plusSeconds(10), Duration.ZERO))
                .isEmpty();
    }

    @Test
    void theCountIsStored() {
        assertThat(ShardRecordCodec.decode(ShardRecordCodec.encode(failed(2))))
                .isEqualTo(new Decoded.Value<>(failed(2)));
        assertThat(new String(ShardRecordCodec.encode(failed(2)), StandardCharsets.UTF_8))
                .contains("\"streak\":{");
    }
}
