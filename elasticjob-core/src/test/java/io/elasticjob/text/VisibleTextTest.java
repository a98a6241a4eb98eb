package io.elasticjob.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Operator;
import io.elasticjob.schedule.Schedule;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VisibleTextTest {

    private static final String RIGHT_TO_LEFT = "\u202e";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\u202a", "\u202e", "\u2066", "\u2069", "\u200e", "\u200f", "\u061c", "\u2028", "\u2029", "\u0000",
                        "\n",
                "\u001b", "\u007f", "\u0085", "\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u034f",
                        "\u115f",
                "\u3164", "\uffa0", "\u2800", "\u180e", "\u00a0", "\u2003", "\u3000", "\ud800", "\udc00", "\udb40\udc41"
            })
    void whatIsNotSeenIsWrittenOutAndNotAllowedInNames(String hidden) {
        String text = "a" + hidden + "b";

        assertThat(VisibleText.of(text)).matches("a(\\\\u[0-9A-F]{4}){1,2}b");
        assertThat(VisibleText.firstHidden(text)).isPresent().get().asString().endsWith(" at position 2");
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> JobDefinition.named(text).build())
                .withMessageStartingWith("job name: \"" + VisibleText.of(text) + "\" must not contain");
        for (JobKey key : new JobKey[] {JobKey.HANDLER, JobKey.SHARDING_STRATEGY}) {
            assertThatExceptionOfType(InvalidSettingException.class)
                    .isThrownBy(
                            () -> JobDefinition.named("orders").set(key, text).build())
                    .withMessageStartingWith("orders." + key.key() + ": \"" + VisibleText.of(text) + "\"");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "plain", "Größe", "中文", "שלום", "❤️", "😀", "a b", "ﷺ"})
    void whatIsSeenIsLeftAlone(String text) {
        assertThat(VisibleText.of(text)).isSameAs(text);
        assertThat(VisibleText.firstHidden(text)).isEmpty();
    }

    @Test
    void aLongTextIsCutAndNeverInTheMiddleOfACharacter() {
        assertThat(VisibleText.of("abcdef", 6)).isEqualTo("abcdef");
        assertThat(VisibleText.of("abcdefg", 6)).isEqualTo("abcde…");
        assertThat(VisibleText.of("abcd😀fgh", 6)).isEqualTo("abcd…");
        assertThat(VisibleText.of("a" + "\n".repeat(10), 12)).hasSize(12).endsWith("…");
    }

    @Test
    void reasonsAndUsersAreKeptWithWhatIsNotSeenWrittenOut() {
        Operator by = new Operator("ann" + RIGHT_TO_LEFT, "month\u2028end");

        assertThat(by.who()).isEqualTo("ann\\u202E");
        assertThat(by.why()).isEqualTo("month\\u2028end");
        assertThat(new Operator(by.who(), by.why())).isEqualTo(by);
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> new Operator("", RIGHT_TO_LEFT.repeat(40)))
                .withMessageContaining("must have at most 200 characters, with those written out that are not seen");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0 0 3 * * \uff1f | has the character "\uff1f" U+FF1F (FULLWIDTH QUESTION MARK) at position 11: write "?"
            0 0 3\u00a0* * ? | has the character U+00A0 (NO-BREAK SPACE) at position 6: write " "
            0 0 3\u3000* * ? | has the character U+3000 (IDEOGRAPHIC SPACE) at position 6: write " "
            0 0 3 \uff0a * ? | has the character "\uff0a" U+FF0A (FULLWIDTH ASTERISK) at position 7: write "*"
            0 0 ? * MON\u2013FRI | has the character "\u2013" U+2013 (EN DASH) at position 12: write "-"
            0 0 \u0663 * * ? | has the character "\u0663" U+0663 (ARABIC-INDIC DIGIT THREE) at position 5, which cannot stand here
            0 0 0 ? * \u017fun | has the character "\u017f" U+017F (LATIN SMALL LETTER LONG S) at position 11, which cannot stand here
            0 0 3\u200b * * ? | has the character U+200B (ZERO WIDTH SPACE) at position 6, which cannot stand here
            """)
    void aCharacterThatLooksLikeAnotherIsNamed(String cron, String rule) {
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() ->
                        JobDefinition.named("orders").set(JobKey.CRON, cron).build())
                .withMessageStartingWith("orders.cron: ")
                .withMessageEndingWith(rule);
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> Schedule.cron(cron, ZoneOffset.UTC))
                .withMessageEndingWith(rule);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            every                | 3\uff10s
            at                   | 2027\u201101-01T00:00:00Z
            zone                 | Europe\uff0fBerlin
            shardingTotalCount   | \uff13
            failover             | tru\u0435
            misfire              | SK\u0406P
            misfireThreshold     | 2\u00a0m
            """)
    void theSameHoldsForEveryOtherWordOfOurs(JobKey key, String value) {
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> JobDefinition.named("orders").set(key, value).build())
                .withMessageContaining("has the character ")
                .withMessageContaining("(");
    }
}
