package io.elasticjob.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Under a session of 60 s; all figures are seconds. */
class SilenceTest {

    @ParameterizedTest(name = "proof {0} s ago, connected {1} s ago: a loss {2}, survived {3}, to ask {4}")
    @CsvSource({
        "0, 0, false, true, false",
        "19.999, 50, false, true, false",
        "20, 50, false, true, true",
        "39.999, 50, false, true, true",
        "40, 50, true, true, true",
        "56.999, 100, true, true, true",
        "57, 100, true, false, true",
        "100, 57, true, false, true",
        // The connection is as good as an answer, but no proof.
        "100, 0, false, true, true",
        "100, 39.999, false, true, true",
        "100, 40, true, true, true"
    })
    void saysWhatFollows(
            double sinceProof, double sinceConnected, boolean isLoss, boolean isSurvived, boolean isToBeBroken) {
        Silence silence = silence(sinceProof, sinceConnected);

        assertThat(silence.isLoss()).isEqualTo(isLoss);
        assertThat(silence.isSurvived()).isEqualTo(isSurvived);
        assertThat(silence.isToBeBroken()).isEqualTo(isToBeBroken);
    }

    @ParameterizedTest(name = "proof {0} s ago, asking {1}: looks again in {2} s")
    @CsvSource({
        "0, false, 10",
        "10, false, 10",
        "12, false, 8",
        "19.5, false, 0.5",
        "20, false, 10",
        "50, false, 10",
        "12, true, 10",
        "20, true, 10"
    })
    void isLookedAtAgainNotLaterThanTheNextQuestionFallsDue(double sinceProof, boolean asking, double next) {
        assertThat(silence(sinceProof, 1_000).untilNextLook(asking)).isEqualTo(seconds(next));
    }

    private static Silence silence(double sinceProof, double sinceConnected) {
        return new Silence(Duration.ofSeconds(60), seconds(sinceProof), seconds(sinceConnected));
    }

    private static Duration seconds(double count) {
        return Duration.ofMillis(Math.round(count * 1_000));
    }
}
