package io.elasticjob.schedule;

import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import org.jspecify.annotations.Nullable;

/** The readings of a wall clock within the daily hours, on days that are not excluded. */
record OpenHours(
        DailyHours hours,
        ExcludedDays excludedDays,
        @Nullable NamedCalendar calendar) implements Readings {

    OpenHours(DailyHours hours, ExcludedDays excludedDays) {
        this(hours, excludedDays, null);
    }

    private static final int DAY = 24 * 60 * 60;

    @Override
    public @Nullable LocalDateTime atOrAfter(LocalDateTime from) {
        LocalDate date = from.toLocalDate().isBefore(START) ? START : from.toLocalDate();
        int second = date.equals(from.toLocalDate()) ? from.toLocalTime().toSecondOfDay() : 0;
        while (!date.isAfter(END)) {
            int found = excludes(date) ? DAY : hours.firstFrom(second);
            if (found < DAY) {
                return date.atTime(LocalTime.ofSecondOfDay(found));
            }
            date = date.plusDays(1);
            second = 0;
        }
        return null;
    }

    @Override
    public @Nullable LocalDateTime atOrBefore(LocalDateTime upTo) {
        LocalDate date = upTo.toLocalDate().isAfter(END) ? END : upTo.toLocalDate();
        int second = date.equals(upTo.toLocalDate()) ? upTo.toLocalTime().toSecondOfDay() : DAY - 1;
        while (!date.isBefore(START)) {
            int found = excludes(date) ? -1 : hours.lastUpTo(second);
            if (found >= 0) {
                return date.atTime(LocalTime.ofSecondOfDay(found));
            }
            date = date.minusDays(1);
            second = DAY - 1;
        }
        return null;
    }

    private boolean excludes(LocalDate date) {
        return excludedDays.contains(date) || (calendar != null && calendar.excludes(date));
    }

    @Override
    public boolean runsAroundTheClock() {
        return hours.isWholeDay();
    }
}
