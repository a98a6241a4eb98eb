package io.elasticjob.history;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class LogBufferTest {

    private static final Pattern MARK = Pattern.compile("\\[… (\\d+) bytes are cut here]\n");

    private final LogBuffer buffer = new LogBuffer();

    @Test
    void whatFitsIsThereAsItWasAdded() {
        assertThat(buffer.isEmpty()).isTrue();
        assertThat(buffer.text()).isEmpty();
        assertThat(buffer.last(1024)).isEmpty();

        buffer.add("one");
        buffer.add("two\nlines");
        buffer.add("");

        assertThat(buffer.isEmpty()).isFalse();
        assertThat(buffer.text()).isEqualTo("one\ntwo\nlines\n\n");
        assertThat(buffer.last(1024)).isEqualTo(buffer.text());
    }

    /** With characters of one to four bytes, so that every boundary cuts through some of them. */
    @Test
    void ofWhateverIsAddedThereAreTheBeginningAndTheEndAndTheSizeOfTheGap() {
        for (int seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            LogBuffer log = new LogBuffer();
            StringBuilder all = new StringBuilder();
            int entries = random.nextInt(400);
            for (int i = 0; i < entries; i++) {
                String entry = i + " " + any(random, random.nextInt(10) == 0 ? 2000 : 200);
                log.add(entry);
                all.append(entry).append('\n');
            }
            assertIsCutOf(all.toString(), log.text(), LogBuffer.HEAD + LogBuffer.TAIL + 64);
            for (int most : new int[] {9000, ExecutionLog.MAX_BYTES, LogBuffer.TAIL}) {
                String last = log.last(most);
                assertIsCutOf(all.toString(), last, most);
                if (bytes(all.toString()) > most) {
                    assertThat(last).as("seed %s", seed).startsWith("[… ");
                    assertThat(bytes(last)).isGreaterThan(most - 8000);
                }
            }
        }
    }

    private static void assertIsCutOf(String all, String shown, int most) {
        assertThat(bytes(shown)).isLessThanOrEqualTo(most);
        Matcher mark = MARK.matcher(shown);
        if (!mark.find()) {
            assertThat(shown).isEqualTo(all);
            return;
        }
        String before = shown.substring(0, mark.start());
        String after = shown.substring(mark.end());
        assertThat(all).startsWith(before).endsWith("\n" + after);
        assertThat(bytes(before) + Long.parseLong(mark.group(1)) + bytes(after)).isEqualTo(bytes(all));
        assertThat(before.isEmpty() || before.endsWith("\n")).isTrue();
        assertThat(after).matches("(?s)\\d+ .*\n");
    }

    private static String any(Random random, int most) {
        int[] points = {'x', 'é', '订', 0x1F600};
        StringBuilder text = new StringBuilder();
        for (int length = random.nextInt(most); length > 0; length--) {
            text.appendCodePoint(points[random.nextInt(points.length)]);
        }
        return text.toString();
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    @Test
    void aMillionLinesTakeNoMoreThanTheBound() {
        for (int i = 0; i < 1_000_000; i++) {
            buffer.add("line " + i);
        }

        assertThat(buffer.text()).startsWith("line 0\nline 1\n").endsWith("line 999998\nline 999999\n");
        assertThat(bytes(buffer.text())).isBetween(60 * 1024, 64 * 1024 + 64);
        assertThat(buffer.last(ExecutionLog.MAX_BYTES)).endsWith("line 999999\n");
    }

    @Test
    void anEntryThatIsTooLongIsCutBetweenTwoCharactersAndSaysSo() {
        List<String> long_ = new ArrayList<>();
        for (int ahead = 0; ahead < 4; ahead++) {
            long_.add("a".repeat(ahead) + "\uD83D\uDE00".repeat(30_000));
        }
        long_.add("b".repeat(100_000));
        long_.add("é".repeat(LogBuffer.ENTRY / 2)); // its end of the line is one byte too much
        for (String entry : long_) {
            LogBuffer log = new LogBuffer();
            log.add(entry);
            log.add("next");

            Matcher cut = Pattern.compile("(?s)(.*)\n\\[… the last (\\d+) characters of this entry are cut]\nnext\n")
                    .matcher(log.text());
            assertThat(cut.matches()).as(log.text()).isTrue();
            assertThat(entry).startsWith(cut.group(1));
            assertThat(cut.group(1).length() + Integer.parseInt(cut.group(2))).isEqualTo(entry.length());
            assertThat(bytes(cut.group(1))).isBetween(LogBuffer.ENTRY - 70, LogBuffer.ENTRY);
        }
    }

    @Test
    void whatNoDatabaseTakesIsReplaced() {
        buffer.add("nul \0 and half \uD83D");

        assertThat(buffer.text()).isEqualTo("nul \uFFFD and half ?\n");
    }
}
