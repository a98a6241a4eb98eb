package io.elasticjob.schedule;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A schedule that is confined to limits: it fires when the other one does and all limits allow it. Hours and days follow the
 * rules of {@link Schedule.Cron} when the clock is changed: {@code between=01:00-05:00} leaves of a cron expression what it
 * would name with the hours {@code 1-4}, and of a fixed rate what the clock reads as such a time, where a time that the clock
 * skips is read on the clock before, and a time that it reads twice counts the first time only. A fixed delay that ends
 * outside of the limits fires when they allow it again.
 *
 * <p>A search ends after {@value Readings#MOST_STEPS} stretches in a row without a fire time, some 27 years of days: later
 * ones, or earlier ones, count as none. With hours or days there are none before 1970 or after 2199.
 *
 * @since 0.1.0
 */
public final class Within implements Schedule {

    // A record in all but name: it keeps the timeline beside what it is made of.
    private final Schedule base;
    private final Limits limits;

    /** What hours and days allow: of a cron expression the fire times, of a fixed rate all seconds; null without any. */
    private final @Nullable CronTimeline open;

    /** As {@link Schedule#within}. */
    Within(Schedule base, Limits limits) {
        this.base = base;
        this.limits = limits;
        if (base instanceof Cron cron) {
            this.open = limits.zone() == null ? null : cron.timeline(limits.readings());
        } else if (base instanceof Every || base instanceof FixedDelay) {
            this.open = limits.zone() == null ? null : new CronTimeline(limits.readings(), limits.zone());
        } else {
            throw new IllegalArgumentException(base + " does not repeat: it has no limits");
        }
        if ((isByEnd() ? firstAllowed(Instant.EPOCH) : next(Instant.EPOCH.minusNanos(1))).isEmpty()) {
            throw new IllegalArgumentException("leaves no fire time within all limits of: " + base);
        }
    }

    @Override
    public Schedule base() {
        return base;
    }

    @Override
    public Limits limits() {
        return limits;
    }

    @Override
    public boolean isByEnd() {
        return base.isByEnd();
    }

    /** As soon after it as the limits allow. */
    @Override
    public Optional<Instant> afterEnd(@Nullable Instant end, Instant since) {
        return base.afterEnd(end, since).flatMap(this::firstAllowed);
    }

    private Optional<Instant> firstAllowed(Instant earliest) {
        Instant from = limits.from();
        Instant valid = from != null && earliest.isBefore(from) ? from : earliest;
        Instant second = valid.truncatedTo(ChronoUnit.SECONDS);
        Optional<Instant> allowed = open == null ? Optional.of(second) : open.next(second.minusSeconds(1));
        return allowed.map(begin -> begin.isAfter(valid) ? begin : valid).filter(limits::validityAllows);
    }

    @Override
    public Optional<Instant> next(Instant after) {
        Instant from = limits.from();
        return nextOpen(from != null && after.isBefore(from) ? from.minusNanos(1) : after)
                .filter(limits::validityAllows);
    }

    @Override
    public Optional<Instant> latest(Instant now) {
        Instant until = limits.until();
        return latestOpen(until != null && !now.isBefore(until) ? until.minusNanos(1) : now)
                .filter(limits::validityAllows);
    }

    private Optional<Instant> nextOpen(Instant after) {
        if (open == null || base instanceof Cron) {
            return open == null ? base.next(after) : open.next(after);
        }
        Optional<Instant> found = base.next(after);
        for (int step = 0; found.isPresent() && step < Readings.MOST_STEPS; step++) {
            Instant second = found.get().truncatedTo(ChronoUnit.SECONDS);
            Optional<Instant> allowed = open.next(second.minusSeconds(1));
            if (allowed.isEmpty() || allowed.get().equals(second)) {
                return allowed.isEmpty() ? allowed : found;
            }
            found = base.next(allowed.get().minusNanos(1));
        }
        return Optional.empty();
    }

    private Optional<Instant> latestOpen(Instant now) {
        if (open == null || base instanceof Cron) {
            return open == null ? base.latest(now) : open.latest(now);
        }
        Optional<Instant> found = base.latest(now);
        for (int step = 0; found.isPresent() && step < Readings.MOST_STEPS; step++) {
            Instant second = found.get().truncatedTo(ChronoUnit.SECONDS);
            Optional<Instant> allowed = open.latest(second);
            if (allowed.isEmpty() || allowed.get().equals(second)) {
                return allowed.isEmpty() ? allowed : found;
            }
            found = base.latest(allowed.get().plusSeconds(1).minusNanos(1));
        }
        return Optional.empty();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Within that && base.equals(that.base) && limits.equals(that.limits);
    }

    @Override
    public int hashCode() {
        return 31 * base.hashCode() + limits.hashCode();
    }

    @Override
    public String toString() {
        return base + ", " + limits;
    }
}
