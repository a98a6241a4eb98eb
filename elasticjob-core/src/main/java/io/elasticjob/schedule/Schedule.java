package io.elasticjob.schedule;

import io.elasticjob.text.Durations;
import io.elasticjob.text.MalformedTextException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * When a job is due: a value that names instants, the same ones on every instance.
 *
 * <p>A schedule is a pure function of the instant it is asked about; it holds no state and reads no clock. Two schedules
 * are equal when they are written the same way. {@code toString} is meant for people.
 *
 * @since 0.1.0
 */
public sealed interface Schedule
        permits Schedule.Cron, Schedule.Every, Schedule.Once, Schedule.None, FixedDelay, Within {

    /**
     * By a cron expression in Quartz's syntax.
     *
     * @param expression see {@link Cron}
     * @param zone whose wall clock the expression is read on
     * @throws IllegalArgumentException naming the expression and the rule that it breaks, also for one that never fires
     */
    static Schedule cron(String expression, ZoneId zone) {
        return Crons.of(expression, zone);
    }

    /**
     * Where the first mistake begins in a cron expression that {@link #cron} refuses, for who shows it to the one who writes it.
     *
     * @return a place in the text as it was given; empty when it can be read, or is wrong as a whole
     */
    static OptionalInt cronMistake(String expression) {
        return CronMistake.in(expression);
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

    /** So long after each end; see {@link FixedDelay}. */
    static Schedule fixedDelay(Duration delay, Duration initialDelay) {
        return new FixedDelay(delay, initialDelay);
    }

    /** Never by itself. */
    static Schedule onTrigger() {
        return new None();
    }

    /**
     * Another schedule, confined to limits; see {@link Within}. Without limits it is that schedule itself.
     *
     * @throws IllegalArgumentException when the limits leave no fire time, or the schedule does not repeat
     */
    static Schedule within(Schedule schedule, Limits limits) {
        return limits.isNone() ? schedule : new Within(schedule, limits);
    }

    /** The schedule without its limits: itself, unless it is one that is confined. */
    default Schedule base() {
        return this;
    }

    /** What the fire times are confined to. */
    default Limits limits() {
        return Limits.NONE;
    }

    /** Whether its fire times follow from what ran, and not from the clock alone: {@link #afterEnd} names them. */
    default boolean isByEnd() {
        return false;
    }

    /**
     * The fire time after an end, of a schedule {@linkplain #isByEnd() by the end}; empty for all others.
     *
     * @param end of the firing before; null before the first
     * @param since when the job began, or began again
     */
    default Optional<Instant> afterEnd(@Nullable Instant end, Instant since) {
        return Optional.empty();
    }

    /** The first fire time strictly after this instant; empty when there is none. */
    Optional<Instant> next(Instant after);

    /**
     * The last fire time that is not after this instant; empty when there is none. It searches backwards from
     * {@code now}, so its cost does not depend on how long ago anything fired.
     */
    Optional<Instant> latest(Instant now);

    /**
     * By a cron expression in Quartz's syntax: second, minute, hour, day of month, month, day of week (1 is Sunday) and
     * perhaps year (1970 to 2199), exactly one of the two days being {@code ?}. What Quartz refuses is refused here; so is what it
     * accepts but reads only in part, such as {@code MON/2}, {@code 6#3,2} or {@code 1,,2}, and a step of 0. The rest fires when Quartz fires, except
     * that {@code W} gives the nearest weekday at any time of day and also twice in a list ({@code 10W,20W}), where
     * Quartz misses some. A word may stand for the whole expression: {@code @yearly} or {@code @annually}, {@code @monthly},
     * {@code @weekly} (on Sunday), {@code @daily} or {@code @midnight}, and {@code @hourly}.
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

        /** How many characters an expression may have at most. */
        public static final int LONGEST = CronExpression.MAX_LENGTH;

        // A record in all but name: it keeps the parsed form beside the text.
        private final String expression;
        private final ZoneId zone;
        private final CronExpression parsed;
        private final CronTimeline timeline;

        /** As {@link Schedule#cron}. */
        public Cron(String expression, ZoneId zone) {
            String stripped = expression.strip();
            this.expression =
                    stripped.length() > CronExpression.MAX_LENGTH ? stripped : stripped.replaceAll("\\s+", " ");
            this.zone = zone;
            this.parsed = CronExpression.parse(this.expression);
            this.timeline = new CronTimeline(parsed, zone);
        }

        /** Whether it was made by these rules of its zone. */
        boolean isBy(ZoneRules rules) {
            return timeline.isBy(rules);
        }

        /** The same fire times, less those whose readings others leave out. */
        CronTimeline timeline(Readings others) {
            return new CronTimeline(parsed.and(others), zone);
        }

        /** As it was written, but for white space. */
        public String expression() {
            return expression;
        }

        public ZoneId zone() {
            return zone;
        }

        /**
         * What the field of the days of the week means where it is written in figures, such as {@code MON-FRI} for
         * {@code 2-6}: 1 is Sunday here, as in Quartz, while it is Monday in other systems. Empty without a figure.
         */
        public Optional<String> daysOfWeekInWords() {
            return parsed.daysOfWeekInWords();
        }

        /**
         * The reading that the expression names, where a change of the clock skips it, so that its firing comes when the
         * clock reads something else, perhaps on another day. Empty for a fire time that is named as the clock reads.
         */
        public Optional<LocalDateTime> skippedReading(Instant fireTime) {
            ZoneOffsetTransition change = zone.getRules().previousTransition(fireTime.plusNanos(1));
            if (change == null || !change.isGap()) {
                return Optional.empty();
            }
            LocalDateTime asBefore = LocalDateTime.ofInstant(fireTime, change.getOffsetBefore());
            LocalDateTime asNow = LocalDateTime.ofInstant(fireTime, zone);
            return asBefore.isBefore(change.getDateTimeAfter()) && parsed.names(asBefore) && !parsed.names(asNow)
                    ? Optional.of(asBefore)
                    : Optional.empty();
        }

        /** The first fire time after this instant, and within this time, whose reading a change of the clock skips. */
        public Optional<Instant> nextSkipped(Instant after, Duration within) {
            ZoneRules rules = zone.getRules();
            Instant end = after.plus(within);
            ZoneOffsetTransition change = rules.nextTransition(after);
            while (change != null && change.getInstant().isBefore(end)) {
                Optional<Instant> moved = next(change.getInstant().minusNanos(1))
                        .filter(fireTime -> skippedReading(fireTime).isPresent());
                if (moved.isPresent()) {
                    return moved;
                }
                change = rules.nextTransition(change.getInstant());
            }
            return Optional.empty();
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
            return "cron \"" + expression + "\""
                    + daysOfWeekInWords()
                            .map(days -> " (days of the week: " + days + ")")
                            .orElse("") + " in " + zone;
        }
    }

    /**
     * At a fixed rate, aligned to the epoch: at every multiple of the period since 1970-01-01T00:00:00Z. So all
     * instances name the same instants, whenever they were started, and clock changes mean nothing to it. It names no
     * instant before the year -9999 or after 9999.
     */
    record Every(Duration period) implements Schedule {

        private static final Duration LONGEST = Duration.ofDays(36500);
        private static final Instant FIRST = Instant.parse("-9999-01-01T00:00:00Z");
        private static final Instant LAST = Instant.parse("9999-12-31T23:59:59.999Z");

        public Every {
            boolean wholeMillis = period.getNano() % 1_000_000 == 0;
            if (!wholeMillis || period.compareTo(Duration.ofMillis(1)) < 0 || period.compareTo(LONGEST) > 0) {
                throw new MalformedTextException(
                        Durations.format(period),
                        "is not a period: it must be a whole number of milliseconds from 1ms to 36500d");
            }
        }

        @Override
        public Optional<Instant> next(Instant after) {
            Instant next = instant(number(after) + 1);
            return next.isAfter(LAST) || !next.isAfter(after) ? Optional.empty() : Optional.of(next);
        }

        @Override
        public Optional<Instant> latest(Instant now) {
            Instant latest = instant(number(now));
            return latest.isBefore(FIRST) ? Optional.empty() : Optional.of(latest);
        }

        /** Of the last firing that is not after the instant. */
        private long number(Instant instant) {
            Instant within = instant.isAfter(LAST) ? LAST : instant.isBefore(FIRST) ? FIRST.minusMillis(1) : instant;
            return Math.floorDiv(within.toEpochMilli(), period.toMillis());
        }

        private Instant instant(long number) {
            return Instant.ofEpochMilli(number * period.toMillis());
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
