package io.elasticjob.quartz;

import io.elasticjob.schedule.FireCalendar;
import java.time.LocalTime;
import java.time.ZoneId;
import org.quartz.Calendar;

/**
 * Calendars of Quartz as calendars of jobs.
 *
 * @since 0.1.0
 */
public final class QuartzCalendars {

    private QuartzCalendars() {}

    /**
     * A calendar that excludes whole days, such as {@code HolidayCalendar}, {@code AnnualCalendar}, {@code MonthlyCalendar} or
     * {@code WeeklyCalendar}: a day is excluded when its noon is. It must not be changed afterwards. Times of the day, as of a
     * {@code DailyCalendar}, are for {@code between}.
     *
     * @param zone of the calendar, in which noon is read
     */
    public static FireCalendar days(Calendar calendar, ZoneId zone) {
        return day -> {
            long noon = day.atTime(LocalTime.NOON).atZone(zone).toInstant().toEpochMilli();
            synchronized (calendar) { // Quartz's share a java.util.Calendar
                return !calendar.isTimeIncluded(noon);
            }
        };
    }
}
