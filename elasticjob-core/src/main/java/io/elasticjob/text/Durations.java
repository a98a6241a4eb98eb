package io.elasticjob.text;

import java.time.DateTimeException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as people write them, the same for annotations, configuration keys and messages. */
public final class Durations {

    private record Unit(String name, Duration length) {}

    private static final List<Unit> UNITS = List.of(
            new Unit("d", Duration.ofDays(1)),
            new Unit("h", Duration.ofHours(1)),
            new Unit("m", Duration.ofMinutes(1)),
            new Unit("s", Duration.ofSeconds(1)),
            new Unit("ms", Duration.ofMillis(1)),
            new Unit("us", Duration.ofNanos(1000)),
            new Unit("ns", Duration.ofNanos(1)));

    /** Each unit at most once, in the order of {@link #UNITS}; group 1 is the sign. */
    private static final Pattern AMOUNTS =
            Pattern.compile("([+-]?)(?=\\d)(?:(\\d+)d)?(?:(\\d+)h)?(?:(\\d+)m)?(?:(\\d+)s)?"
                    + "(?:(\\d+)ms)?(?:(\\d+)us)?(?:(\\d+)ns)?");

    private static final Pattern NUMBER = Pattern.compile("[+-]?\\d+");
    private static final int MAX_LENGTH = 100;
    /** A longer number is an example to nobody. */
    private static final int LONGEST_SHOWN = 9;

    private static final Duration SHORTEST = Duration.ofSeconds(Long.MIN_VALUE);

    private Durations() {}

    /**
     * Reads amounts and units from the largest down ({@code 30s}, {@code 500ms}, {@code 1h30m}) or ISO-8601
     * ({@code PT30S}). Upper and lower case are the same, and a sign in front is allowed; whether a negative duration makes
     * sense is for the caller to say. A number without a unit is refused: some would take {@code 30} for seconds, others
     * for milliseconds.
     *
     * @throws MalformedTextException naming the text and the rule
     */
    public static Duration parse(String text) {
        if (text.length() > MAX_LENGTH) {
            throw new MalformedTextException(
                    VisibleText.of(text, 40),
                    "is not a duration: it may have " + MAX_LENGTH + " characters, and has " + text.length());
        }
        if (lacksUnit(text)) {
            throw new MalformedTextException(text, unitRule(text.strip()));
        }
        try {
            String lower = text.strip().toLowerCase(Locale.ROOT);
            if (lower.contains("p")) {
                return Duration.parse(lower);
            }
            Matcher amounts = AMOUNTS.matcher(lower);
            if (amounts.matches()) {
                return amounts.group(1).equals("-") ? sum(amounts).negated() : sum(amounts);
            }
        } catch (DateTimeException | ArithmeticException | NumberFormatException tooLargeOrNotIso) {
            // Told below: the rule is the same.
        }
        throw new MalformedTextException(
                text,
                "is not a duration: write a number and a unit out of d, h, m, s, ms, us, ns, such as 30s or 1h30m, or"
                        + " ISO-8601, such as PT30S");
    }

    /** Whether the text is a number and nothing else. */
    public static boolean lacksUnit(String text) {
        return text.length() <= MAX_LENGTH && NUMBER.matcher(text.strip()).matches();
    }

    /** What to write in place of a number that lacks a unit, as the end of a sentence. */
    public static String unitRule(String number) {
        String shown = number.length() > LONGEST_SHOWN ? "30" : number;
        return "has no unit: write " + shown + "s for seconds, or " + shown + "ms for milliseconds";
    }

    /** As {@link #parse}; and a number without a unit as milliseconds, as earlier versions took and stored it. */
    public static Duration parseStored(String text) {
        return parse(lacksUnit(text) ? text.strip() + "ms" : text);
    }

    /** A text that {@link #parse} reads back as this duration, such as {@code 1h30m}. */
    public static String format(Duration duration) {
        if (duration.isZero()) {
            return "0s";
        }
        if (duration.equals(SHORTEST)) {
            return duration.toString(); // the one that has no counterpart above zero
        }
        StringBuilder text = new StringBuilder(duration.isNegative() ? "-" : "");
        Duration rest = duration.abs();
        for (Unit unit : UNITS) {
            long amount = rest.dividedBy(unit.length());
            if (amount > 0) {
                text.append(amount).append(unit.name());
                rest = rest.minus(unit.length().multipliedBy(amount));
            }
        }
        return text.toString();
    }

    private static Duration sum(Matcher amounts) {
        Duration sum = Duration.ZERO;
        for (int i = 0; i < UNITS.size(); i++) {
            String amount = amounts.group(i + 2);
            if (amount != null) {
                sum = sum.plus(UNITS.get(i).length().multipliedBy(Long.parseLong(amount)));
            }
        }
        return sum;
    }
}
