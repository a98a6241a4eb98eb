package io.elasticjob;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How long an execution may take, and what happens to one that goes on although it was told to end.
 *
 * @param limit from the start of the handler; then it is cancelled, with the reason {@link Cancellation.Reason#TIMEOUT}.
 *     Null for none
 * @param grace how long an execution that was cancelled, by its timeout or by an operator, may go on before that is recorded
 *     although it has not ended. Its shard then waits for the end
 * @since 0.1.0
 */
public record Timeout(@Nullable Duration limit, Duration grace) {

    private static final Duration LONGEST = Duration.ofDays(365);
    private static final Duration LONGEST_GRACE = Duration.ofDays(1);

    /** The limit, if there is one. */
    public Optional<Duration> after() {
        return Optional.ofNullable(limit);
    }

    /** @throws InvalidSettingException when the keys of the timeout cannot be used */
    static Timeout read(WrittenSettings written) {
        Duration grace = written.read(JobKey.CANCEL_GRACE, SettingForm.duration(LONGEST_GRACE));
        return written.text(JobKey.TIMEOUT).isEmpty()
                ? new Timeout(null, grace)
                : new Timeout(written.read(JobKey.TIMEOUT, SettingForm.duration(LONGEST)), grace);
    }
}
