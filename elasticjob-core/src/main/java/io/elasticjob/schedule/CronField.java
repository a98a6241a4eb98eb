package io.elasticjob.schedule;

import io.elasticjob.text.VisibleText;
import java.util.BitSet;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One field of a cron expression: its name in messages, its range, and how the text of its values is read. */
enum CronField {
    SECOND("second", 0, 59),
    MINUTE("minute", 0, 59),
    HOUR("hour", 0, 23),
    DAY_OF_MONTH("day of month", 1, 31),
    MONTH("month", 1, 12, "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"),
    DAY_OF_WEEK("day of week", 1, 7, "SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"),
    YEAR("year", 1970, 2199);

    /** {@code *}, {@code 5}, {@code 5-10}, each perhaps with a step; a step alone counts from the lowest value. */
    private static final Pattern ITEM = Pattern.compile("(?:\\*|(\\w+)(?:-(\\w+))?)?(?:/(\\d+))?");

    private final String label;
    private final int min;
    private final int max;
    private final List<String> names;

    CronField(String label, int min, int max, String... names) {
        this.label = label;
        this.min = min;
        this.max = max;
        this.names = List.of(names);
    }

    int min() {
        return min;
    }

    int max() {
        return max;
    }

    /**
     * The values that a comma-separated list of items names.
     *
     * @throws IllegalArgumentException with the rule that the text breaks
     */
    BitSet values(String list) {
        BitSet values = new BitSet();
        for (String item : list.split(",", -1)) {
            addTo(values, item);
        }
        return values;
    }

    boolean isFull(BitSet values) {
        return values.cardinality() == size();
    }

    /**
     * The number that one value stands for, written as a number or as a name.
     *
     * @throws IllegalArgumentException when it is neither
     */
    int value(String text) {
        int value = isName(text) ? min + names.indexOf(text) : number(text);
        if (value < min || value > max) {
            throw new IllegalArgumentException(rule());
        }
        return value;
    }

    /** The name of a value of a field whose values have names. */
    String name(int value) {
        return names.get(value - min);
    }

    private void addTo(BitSet values, String item) {
        Matcher matcher = ITEM.matcher(item);
        if (item.isEmpty() || !matcher.matches()) {
            throw new IllegalArgumentException("\"" + VisibleText.of(item, 40) + "\" does not fit here, " + rule());
        }
        String from = matcher.group(1);
        String to = matcher.group(2);
        String step = matcher.group(3);
        int first = from == null ? min : value(from);
        int last = to != null ? value(to) : from == null || step != null ? max : first;
        if (from != null && (to != null && isName(from) != isName(to) || step != null && isName(from))) {
            throw new IllegalArgumentException(
                    "\"" + VisibleText.of(item, 40) + "\" mixes names and numbers, use numbers");
        }
        addTo(values, first, last, step == null ? 1 : step(step));
    }

    /** A range whose end lies before its start goes on through the top, so Friday to Monday is four days. */
    private void addTo(BitSet values, int first, int last, int step) {
        if (last < first && this == YEAR) {
            throw new IllegalArgumentException("the years " + first + "-" + last + " are in reverse order");
        }
        int end = last < first ? last + size() : last;
        for (int value = first; value <= end; value += step) {
            values.set(value > max ? value - size() : value);
        }
    }

    private int step(String text) {
        int step = number(text);
        int most = this == YEAR ? size() : max;
        if (step < 1 || step > most) {
            throw new IllegalArgumentException("the step of the " + label + " must be 1–" + most);
        }
        return step;
    }

    private int size() {
        return max - min + 1;
    }

    private boolean isName(String text) {
        return names.contains(text);
    }

    /** -1, which no field allows, for what is no number or too long for any field. */
    private static int number(String text) {
        return text.matches("\\d{1,9}") ? Integer.parseInt(text) : -1;
    }

    private String rule() {
        String orNames = names.isEmpty() ? "" : " or " + names.get(0) + "–" + names.get(names.size() - 1);
        String counted = this == DAY_OF_WEEK ? ", where 1 is Sunday" : "";
        return label + " must be " + min + "–" + max + orNames + counted;
    }
}
