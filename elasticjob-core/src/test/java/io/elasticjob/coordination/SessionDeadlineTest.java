package io.elasticjob.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class SessionDeadlineTest {

    private static final Instant LOST = Instant.parse("2026-03-01T12:00:00Z");
    private final SessionDeadline deadline = new SessionDeadline(LOST, 7, Duration.ofSeconds(15));

    @Test
    void aThirdOfTheSessionLessAMarginIsLeft() {
        assertThat(deadline.allowed()).isEqualTo(Duration.ofMillis(4_250));
    }

    @Test
    void itPassesByTheStopwatch() {
        assertThat(deadline.passed(LOST, 7 + Duration.ofMillis(4_249).toNanos()))
                .isFalse();
        assertThat(deadline.passed(LOST, 7 + Duration.ofMillis(4_250).toNanos()))
                .isTrue();
    }

    @Test
    void aWallClockThatJumpedAheadCountsAsElapsedTime() {
        assertThat(deadline.passed(LOST.plusSeconds(60), 7)).isTrue();
    }

    @Test
    void aWallClockThatWasTurnedBackGivesNoTime() {
        assertThat(deadline.passed(
                        LOST.minusSeconds(60), 7 + Duration.ofSeconds(5).toNanos()))
                .isTrue();
    }
}
