package io.elasticjob;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProgressTest {

    @ParameterizedTest
    @CsvSource({"-1, 0", "-2147483648, 0", "0, 0", "40, 40", "100, 100", "101, 100", "2147483647, 100"})
    void aPercentageBeyondTheBoundsCountsAsTheBound(int given, int shown) {
        assertThat(new Progress(given, "").percent()).isEqualTo(shown);
    }

    @Test
    void aMessageIsOneLineThatIsNotTooLong() {
        assertThat(new Progress(1, " page 1\nof 2 ").message()).isEqualTo("page 1\\u000Aof 2");
        assertThat(new Progress(1, "half \uD83D").message()).isEqualTo("half \\uD83D");
        assertThat(new Progress(1, "x".repeat(5000)).message()).hasSize(Progress.MAX_MESSAGE_LENGTH);
    }

    @Test
    void whatIsWrittenIsReadAsItWas() {
        Random random = new Random(3);
        for (int i = 0; i < 2000; i++) {
            StringBuilder message = new StringBuilder();
            for (int length = random.nextInt(250); length > 0; length--) {
                message.append((char) (random.nextBoolean() ? random.nextInt(0x10000) : ' ' + random.nextInt(90)));
            }
            Progress progress = new Progress(random.nextInt(101), message.toString());

            assertThat(Progress.parse(progress.text())).contains(progress);
        }
        assertThat(new Progress(40, "page 12").text()).isEqualTo("40 %: page 12");
        assertThat(new Progress(40, "").text()).isEqualTo("40 %");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "40", "%", "1000 %", "-1 %", "its instance died; it is run again", "40 % page"})
    void anythingElseIsNoProgress(String text) {
        assertThat(Progress.parse(text)).isEmpty();
    }

    @Test
    void theContextPassesItOn() {
        List<Progress> shown = new ArrayList<>();
        ShardingContext context = ShardingContext.builder().progress(shown::add).build();

        context.progress(30, "page 3");
        context.toBuilder().build().progress(40, "");
        ShardingContext.builder().build().progress(50, "goes nowhere");

        assertThat(shown).containsExactly(new Progress(30, "page 3"), new Progress(40, ""));
    }
}
