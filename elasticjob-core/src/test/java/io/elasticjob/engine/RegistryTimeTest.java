package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.FiringClock;
import io.elasticjob.coordination.Clocks;
import io.elasticjob.registry.Stat;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class RegistryTimeTest {

    private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final RegistryTime time = new RegistryTime(LIMIT, FiringClock.LOCAL);

    @Test
    void whatIsDueGoesByTheLocalClockAndWhatIsWrittenByTheRegistrys() {
        turn(NOON, 0);
        assertThat(time.told()).isEmpty();
        assertThat(time.registryNow()).isEqualTo(NOON);

        time.stamped(NOON.plusSeconds(4), 0, 0);
        turn(NOON.plusSeconds(1), 1);
        assertThat(time.now()).isEqualTo(NOON.plusSeconds(1));
        assertThat(time.registryNow()).isEqualTo(NOON.plusSeconds(5));
        assertThat(time.told()).contains(NOON.plusSeconds(5));
    }

    @Test
    void aRingHoldsForItsTurnAlone() {
        turn(NOON, 0);
        time.notBefore(NOON.plusMillis(3));
        time.notBefore(NOON.plusMillis(1));
        assertThat(time.now()).isEqualTo(NOON.plusMillis(3));

        turn(NOON.plusMillis(2), 0);
        assertThat(time.now()).isEqualTo(NOON.plusMillis(2));
    }

    @Test
    void aClockThatIsOffIsToldOnceAndSoIsThatItIsRight() {
        turn(NOON, 0);
        time.stamped(NOON, 0, 0);
        assertThat(time.compare()).isEmpty();
        assertThat(time.skew()).isZero();

        turn(NOON.plusSeconds(61), 1);
        assertThat(time.compare()).contains(new ElasticJobEvent.ClockOff(Duration.ofSeconds(-60), LIMIT));
        assertThat(time.compare()).isEmpty();
        assertThat(time.isOff()).isTrue();

        turn(NOON.plusSeconds(2), 2);
        assertThat(time.compare()).contains(new ElasticJobEvent.ClockRight(Duration.ZERO));
        assertThat(time.compare()).isEmpty();
        assertThat(time.isOff()).isFalse();
    }

    @Test
    void theTimeIsAskedForEveryTenSecondsWhileTheClockIsOff() {
        turn(NOON, 100);
        time.stamped(NOON, 0, 0);
        time.asked();
        turn(NOON.plusSeconds(10), 110);
        assertThat(time.isToBeAsked()).as("the clock is not known to be off").isFalse();

        time.compare();
        assertThat(time.isToBeAsked()).isTrue();
        time.asked();
        assertThat(time.isToBeAsked()).isFalse();
        turn(NOON.plusSeconds(19), 119);
        assertThat(time.isToBeAsked()).isFalse();
        turn(NOON.plusSeconds(20), 120);
        assertThat(time.isToBeAsked()).isTrue();
    }

    @Test
    void nobodyHasBegunWithWhatLiesAsFarAheadAsClocksMayBeApartAndAWriteMayTake() {
        assertThat(time.leadTime(Duration.ofSeconds(30))).isEqualTo(Duration.ofSeconds(40));
        assertThat(time.leadTime(Duration.ZERO)).isEqualTo(LIMIT);
    }

    @Test
    void whatOthersMayGoByIsWhatTheRegistrysClockHasShownByTheLatestChangeOfAll() {
        turn(NOON, 0);
        time.stamped(NOON, 0, 0);
        time.shown(change(8, NOON.plusSeconds(3_600)));
        time.shown(change(7, NOON));
        assertThat(time.horizon().isBeyond(NOON.plusSeconds(3_600))).isTrue();
        assertThat(time.horizonOfAll().isBeyond(NOON.plusSeconds(3_620))).isFalse();
        assertThat(time.horizonOfAll().isBeyond(NOON.plusSeconds(3_621))).isTrue();
        assertThat(time.horizonOfAll().readAs(NOON.plusSeconds(9_000))).isEqualTo(NOON);

        time.shown(change(9, NOON)); // it was set right
        assertThat(time.horizonOfAll().isBeyond(NOON.plusSeconds(3_600))).isTrue();

        time.forgotten();
        time.shown(change(2, NOON.plusSeconds(3_600)));
        assertThat(time.horizonOfAll().isBeyond(NOON.plusSeconds(3_600))).isFalse();
    }

    private static Stat change(long transaction, Instant at) {
        return new Stat(1, transaction, 0, NOON, at);
    }

    private void turn(Instant wall, int stopwatch) {
        time.turn(new Clocks(wall, Duration.ofSeconds(stopwatch).toNanos(), Duration.ZERO));
    }
}
