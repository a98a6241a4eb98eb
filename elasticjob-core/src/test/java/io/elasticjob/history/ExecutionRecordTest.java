package io.elasticjob.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.elasticjob.ElasticJobEvent.ClaimRefused;
import io.elasticjob.ElasticJobEvent.ExecutionEnded;
import io.elasticjob.ElasticJobEvent.ExecutionFenced;
import io.elasticjob.ElasticJobEvent.ExecutionStarted;
import io.elasticjob.ElasticJobEvent.FiringSkipped;
import io.elasticjob.ElasticJobEvent.FiringsSuperseded;
import io.elasticjob.ElasticJobEvent.OwnerDied;
import io.elasticjob.ExecutionId;
import io.elasticjob.Firing;
import io.elasticjob.Outcome;
import io.elasticjob.history.ExecutionRecord.End;
import io.elasticjob.history.ExecutionRecord.Identity;
import java.lang.reflect.Constructor;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ExecutionRecordTest {

    private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");
    private static final Instant LATER = NOON.plusSeconds(60);
    private static final ExecutionId ID = new ExecutionId("orders", "k3x9", new Firing.Scheduled(NOON), 3, 2);
    private static final ExecutionStarted START =
            new ExecutionStarted(ID, NOON, Duration.ofNanos(7_654_321), "till-7.x", 42L);

    @Test
    void aBeginningRunsUntilItsEndIsTold() {
        ExecutionRecord begun = ExecutionRecord.of(START, LATER).orElseThrow();

        assertThat(begun)
                .isEqualTo(new ExecutionRecord(
                        new Identity("orders", "k3x9", "2026-06-01T12:00:00Z", 3, 2, 42L),
                        NOON,
                        ExecutionRecord.SCHEDULE,
                        "till-7.x",
                        NOON.plusMillis(7),
                        null));
        assertThat(begun.isRunning()).isTrue();
        assertThat(begun.identity().shown()).isEqualTo(ID.toString());
        assertThat(begun.id()).isEqualTo("orders/2026-06-01T12:00:00Z/3/2/k3x9/42");
    }

    @Test
    void anEndSaysEverythingThatTheBeginningSaid() {
        ExecutionRecord failed = ended(START, new Outcome.Failed("java.io.IOException: disk"));

        assertThat(failed)
                .isEqualTo(new ExecutionRecord(
                        new Identity("orders", "k3x9", "2026-06-01T12:00:00Z", 3, 2, 42L),
                        NOON,
                        ExecutionRecord.SCHEDULE,
                        "till-7.x",
                        NOON.plusMillis(7),
                        new End(NOON.plusMillis(2007), "FAILED", "java.io.IOException: disk", null)));
        assertThat(ended(START, new Outcome.Succeeded()))
                .returns("SUCCEEDED", ExecutionRecord::outcome)
                .returns(null, ExecutionRecord::error)
                .returns(null, ExecutionRecord::message);
    }

    @Test
    void whatIsNoPlainEndIsExplained() {
        assertThat(ended(START, new Outcome.Fenced(new Outcome.Failed("disk"))))
                .returns("FENCED", ExecutionRecord::outcome)
                .returns("disk", ExecutionRecord::error)
                .satisfies(fenced -> assertThat(fenced.message()).contains("overtaken", "ended as FAILED"));
        assertThat(ended(START, new Outcome.Abandoned()))
                .returns("ABANDONED", ExecutionRecord::outcome)
                .satisfies(cut -> assertThat(cut.message()).contains("shutdown"));
        assertThat(lost(true).message()).endsWith("it is run again");
        assertThat(lost(false).message()).endsWith("it is not run again");
    }

    @Test
    void aDeathIsDatedByTheClaimOrElseByItsNotice() {
        assertThat(lost(true))
                .returns("till-7.x", ExecutionRecord::instance)
                .returns(NOON, ExecutionRecord::startedAt)
                .returns(LATER, ExecutionRecord::endedAt)
                .returns("LOST", ExecutionRecord::outcome);
        assertThat(ExecutionRecord.of(new OwnerDied(ID, "till-7.x", true, 42L, null), LATER))
                .get()
                .returns(LATER, ExecutionRecord::startedAt);
    }

    @Test
    void nothingIsKeptOfABeginningThatNobodyWouldEverEnd() {
        ExecutionStarted unclaimed = new ExecutionStarted(ID, NOON, Duration.ZERO, "till-7.x", null);

        assertThat(ExecutionRecord.of(unclaimed, LATER)).isEmpty();
        assertThat(ended(unclaimed, new Outcome.Succeeded()))
                .returns(null, ExecutionRecord::fencingToken)
                .returns("orders/2026-06-01T12:00:00Z/3/2/k3x9/0", ExecutionRecord::id);
    }

    @Test
    void firingsThatWereNotRunAreNoExecutions() {
        assertThat(List.of(
                        new FiringSkipped("orders", 0, NOON),
                        new FiringsSuperseded("orders", 0, 2, NOON),
                        new ClaimRefused("orders", 0),
                        new ExecutionFenced(ID)))
                .allSatisfy(
                        event -> assertThat(ExecutionRecord.of(event, LATER)).isEmpty());
    }

    @Test
    void everyOutcomeCanBeAskedFor() throws Exception {
        List<String> names = new ArrayList<>();
        for (Class<?> outcome : Outcome.class.getPermittedSubclasses()) {
            Constructor<?> made = outcome.getDeclaredConstructors()[0];
            Object[] any = Arrays.stream(made.getParameterTypes())
                    .map(type -> type == String.class ? "x" : new Outcome.Succeeded())
                    .toArray();
            names.add(((Outcome) made.newInstance(any)).name());
        }
        assertThat(ExecutionRecord.OUTCOMES).containsExactlyInAnyOrderElementsOf(names);
        assertThat(ExecutionRecord.OUTCOMES).isSorted();
    }

    @Test
    void inWhateverOrderAndHoweverOftenTheRecordsOfAnExecutionArriveTheyMakeTheSame() {
        ExecutionRecord begun = ExecutionRecord.of(START, LATER).orElseThrow();
        ExecutionRecord end = ended(START, new Outcome.Fenced(new Outcome.Succeeded()));

        assertThat(allOrders(List.of(begun, lost(true), end, end))).containsOnly(end);
        assertThat(allOrders(List.of(begun, lost(true))))
                .singleElement()
                .returns("LOST", ExecutionRecord::outcome)
                .returns(42L, ExecutionRecord::fencingToken)
                .returns(NOON.plusMillis(7), ExecutionRecord::startedAt);
    }

    @Test
    void anExecutionOfAnotherLifeOrUnderAnotherTokenIsAnotherOne() {
        ExecutionRecord former = ended(START, new Outcome.Succeeded());
        ExecutionId ofALaterLife = new ExecutionId("orders", "m7", ID.firing(), 3, 2);

        assertThat(List.of(
                        new ExecutionStarted(
                                ID, NOON, Duration.ZERO, "till-8.y", 7L), // of older data that was restored
                        new ExecutionStarted(ofALaterLife, NOON, Duration.ZERO, "till-8.y", 42L)))
                .extracting(start -> ExecutionRecord.of(start, LATER).orElseThrow())
                .allSatisfy(again -> {
                    assertThat(again.id()).isNotEqualTo(former.id());
                    assertThatThrownBy(() -> former.mergedWith(again)).isInstanceOf(IllegalArgumentException.class);
                });
    }

    @Test
    void aFiringByHandHasItsCause() {
        ExecutionId byHand = new ExecutionId("orders", new Firing.Triggered(7), 0, 1);

        assertThat(ExecutionRecord.of(new ExecutionStarted(byHand, NOON, Duration.ofMillis(9), "a", 1L), LATER))
                .get()
                .returns(NOON, ExecutionRecord::fireTime)
                .returns(ExecutionRecord.TRIGGER, ExecutionRecord::cause);
        assertThat(ExecutionRecord.of(new OwnerDied(byHand, "a", true, 1L, LATER), LATER))
                .get()
                .returns(LATER, ExecutionRecord::fireTime)
                .returns(ExecutionRecord.TRIGGER, ExecutionRecord::cause);
    }

    @Test
    void recordsOfDifferentExecutionsAreNotMixed() {
        ExecutionRecord other = ExecutionRecord.of(
                        new OwnerDied(new ExecutionId("orders", ID.firing(), 3, 1), "x", true, 42L, null), NOON)
                .orElseThrow();

        assertThatThrownBy(() -> other.mergedWith(lost(true))).hasMessageContaining(other.id());
    }

    @Test
    void textsAreMadeFitForAnyDatabase() {
        ExecutionRecord odd = withTexts("nul \0, half \uD83D, whole \uD83D\uDE00", "m".repeat(499) + "\uD83D\uDE00");

        assertThat(odd.error()).isEqualTo("nul \uFFFD, half \uFFFD, whole \uD83D\uDE00");
        assertThat(odd.message()).isEqualTo("m".repeat(499));
    }

    private static ExecutionRecord withTexts(@Nullable String error, @Nullable String message) {
        return new ExecutionRecord(
                new Identity("orders", "", "trigger-1", 0, 1, 1L),
                NOON,
                ExecutionRecord.TRIGGER,
                "a",
                NOON,
                new End(NOON, "FAILED", error, message));
    }

    private static ExecutionRecord ended(ExecutionStarted start, Outcome outcome) {
        return ExecutionRecord.of(new ExecutionEnded(start, outcome, Duration.ofSeconds(2)), LATER)
                .orElseThrow();
    }

    private static ExecutionRecord lost(boolean retried) {
        return ExecutionRecord.of(new OwnerDied(ID, "till-7.x", retried, 42L, NOON), LATER)
                .orElseThrow();
    }

    /** What comes out of many orders of all of them, each at least once. */
    private static List<ExecutionRecord> allOrders(List<ExecutionRecord> records) {
        Random random = new Random(7);
        List<ExecutionRecord> results = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            List<ExecutionRecord> order = new ArrayList<>(records);
            order.add(records.get(random.nextInt(records.size())));
            Collections.shuffle(order, random);
            results.add(order.stream().reduce(ExecutionRecord::mergedWith).orElseThrow());
        }
        return results.stream().distinct().toList();
    }
}
