package io.elasticjob.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PodLogsTest {

    @ParameterizedTest
    @CsvSource({
        "abc, 0, ''",
        "abc, 1, c",
        "abc, 3, abc",
        "abc, 9, abc",
        "'', 9, ''",
        "aüb, 4, aüb",
        "aüb, 3, üb",
        "aüb, 2, b",
        "a😀, 4, 😀",
        "a😀, 3, ''"
    })
    void isCutAtTheFrontBetweenCharacters(String log, int most, String end) throws IOException {
        assertThat(PodLogs.end(new ByteArrayInputStream(log.getBytes(StandardCharsets.UTF_8)), most))
                .isEqualTo(end);
    }

    @Test
    void isTheEndOfALongOne() throws IOException {
        String log = "日本\n".repeat(100_000) + "end";

        assertThat(PodLogs.end(new ByteArrayInputStream(log.getBytes(StandardCharsets.UTF_8)), 65_536))
                .hasSizeGreaterThan(20_000)
                .endsWith("日本\nend")
                .doesNotContain("\ufffd");
    }
}
