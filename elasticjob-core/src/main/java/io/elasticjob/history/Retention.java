package io.elasticjob.history;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.text.Durations;
import java.time.Duration;

/**
 * How long executions are kept.
 *
 * @param maxAge those that began longer ago are removed
 * @param maxCount of each job the latest so many are kept: a frequent job pushes no other out
 * @since 0.1.0
 */
public record Retention(Duration maxAge, int maxCount) {

    private static final Duration LONGEST = Duration.ofDays(36_500);

    /** @throws InvalidSettingException when nothing would be kept, or for longer than can be calculated with */
    public Retention {
        if (maxAge.compareTo(LONGEST) > 0) {
            throw new InvalidSettingException(
                    "elasticjob.history.retention.max-age", Durations.format(maxAge), "must be at most 36500d");
        }
        if (maxAge.isNegative() || maxAge.isZero()) {
            throw new InvalidSettingException(
                    "elasticjob.history.retention.max-age",
                    Durations.format(maxAge),
                    "must be longer than 0s, or nothing is kept; to keep nothing set elasticjob.history.enabled=false");
        }
        if (maxCount < 1) {
            throw new InvalidSettingException(
                    "elasticjob.history.retention.max-count",
                    String.valueOf(maxCount),
                    "must be at least 1, or nothing is kept; to keep nothing set elasticjob.history.enabled=false");
        }
    }
}
