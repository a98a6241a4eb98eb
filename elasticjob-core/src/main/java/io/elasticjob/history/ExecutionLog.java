package io.elasticjob.history;

import io.elasticjob.Progress;
import org.jspecify.annotations.Nullable;

/**
 * What an execution has said so far.
 *
 * @param text lines that it logged. Where some were cut, a line in their place says how many bytes
 * @param progress that it showed last; null when it has shown none, or that is not known
 * @since 0.1.0
 */
public record ExecutionLog(
        ExecutionRecord.Identity execution,
        String text,
        @Nullable Progress progress) {

    /** The longest text that is given to a history, in bytes of UTF-8: the end of what was logged. */
    public static final int MAX_BYTES = 16 * 1024;
}
