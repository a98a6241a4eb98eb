package io.elasticjob;

import io.elasticjob.text.VisibleText;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How far an execution has come, as its handler sees it.
 *
 * @param percent from 0 to 100; what is less counts as 0, what is more as 100
 * @param message one line for people, "" for none. What is longer than {@link #MAX_MESSAGE_LENGTH} characters is cut, and
 *     characters that are not seen are written out
 * @since 0.1.0
 */
public record Progress(int percent, String message) {

    /** The longest message that is kept, in characters. */
    public static final int MAX_MESSAGE_LENGTH = 200;

    private static final Pattern TEXT = Pattern.compile("(\\d{1,3}) %(?:: (.*))?");

    public Progress {
        percent = Math.max(0, Math.min(100, percent));
        message = VisibleText.of(message.strip(), MAX_MESSAGE_LENGTH);
    }

    /** {@code 40 %: page 12 of 30}, or {@code 40 %} without a message. */
    public String text() {
        return percent + " %" + (message.isEmpty() ? "" : ": " + message);
    }

    /** What {@link #text} has written; empty for anything else. */
    public static Optional<Progress> parse(String text) {
        Matcher written = TEXT.matcher(text);
        return written.matches()
                ? Optional.of(new Progress(
                        Integer.parseInt(written.group(1)), written.group(2) == null ? "" : written.group(2)))
                : Optional.empty();
    }
}
