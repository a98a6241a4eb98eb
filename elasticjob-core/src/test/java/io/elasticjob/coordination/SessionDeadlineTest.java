package io.elasticjob.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class SessionDeadlineTest {

    private static final Instant ASKED = Instant.parse("2026-03-01T12:00:00Z");
    private final SessionDeadline deadline =
            SessionDeadline.sinceProof(new Clocks(ASKED, 7, Duration.ZERO), Duration.ofSeconds(15));

    @Test
    void theSessionLessAMarginIsLeftSinceTheRegistryHasHeardOfIt() {
        assertThat(deadline.allowed()).isEqualTo(Duration.ofMillis(14_250));
        assertThat(deadline.left(ASKED.plusSeconds(5), 7)).isEqualTo(Duration.ofMillis(9_250));
        assertThat(deadline.left(ASKED.plusSeconds(15), 7)).isZero();
    }

    @Test
    void aClaimIsBelievedForAThirdOfTheSessionLessAMargin() {
        assertThat(SessionDeadline.ofClaim(ASKED, 7, Duration.ofSeconds(15)).allowed())
                .isEqualTo(Duration.ofMillis(4_250));
    }

    @Test
    void itPassesByTheStopwatch() {
        assertThat(deadline.passed(ASKED, 7 + Duration.ofMillis(14_249).toNanos()))
                .isFalse();
        assertThat(deadline.passed(ASKED, 7 + Duration.ofMillis(14_250).toNanos()))
                .isTrue();
    }

    @Test
    void aWallClockThatJumpedAheadCountsAsElapsedTime() {
        assertThat(deadline.passed(ASKED.plusSeconds(60), 7)).isTrue();
    }

    @Test
    void aWallClockThatWasTurnedBackGivesNoTime() {
        assertThat(deadline.passed(
                        ASKED.minusSeconds(60), 7 + Duration.ofSeconds(15).toNanos()))
                .isTrue();
    }
}
