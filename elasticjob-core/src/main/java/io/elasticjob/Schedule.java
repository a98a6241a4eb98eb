package io.elasticjob;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;

/**
 * When a job is due: a value that names instants, the same ones on every instance.
 *
 * <p>A schedule is a pure function of the instant it is asked about; it holds no state and reads no clock. Two schedules
 * are equal when they are written the same way. {@code toString} is meant for people.
 */
public sealed interface Schedule {

    /**
     * By a cron expression in Quartz's syntax.
     *
     * @param expression see {@link Cron}
     * @param zone whose wall clock the expression is read on
     * @throws IllegalArgumentException naming the expression and the rule that it breaks, also for one that never fires
     */
    static Schedule cron(String expression, ZoneId zone) {
        return new Cron(expression, zone);
    }

    /**
     * At a fixed rate; see {@link Every}.
     *
     * @throws IllegalArgumentException when the period is not a whole number of milliseconds from 1 ms to 36500 days
     */
    static Schedule every(Duration period) {
        return new Every(period);
    }

    /** Once; see {@link Once}. */
    static Schedule once(Instant at) {
        return new Once(at);
    }

    /** Never by itself. */
    static Schedule onTrigger() {
        return new None();
    }

    /** The first fire time strictly after this instant; empty when there is none. */
    Optional<Instant> next(Instant after);

    /**
     * The last fire time that is not after this instant; empty when there is none. It searches backwards from
     * {@code now}, so its cost does not depend on how long ago anything fired.
     */
    Optional<Instant> latest(Instant now);

    /**
     * By a cron expression in Quartz's syntax: second, minute, hour, day of month, month, day of week and perhaps year
     * (1970 to 2199), exactly one of the two days being {@code ?}. What Quartz refuses is refused here; so is what it
     * accepts but reads only in part, such as {@code MON/2}, {@code 6#3,2} or {@code 1,,2}, and a step of 0. The rest fires when Quartz fires, except
     * that {@code W} gives the nearest weekday at any time of day and also twice in a list ({@code 10W,20W}), where
     * Quartz misses some.
     *
     * <p>When the clock is changed, no firing is lost and none comes twice:
     *
     * <ul>
     *   <li><b>Forward.</b> A time that the clock skips fires as if the clock had not been changed yet: where 02:00
     *       becomes 03:00, the firing of 02:30 comes when the clock reads 03:30. If another firing falls on that very
     *       instant, the two are one.
     *   <li><b>Back.</b> A time that the clock reads twice fires the first time only, so that a daily firing at 02:30
     *       stays one a day and {@code 0 0/15 2 * * ?} stays four. The exception is an expression whose hour field
     *       allows all hours, such as {@code 0/15 * * * * ?}: it is meant as an interval and fires both times, so that
     *       it does not pause.
     * </ul>
     */
    final class Cron implements Schedule {

        // A record in all but name: it keeps the parsed form beside the text.
        private final String expression;
        private final ZoneId zone;
        private final CronTimeline timeline;

        /** As {@link Schedule#cron}. */
        public Cron(String expression, ZoneId zone) {
            this.expression = expression.strip().replaceAll("\\s+", " ");
            this.zone = zone;
            this.timeline = new CronTimeline(CronExpression.parse(this.expression), zone);
        }

        /** As it was written, but for white space. */
        public String expression() {
            return expression;
        }

        public ZoneId zone() {
            return zone;
        }

        @Override
        public Optional<Instant> next(Instant after) {
            return timeline.next(after);
        }

        @Override
        public Optional<Instant> latest(Instant now) {
            return timeline.latest(now);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Cron cron && expression.equals(cron.expression) && zone.equals(cron.zone);
        }

        @Override
        public int hashCode() {
            return 31 * expression.hashCode() + zone.hashCode();
        }

        @Override
        public String toString() {
            return "cron \"" + expression + "\" in " + zone;
        }
    }

    /**
     * At a fixed rate, aligned to the epoch: at every multiple of the period since 1970-01-01T00:00:00Z. So all
     * instances name the same instants, whenever they were started, and clock changes mean nothing to it.
     */
    record Every(Duration period) implements Schedule {

        private static final Duration LONGEST = Duration.ofDays(36500);

        public Every {
            boolean wholeMillis = period.getNano() % 1_000_000 == 0;
            if (!wholeMillis || period.compareTo(Duration.ofMillis(1)) < 0 || period.compareTo(LONGEST) > 0) {
                throw new IllegalArgumentException("\"" + Durations.format(period)
                        + "\" is not a period: it must be a whole number of milliseconds from 1ms to 36500d");
            }
        }

        /** {@inheritDoc} Never empty. */
        @Override
        public Optional<Instant> next(Instant after) {
            return Optional.of(instant(number(after) + 1));
        }

        /** {@inheritDoc} Never empty. */
        @Override
        public Optional<Instant> latest(Instant now) {
            return Optional.of(instant(number(now)));
        }

        private long number(Instant instant) {
            return Math.floorDiv(instant.toEpochMilli(), period.toMillis());
        }

        private Instant instant(long number) {
            return Instant.ofEpochMilli(Math.multiplyExact(number, period.toMillis()));
        }

        @Override
        public String toString() {
            return "every " + Durations.format(period);
        }
    }

    /** At one instant, and never again. */
    record Once(Instant at) implements Schedule {

        @Override
        public Optional<Instant> next(Instant after) {
            return after.isBefore(at) ? Optional.of(at) : Optional.empty();
        }

        @Override
        public Optional<Instant> latest(Instant now) {
            return now.isBefore(at) ? Optional.empty() : Optional.of(at);
        }

        @Override
        public String toString() {
            return "once at " + at;
        }
    }

    /** Never by itself: such a job runs only when it is triggered. */
    record None() implements Schedule {

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
            return "on trigger only";
        }
    }
}
