package io.elasticjob.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.elasticjob.text.Durations;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FixedDelayTest {

    private static final Schedule DELAY = Schedule.fixedDelay(Duration.ofMinutes(5), Duration.ofMinutes(1));

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            -                          | 2026-03-01T12:00:00Z           | 2026-03-01T12:01:00Z     | the first
            2026-03-01T12:30:00Z       | 2026-03-01T12:00:00Z           | 2026-03-01T12:35:00Z     | after the end
            2026-03-01T12:00:00Z       | 2026-03-01T12:30:00Z           | 2026-03-01T12:35:00Z     | the job began again after it
            -                          | 2026-03-01T12:00:00.000000001Z | 2026-03-01T12:01:00.001Z | never before the job began
            2026-03-01T12:30:00.1239Z  | 2026-03-01T12:00:00Z           | 2026-03-01T12:35:00.124Z | whole milliseconds
            """)
    void theFiringAfterAnEndIsNamedByTheEndAlone(@Nullable Instant end, Instant since, Instant next, String why) {
        assertThat(DELAY.afterEnd(end, since)).as(why).contains(next);
    }

    @Test
    void theClockAloneNamesNoFireTime() {
        assertThat(DELAY.isByEnd()).isTrue();
        assertThat(DELAY.next(Instant.EPOCH)).isEmpty();
        assertThat(DELAY.latest(Instant.MAX)).isEmpty();
        assertThat(Schedule.every(Duration.ofMinutes(5)).afterEnd(Instant.EPOCH, Instant.EPOCH))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            2026-03-02T10:00:00Z     | 2026-03-02T10:05:00Z | within them
            2026-03-02T16:58:00Z     | 2026-03-03T07:00:00Z | after the hours of the day
            2026-03-06T16:58:00Z     | 2026-03-09T07:00:00Z | over the days that are excluded
            2026-01-01T00:00:00Z     | 2026-03-02T07:00:00Z | before all of that is valid
            2026-03-02T06:54:59.999Z | 2026-03-02T07:00:00Z | a moment too early
            """)
    void whatFallsOutsideOfTheLimitsFiresWhenTheyAllowItAgain(Instant end, Instant next, String why) {
        Schedule limited = Schedule.within(
                DELAY,
                new Limits(
                        Instant.parse("2026-03-01T00:00:00Z"),
                        Instant.parse("2026-04-01T00:00:00Z"),
                        DailyHours.parse("08:00-18:00"),
                        ExcludedDays.parse("SAT,SUN"),
                        ZoneId.of("Europe/Berlin")));

        assertThat(limited.isByEnd()).isTrue();
        assertThat(limited.afterEnd(end, Instant.EPOCH)).as(why).contains(next);
        assertThat(limited.afterEnd(Instant.parse("2026-03-31T16:00:00Z"), Instant.EPOCH))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "0s, 0s, 0s, 1ms",
        "-5s, 0s, -5s, 1ms",
        "1us, 0s, 1us, 1ms",
        "36501d, 0s, 36501d, 1ms",
        "5s, -1s, -1s, 0s",
        "5s, 36501d, 36501d, 0s",
        "5s, 1ns, 1ns, 0s"
    })
    void aDelayThatCannotBeKeptIsRefused(String delay, String initialDelay, String wrong, String least) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Schedule.fixedDelay(Durations.parse(delay), Durations.parse(initialDelay)))
                .withMessage("\"" + wrong + "\" is not a delay: it must be a whole number of milliseconds from " + least
                        + " to 36500d");
    }

    @Test
    void itIsShownAsPeopleWouldSayIt() {
        assertThat(DELAY).hasToString("5m after each end, at first after 1m");
        assertThat(Schedule.fixedDelay(Duration.ofSeconds(1), Duration.ZERO)).hasToString("1s after each end");
    }
}
