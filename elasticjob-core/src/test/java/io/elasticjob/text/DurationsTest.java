package io.elasticjob.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {

    @ParameterizedTest
    @CsvSource({
        "30s, PT30S",
        "30S, PT30S",
        "10m, PT10M",
        "500ms, PT0.5S",
        "10us, PT0.00001S",
        "10ns, PT0.00000001S",
        "2d, PT48H",
        "1h30m, PT1H30M",
        "1m5ms, PT1M0.005S",
        "-5s, PT-5S",
        "+5s, PT5S",
        "-1h30m, PT-1H-30M",
        "PT30S, PT30S",
        "pt1h30m, PT1H30M",
        "-PT30S, PT-30S",
        "P1D, PT24H"
    })
    void peopleAndIsoWriteDurationsDifferentlyAndBothAreRead(String text, Duration expected) {
        assertThat(Durations.parse(text)).isEqualTo(expected);
        assertThat(Durations.parse(Durations.format(expected))).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "s",
                "-",
                "10w",
                "1.5s",
                "5 s",
                "30m1h",
                "1h1h",
                "1h500",
                "PT",
                "P",
                "99999999999999999999s",
                "9223372036854775807d"
            })
    void whatIsNoDurationIsRefusedWithTheRule(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Durations.parse(text))
                .withMessageStartingWith("\"" + text + "\" is not a duration: write a number and a unit");
    }

    @ParameterizedTest
    @ValueSource(strings = {"30", " 30 ", "0", "-5", "+5", "00030"})
    void aNumberWithoutAUnitIsRefused(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Durations.parse(text))
                .withMessage("\"" + text + "\" has no unit: write " + text.strip() + "s for seconds, or " + text.strip()
                        + "ms for milliseconds");
    }

    @Test
    void aDurationIsShownAsPeopleWriteIt() {
        assertThat(Durations.format(Duration.ofMinutes(90))).isEqualTo("1h30m");
        assertThat(Durations.format(Duration.ofMillis(-1500))).isEqualTo("-1s500ms");
        assertThat(Durations.format(Duration.ZERO)).isEqualTo("0s");
    }
}
