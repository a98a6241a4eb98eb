package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.schedule.Schedule;
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
    void theNextFireTimeIsAnnouncedOnceAndOnlyWhenItIsNear() {
        Instant evening = MIDNIGHT.minus(Duration.ofHours(1));

        assertThat(times.announce(evening, Duration.ofSeconds(2))).isEmpty();
        assertThat(times.announce(MIDNIGHT.minusSeconds(2), Duration.ofSeconds(2)))
                .contains(MIDNIGHT);
        assertThat(times.announce(MIDNIGHT.minusSeconds(1), Duration.ofSeconds(2)))
                .isEmpty();
        assertThat(times.announce(MIDNIGHT.plusSeconds(1), Duration.ofDays(2)))
                .contains(MIDNIGHT.plus(Duration.ofDays(1)));
    }

    @Test
    void whoLooksAheadSeesWhatAllOthersSee() {
        FireTimes ahead = new FireTimes(times.schedule());
        Instant now = MIDNIGHT.minusSeconds(1);
        for (int hours = 0; hours < 200; hours += hours % 7 == 0 ? 1 : 31) {
            Instant then = now.plus(Duration.ofHours(hours));
            ahead.next(now);
            ahead.lookAhead();
            assertThat(ahead.latest(then)).isEqualTo(new FireTimes(times.schedule()).latest(then));
            assertThat(ahead.next(then)).isEqualTo(new FireTimes(times.schedule()).next(then));
            assertThat(ahead.latest(now)).as("turned back").isEqualTo(MIDNIGHT.minus(Duration.ofDays(1)));
        }
    }

    @Test
    void whatLiesBetweenIsCountedForWhoeverAsks() {
        assertThat(times.between(MIDNIGHT, MIDNIGHT.plus(Duration.ofDays(4)))).isEqualTo(3);
        assertThat(times.between(MIDNIGHT, MIDNIGHT.plus(Duration.ofDays(4)))).isEqualTo(3);
        assertThat(times.between(MIDNIGHT, MIDNIGHT.plus(Duration.ofDays(2)))).isEqualTo(1);
    }
}
