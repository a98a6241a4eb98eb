package io.elasticjob.history;

import io.elasticjob.text.Thrown;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * Something that was logged, as it is shown: {@code 2026-06-01T12:00:05.012Z WARN com.acme.Till : no paper}, and the stack
 * trace of what was thrown.
 *
 * @param thread its name; null for the one that runs the handler, which is not shown
 * @param thrown null when nothing was
 */
public record LogLine(
        Instant at,
        String level,
        String logger,
        @Nullable String thread,
        @Nullable String message,
        @Nullable Throwable thrown) {

    private static final int MOST_CAUSES = 20;

    /** Of each that was thrown, so that there is room for its causes. */
    private static final int MOST_FRAMES = 30;

    /** Never fails, though what was thrown may have no words. Not much longer than an entry of a log may be. */
    String text() {
        StringBuilder text = new StringBuilder(128)
                .append(at.truncatedTo(ChronoUnit.MILLIS))
                .append(' ')
                .append(level)
                .append(' ');
        if (thread != null) {
            text.append('[').append(thread).append("] ");
        }
        text.append(logger).append(" : ").append(message == null ? "" : message);
        if (thrown != null) {
            append(text, Thrown.tellable(thrown));
        }
        return text.toString();
    }

    private static void append(StringBuilder text, Throwable thrown) {
        String before = "\n";
        Throwable next = thrown;
        for (int causes = 0; next != null && causes < MOST_CAUSES && isShort(text); causes++) {
            text.append(before).append(next);
            StackTraceElement[] frames = next.getStackTrace();
            int shown = Math.min(frames.length, MOST_FRAMES);
            for (int i = 0; i < shown && isShort(text); i++) {
                text.append("\n\tat ").append(frames[i]);
            }
            if (shown < frames.length) {
                text.append("\n\t… ").append(frames.length - shown).append(" more");
            }
            for (Throwable suppressed : next.getSuppressed()) {
                if (isShort(text)) {
                    text.append("\n\tSuppressed: ").append(suppressed);
                }
            }
            before = "\nCaused by: ";
            next = next.getCause();
        }
    }

    /** Whether more of it would still be shown. */
    private static boolean isShort(StringBuilder text) {
        return text.length() < LogBuffer.ENTRY;
    }
}
