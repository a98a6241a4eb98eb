package io.elasticjob.alert;

import static io.elasticjob.alert.Samples.ended;
import static io.elasticjob.alert.Samples.execution;
import static io.elasticjob.alert.Samples.failed;
import static io.elasticjob.alert.Samples.started;
import static io.elasticjob.alert.Samples.succeeded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.ElasticJobEvent.ClockIgnored;
import io.elasticjob.ElasticJobEvent.ClockOff;
import io.elasticjob.ElasticJobEvent.ClockRight;
import io.elasticjob.ElasticJobEvent.EngineImpaired;
import io.elasticjob.ElasticJobEvent.EngineRecovered;
import io.elasticjob.ElasticJobEvent.ExecutionFenced;
import io.elasticjob.ElasticJobEvent.FiringDeadlineMissed;
import io.elasticjob.ElasticJobEvent.FiringOverdue;
import io.elasticjob.ElasticJobEvent.InstanceRegistered;
import io.elasticjob.ElasticJobEvent.JobPaused;
import io.elasticjob.ElasticJobEvent.JobRefused;
import io.elasticjob.ElasticJobEvent.LoopStuck;
import io.elasticjob.ElasticJobEvent.OwnerDied;
import io.elasticjob.ElasticJobEvent.RegistryClockStepped;
import io.elasticjob.ElasticJobEvent.RegistryDataLost;
import io.elasticjob.ElasticJobEvent.RegistryResumed;
import io.elasticjob.ElasticJobEvent.RegistrySuspended;
import io.elasticjob.ElasticJobEvent.SessionEnded;
import io.elasticjob.ElasticJobEvent.ShardsAssigned;
import io.elasticjob.ElasticJobEvent.ValueUnreadable;
import io.elasticjob.ExecutionId;
import io.elasticjob.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class AlertRulesTest {

    private final ManualTime time = new ManualTime();
    private AlertRules rules = new AlertRules(Samples.settings(), Samples.ORIGIN);

    // ---- Failures in a row ----

    @Test
    void aShardThatFailsThreeTimesInARowIsTold() {
        assertThat(tell(failed(execution("orders", 0, 1)), failed(execution("orders", 0, 2))))
                .isEmpty();
        time.pass(Duration.ofMinutes(2));

        assertThat(tell(failed(execution("orders", 0, 3)))).singleElement().satisfies(alert -> {
            assertThat(alert.condition()).isEqualTo(AlertCondition.FAILURES_IN_A_ROW);
            assertThat(alert.isRecovery()).isFalse();
            assertThat(alert.subject().execution()).isEqualTo(execution("orders", 0, 3));
            assertThat(alert.message().what()).isEqualTo("failed 3 times in a row");
            assertThat(alert.message().detail()).isEqualTo("java.io.IOException: disk full");
            assertThat(alert.period().since()).isEqualTo(ManualTime.NOON);
            assertThat(alert.period().at()).isEqualTo(ManualTime.NOON.plusSeconds(120));
        });
    }

    @Test
    void itIsToldAnewWithEachFurtherFailure() {
        tell(failures(0, 3));

        assertThat(tell(failed(execution("orders", 0, 4))))
                .extracting(alert -> alert.message().what())
                .containsExactly("failed 4 times in a row");
    }

    @Test
    void failuresOfDifferentShardsAndJobsAreNoRow() {
        assertThat(tell(
                        failed(execution("orders", 0, 1)),
                        failed(execution("orders", 1, 1)),
                        failed(execution("orders", 0, 2)),
                        failed(execution("orders", 1, 2)),
                        failed(execution("bills", 0, 1)),
                        failed(execution("bills", 0, 2))))
                .isEmpty();
    }

    @Test
    void aSuccessEndsTheRowAndAnythingElseLeavesItAsItIs() {
        tell(failures(0, 2));
        assertThat(tell(succeeded(execution("orders", 0, 3)), failed(execution("orders", 0, 4))))
                .isEmpty();

        tell(ended(execution("orders", 0, 5), new Outcome.Abandoned()), failed(execution("orders", 0, 6)));
        assertThat(tell(failed(execution("orders", 0, 7)))).hasSize(1);
    }

    @Test
    void aJobHasRecoveredWhenNoneOfItsShardsThatWereToldFailsAnyMore() {
        tell(failures(0, 3));
        tell(failures(1, 3));
        assertThat(tell(succeeded(execution("orders", 0, 4)))).isEmpty();
        time.pass(Duration.ofMinutes(1));

        assertThat(tell(succeeded(execution("orders", 1, 4)))).singleElement().satisfies(alert -> {
            assertThat(alert.isRecovery()).isTrue();
            assertThat(alert.condition()).isEqualTo(AlertCondition.FAILURES_IN_A_ROW);
            assertThat(alert.period().since()).isEqualTo(ManualTime.NOON);
        });
        assertThat(tell(succeeded(execution("orders", 1, 5)))).isEmpty();
    }

    @Test
    void aShardThatMovesAwayAndComesBackBeginsAnew() {
        tell(assigned(0, 1));
        tell(failures(0, 2));
        tell(assigned(1));
        tell(assigned(0, 1));

        assertThat(tell(failures(0, 2))).isEmpty();
    }

    @Test
    void whatEndsAfterItsShardMovedAwayDoesNotCountWhenThatComesBack() {
        tell(assigned(0, 1));
        tell(started(execution("orders", 0, 1)), assigned(1), failed(execution("orders", 0, 1)), assigned(0, 1));

        assertThat(tell(failures(0, 2))).isEmpty();
    }

    @Test
    void aShardThatStaysIsCountedOnThroughOtherAssignments() {
        tell(assigned(0, 1));
        tell(failures(0, 2));
        tell(assigned(0));

        assertThat(tell(failed(execution("orders", 0, 3)))).hasSize(1);
    }

    @Test
    void ofAShardThatMovedAwayNoRecoveryIsToldForNobodyHereKnowsOfIt() {
        tell(assigned(0, 1));
        tell(failures(0, 3));
        tell(assigned(1));

        assertThat(tell(succeeded(execution("orders", 1, 4)), succeeded(execution("orders", 0, 5))))
                .isEmpty();
    }

    @Test
    void underANewSessionAllRowsBeginAnew() {
        tell(assigned(0));
        tell(failures(0, 2));
        tell(new SessionEnded("till-7.x"), new InstanceRegistered("till-7.y", Duration.ofSeconds(15)), assigned(0));

        assertThat(tell(failures(0, 2))).isEmpty();
        assertThat(tell(failed(execution("orders", 0, 9))))
                .singleElement()
                .satisfies(
                        alert -> assertThat(alert.origin()).isEqualTo(new Alert.Origin("retail", "shop", "till-7.y")));
    }

    @Test
    void aJobCanHaveItsOwnNumberNoneOrBeMuted() {
        rules = new AlertRules(
                Samples.settings(Map.of(
                        "Nightly-Orders", new AlertSettings.OfJob(true, 1, null),
                        "bills", new AlertSettings.OfJob(true, 0, null),
                        "noise", new AlertSettings.OfJob(false, null, null))),
                Samples.ORIGIN);

        assertThat(tell(failed(execution("nightlyOrders", 0, 1))))
                .extracting(alert -> alert.message().what())
                .containsExactly("failed");
        for (int firing = 1; firing <= 5; firing++) {
            assertThat(tell(failed(execution("bills", 0, firing)), failed(execution("noise", 0, firing))))
                    .isEmpty();
        }
        assertThat(tell(new OwnerDied(execution("noise", 0, 9), "till-8.y", false, 1L, ManualTime.NOON)))
                .isEmpty();
    }

    // ---- Longer than ----

    @Test
    void anExecutionThatRunsTooLongIsToldWhileItRunsAndAgainWhenItHasEnded() {
        ExecutionId run = execution("orders", 0, 1);
        tell(started(run));
        assertThat(untilNext()).isEqualTo(Duration.ofMinutes(10));
        time.pass(Duration.ofMinutes(10).minusNanos(1));
        assertThat(rules.passed(time.moment())).isEmpty();
        time.pass(Duration.ofNanos(1));

        assertThat(rules.passed(time.moment())).singleElement().satisfies(alert -> {
            assertThat(alert.condition()).isEqualTo(AlertCondition.LONGER_THAN);
            assertThat(alert.message().what()).isEqualTo("still runs after 10m");
            assertThat(alert.subject().execution()).isEqualTo(run);
            assertThat(alert.period().since()).isEqualTo(ManualTime.NOON);
        });
        assertThat(rules.nextDeadline()).isEmpty();
        assertThat(tell(ended(run, new Outcome.Failed("late")))).singleElement().satisfies(alert -> {
            assertThat(alert.isRecovery()).isTrue();
            assertThat(alert.message().what()).isEqualTo("ended as FAILED after 2s");
        });
    }

    @Test
    void anExecutionThatEndsInTimeIsForgotten() {
        tell(started(execution("orders", 0, 1)));
        tell(started(execution("orders", 1, 1)));
        time.pass(Duration.ofMinutes(1));
        tell(succeeded(execution("orders", 0, 1)));
        tell(succeeded(execution("orders", 1, 1)));

        assertThat(rules.nextDeadline()).isEmpty();
        time.pass(Duration.ofMinutes(30));
        assertThat(rules.passed(time.moment())).isEmpty();
    }

    @Test
    void whereAnEndWasMissedTheNextStartOfTheShardStandsForIt() {
        tell(started(execution("orders", 0, 1)));
        time.pass(Duration.ofMinutes(6));
        tell(started(execution("orders", 0, 2)));

        assertThat(untilNext()).isEqualTo(Duration.ofMinutes(10));
    }

    @Test
    void theEarliestDeadlineCountsWhateverTheOrderOfStarts() {
        rules = new AlertRules(
                Samples.settings(Map.of(
                        "bills", new AlertSettings.OfJob(true, null, Duration.ofSeconds(30)),
                        "backfill", new AlertSettings.OfJob(true, null, Duration.ZERO))),
                Samples.ORIGIN);
        tell(
                started(execution("orders", 0, 1)),
                started(execution("bills", 0, 1)),
                started(execution("backfill", 0, 1)));

        assertThat(untilNext()).isEqualTo(Duration.ofSeconds(30));
        time.pass(Duration.ofHours(1));
        assertThat(rules.passed(time.moment()))
                .extracting(alert -> alert.subject().job())
                .containsExactly("bills", "orders");
    }

    // ---- Others ----

    static Stream<Arguments> eventsThatAreToldAtOnce() {
        ExecutionId run = execution("orders", 2, 1);
        return Stream.of(
                arguments(
                        new OwnerDied(run, "till-8.y", false, 1L, ManualTime.NOON),
                        AlertCondition.LOST,
                        "orders",
                        "till-8.y died"),
                arguments(new ExecutionFenced(run), AlertCondition.FENCED, "orders", "overtaken"),
                arguments(
                        ended(run, new Outcome.Fenced(new Outcome.Succeeded())),
                        AlertCondition.FENCED,
                        "orders",
                        "It ended as SUCCEEDED"),
                arguments(
                        new FiringOverdue("orders", 2, ManualTime.NOON, ManualTime.NOON.minusSeconds(60)),
                        AlertCondition.OVERDUE,
                        "orders",
                        "the firing of 2026-06-01T12:00:00Z"),
                arguments(
                        new FiringDeadlineMissed(
                                "orders",
                                new io.elasticjob.Firing.Scheduled(ManualTime.NOON),
                                ManualTime.NOON,
                                ManualTime.NOON.plusSeconds(60)),
                        AlertCondition.DEADLINE_MISSED,
                        "orders",
                        "Its firing 2026-06-01T12:00:00Z should have ended by 2026-06-01T12:01:00Z"),
                arguments(new JobRefused("orders", "no handler"), AlertCondition.REFUSED, "orders", "no handler"),
                arguments(
                        new ValueUnreadable("/retail/jobs/x", "it is not JSON", "it is left alone"),
                        AlertCondition.UNREADABLE,
                        null,
                        "/retail/jobs/x: it is not JSON; it is left alone"),
                arguments(
                        new RegistryDataLost("/retail/jobs is behind", true),
                        AlertCondition.DATA_LOST,
                        null,
                        "/retail/jobs is behind. Jobs that are declared are created again; fencing tokens can be"
                                + " lower"),
                arguments(
                        new JobPaused("orders", 1, 3, "away"),
                        AlertCondition.PAUSED,
                        "orders",
                        "has failed 3 times in a row, and the job has paused"),
                arguments(
                        new RegistryDataLost("/retail/jobs was deleted", false),
                        AlertCondition.DATA_LOST,
                        null,
                        "/retail/jobs was deleted. Jobs that are declared are created again"),
                arguments(
                        new ClockOff(Duration.ofSeconds(-90), Duration.ofSeconds(10)),
                        AlertCondition.CLOCK_OFF,
                        null,
                        "differs from ZooKeeper's by 1m30s"),
                arguments(
                        new ClockIgnored(Duration.ofHours(1), Duration.ofSeconds(10)),
                        AlertCondition.CLOCK_OFF,
                        null,
                        "Jobs are not affected"),
                arguments(
                        new RegistryClockStepped(Duration.ofHours(-1), true),
                        AlertCondition.REGISTRY_CLOCK_STEPPED,
                        null,
                        "has stepped back by 1h"),
                arguments(
                        new LoopStuck(Duration.ofSeconds(8), List.of(new StackTraceElement("a.B", "c", "B.java", 7))),
                        AlertCondition.STUCK,
                        null,
                        "It is stuck at a.B.c(B.java:7)"),
                arguments(
                        new EngineImpaired("a step of it failed: assigning orders", ManualTime.NOON),
                        AlertCondition.IMPAIRED,
                        null,
                        "a step of it failed: assigning orders"));
    }

    @ParameterizedTest
    @MethodSource("eventsThatAreToldAtOnce")
    void isToldAtOnce(ElasticJobEvent event, AlertCondition condition, String job, String inTheText) {
        assertThat(tell(event)).singleElement().satisfies(alert -> {
            assertThat(alert.condition()).isEqualTo(condition);
            assertThat(alert.subject().job()).isEqualTo(job);
            assertThat(alert.isRecovery()).isFalse();
            assertThat(alert.text()).contains(inTheText);
        });
    }

    @ParameterizedTest
    @MethodSource("eventsThatAreToldAtOnce")
    void isNotToldWhereNobodyAskedForIt(ElasticJobEvent event, AlertCondition condition) {
        AlertSettings all = Samples.settings();
        rules = new AlertRules(
                new AlertSettings(
                        EnumSet.complementOf(EnumSet.of(condition)), all.thresholds(), true, all.rate(), Map.of()),
                Samples.ORIGIN);

        assertThat(tell(event)).isEmpty();
    }

    @Test
    void anOvertakenExecutionIsToldOnce() {
        ExecutionId run = execution("orders", 0, 1);

        assertThat(tell(
                        started(run),
                        new ExecutionFenced(run),
                        ended(run, new Outcome.Fenced(new Outcome.Failed("cancelled")))))
                .extracting(Alert::condition)
                .containsExactly(AlertCondition.FENCED);
    }

    @Test
    void whatIsRunAgainIsNotLost() {
        assertThat(tell(new OwnerDied(execution("orders", 0, 1), "till-8.y", true, 1L, ManualTime.NOON)))
                .isEmpty();
    }

    @Test
    void aClockThatIsRightAgainIsTold() {
        tell(new ClockOff(Duration.ofSeconds(90), Duration.ofSeconds(10)));

        assertThat(tell(new ClockRight(Duration.ofMillis(3)), new ClockRight(Duration.ofMillis(3))))
                .singleElement()
                .satisfies(alert -> assertThat(alert.isRecovery()).isTrue());
    }

    @Test
    void aClockOfTheRegistrysThatIsFollowedAgainIsToldOnce() {
        RegistryClockStepped again = new RegistryClockStepped(Duration.ZERO, false);
        assertThat(tell(again)).isEmpty();
        tell(new RegistryClockStepped(Duration.ofHours(1), true));

        assertThat(tell(again, again))
                .extracting(Alert::condition, Alert::isRecovery)
                .containsExactly(tuple(AlertCondition.REGISTRY_CLOCK_STEPPED, true));
    }

    @Test
    void anEngineThatTurnsAgainIsToldAsItRegistersAnew() {
        tell(new LoopStuck(Duration.ofSeconds(8), List.of()));

        assertThat(tell(new InstanceRegistered("till-7.y", Duration.ofSeconds(15))))
                .extracting(Alert::condition, Alert::isRecovery)
                .containsExactly(tuple(AlertCondition.STUCK, true));
    }

    @Test
    void anEngineThatWorksAgainIsToldOnce() {
        tell(new EngineImpaired("it does not know the jobs", ManualTime.NOON.minusSeconds(60)));

        assertThat(tell(new EngineRecovered(), new EngineRecovered()))
                .extracting(
                        Alert::condition,
                        Alert::isRecovery,
                        alert -> alert.period().since())
                .containsExactly(tuple(AlertCondition.IMPAIRED, true, ManualTime.NOON.minusSeconds(60)));
    }

    @Test
    void aRegistryThatStaysAwayIsToldOnceAndItsReturnIsToo() {
        tell(new RegistrySuspended("till-7.x"));
        time.pass(Duration.ofSeconds(30));
        tell(new SessionEnded("till-7.x"));
        assertThat(untilNext()).isEqualTo(Duration.ofSeconds(30));
        time.pass(Duration.ofSeconds(30));

        assertThat(rules.passed(time.moment()))
                .extracting(Alert::condition, alert -> alert.period().since())
                .containsExactly(tuple(AlertCondition.REGISTRY_AWAY, ManualTime.NOON));
        time.pass(Duration.ofHours(1));
        assertThat(rules.passed(time.moment())).isEmpty();
        assertThat(rules.nextDeadline()).isEmpty();
        assertThat(tell(new InstanceRegistered("till-7.y", Duration.ofSeconds(15))))
                .extracting(Alert::isRecovery)
                .containsExactly(true);
    }

    @Test
    void aRegistryThatIsBackInTimeIsNotTold() {
        tell(new RegistrySuspended("till-7.x"));
        time.pass(Duration.ofSeconds(59));

        assertThat(tell(new RegistryResumed("till-7.x"))).isEmpty();
        assertThat(rules.nextDeadline()).isEmpty();
    }

    private List<Alert> tell(ElasticJobEvent... events) {
        List<Alert> alerts = new ArrayList<>();
        for (ElasticJobEvent event : events) {
            alerts.addAll(rules.on(event, time.moment()));
        }
        return alerts;
    }

    private static ElasticJobEvent[] failures(int shard, int number) {
        return IntStream.rangeClosed(1, number)
                .mapToObj(firing -> failed(execution("orders", shard, firing)))
                .toArray(ElasticJobEvent[]::new);
    }

    private static ShardsAssigned assigned(Integer... shards) {
        return new ShardsAssigned("orders", new TreeSet<>(List.of(shards)), 2);
    }

    private Duration untilNext() {
        return Duration.ofNanos(rules.nextDeadline().orElseThrow() - time.nanoTime());
    }
}
