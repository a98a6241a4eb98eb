package io.elasticjob.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IsoInstantTest {

    private static final int SAMPLES = 20_000;

    @Test
    void anInstantIsWrittenAndReadAsTheLibraryDoesIt() {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < SAMPLES; i++) {
            Instant instant = random(random, i);
            String text = IsoInstant.text(instant);
            assertThat(text).isEqualTo(instant.toString());
            assertThat(IsoInstant.parse(text)).as(text).isEqualTo(instant);
        }
    }

    private static Instant random(SplittableRandom random, int i) {
        long seconds = switch (i % 4) {
            case 0 -> random.nextLong(-70_000_000_000L, 300_000_000_000L);
            case 1 -> 86_400L * random.nextInt(-800_000, 3_000_000) - random.nextInt(2);
            default -> random.nextLong(1_700_000_000L, 1_900_000_000L);
        };
        int nanos = switch (random.nextInt(4)) {
            case 0 -> 0;
            case 1 -> 1_000_000 * random.nextInt(1_000);
            case 2 -> 1_000 * random.nextInt(1_000_000);
            default -> random.nextInt(1_000_000_000);
        };
        return Instant.ofEpochSecond(seconds, nanos);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-1000000000-01-01T00:00:00Z",
                "+1000000000-12-31T23:59:59.999999999Z",
                "+10000-01-01T00:00:00Z",
                "0000-01-01T00:00:00Z",
                "9999-12-31T23:59:59.999999999Z",
                "2024-02-29T00:00:00Z",
                "2026-03-01T12:00:00.1Z",
                "2026-03-01T12:00:00.12Z",
                "2026-03-01T12:00:00.000000001Z",
                "2026-03-01T24:00:00Z",
                "2016-12-31T23:59:60Z",
                "2026-03-01t12:00:00z",
                "2026-03-01T12:00Z",
                "2026-03-01T12:00:00.Z",
                "2026-03-01T12:00:00+01:00",
                "2026-03-01T12:00:00.1234567890Z",
                "2026-02-29T00:00:00Z",
                "2026-13-01T00:00:00Z",
                "2026-03-01T25:00:00Z",
                "2026-03-01T12:60:00Z",
                "2026-03-01T12:00:61Z",
                "2026-03-01T12:00:00.12",
                "2026-03-01T12:00:00.1a3Z",
                "2026-03-01T12:00:00,123Z",
                "2026-3-01T12:00:00.123Z",
                "2026-03-01 12:00:00Z",
                "yesterday",
                "Z",
                ""
            })
    void whatIsUnusualIsReadAsTheLibraryDoesIt(String text) {
        Instant expected;
        try {
            expected = Instant.parse(text);
        } catch (DateTimeException refused) {
            assertThatThrownBy(() -> IsoInstant.parse(text)).isInstanceOf(DateTimeException.class);
            return;
        }
        assertThat(IsoInstant.parse(text)).isEqualTo(expected);
    }
}
