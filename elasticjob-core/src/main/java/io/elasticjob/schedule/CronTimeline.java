package io.elasticjob.schedule;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The instants that a cron expression, or another set of readings, names on the wall clock of a zone;
 * {@link Schedule.Cron} promises which.
 *
 * <p>Time is cut into stretches between two clock changes. The firings of a stretch are those of the clock that it has
 * and, in the first moments after the clock went forward, those of the clock before: that is where the skipped ones
 * are. Both directions ask the same stretch the same question, so they cannot disagree. All numbers are seconds since
 * the epoch.
 */
final class CronTimeline {

    /** More than two clocks of a zone can ever differ: how far one reading can say something about another. */
    private static final long SLACK = Duration.ofDays(3).toSeconds();

    private static final long START = Readings.START.toEpochSecond(LocalTime.MIN, ZoneOffset.UTC) - SLACK;
    private static final long END = Readings.END.toEpochSecond(LocalTime.MAX, ZoneOffset.UTC) + SLACK;

    private final Readings readings;
    private final ZoneRules rules;
    private final boolean bothPasses;

    CronTimeline(Readings readings, ZoneId zone) {
        this.readings = readings;
        this.rules = zone.getRules();
        this.bothPasses = readings.runsAroundTheClock();
    }

    /** Whether the clocks of the zone change as these rules say. */
    boolean isBy(ZoneRules present) {
        return rules.equals(present);
    }

    Optional<Instant> next(Instant after) {
        long from = Math.max(START, after.getEpochSecond() + 1);
        while (from < END) {
            Instant instant = Instant.ofEpochSecond(from);
            ZoneOffsetTransition change = rules.nextTransition(instant);
            long until = change == null ? END : change.toEpochSecond();
            long firing = firstIn(stretchAt(instant), from);
            if (firing < until) {
                return Optional.of(Instant.ofEpochSecond(firing));
            }
            from = until < from + SLACK ? until : Math.max(until, firing - SLACK);
        }
        return Optional.empty();
    }

    Optional<Instant> latest(Instant now) {
        long upTo = Math.min(END, now.getEpochSecond());
        while (upTo >= START) {
            Stretch stretch = stretchAt(Instant.ofEpochSecond(upTo));
            long firing = lastIn(stretch, upTo);
            if (firing >= stretch.since()) {
                return Optional.of(Instant.ofEpochSecond(firing));
            }
            long before = stretch.since() - 1;
            upTo = before > upTo - SLACK ? before : Math.min(before, firing + SLACK);
        }
        return Optional.empty();
    }

    /** The first firing of the stretch that is not before {@code from}, or some second after the stretch. */
    private long firstIn(Stretch stretch, long from) {
        long firing = firstReading(Math.max(from, stretch.ownSince(bothPasses)), stretch.offset());
        if (from < stretch.skippedUntil()) {
            long skipped = firstReading(from, stretch.offsetBefore());
            return skipped < stretch.skippedUntil() ? Math.min(skipped, firing) : firing;
        }
        return firing;
    }

    /** The last firing of the stretch that is not after {@code upTo}, or some second before the stretch. */
    private long lastIn(Stretch stretch, long upTo) {
        long own = lastReading(upTo, stretch.offset());
        long firing = own >= stretch.ownSince(bothPasses) ? own : Math.min(own, stretch.since() - 1);
        if (firing < stretch.skippedUntil()) {
            return Math.max(firing, lastReading(Math.min(upTo, stretch.skippedUntil() - 1), stretch.offsetBefore()));
        }
        return firing;
    }

    private long firstReading(long from, ZoneOffset offset) {
        LocalDateTime reading = readings.atOrAfter(LocalDateTime.ofEpochSecond(from, 0, offset));
        return reading == null ? Long.MAX_VALUE : reading.toEpochSecond(offset);
    }

    private long lastReading(long upTo, ZoneOffset offset) {
        LocalDateTime reading = readings.atOrBefore(LocalDateTime.ofEpochSecond(upTo, 0, offset));
        return reading == null ? Long.MIN_VALUE : reading.toEpochSecond(offset);
    }

    private Stretch stretchAt(Instant instant) {
        return new Stretch(rules.previousTransition(instant.plusSeconds(1)), rules.getOffset(instant));
    }

    /** The time since a clock change, or since ever, during which the clock keeps one offset. */
    private record Stretch(@Nullable ZoneOffsetTransition change, ZoneOffset offset) {

        long since() {
            return change == null ? START : change.toEpochSecond();
        }

        /** From when the own clock of the stretch counts: the second pass of a repeated time may be left out. */
        long ownSince(boolean bothPasses) {
            return change == null || change.isGap() || bothPasses ? since() : since() + lengthOfChange(change);
        }

        /** Until when the clock before the change shows times that were skipped. */
        long skippedUntil() {
            return change == null || change.isOverlap() ? Long.MIN_VALUE : since() + lengthOfChange(change);
        }

        ZoneOffset offsetBefore() {
            return change == null ? offset : change.getOffsetBefore();
        }

        private static long lengthOfChange(ZoneOffsetTransition change) {
            return Math.abs(change.getDuration().toSeconds());
        }
    }
}
