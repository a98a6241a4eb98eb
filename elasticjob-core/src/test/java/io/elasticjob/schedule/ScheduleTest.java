package io.elasticjob.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.elasticjob.text.Durations;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScheduleTest {

    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    @Test
    void onceFiresOnceAndIsPastFromThenOn() {
        Instant at = Instant.parse("2027-01-01T00:00:00Z");
        Schedule once = Schedule.once(at);
        assertThat(once.next(at.minusNanos(1))).contains(at);
        assertThat(once.next(at)).isEmpty();
        assertThat(once.latest(at.minusNanos(1))).isEmpty();
        assertThat(once.latest(at)).contains(at);
        assertThat(once).hasToString("once at 2027-01-01T00:00:00Z").isEqualTo(Schedule.once(at));
    }

    @Test
    void everyFiresAtMultiplesOfItsPeriodSinceTheEpoch() {
        Schedule schedule = Schedule.every(Duration.ofSeconds(45));

        assertThat(schedule.next(Instant.parse("1970-01-01T00:00:00Z")))
                .contains(Instant.parse("1970-01-01T00:00:45Z"));
        assertThat(schedule.next(Instant.parse("2026-03-01T00:00:10Z")))
                .contains(Instant.parse("2026-03-01T00:00:45Z"));
        assertThat(schedule.latest(Instant.parse("2026-03-01T00:00:45Z")))
                .contains(Instant.parse("2026-03-01T00:00:45Z"));
        assertThat(schedule.latest(Instant.parse("2026-03-01T00:00:44.999999999Z")))
                .contains(Instant.parse("2026-03-01T00:00:00Z"));
        assertThat(schedule.latest(Instant.parse("1969-12-31T23:59:59Z")))
                .contains(Instant.parse("1969-12-31T23:59:15Z"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0s", "-30s", "999us", "1s1ns", "36501d"})
    void aPeriodThatCannotBeKeptIsRefusedWithTheRule(String period) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Schedule.every(Durations.parse(period)))
                .withMessageContaining("is not a period: it must be a whole number of milliseconds from 1ms to 36500d");
    }

    @Test
    void onTriggerNeverFiresByItself() {
        assertThat(Schedule.onTrigger().next(Instant.EPOCH)).isEmpty();
        assertThat(Schedule.onTrigger().latest(Instant.MAX)).isEmpty();
    }

    @Test
    void schedulesThatAreWrittenTheSameWayAreEqual() {
        assertThat(Schedule.cron("  0 0\t12  * * ? ", BERLIN))
                .isEqualTo(Schedule.cron("0 0 12 * * ?", BERLIN))
                .hasSameHashCodeAs(Schedule.cron("0 0 12 * * ?", BERLIN))
                .isNotEqualTo(Schedule.cron("0 0 12 * * ?", ZoneOffset.UTC))
                .isNotEqualTo(Schedule.cron("0 0 13 * * ?", BERLIN));
        assertThat(Schedule.every(Duration.ofSeconds(60))).isEqualTo(Schedule.every(Duration.ofMinutes(1)));
        assertThat(Schedule.onTrigger()).isEqualTo(Schedule.onTrigger());
    }

    @Test
    void schedulesAreShownAsPeopleWouldSayThem() {
        assertThat(Schedule.cron(" 0 0  12 * * ?", BERLIN)).hasToString("cron \"0 0 12 * * ?\" in Europe/Berlin");
        assertThat(Schedule.cron("0 0 12 ? * 2-6", BERLIN))
                .hasToString("cron \"0 0 12 ? * 2-6\" (days of the week: MON-FRI) in Europe/Berlin");
        assertThat(Schedule.every(Duration.ofSeconds(90))).hasToString("every 1m30s");
        assertThat(Schedule.onTrigger()).hasToString("on trigger only");
    }

    @Test
    void aCronScheduleEndsWithItsYears() {
        Schedule schedule = Schedule.cron("0 0 0 1 1 ? 2020-2022", ZoneOffset.UTC);

        assertThat(schedule.next(Instant.parse("2022-01-01T00:00:00Z"))).isEmpty();
        assertThat(schedule.latest(Instant.MAX)).contains(Instant.parse("2022-01-01T00:00:00Z"));
        assertThat(schedule.latest(Instant.parse("2019-12-31T23:59:59.999Z"))).isEmpty();
        assertThat(schedule.next(Instant.MIN)).contains(Instant.parse("2020-01-01T00:00:00Z"));
        assertThat(schedule.next(Instant.MAX)).isEmpty();
        assertThat(schedule.latest(Instant.MIN)).isEmpty();
    }

    @Test
    void aRareDayIsFoundInBothDirections() {
        Schedule fifthFridayOfFebruary = Schedule.cron("0 0 0 ? 2 FRI#5", BERLIN);

        assertThat(fifthFridayOfFebruary.next(Instant.parse("2008-03-01T00:00:00Z")))
                .contains(Instant.parse("2036-02-28T23:00:00Z"));
        assertThat(fifthFridayOfFebruary.latest(Instant.parse("2036-02-28T22:59:59Z")))
                .contains(Instant.parse("2008-02-28T23:00:00Z"));
    }
}
