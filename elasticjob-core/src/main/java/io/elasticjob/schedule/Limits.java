package io.elasticjob.schedule;

import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a schedule is confined to. All of it has to allow a fire time.
 *
 * @param from the first instant that is allowed; null for no such limit
 * @param until the first instant that is no longer allowed; null for no such limit
 * @param between hours of the day, on the wall clock of the zone
 * @param excludedDays days that are left out, on the wall clock of the zone: what is between 22:00 and 06:00 belongs to two
 *     days
 * @param calendar further days that are left out; null for none
 * @param zone of hours and days; null where there are none
 * @since 0.1.0
 */
public record Limits(
        @Nullable Instant from,
        @Nullable Instant until,
        DailyHours between,
        ExcludedDays excludedDays,
        @Nullable NamedCalendar calendar,
        @Nullable ZoneId zone) {

    /** No limit at all. */
    public static final Limits NONE = new Limits(null, null, DailyHours.ALL, ExcludedDays.NONE, null, null);

    /**
     * @throws IllegalArgumentException when hours or days come without a zone, or nothing lies between {@code from} and
     *     {@code until}
     */
    public Limits {
        boolean onTheClock = !between.spans().isEmpty() || !excludedDays.isEmpty() || calendar != null;
        if (onTheClock && zone == null) {
            throw new IllegalArgumentException("hours and days need a zone");
        }
        if (!onTheClock) {
            zone = null;
        }
        if (from != null && until != null && !from.isBefore(until)) {
            throw new IllegalArgumentException("nothing is valid from " + from + " until " + until);
        }
    }

    /** Without a named calendar. */
    public Limits(
            @Nullable Instant from,
            @Nullable Instant until,
            DailyHours between,
            ExcludedDays excludedDays,
            @Nullable ZoneId zone) {
        this(from, until, between, excludedDays, null, zone);
    }

    /** Name of a calendar that this process does not offer, so that fire times are not known here; empty when all is known. */
    public Optional<String> unknownCalendar() {
        return Optional.ofNullable(calendar)
                .filter(named -> named.days() == null)
                .map(NamedCalendar::name);
    }

    public boolean isNone() {
        return equals(NONE);
    }

    /** The readings that hours and days allow. */
    Readings readings() {
        return new OpenHours(between, excludedDays, calendar);
    }

    boolean validityAllows(Instant instant) {
        return (from == null || !instant.isBefore(from)) && (until == null || instant.isBefore(until));
    }

    /** In words that follow a schedule. */
    @Override
    public String toString() {
        List<String> words = new ArrayList<>();
        if (!between.spans().isEmpty()) {
            words.add("between " + between);
        }
        if (!excludedDays.isEmpty()) {
            words.add("except " + excludedDays);
        }
        if (calendar != null) {
            words.add("by the calendar " + calendar);
        }
        if (zone != null) {
            words.add("in " + zone);
        }
        if (from != null) {
            words.add("from " + from);
        }
        if (until != null) {
            words.add("until " + until);
        }
        return String.join(" ", words);
    }
}
