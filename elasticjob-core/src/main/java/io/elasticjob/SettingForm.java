package io.elasticjob;

import io.elasticjob.text.Durations;
import io.elasticjob.text.MalformedTextException;
import io.elasticjob.text.Pairs;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * How the value of a key is written, and what it has to be.
 *
 * @param <T> what is read out of it
 * @since 0.1.0
 */
@FunctionalInterface
public interface SettingForm<T> {

    /**
     * Reads a value. A pure function: it is called on any thread, also on the engine's own, and must not wait.
     *
     * @param written without white space at its ends
     * @throws IllegalArgumentException when it cannot be used; the message is the rule, and continues a sentence that begins
     *     with key and value: {@code must be true or false}
     */
    T read(String written);

    /** Any text. */
    static SettingForm<String> text() {
        return written -> written;
    }

    /** {@code true} or {@code false}. */
    static SettingForm<Boolean> flag() {
        return written -> switch (written) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("must be true or false");
        };
    }

    /** A whole number within these bounds. */
    static SettingForm<Integer> number(int least, int most) {
        return written -> {
            try {
                int number = Integer.parseInt(written);
                if (number >= least && number <= most) {
                    return number;
                }
            } catch (NumberFormatException notANumber) {
                // the same rule is broken
            }
            throw new IllegalArgumentException("must be a whole number from " + least + " to " + most);
        };
    }

    /** A decimal number within these bounds, such as {@code 1.5}. */
    static SettingForm<Double> decimal(int least, int most) {
        return written -> {
            if (written.matches("\\d{1,9}(\\.\\d{1,9})?")) {
                double number = Double.parseDouble(written);
                if (number >= least && number <= most) {
                    return number;
                }
            }
            throw new IllegalArgumentException(
                    "must be a number from " + least + " to " + most + ", such as " + (least + most) / 2.0);
        };
    }

    /** One of the constants of an enum, in any case, and with dashes for underscores. */
    static <E extends Enum<E>> SettingForm<E> word(Class<E> type) {
        E[] constants = type.getEnumConstants();
        return written -> Arrays.stream(constants)
                .filter(constant -> constant.name().equalsIgnoreCase(written.replace('-', '_')))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("must be one of "
                        + Arrays.stream(constants).map(Enum::name).collect(Collectors.joining(", "))));
    }

    /** A duration that is longer than nothing, as {@link Durations} reads it. */
    static SettingForm<Duration> duration(Duration most) {
        return written -> {
            Duration duration;
            try {
                duration = Durations.parseStored(written);
            } catch (IllegalArgumentException malformed) {
                throw new IllegalArgumentException(MalformedTextException.ruleOf(malformed), malformed);
            }
            if (duration.isNegative() || duration.isZero()) {
                throw new IllegalArgumentException("must be longer than nothing");
            }
            if (duration.compareTo(most) > 0) {
                throw new IllegalArgumentException(
                        "must be at most " + (most.toDays() > 0 ? most.toDays() + "d" : Durations.format(most)));
            }
            return duration;
        };
    }

    /**
     * Names with values, as {@link Pairs} reads them; each name once.
     *
     * @param what a name stands for, such as {@code label}
     * @param example that a refusal shows
     */
    static SettingForm<SortedMap<String, String>> pairs(String what, String example) {
        return written -> {
            SortedMap<String, String> pairs = new TreeMap<>();
            for (Pairs.Pair pair : Pairs.list(written, example)) {
                if (pairs.put(pair.key(), pair.value()) != null) {
                    throw new IllegalArgumentException("names the " + what + " \"" + pair.key() + "\" twice");
                }
            }
            return Collections.unmodifiableSortedMap(pairs);
        };
    }
}
