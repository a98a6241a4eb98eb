package io.elasticjob.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class RegistryClockTest {

    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final Duration LIMIT = Duration.ofSeconds(10);

    @Test
    void aReadingIsFromTheMiddleOfTheRoundTripGiveOrTakeHalfOfIt() {
        RegistryClock clock = RegistryClock.stamped(NOON, seconds(100), seconds(104));

        assertThat(clock).isEqualTo(new RegistryClock(NOON, seconds(102), Duration.ofSeconds(2)));
        assertThat(clock.now(seconds(110))).isEqualTo(NOON.plusSeconds(8));
        assertThat(clock.skew(NOON, seconds(110))).isEqualTo(Duration.ofSeconds(8));
    }

    @Test
    void ofTwoReadingsThatAgreeTheSurerIsBelieved() {
        RegistryClock sure = new RegistryClock(NOON, 0, Duration.ofMillis(1));
        RegistryClock vague = new RegistryClock(NOON.plusMillis(5_300), seconds(5), Duration.ofMillis(400));

        assertThat(sure.then(vague)).isEqualTo(sure);
        assertThat(vague.then(sure)).isEqualTo(sure);
    }

    @Test
    void ofTwoReadingsThatDoNotAgreeTheLaterIsBelieved() {
        RegistryClock before = new RegistryClock(NOON, 0, Duration.ofMillis(1));
        RegistryClock after = new RegistryClock(NOON.plusSeconds(60), seconds(5), Duration.ofMillis(400));

        assertThat(before.then(after)).isEqualTo(after);
    }

    @Test
    void whatIsNotSureChangesNothing() {
        RegistryClock clock = new RegistryClock(NOON, 0, Duration.ofSeconds(2));

        assertThat(isBeyond(clock, 9, false)).isFalse();
        assertThat(isBeyond(clock, 11, false)).isFalse();
        assertThat(isBeyond(clock, 13, false)).isTrue();
        assertThat(isBeyond(clock, -13, false)).isTrue();
        assertThat(isBeyond(clock, 9, true)).isTrue();
        assertThat(isBeyond(clock, 7, true)).isFalse();
    }

    private static boolean isBeyond(RegistryClock clock, int localBehind, boolean before) {
        return clock.isBeyond(LIMIT, before, NOON.minusSeconds(localBehind), 0);
    }

    private static long seconds(int count) {
        return Duration.ofSeconds(count).toNanos();
    }
}
