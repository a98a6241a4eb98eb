package io.elasticjob.boot.migration;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A row of a table, by the names of its columns in any case. What databases write in different types is read alike. */
final class Row {

    private final Map<String, Object> values = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

    /** @param values texts, numbers, booleans and {@code byte[]}; null where the column is */
    Row(Map<String, ? extends @Nullable Object> values) {
        values.forEach((column, value) -> {
            if (value != null) {
                this.values.put(column, value);
            }
        });
    }

    /** Without the blanks at its ends; "" where it is null or there is no such column. */
    String text(String column) {
        Object value = values.get(column);
        return value == null ? "" : value.toString().strip();
    }

    /** @throws IllegalArgumentException when it is none */
    Optional<Long> number(String column) {
        Object value = values.get(column);
        if (value instanceof Number number) {
            return Optional.of(number.longValue());
        }
        String text = text(column);
        try {
            return text.isEmpty() ? Optional.empty() : Optional.of(Long.parseLong(text));
        } catch (NumberFormatException none) {
            throw new IllegalArgumentException("The column " + column + " has no number in it: \"" + text + "\"", none);
        }
    }

    /** Databases without a type for it have numbers, or texts such as 1, Y or true. */
    boolean flag(String column) {
        Object value = values.get(column);
        if (value instanceof Boolean flag) {
            return flag;
        }
        return value instanceof Number number
                ? number.longValue() != 0
                : text(column).toLowerCase(Locale.ROOT).matches("1|y|t|true");
    }

    /** Empty where it is null or holds nothing. */
    Optional<byte[]> bytes(String column) {
        return values.get(column) instanceof byte[] bytes && bytes.length > 0 ? Optional.of(bytes) : Optional.empty();
    }
}
