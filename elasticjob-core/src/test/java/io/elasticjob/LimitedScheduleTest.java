package io.elasticjob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.elasticjob.coordination.Demand;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.schedule.DailyHours;
import io.elasticjob.schedule.ExcludedDays;
import io.elasticjob.schedule.Limits;
import io.elasticjob.schedule.Schedule;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The keys that take fire times away. */
class LimitedScheduleTest {

    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final Operator ANN = new Operator("ann", "try");
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    private static final Map<JobKey, String> LIMITS = Map.of(
            JobKey.EVERY, "10m",
            JobKey.ZONE, "Europe/Berlin",
            JobKey.VALID_FROM, "2027-01-01T00:00:00+01:00",
            JobKey.VALID_UNTIL, "2027-06-01T00:00:00Z",
            JobKey.BETWEEN, "08:00-18:00",
            JobKey.EXCLUDED_DAYS, "sat,SUN");

    private static final Schedule LIMITED = Schedule.within(
            Schedule.every(Duration.ofMinutes(10)),
            new Limits(
                    Instant.parse("2026-12-31T23:00:00Z"),
                    Instant.parse("2027-06-01T00:00:00Z"),
                    DailyHours.parse("08:00-18:00"),
                    ExcludedDays.parse("SAT,SUN"),
                    BERLIN));

    @Test
    void aDeclaredJobAndOneMadeAtRunTimeAreConfinedAlike() {
        JobDefinition.Builder builder = JobDefinition.named("orders");
        LIMITS.forEach(builder::set);

        assertThat(builder.build().schedule()).isEqualTo(LIMITED);
        assertThat(StoredJob.made("orders", LIMITS, ANN, NOW).effective().schedule())
                .isEqualTo(LIMITED);
    }

    @Test
    void anOverrideOfALimitBeginsAnewAndAnEmptyOneTakesItAway() {
        StoredJob declared = StoredJob.declared(
                JobDefinition.named("orders").every(Duration.ofMinutes(10)).build(), "shop", NOW);
        Instant later = NOW.plusSeconds(3600);

        StoredJob confined = declared.configured(
                Map.of(JobKey.BETWEEN, "08:00-18:00", JobKey.ZONE, "Europe/Berlin"), ANN, later, Duration.ZERO);
        assertThat(confined.since()).isEqualTo(later);
        assertThat(confined.effective().schedule().limits().between()).isEqualTo(DailyHours.parse("08:00-18:00"));

        StoredJob free = confined.configured(Map.of(JobKey.BETWEEN, ""), ANN, later, Duration.ZERO);
        assertThat(free.effective().schedule()).isEqualTo(Schedule.every(Duration.ofMinutes(10)));
    }

    /** Each instance would read the hours on its own clock. */
    @Test
    void theZoneOfHoursIsSettledByTheOneThatSetsThemAndGoesWithThem() {
        StoredJob declared = StoredJob.declared(
                JobDefinition.named("orders").every(Duration.ofMinutes(10)).build(), "shop", NOW);

        StoredJob confined = declared.configured(Map.of(JobKey.BETWEEN, "08:00-18:00"), ANN, NOW, Duration.ZERO);
        assertThat(confined.overrides().get(JobKey.ZONE).value())
                .isEqualTo(ZoneId.systemDefault().getId());

        StoredJob reset = confined.reset(Set.of(JobKey.BETWEEN), NOW, Duration.ZERO);
        assertThat(reset.overrides()).isEmpty();
        assertThat(JobDefinition.named("orders")
                        .every(Duration.ofMinutes(10))
                        .set(JobKey.EXCLUDED_DAYS, "SUN")
                        .build()
                        .settings()
                        .get(JobKey.ZONE))
                .isEqualTo(new Setting(ZoneId.systemDefault().getId(), Setting.Source.DEFAULT));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            validFrom    | tomorrow                  | is not an instant
            validUntil   | 2027-01-01T00:00          | is not an instant
            between      | 8-18                      | is no daily window: write
            between      | 22:00-22:00               | it begins when it ends
            excludedDays | SATURDAY                  | names no days: write
            excludedDays | 2027-02-30                | there is no such day
            excludedDays | MON,TUE,WED,THU,FRI,SAT,SUN | leaves no fire time
            validUntil   | 1970-01-01T00:00:00Z      | leaves no fire time
            """)
    void aLimitThatCannotBeUsedIsRefusedWithKeyValueAndRule(JobKey key, String value, String rule) {
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> JobDefinition.named("orders")
                        .every(Duration.ofMinutes(10))
                        .set(JobKey.ZONE, "UTC")
                        .set(key, value)
                        .build())
                .withMessageStartingWith("orders." + key.key() + ": \"" + value + "\" ")
                .withMessageContaining(rule);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            validUntil   | 2026-03-01T12:00:00Z
            excludedDays | 2026-03-01..2199-12-31
            """)
    void anOperatorCannotTakeAwayAllFireTimesToCome(JobKey key, String value) {
        JobDefinition job = JobDefinition.named("orders")
                .every(Duration.ofMinutes(10))
                .set(JobKey.ZONE, "UTC")
                .set(key, value)
                .build();

        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(
                        () -> Demand.check(job, Set.of(key), List.of(), Set.of("average"), Duration.ofSeconds(1), NOW))
                .withMessageStartingWith("orders." + key.key() + ": \"" + value + "\" leaves no fire time to come");
    }
}
