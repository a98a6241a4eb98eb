package io.elasticjob.schedule;

import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.BitSet;
import java.util.List;

/** Which days of a month a cron expression names. A pure function; a day that the month lacks is left out. */
@FunctionalInterface
interface CronDays {

    /** The days of that month as bits: bit 1 is the first day, bit 31 the thirty-first. */
    long in(YearMonth month);

    /** The days that one of them names. Asks them in a loop: they may be many. */
    static CronDays anyOf(List<CronDays> several) {
        List<CronDays> all = List.copyOf(several);
        return month -> {
            long days = 0;
            for (CronDays some : all) {
                days |= some.in(month);
            }
            return days;
        };
    }

    static CronDays ofMonth(BitSet days) {
        long bits = bits(days);
        return month -> bits & bitsThrough(month.lengthOfMonth());
    }

    /** That day of the month, counted from its end: 0 is the last. */
    static CronDays fromEnd(int offset) {
        return month -> bit(month.lengthOfMonth() - offset);
    }

    /** The weekday nearest to that day, within the same month. */
    static CronDays weekdayNearest(int day) {
        return month -> day > month.lengthOfMonth() ? 0 : weekdayNearest(month, day);
    }

    /** The weekday nearest to the day counted from the end, within the same month. */
    static CronDays weekdayNearestFromEnd(int offset) {
        return month -> offset >= month.lengthOfMonth() ? 0 : weekdayNearest(month, month.lengthOfMonth() - offset);
    }

    /** Every week on these days, 1 being Sunday. */
    static CronDays ofWeek(BitSet days) {
        long week = bits(days) >> 1;
        long weeks = week | week << 7 | week << 14 | week << 21 | week << 28 | week << 35;
        return month -> weeks >> daysSinceSunday(month.atDay(1)) << 1 & bitsThrough(month.lengthOfMonth());
    }

    /** The nth of that day of the week, 1 being Sunday; no day in a month that has fewer. */
    static CronDays nthOfWeek(int dayOfWeek, int n) {
        return month -> {
            int day = firstOfWeek(month, dayOfWeek) + 7 * (n - 1);
            return day > month.lengthOfMonth() ? 0 : bit(day);
        };
    }

    /** The last of that day of the week, 1 being Sunday. */
    static CronDays lastOfWeek(int dayOfWeek) {
        return month -> {
            int first = firstOfWeek(month, dayOfWeek);
            return bit(first + (month.lengthOfMonth() - first) / 7 * 7);
        };
    }

    private static long weekdayNearest(YearMonth month, int day) {
        DayOfWeek dayOfWeek = month.atDay(day).getDayOfWeek();
        return switch (dayOfWeek) {
            case SATURDAY -> bit(day == 1 ? 3 : day - 1);
            case SUNDAY -> bit(day == month.lengthOfMonth() ? day - 2 : day + 1);
            default -> bit(day);
        };
    }

    private static int firstOfWeek(YearMonth month, int dayOfWeek) {
        return 1 + Math.floorMod(dayOfWeek - 1 - daysSinceSunday(month.atDay(1)), 7);
    }

    private static int daysSinceSunday(LocalDate date) {
        return date.getDayOfWeek().getValue() % 7;
    }

    private static long bits(BitSet days) {
        return days.stream().mapToLong(CronDays::bit).sum();
    }

    private static long bit(int day) {
        return day < 1 ? 0 : 1L << day;
    }

    private static long bitsThrough(int day) {
        return (1L << day + 1) - 2;
    }
}
