package io.elasticjob.schedule;

import io.elasticjob.text.MalformedTextException;
import io.elasticjob.text.VisibleText;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A cron expression as a set of readings of a wall clock, and the search in that set, in both directions. It knows no
 * zone: {@link CronTimeline} does. A search looks at no more than each month of the years from 1970 to 2199.
 */
final class CronExpression implements Readings {

    /** Room for a list of every value of every field. */
    static final int MAX_LENGTH = 2_000;

    /** Words that stand for an expression: those of Spring and of Unix, with their meaning there. */
    private static final Map<String, String> WORDS = Map.of(
            "@YEARLY", "0 0 0 1 1 ?",
            "@ANNUALLY", "0 0 0 1 1 ?",
            "@MONTHLY", "0 0 0 1 * ?",
            "@WEEKLY", "0 0 0 ? * SUN",
            "@DAILY", "0 0 0 * * ?",
            "@MIDNIGHT", "0 0 0 * * ?",
            "@HOURLY", "0 0 * * * ?");

    private static final Pattern LAST = Pattern.compile("L(?:-(\\d{1,3}))?(W?)");
    private static final Pattern WEEKDAY = Pattern.compile("(\\d+)W");
    private static final Pattern LAST_OF_WEEK = Pattern.compile("(\\w+)L");
    private static final Pattern NTH_OF_WEEK = Pattern.compile("(\\w+)#(\\d+)");

    private static final Pattern FIGURE = Pattern.compile("(?<!#)0*([1-7])");

    private final BitSet seconds;
    private final BitSet minutes;
    private final BitSet hours;
    private final CronDays days;
    private final String daysOfWeek;
    private final BitSet months;
    private final BitSet years;

    private CronExpression(String[] fields) {
        seconds = CronField.SECOND.values(fields[0]);
        minutes = CronField.MINUTE.values(fields[1]);
        hours = CronField.HOUR.values(fields[2]);
        days = days(fields[3], fields[5]);
        daysOfWeek = fields[5];
        months = CronField.MONTH.values(fields[4]);
        years = CronField.YEAR.values(fields.length == 7 ? fields[6] : "*");
    }

    /**
     * Reads an expression whose fields stand one space apart.
     *
     * @throws MalformedTextException naming the expression and the rule that it breaks
     */
    static CronExpression parse(String text) {
        if (text.length() > MAX_LENGTH) {
            throw new MalformedTextException(
                    VisibleText.of(text, 40),
                    "is not a cron expression: it may have " + MAX_LENGTH + " characters, and has " + text.length());
        }
        Optional<String> foreign = VisibleText.firstForeign(text);
        if (foreign.isPresent()) {
            throw new MalformedTextException(text, "is not a cron expression: it " + foreign.get());
        }
        try {
            String[] fields = text.isEmpty() ? new String[0] : inFields(text).split(" ");
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
            throw new MalformedTextException(text, "is not a cron expression: " + broken.getMessage());
        }
    }

    /** @throws IllegalArgumentException when it is a word that stands for nothing */
    static String inFields(String text) {
        String upper = text.toUpperCase(Locale.ROOT);
        String ofWord = WORDS.get(upper);
        if (ofWord == null && upper.startsWith("@")) {
            throw new IllegalArgumentException(
                    "the words are @yearly, @annually, @monthly, @weekly, @daily, @midnight and @hourly");
        }
        return ofWord == null ? upper : ofWord;
    }

    /** The days of the week with their names in place of figures; empty when the expression has no figure for a day. */
    Optional<String> daysOfWeekInWords() {
        boolean inFigures = daysOfWeek.replaceAll("[#/]\\d+", "").chars().anyMatch(c -> Character.isDigit((char) c));
        if (!inFigures) {
            return Optional.empty();
        }
        if (daysOfWeek.contains("/")) {
            return Optional.of(CronField.DAY_OF_WEEK.values(daysOfWeek).stream()
                    .mapToObj(day -> CronField.DAY_OF_WEEK.name(day))
                    .collect(Collectors.joining(",")));
        }
        return Optional.of(FIGURE.matcher(daysOfWeek)
                .replaceAll(figure -> CronField.DAY_OF_WEEK.name(Integer.parseInt(figure.group(1)))));
    }

    /** Whether no hour of the day is left out. */
    @Override
    public boolean runsAroundTheClock() {
        return CronField.HOUR.isFull(hours);
    }

    /** Whether this is one of the readings. */
    boolean names(LocalDateTime reading) {
        return reading.equals(atOrAfter(reading));
    }

    @Override
    public @Nullable LocalDateTime atOrAfter(LocalDateTime from) {
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

    @Override
    public @Nullable LocalDateTime atOrBefore(LocalDateTime upTo) {
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

    /** @throws IllegalArgumentException with the rule that the text breaks */
    static CronDays daysOfMonth(String list) {
        BitSet plain = new BitSet();
        BitSet weekdays = new BitSet();
        BitSet fromEnd = new BitSet();
        BitSet weekdaysFromEnd = new BitSet();
        for (String item : list.split(",", -1)) {
            Matcher last = LAST.matcher(item);
            Matcher weekday = WEEKDAY.matcher(item);
            if (last.matches()) {
                (last.group(2).isEmpty() ? fromEnd : weekdaysFromEnd).set(offset(last.group(1)));
            } else if (weekday.matches()) {
                weekdays.set(CronField.DAY_OF_MONTH.value(weekday.group(1)));
            } else {
                plain.or(CronField.DAY_OF_MONTH.values(item));
            }
        }
        List<CronDays> all = new ArrayList<>();
        all.add(CronDays.ofMonth(plain));
        weekdays.stream().mapToObj(CronDays::weekdayNearest).forEach(all::add);
        fromEnd.stream().mapToObj(CronDays::fromEnd).forEach(all::add);
        weekdaysFromEnd.stream().mapToObj(CronDays::weekdayNearestFromEnd).forEach(all::add);
        return CronDays.anyOf(all);
    }

    private static int offset(@Nullable String digits) {
        int offset = digits == null ? 0 : Integer.parseInt(digits);
        if (offset > 30) {
            throw new IllegalArgumentException("day of month may be L-0 to L-30");
        }
        return offset;
    }

    /** @throws IllegalArgumentException with the rule that the text breaks */
    static CronDays daysOfWeek(String list) {
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
