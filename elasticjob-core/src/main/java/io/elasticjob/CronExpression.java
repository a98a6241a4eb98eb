package io.elasticjob;

import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.YearMonth;
import java.util.BitSet;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A cron expression as a set of readings of a wall clock, and the search in that set, in both directions. It knows no
 * zone: {@link CronTimeline} does. A search looks at no more than each month of the years from 1970 to 2199.
 */
final class CronExpression {

    /** No reading is earlier than this or later than {@link #END}. */
    static final LocalDate START = LocalDate.of(CronField.YEAR.min(), 1, 1);

    static final LocalDate END = LocalDate.of(CronField.YEAR.max(), 12, 31);

    private static final Pattern LAST = Pattern.compile("L(?:-(\\d{1,3}))?(W?)");
    private static final Pattern WEEKDAY = Pattern.compile("(\\d+)W");
    private static final Pattern LAST_OF_WEEK = Pattern.compile("(\\w+)L");
    private static final Pattern NTH_OF_WEEK = Pattern.compile("(\\w+)#(\\d+)");

    private final BitSet seconds;
    private final BitSet minutes;
    private final BitSet hours;
    private final CronDays days;
    private final BitSet months;
    private final BitSet years;

    private CronExpression(String[] fields) {
        seconds = CronField.SECOND.values(fields[0]);
        minutes = CronField.MINUTE.values(fields[1]);
        hours = CronField.HOUR.values(fields[2]);
        days = days(fields[3], fields[5]);
        months = CronField.MONTH.values(fields[4]);
        years = CronField.YEAR.values(fields.length == 7 ? fields[6] : "*");
    }

    /**
     * Reads an expression whose fields stand one space apart.
     *
     * @throws IllegalArgumentException naming the expression and the rule that it breaks
     */
    static CronExpression parse(String text) {
        try {
            String[] fields = text.isEmpty()
                    ? new String[0]
                    : text.toUpperCase(Locale.ROOT).split(" ");
            if (fields.length != 6 && fields.length != 7) {
                throw new IllegalArgumentException("it must have 6 or 7 fields, starting with the second, not "
                        + fields.length + ": second minute hour day-of-month month day-of-week [year]");
            }
            CronExpression expression = new CronExpression(fields);
            if (expression.dateAtOrAfter(START) == null) {
                throw new IllegalArgumentException("it names no date that exists between 1970 and 2199");
            }
            return expression;
        } catch (IllegalArgumentException broken) {
            throw new IllegalArgumentException("\"" + text + "\" is not a cron expression: " + broken.getMessage());
        }
    }

    /** Whether no hour of the day is left out. */
    boolean runsAroundTheClock() {
        return CronField.HOUR.isFull(hours);
    }

    /** The first reading that is not before {@code from}; null when there is none. */
    @Nullable
    LocalDateTime atOrAfter(LocalDateTime from) {
        LocalDate date = dateAtOrAfter(from.toLocalDate());
        if (date == null) {
            return null;
        }
        if (date.equals(from.toLocalDate())) {
            LocalTime time = timeAtOrAfter(from.toLocalTime());
            if (time != null) {
                return date.atTime(time);
            }
            date = dateAtOrAfter(date.plusDays(1));
        }
        return date == null ? null : date.atTime(first(hours), first(minutes), first(seconds));
    }

    /** The last reading that is not after {@code upTo}; null when there is none. */
    @Nullable
    LocalDateTime atOrBefore(LocalDateTime upTo) {
        LocalDate date = dateAtOrBefore(upTo.toLocalDate());
        if (date == null) {
            return null;
        }
        if (date.equals(upTo.toLocalDate())) {
            LocalTime time = timeAtOrBefore(upTo.toLocalTime());
            if (time != null) {
                return date.atTime(time);
            }
            date = dateAtOrBefore(date.minusDays(1));
        }
        return date == null ? null : date.atTime(last(hours), last(minutes), last(seconds));
    }

    private @Nullable LocalTime timeAtOrAfter(LocalTime from) {
        int hour = hours.nextSetBit(from.getHour());
        if (hour == from.getHour()) {
            int minute = minutes.nextSetBit(from.getMinute());
            if (minute == from.getMinute()) {
                int second = seconds.nextSetBit(from.getSecond());
                if (second >= 0) {
                    return LocalTime.of(hour, minute, second);
                }
                minute = minutes.nextSetBit(minute + 1);
            }
            if (minute >= 0) {
                return LocalTime.of(hour, minute, first(seconds));
            }
            hour = hours.nextSetBit(hour + 1);
        }
        return hour < 0 ? null : LocalTime.of(hour, first(minutes), first(seconds));
    }

    private @Nullable LocalTime timeAtOrBefore(LocalTime upTo) {
        int hour = hours.previousSetBit(upTo.getHour());
        if (hour == upTo.getHour()) {
            int minute = minutes.previousSetBit(upTo.getMinute());
            if (minute == upTo.getMinute()) {
                int second = seconds.previousSetBit(upTo.getSecond());
                if (second >= 0) {
                    return LocalTime.of(hour, minute, second);
                }
                minute = minutes.previousSetBit(minute - 1);
            }
            if (minute >= 0) {
                return LocalTime.of(hour, minute, last(seconds));
            }
            hour = hours.previousSetBit(hour - 1);
        }
        return hour < 0 ? null : LocalTime.of(hour, last(minutes), last(seconds));
    }

    private @Nullable LocalDate dateAtOrAfter(LocalDate date) {
        LocalDate from = date.isBefore(START) ? START : date;
        long notBefore = -1L << from.getDayOfMonth();
        YearMonth month = monthAtOrAfter(from.getYear(), from.getMonthValue());
        while (month != null) {
            boolean later = month.getMonthValue() != from.getMonthValue() || month.getYear() != from.getYear();
            long candidates = days.in(month) & (later ? -1L : notBefore);
            if (candidates != 0) {
                return month.atDay(Long.numberOfTrailingZeros(candidates));
            }
            month = monthAtOrAfter(month.getYear(), month.getMonthValue() + 1);
        }
        return null;
    }

    private @Nullable LocalDate dateAtOrBefore(LocalDate date) {
        LocalDate upTo = date.isAfter(END) ? END : date;
        if (upTo.isBefore(START)) {
            return null;
        }
        long notAfter = -1L >>> 63 - upTo.getDayOfMonth();
        YearMonth month = monthAtOrBefore(upTo.getYear(), upTo.getMonthValue());
        while (month != null) {
            boolean earlier = month.getMonthValue() != upTo.getMonthValue() || month.getYear() != upTo.getYear();
            long candidates = days.in(month) & (earlier ? -1L : notAfter);
            if (candidates != 0) {
                return month.atDay(63 - Long.numberOfLeadingZeros(candidates));
            }
            month = monthAtOrBefore(month.getYear(), month.getMonthValue() - 1);
        }
        return null;
    }

    private @Nullable YearMonth monthAtOrAfter(int year, int month) {
        int found = years.get(year) ? months.nextSetBit(month) : -1;
        if (found >= 0) {
            return YearMonth.of(year, found);
        }
        int later = years.nextSetBit(year + 1);
        return later < 0 ? null : YearMonth.of(later, first(months));
    }

    private @Nullable YearMonth monthAtOrBefore(int year, int month) {
        int found = years.get(year) ? months.previousSetBit(month) : -1;
        if (found >= 0) {
            return YearMonth.of(year, found);
        }
        int earlier = years.previousSetBit(year - 1);
        return earlier < 0 ? null : YearMonth.of(earlier, last(months));
    }

    private static int first(BitSet values) {
        return values.nextSetBit(0);
    }

    private static int last(BitSet values) {
        return values.length() - 1;
    }

    private static CronDays days(String ofMonth, String ofWeek) {
        if (ofMonth.equals("?") == ofWeek.equals("?")) {
            throw new IllegalArgumentException("one of day of month and day of week must be \"?\", and only one");
        }
        return ofMonth.equals("?") ? daysOfWeek(ofWeek) : daysOfMonth(ofMonth);
    }

    private static CronDays daysOfMonth(String list) {
        CronDays days = month -> 0;
        for (String item : list.split(",", -1)) {
            days = days.or(dayOfMonth(item));
        }
        return days;
    }

    private static CronDays dayOfMonth(String item) {
        Matcher last = LAST.matcher(item);
        if (last.matches()) {
            int offset = last.group(1) == null ? 0 : Integer.parseInt(last.group(1));
            if (offset > 30) {
                throw new IllegalArgumentException("day of month may be L-0 to L-30");
            }
            return last.group(2).isEmpty() ? CronDays.fromEnd(offset) : CronDays.weekdayNearestFromEnd(offset);
        }
        Matcher weekday = WEEKDAY.matcher(item);
        if (weekday.matches()) {
            return CronDays.weekdayNearest(CronField.DAY_OF_MONTH.value(weekday.group(1)));
        }
        return CronDays.ofMonth(CronField.DAY_OF_MONTH.values(item));
    }

    private static CronDays daysOfWeek(String list) {
        if (list.equals("L")) {
            return CronDays.ofWeek(CronField.DAY_OF_WEEK.values("SAT"));
        }
        Matcher last = LAST_OF_WEEK.matcher(list);
        if (last.matches()) {
            return CronDays.lastOfWeek(CronField.DAY_OF_WEEK.value(last.group(1)));
        }
        Matcher nth = NTH_OF_WEEK.matcher(list);
        if (nth.matches()) {
            if (!nth.group(2).matches("[1-5]")) {
                throw new IllegalArgumentException("day of week may be #1 to #5");
            }
            return CronDays.nthOfWeek(CronField.DAY_OF_WEEK.value(nth.group(1)), Integer.parseInt(nth.group(2)));
        }
        if (list.contains(",") && (list.contains("L") || list.contains("#"))) {
            throw new IllegalArgumentException("L and # must stand alone in day of week");
        }
        return CronDays.ofWeek(CronField.DAY_OF_WEEK.values(list));
    }
}
