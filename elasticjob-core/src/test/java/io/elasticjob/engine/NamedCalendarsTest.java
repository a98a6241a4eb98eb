package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Operator;
import io.elasticjob.engine.World.Process;
import io.elasticjob.quartz.QuartzCalendars;
import io.elasticjob.schedule.FireCalendar;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.quartz.impl.calendar.HolidayCalendar;
import org.quartz.impl.calendar.WeeklyCalendar;

/** Calendars that instances offer under a name, as they offer strategies. */
class NamedCalendarsTest {

    private static final Operator ANN = new Operator("ann", "try");
    /** So that it is midnight there two minutes after the beginning of the world. */
    private static final String TWO_MINUTES_BEHIND = "-00:02";

    private static final FireCalendar LAST_OF_DECEMBER = LocalDate.parse("2025-12-31")::equals;
    private static final JobDefinition PLAIN = JobDefinition.named("orders").build();
    private static final JobDefinition WITH = JobDefinition.named("orders")
            .every(Duration.ofSeconds(20))
            .set(JobKey.CALENDAR, "holidays")
            .set(JobKey.ZONE, TWO_MINUTES_BEHIND)
            .build();

    private final World world = new World();

    @Test
    void noDayThatTheCalendarExcludesFires() {
        world.startWith("a", builder -> builder.calendars(Map.of("holidays", LAST_OF_DECEMBER)), WITH);
        world.time.passUntil(Instant.parse("2026-01-01T00:01:55Z"));
        assertThat(world.runs("orders")).isZero();

        world.time.passUntil(Instant.parse("2026-01-01T00:02:50Z"));
        assertThat(world.runs("orders")).isEqualTo(3);
    }

    @Test
    void onlyInstancesThatOfferTheCalendarRunTheJobAndTheLeaderThatDoesNotMissesNothing() {
        Process leader = world.start("a", PLAIN);
        world.startWith("b", builder -> builder.calendars(Map.of("holidays", LAST_OF_DECEMBER)), PLAIN);
        world.now(leader.engine
                .operations()
                .create(
                        "made",
                        Map.of(
                                JobKey.EVERY, "20s",
                                JobKey.CALENDAR, "holidays",
                                JobKey.ZONE, TWO_MINUTES_BEHIND,
                                JobKey.HANDLER, "orders",
                                JobKey.SHARDING_TOTAL_COUNT, "4"),
                        ANN));
        world.time.passUntil(Instant.parse("2026-01-01T00:02:30Z"));

        assertThat(world.ledger.entries()).hasSize(8).allMatch(run -> run.process.equals("b"));
        assertThat(leader.events(io.elasticjob.ElasticJobEvent.FiringOverdue.class))
                .isEmpty();
        assertThat(world.now(leader.engine.job("made")).orElseThrow().toString())
                .contains("does not know the calendar");
    }

    @Test
    void aCalendarThatNobodyOffersIsRefused() {
        Process a = world.start("a", PLAIN);
        assertThat(world.isDone(a.engine
                        .operations()
                        .create(
                                "made",
                                Map.of(
                                        JobKey.EVERY, "1h",
                                        JobKey.CALENDAR, "holidays",
                                        JobKey.ZONE, "UTC",
                                        JobKey.HANDLER, "orders"),
                                ANN)))
                .isFalse();
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> world.start("b", WITH))
                .withMessageContaining("orders.calendar: \"holidays\" is not the name of a calendar");
    }

    @Test
    void aCalendarThatFailsCostsItsJobAlone() {
        boolean[] fails = {false};
        FireCalendar moody = day -> {
            if (fails[0]) {
                throw new IllegalStateException("no answer");
            }
            return false;
        };
        JobDefinition other =
                JobDefinition.named("other").every(Duration.ofSeconds(20)).build();
        Process a = world.startWith("a", builder -> builder.calendars(Map.of("holidays", moody)), WITH, other);
        world.time.passUntil(Instant.parse("2026-01-01T00:00:50Z"));
        assertThat(world.runs("orders")).isEqualTo(2);
        fails[0] = true;
        world.time.passUntil(Instant.parse("2026-01-01T00:01:50Z"));

        assertThat(world.runs("other")).isEqualTo(5);
        assertThat(world.runs("orders")).isLessThan(5);
        assertThat(a.events(io.elasticjob.ElasticJobEvent.ValueUnreadable.class))
                .anyMatch(told -> told.reason().contains("\"holidays\" is a calendar that failed"));
    }

    @Test
    void calendarsOfQuartzExcludeTheirDays() {
        HolidayCalendar holidays = new HolidayCalendar();
        holidays.setTimeZone(java.util.TimeZone.getTimeZone("Europe/Berlin"));
        holidays.addExcludedDate(java.util.Date.from(Instant.parse("2026-12-24T23:00:00Z")));
        WeeklyCalendar weekend = new WeeklyCalendar(null, java.util.TimeZone.getTimeZone("UTC"));

        FireCalendar christmas = QuartzCalendars.days(holidays, ZoneId.of("Europe/Berlin"));
        assertThat(christmas.excludes(LocalDate.parse("2026-12-25"))).isTrue();
        assertThat(christmas.excludes(LocalDate.parse("2026-12-24"))).isFalse();
        assertThat(christmas.excludes(LocalDate.parse("2026-12-26"))).isFalse();
        FireCalendar saturdays = QuartzCalendars.days(weekend, ZoneOffset.UTC);
        assertThat(saturdays.excludes(LocalDate.parse("2026-12-26"))).isTrue();
        assertThat(saturdays.excludes(LocalDate.parse("2026-12-28"))).isFalse();
    }
}
