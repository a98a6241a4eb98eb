package io.elasticjob;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.schedule.Schedule;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InvalidSettingExceptionTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "x      | \"x\" is no y      | key: \"x\" is no y",
                "x      | is no y            | key: \"x\" is no y",
                "x      | \"xx\" is no y     | key: \"x\" \"xx\" is no y",
                "''     | \"\" is no y       | key: \"\" \"\" is no y"
            })
    void theValueIsSaidOnce(String value, String rule, String message) {
        assertThat(new InvalidSettingException("key", value, rule)).hasMessage(message);
    }

    @Test
    void alsoWhereAParserSaysItInItsOwnWords() {
        String wrong = "99 0 0 * * ?";
        try {
            Schedule.cron(wrong, ZoneId.of("UTC"));
        } catch (IllegalArgumentException words) {
            assertThat(new InvalidSettingException("cron", wrong, words.getMessage()).getMessage())
                    .startsWith("cron: \"" + wrong + "\" is not a cron expression")
                    .containsOnlyOnce(wrong);
            return;
        }
        throw new AssertionError("it was accepted");
    }
}
