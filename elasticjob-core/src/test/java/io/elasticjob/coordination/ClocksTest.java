package io.elasticjob.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ClocksTest {

    private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");

    @Test
    void theStopwatchIsThatOfTheMiddleAndTheClocksAreAsFarApartAsTheReadingTook() {
        Clocks read = Clocks.between(100, NOON, 300);

        assertThat(read).isEqualTo(new Clocks(NOON, 200, Duration.ofNanos(200)));
        assertThat(read.areTogether()).isTrue();
    }

    @Test
    void aReadingThatWasHeldUpIsNoComparison() {
        assertThat(Clocks.between(0, NOON, Duration.ofMillis(10).toNanos()).areTogether())
                .isTrue();
        assertThat(Clocks.between(0, NOON, Duration.ofMillis(10).toNanos() + 1).areTogether())
                .isFalse();
    }

    @Test
    void ofTwoReadingsTheOneCountsThatWasHeldUpLess() {
        Clocks slow = Clocks.between(0, NOON, Duration.ofSeconds(3).toNanos());
        Clocks slower = Clocks.between(0, NOON, Duration.ofSeconds(4).toNanos());

        assertThat(slow.orSurer(slower)).isSameAs(slow);
        assertThat(slower.orSurer(slow)).isSameAs(slow);
    }

    @Test
    void aStopwatchMayPassItsHighestNumber() {
        Clocks read = Clocks.between(Long.MAX_VALUE - 10, NOON, Long.MIN_VALUE + 9);

        assertThat(read.apart()).isEqualTo(Duration.ofNanos(20));
        assertThat(read.nanos()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void whatRingsALittleEarlyHasRung() {
        Clocks read = new Clocks(NOON, 0, Duration.ZERO);

        assertThat(read.rung(NOON.plusMillis(3))).isEqualTo(NOON.plusMillis(3));
        assertThat(read.rung(NOON.plusSeconds(1))).isEqualTo(NOON.plusSeconds(1));
        assertThat(read.rung(NOON.plusSeconds(1).plusNanos(1)))
                .as("so early is no bell to go by")
                .isEqualTo(NOON);
        assertThat(read.rung(NOON.minusSeconds(5)))
                .as("no bell turns a clock back")
                .isEqualTo(NOON);
    }
}
