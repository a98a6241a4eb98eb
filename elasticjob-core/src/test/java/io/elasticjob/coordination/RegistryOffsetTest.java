package io.elasticjob.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RegistryOffsetTest {

    private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");
    private static final long MILLI = 1_000_000;
    private static final long SECOND = 1_000 * MILLI;

    @Test
    void aWriteTellsAnIntervalAsLongAsItsRoundTrip() {
        RegistryOffset told = RegistryOffset.stamped(NOON, 100 * MILLI, 110 * MILLI);

        assertThat(told).isEqualTo(new RegistryOffset(NOON, NOON.plusMillis(11), 110 * MILLI));
        assertThat(told.uncertainty()).isEqualTo(Duration.ofNanos(5_500_000));
    }

    @Test
    void anIntervalWidensWithAgeByWhatAClockMayGainOrLose() {
        RegistryOffset told = new RegistryOffset(NOON, NOON.plusMillis(1), 0);

        RegistryOffset later = told.at(30 * SECOND);

        assertThat(later.earliest()).isEqualTo(NOON.plusSeconds(30).minusMillis(15));
        assertThat(later.latest()).isEqualTo(NOON.plusSeconds(30).plusMillis(16));
        assertThat(told.at(-30 * SECOND).earliest())
                .isEqualTo(NOON.minusSeconds(30).minusMillis(15));
    }

    @Test
    void whatTwoWritesLeaveToOneAnotherIsLessThanEither() {
        RegistryOffset slowAnswer = RegistryOffset.stamped(NOON, 0, 10 * MILLI); // stamped at once
        RegistryOffset slowRequest = RegistryOffset.stamped(NOON.plusMillis(30), 20 * MILLI, 30 * MILLI);

        RegistryOffset both = slowAnswer.then(slowRequest);

        assertThat(both.earliest()).isEqualTo(NOON.plusMillis(30));
        assertThat(both.latest()).isBetween(NOON.plusMillis(31), NOON.plusMillis(32));
    }

    @Test
    void whatContradictsIsBelievedAlone() {
        RegistryOffset before = RegistryOffset.stamped(NOON, 0, MILLI);
        RegistryOffset after = RegistryOffset.stamped(NOON.plusSeconds(60), SECOND, SECOND + MILLI);

        assertThat(before.then(after)).isEqualTo(after);
        assertThat(before.stepTo(after)).isBetween(Duration.ofMillis(58_990), Duration.ofSeconds(59));
        assertThat(after.stepTo(before)).isBetween(Duration.ofSeconds(-59), Duration.ofMillis(-58_990));
        assertThat(before.stepTo(before)).isZero();
    }

    @Test
    void howFarAWallClockIsOffIsWhatTheIntervalCannotExplain() {
        RegistryOffset told = new RegistryOffset(NOON, NOON.plusMillis(10), 0);

        assertThat(told.ahead(NOON.plusMillis(5), 0)).isZero();
        assertThat(told.ahead(NOON.minusSeconds(7), 0)).isEqualTo(Duration.ofSeconds(7));
        assertThat(told.ahead(NOON.plusSeconds(7).plusMillis(10), 0)).isEqualTo(Duration.ofSeconds(-7));
    }

    /** Clocks that go wrong as fast as they may, writes that take what they like each way: the truth is always within. */
    @Test
    void theTruthIsAlwaysWithinAndNearerThanHalfARoundTrip() {
        for (int seed = 0; seed < 300; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            double rate = 1 + random.nextInt(-499, 500) / 1e6; // of the registry's clock by the stopwatch
            long offset = random.nextLong(-3_600 * SECOND, 3_600 * SECOND);
            RegistryOffset known = null;
            long now = random.nextLong(SECOND);
            for (int i = 0; i < 200; i++) {
                now += random.nextLong(random.nextInt(5) == 0 ? 60 * SECOND : SECOND);
                long sent = now;
                long stampedAt = sent + random.nextLong(10 * MILLI);
                long answered = stampedAt + random.nextLong(10 * MILLI);
                RegistryOffset told = RegistryOffset.stamped(
                        truth(rate, offset, stampedAt).truncatedTo(ChronoUnit.MILLIS), sent, answered);
                known = known == null ? told : known.then(told);
                now = answered + random.nextLong(2 * SECOND);

                RegistryOffset at = known.at(now);
                assertThat(truth(rate, offset, now)).as("seed %s", seed).isBetween(at.earliest(), at.latest());
                assertThat(known.uncertainty()).isLessThanOrEqualTo(told.uncertainty());
            }
        }
    }

    private static Instant truth(double rate, long offset, long stopwatch) {
        return NOON.plusNanos(offset + (long) (rate * stopwatch));
    }
}
