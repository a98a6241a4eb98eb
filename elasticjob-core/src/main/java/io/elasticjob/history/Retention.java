package io.elasticjob.history;

import io.elasticjob.Durations;
import io.elasticjob.InvalidSettingException;
import java.time.Duration;

/**
 * How long executions are kept.
 *
 * @param maxAge those that began longer ago are removed
 * @param maxCount of each job the latest so many are kept: a frequent job pushes no other out
 */
public record Retention(Duration maxAge, int maxCount) {

    /** @throws InvalidSettingException when nothing would be kept */
    public Retention {
        if (maxAge.isNegative() || maxAge.isZero()) {
            throw new InvalidSettingException(
                    "elasticjob.tracing.retention.max-age",
                    Durations.format(maxAge),
                    "must be longer than 0s, or nothing is kept; to keep nothing set elasticjob.tracing.enabled=false");
        }
        if (maxCount < 1) {
            throw new InvalidSettingException(
                    "elasticjob.tracing.retention.max-count",
                    String.valueOf(maxCount),
                    "must be at least 1, or nothing is kept; to keep nothing set elasticjob.tracing.enabled=false");
        }
    }
}
