package io.elasticjob;

import io.elasticjob.text.Durations;
import java.time.Duration;

/**
 * By how much a shard begins later than its fire time at most, so that not all begin at once. Which part of it depends on
 * the job, the shard and the firing alone. The firing keeps its fire time. No shard begins later than the next fire time.
 *
 * @param most zero for no jitter
 * @since 0.1.0
 */
public record Jitter(Duration most) {

    /** Begins at the fire time. */
    public static final Jitter NONE = new Jitter(Duration.ZERO);

    private static final Duration LONGEST = Duration.ofDays(1);

    public boolean isNone() {
        return most.isZero();
    }

    /** @throws InvalidSettingException when it cannot be used, by itself or beside the schedule */
    static Jitter read(WrittenSettings written) {
        Jitter jitter = written.read(JobKey.JITTER, value -> of(WrittenSchedule.durationOrNone(value, LONGEST)));
        if (!jitter.isNone()) {
            if (!written.text(JobKey.FIXED_DELAY).isEmpty()) {
                throw written.invalid(
                        JobKey.JITTER,
                        "cannot be set beside fixedDelay=\"" + written.text(JobKey.FIXED_DELAY)
                                + "\": each shard fires when it has ended, so that shards spread by themselves");
            }
            if (!WrittenSchedule.saysWhen(written)) {
                throw written.invalid(
                        JobKey.JITTER, "needs a schedule whose firings it spreads: set cron, every or at");
            }
        }
        return jitter;
    }

    private static Jitter of(Duration most) {
        return most.isZero() ? NONE : new Jitter(most);
    }

    @Override
    public String toString() {
        return Durations.format(most);
    }
}
