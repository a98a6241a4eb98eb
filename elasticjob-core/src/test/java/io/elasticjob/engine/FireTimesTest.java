package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.Schedule;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class FireTimesTest {

    private static final Instant MIDNIGHT = Instant.parse("2026-01-02T00:00:00Z");

    private final FireTimes times = new FireTimes(Schedule.every(Duration.ofDays(1)));

    @Test
    void aFireTimeIsNewsOnce() {
        times.passed(MIDNIGHT.minusSeconds(5));

        assertThat(times.passed(MIDNIGHT.minusMillis(1))).isFalse();
        assertThat(times.passed(MIDNIGHT)).isTrue();
        assertThat(times.passed(MIDNIGHT.plusSeconds(1))).isFalse();
        assertThat(times.latest(MIDNIGHT.plusSeconds(1))).isEqualTo(MIDNIGHT);
    }

    @Test
    void aRingThatCameEarlyIsHeardAgainWhenTheClockGetsThere() {
        times.passed(MIDNIGHT.minusSeconds(5));
        assertThat(times.passed(MIDNIGHT)).as("rung two milliseconds early").isTrue();
        assertThat(times.latest(MIDNIGHT.minusMillis(1))).isEqualTo(MIDNIGHT.minus(Duration.ofDays(1)));

        assertThat(times.passed(MIDNIGHT.plusMillis(500))).isTrue();
    }

    @Test
    void whatLiesBetweenIsCountedForWhoeverAsks() {
        assertThat(times.between(MIDNIGHT, MIDNIGHT.plus(Duration.ofDays(4)))).isEqualTo(3);
        assertThat(times.between(MIDNIGHT, MIDNIGHT.plus(Duration.ofDays(4)))).isEqualTo(3);
        assertThat(times.between(MIDNIGHT, MIDNIGHT.plus(Duration.ofDays(2)))).isEqualTo(1);
    }
}
