package io.elasticjob.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SilenceTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a connection that was closed in the midst of talk | 15000 | 15000",
                "one whose last question had no answer             | 14600 | 14600",
                "one that the client gave up                       |  5100 |  5100",
                "an answer that was long in coming, with life signs|  1000 |  5000",
                "one that had been silent for longer than that     |  -900 |  5000",
            })
    void aSessionIsComeBackToUntilItsTimeoutHasPassedInSilence(String what, long left, long patience) {
        assertThat(Silence.patience(Duration.ofSeconds(15), Duration.ofMillis(left)))
                .isEqualTo(Duration.ofMillis(patience));
    }
}
