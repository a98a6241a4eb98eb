package io.elasticjob.schedule;

import io.elasticjob.text.Durations;
import io.elasticjob.text.MalformedTextException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * So long after the end of the firing before, each shard by itself. Its fire times follow from what ran, not from the clock
 * alone: {@link #afterEnd} names them, while {@link #next} and {@link #latest} name none.
 *
 * @param delay between an end and the next firing
 * @param initialDelay between the beginning of the job and the first firing of a shard
 * @since 0.1.0
 */
public record FixedDelay(Duration delay, Duration initialDelay) implements Schedule {

    private static final Duration LONGEST = Duration.ofDays(36500);

    /**
     * @throws IllegalArgumentException when a delay is not a whole number of milliseconds up to 36500 days, or {@code delay}
     *     is nothing
     */
    public FixedDelay {
        check(delay, Duration.ofMillis(1));
        check(initialDelay, Duration.ZERO);
    }

    private static void check(Duration delay, Duration least) {
        boolean wholeMillis = delay.getNano() % 1_000_000 == 0;
        if (!wholeMillis || delay.compareTo(least) < 0 || delay.compareTo(LONGEST) > 0) {
            throw new MalformedTextException(
                    Durations.format(delay),
                    "is not a delay: it must be a whole number of milliseconds from " + Durations.format(least)
                            + " to 36500d");
        }
    }

    @Override
    public boolean isByEnd() {
        return true;
    }

    /** In whole milliseconds, as it is stored: two instances that read the same name the same. */
    @Override
    public Optional<Instant> afterEnd(@Nullable Instant end, Instant since) {
        Instant from = end == null ? since.plus(initialDelay) : (end.isAfter(since) ? end : since).plus(delay);
        Instant millis = from.truncatedTo(ChronoUnit.MILLIS);
        return Optional.of(millis.isBefore(from) ? millis.plusMillis(1) : millis); // never before the job began
    }

    @Override
    public Optional<Instant> next(Instant after) {
        return Optional.empty();
    }

    @Override
    public Optional<Instant> latest(Instant now) {
        return Optional.empty();
    }

    @Override
    public String toString() {
        return Durations.format(delay) + " after each end"
                + (initialDelay.isZero() ? "" : ", at first after " + Durations.format(initialDelay));
    }
}
