package io.elasticjob.schedule;

import io.elasticjob.text.VisibleText;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Finds the place of the first mistake in a cron expression, by the rules by which it is read. A pure function. */
final class CronMistake {

    private static final Pattern FIELD = Pattern.compile("\\S+");
    private static final int DAY_OF_WEEK = 5;
    private static final int MOST_FIELDS = 7;

    /** What reads each field; it throws where the text breaks a rule. */
    private static final List<Consumer<String>> READERS = List.of(
            CronField.SECOND::values,
            CronField.MINUTE::values,
            CronField.HOUR::values,
            days -> read(days, CronExpression::daysOfMonth),
            CronField.MONTH::values,
            days -> read(days, CronExpression::daysOfWeek),
            CronField.YEAR::values);

    private CronMistake() {}

    private static void read(String days, Consumer<String> reader) {
        if (!days.equals("?")) {
            reader.accept(days);
        }
    }

    /** Empty when there is none, or the expression is wrong as a whole. */
    static OptionalInt in(String text) {
        if (text.length() > CronExpression.MAX_LENGTH
                || VisibleText.firstForeign(text.strip()).isPresent()) {
            return OptionalInt.empty();
        }
        List<MatchResult> fields =
                FIELD.matcher(text.toUpperCase(Locale.ROOT)).results().toList();
        if (text.strip().startsWith("@")) {
            return breaks(text.strip(), CronExpression::inFields)
                    ? OptionalInt.of(fields.get(0).start())
                    : OptionalInt.empty();
        }
        if (fields.size() > MOST_FIELDS) {
            return OptionalInt.of(fields.get(MOST_FIELDS).start());
        }
        if (fields.size() < MOST_FIELDS - 1) {
            return OptionalInt.empty();
        }
        for (int i = 0; i < fields.size(); i++) {
            MatchResult field = fields.get(i);
            if (breaks(field.group(), READERS.get(i))) {
                return OptionalInt.of(field.start() + item(field.group(), READERS.get(i)));
            }
        }
        boolean isOneLeftOut = fields.get(3).group().equals("?")
                != fields.get(DAY_OF_WEEK).group().equals("?");
        return isOneLeftOut
                ? OptionalInt.empty()
                : OptionalInt.of(fields.get(DAY_OF_WEEK).start());
    }

    /** Where in a list the first item begins that cannot be read even alone; the beginning where each of them can. */
    private static int item(String list, Consumer<String> reader) {
        int begin = 0;
        for (String item : list.split(",", -1)) {
            if (breaks(item, reader)) {
                return begin;
            }
            begin += item.length() + 1;
        }
        return 0;
    }

    private static boolean breaks(String text, Consumer<String> reader) {
        try {
            reader.accept(text);
            return false;
        } catch (IllegalArgumentException broken) {
            return true;
        }
    }
}
