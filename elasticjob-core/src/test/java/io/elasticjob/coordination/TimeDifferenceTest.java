package io.elasticjob.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimeDifferenceTest {

    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final TimeDifference FINE = new TimeDifference(Duration.ofSeconds(1), false);
    private static final TimeDifference OFF = new TimeDifference(Duration.ofSeconds(60), true);

    /** The registry's clock is known to two seconds. */
    @ParameterizedTest(name = "too large before: {0}, {1} s behind the registry: too large {2}")
    @CsvSource({
        "false, 0, false",
        "false, 12, false",
        "false, 13, true",
        "false, -13, true",
        "true, 13, true",
        "true, 9, true",
        "true, -9, true",
        "true, 8, false",
        "true, 0, false"
    })
    void isSeenOnClocksThatWereReadTogether(boolean before, int behind, boolean isTooLarge) {
        RegistryClock registry = new RegistryClock(NOON, 0, Duration.ofSeconds(2));
        Clocks local = new Clocks(NOON.minusSeconds(behind), 0, Clocks.TOGETHER);

        assertThat((before ? OFF : FINE).seen(registry, local, LIMIT))
                .isEqualTo(new TimeDifference(Duration.ofSeconds(behind), isTooLarge));
    }

    @Test
    void clocksThatWereNotReadTogetherSayNothing() {
        RegistryClock registry = new RegistryClock(NOON, 0, Duration.ZERO);
        Clocks apart = new Clocks(NOON.minusSeconds(60), 0, Clocks.TOGETHER.plusNanos(1));

        assertThat(FINE.seen(registry, apart, LIMIT)).isEqualTo(FINE);
        assertThat(OFF.seen(registry, apart, LIMIT)).isEqualTo(OFF);
    }

    @Test
    void aRegistryThatHasNotToldTheTimeSaysNothing() {
        Clocks local = new Clocks(NOON, 0, Duration.ZERO);

        assertThat(TimeDifference.UNKNOWN.seen(null, local, LIMIT)).isEqualTo(TimeDifference.UNKNOWN);
        assertThat(TimeDifference.UNKNOWN.isTooLarge()).isFalse();
    }
}
