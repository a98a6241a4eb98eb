package io.elasticjob.codec;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;

/**
 * Instants as text, such as {@code 2026-03-01T12:00:00.123Z}: what {@link Instant#parse} reads and
 * {@link Instant#toString} writes, without the formatters, which would take most of the time that a record takes to read
 * and to write. What is not of the usual form is left to them.
 */
final class IsoInstant {

    private static final String USUAL = "0000-00-00T00:00:00";
    private static final int FRACTION = USUAL.length() + 1;
    private static final int FRACTION_DIGITS = 9;
    private static final int SECONDS_OF_DAY = 86_400;

    private IsoInstant() {}

    /**
     * @throws DateTimeException when it is not the text of an instant
     */
    static Instant parse(String text) {
        int end = text.length() - 1;
        if (!isUsual(text, end)) {
            return Instant.parse(text);
        }
        int hour = number(text, 11, 13);
        int minute = number(text, 14, 16);
        int second = number(text, 17, 19);
        if (hour > 23 || minute > 59 || second > 59) {
            return Instant.parse(text);
        }
        LocalDate date = LocalDate.of(number(text, 0, 4), number(text, 5, 7), number(text, 8, 10));
        int nanos = end < FRACTION ? 0 : number(text, FRACTION, end);
        for (int digits = end - FRACTION; digits < FRACTION_DIGITS && nanos > 0; digits++) {
            nanos *= 10;
        }
        return Instant.ofEpochSecond(date.toEpochDay() * SECONDS_OF_DAY + hour * 3_600L + minute * 60L + second, nanos);
    }

    private static boolean isUsual(String text, int end) {
        boolean whole = end == USUAL.length();
        boolean withFraction = end > FRACTION && end <= FRACTION + FRACTION_DIGITS && text.charAt(FRACTION - 1) == '.';
        if (!(whole || withFraction) || text.charAt(end) != 'Z') {
            return false;
        }
        for (int i = 0; i < USUAL.length(); i++) {
            if (USUAL.charAt(i) == '0' ? !isDigit(text.charAt(i)) : USUAL.charAt(i) != text.charAt(i)) {
                return false;
            }
        }
        for (int i = FRACTION; i < end; i++) {
            if (!isDigit(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isDigit(char symbol) {
        return symbol >= '0' && symbol <= '9';
    }

    private static int number(String text, int from, int to) {
        int number = 0;
        for (int i = from; i < to; i++) {
            number = number * 10 + text.charAt(i) - '0';
        }
        return number;
    }

    static String text(Instant instant) {
        LocalDate date = LocalDate.ofEpochDay(Math.floorDiv(instant.getEpochSecond(), SECONDS_OF_DAY));
        if (date.getYear() < 0 || date.getYear() > 9_999) {
            return instant.toString();
        }
        int second = Math.floorMod(instant.getEpochSecond(), SECONDS_OF_DAY);
        StringBuilder text = new StringBuilder(FRACTION + FRACTION_DIGITS + 1);
        digits(text, date.getYear(), 4).append('-');
        digits(text, date.getMonthValue(), 2).append('-');
        digits(text, date.getDayOfMonth(), 2).append('T');
        digits(text, second / 3_600, 2).append(':');
        digits(text, second / 60 % 60, 2).append(':');
        digits(text, second % 60, 2);
        int nanos = instant.getNano();
        if (nanos > 0) {
            text.append('.');
            if (nanos % 1_000_000 == 0) {
                digits(text, nanos / 1_000_000, 3);
            } else if (nanos % 1_000 == 0) {
                digits(text, nanos / 1_000, 6);
            } else {
                digits(text, nanos, 9);
            }
        }
        return text.append('Z').toString();
    }

    private static StringBuilder digits(StringBuilder text, int number, int width) {
        for (int power = power(width - 1); power > 0; power /= 10) {
            text.append((char) ('0' + number / power % 10));
        }
        return text;
    }

    private static int power(int zeros) {
        int power = 1;
        for (int i = 0; i < zeros; i++) {
            power *= 10;
        }
        return power;
    }
}
