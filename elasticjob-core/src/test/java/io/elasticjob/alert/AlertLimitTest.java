package io.elasticjob.alert;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AlertLimitTest {

    private static final Duration INTERVAL = Duration.ofMinutes(10);

    private final ManualTime time = new ManualTime();
    private final AlertLimit limit = new AlertLimit(INTERVAL, 5);

    @Test
    void ofOneKindOneIsGivenInAnIntervalAndTheLastOneHeldBackFollowsWithTheNumberOfTheOthers() {
        assertThat(limit.admit(alertAtNow("orders"), time.moment())).isPresent();
        for (int minute = 1; minute <= 4; minute++) {
            time.pass(Duration.ofMinutes(1));
            assertThat(limit.admit(alertAtNow("orders"), time.moment())).isEmpty();
        }
        assertThat(Duration.ofNanos(limit.nextDeadline().orElseThrow() - time.nanoTime()))
                .isEqualTo(Duration.ofMinutes(6));
        time.pass(Duration.ofMinutes(6).minusNanos(1));
        assertThat(limit.passed(time.moment())).isEmpty();
        time.pass(Duration.ofNanos(1));

        assertThat(limit.passed(time.moment())).singleElement().satisfies(alert -> {
            assertThat(alert.period().at()).isEqualTo(ManualTime.NOON.plusSeconds(240));
            assertThat(alert.suppressed()).isEqualTo(3);
            assertThat(alert.text()).contains("3 more of this kind held back");
        });
        assertThat(limit.admit(alertAtNow("orders"), time.moment()))
                .as("the interval begins again")
                .isEmpty();
    }

    @Test
    void otherJobsAndOtherConditionsAreOtherKinds() {
        assertThat(limit.admit(alertAtNow("orders"), time.moment())).isPresent();
        assertThat(limit.admit(alertAtNow("bills"), time.moment())).isPresent();
        assertThat(limit.admit(Samples.alert(AlertCondition.OVERDUE, "orders", time.now()), time.moment()))
                .isPresent();
    }

    @Test
    void afterTheIntervalTheNextOneIsGiven() {
        limit.admit(alertAtNow("orders"), time.moment());
        time.pass(INTERVAL);

        assertThat(limit.admit(alertAtNow("orders"), time.moment()))
                .hasValueSatisfying(alert -> assertThat(alert.suppressed()).isZero());
        assertThat(limit.nextDeadline()).isEmpty();
    }

    @Test
    void aRecoveryIsGivenAtOnceAndEndsWhatWasHeldBack() {
        Alert alert = alertAtNow("orders");
        limit.admit(alert, time.moment());
        limit.admit(alert, time.moment());

        assertThat(limit.admit(Samples.recovery(alert), time.moment()))
                .hasValueSatisfying(
                        recovery -> assertThat(recovery.suppressed()).isEqualTo(1));
        assertThat(limit.nextDeadline()).isEmpty();
        time.pass(INTERVAL);
        assertThat(limit.passed(time.moment())).isEmpty();
    }

    @Test
    void ofARemovedJobWhatIsHeldBackIsGivenAndNothingIsRemembered() {
        Alert alert = alertAtNow("orders");
        limit.admit(alert, time.moment());
        limit.admit(alert, time.moment());
        limit.removed("orders");
        time.pass(INTERVAL);

        assertThat(limit.passed(time.moment())).containsExactly(alert);
        assertThat(limit.admit(Samples.recovery(alert), time.moment()))
                .as("what was told of it is not waited for")
                .isEmpty();
        time.pass(INTERVAL);
        assertThat(limit.admit(alert, time.moment()))
                .as("one of that name, made anew")
                .isPresent();
        assertThat(limit.admit(Samples.recovery(alert), time.moment())).isPresent();
    }

    @Test
    void aRecoveryIsForThoseWhoWereTold() {
        Alert alert = alertAtNow("orders");

        assertThat(limit.admit(Samples.recovery(alert), time.moment())).isEmpty();
        limit.admit(alert, time.moment());
        assertThat(limit.admit(Samples.recovery(alert), time.moment())).isPresent();
        assertThat(limit.admit(Samples.recovery(alert), time.moment())).isEmpty();
        limit.admit(alert, time.moment());
        assertThat(limit.admit(Samples.recovery(alert), time.moment()))
                .as("the second alert was held back")
                .isEmpty();
    }

    @Test
    void inAStormSoManyAreGivenAndAMinuteLaterHowManyMoreThereWere() {
        List<Alert> given = new ArrayList<>();
        for (int job = 0; job < 90; job++) {
            limit.admit(alertAtNow("job" + job), time.moment()).ifPresent(given::add);
        }
        assertThat(given).hasSize(5);
        time.pass(Duration.ofMinutes(1));

        assertThat(limit.passed(time.moment())).singleElement().satisfies(alert -> {
            assertThat(alert.condition()).isEqualTo(AlertCondition.HELD_BACK);
            assertThat(alert.message().what()).startsWith("85 more alerts were held back");
            assertThat(alert.message().detail()).contains("job5: ");
        });
        assertThat(limit.nextDeadline()).isEmpty();
        assertThat(limit.admit(alertAtNow("job80"), time.moment()))
                .as("the minute is over")
                .isPresent();
    }

    @Test
    void whatWasAlertedBeforeAStormIsAlsoRecoveredInIt() {
        Alert first = alertAtNow("job0");
        for (int job = 0; job < 9; job++) {
            limit.admit(alertAtNow("job" + job), time.moment());
        }

        assertThat(limit.admit(Samples.recovery(first), time.moment())).isPresent();
    }

    /** Whatever happens: no kind more often than once in an interval, and never more than the most in any minute. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void theLimitsAreKeptInAnyHistory(long seed) {
        record Given(String job, long nanos) {}
        Random random = new Random(seed);
        List<Given> given = new ArrayList<>();
        long raised = 0;
        long told = 0;
        for (int step = 0; step < 5_000; step++) {
            time.pass(Duration.ofMillis(random.nextInt(20_000)));
            List<Alert> now = new ArrayList<>(limit.passed(time.moment()));
            limit.admit(alertAtNow("job" + random.nextInt(20)), time.moment()).ifPresent(now::add);
            raised++;
            for (Alert alert : now) {
                if (alert.condition() == AlertCondition.HELD_BACK) {
                    continue;
                }
                told += 1 + alert.suppressed();
                given.add(new Given(alert.subject().job(), time.nanoTime()));
            }
        }
        for (int i = 0; i < given.size(); i++) {
            Given one = given.get(i);
            long inItsMinute = given.stream()
                    .filter(other -> other.nanos() - one.nanos() >= 0
                            && other.nanos() - one.nanos()
                                    < Duration.ofMinutes(1).toNanos())
                    .count();
            assertThat(inItsMinute).isLessThanOrEqualTo(5);
            assertThat(given.subList(i + 1, given.size()))
                    .filteredOn(other -> other.job().equals(one.job()))
                    .allMatch(other -> other.nanos() - one.nanos() >= INTERVAL.toNanos());
        }
        assertThat(given).hasSizeGreaterThan(100);
        assertThat(told).isLessThanOrEqualTo(raised);
    }

    private Alert alertAtNow(String job) {
        return Samples.alert(AlertCondition.FAILURES_IN_A_ROW, job, time.now());
    }
}
