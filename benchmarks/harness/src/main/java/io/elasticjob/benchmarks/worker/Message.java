package io.elasticjob.benchmarks.worker;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What the measuring JVM and a worker say to each other: a word and some values, on one line. Values have no white space.
 *
 * @param values in the order in which they were given
 */
public record Message(String word, Map<String, String> values) {

    public Message {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    public static Message of(String word) {
        return new Message(word, Map.of());
    }

    /** This message and one value more. */
    public Message with(String key, Object value) {
        Map<String, String> more = new LinkedHashMap<>(values);
        more.put(key, String.valueOf(value));
        return new Message(word, more);
    }

    public static Message parse(String line) {
        String[] parts = line.strip().split(" ");
        Map<String, String> values = new LinkedHashMap<>();
        for (int i = 1; i < parts.length; i++) {
            int at = parts[i].indexOf('=');
            if (at < 1) {
                throw new IllegalArgumentException("\"" + parts[i] + "\" is not name=value in: " + line);
            }
            values.put(parts[i].substring(0, at), parts[i].substring(at + 1));
        }
        return new Message(parts[0], values);
    }

    /** @throws IllegalArgumentException when there is no such value */
    public String text(String key) {
        String value = values.get(key);
        if (value == null) {
            throw new IllegalArgumentException(key + " is not in: " + this);
        }
        return value;
    }

    public long number(String key) {
        return Long.parseLong(text(key));
    }

    public int small(String key) {
        return Integer.parseInt(text(key));
    }

    public boolean flag(String key) {
        return Boolean.parseBoolean(text(key));
    }

    /** The line. */
    @Override
    public String toString() {
        return word
                + values.entrySet().stream()
                        .map(value -> " " + value.getKey() + "=" + value.getValue())
                        .collect(Collectors.joining());
    }
}
