package io.elasticjob.benchmarks.environment;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What was said on the command line: words, {@code --name=value} or {@code --name} for true, and {@code -Dname=value},
 * which is handed to the systems under test.
 */
public final class Options {

    private final List<String> words = new ArrayList<>();
    private final Map<String, String> values = new LinkedHashMap<>();
    private final Map<String, String> handedOn = new LinkedHashMap<>();

    public Options(String... arguments) {
        for (String argument : arguments) {
            int at = argument.indexOf('=');
            if (argument.startsWith("-D") && at > 2) {
                handedOn.put(argument.substring(2, at), argument.substring(at + 1));
            } else if (argument.startsWith("--")) {
                values.put(
                        at > 0 ? argument.substring(2, at) : argument.substring(2),
                        at > 0 ? argument.substring(at + 1) : "true");
            } else if (argument.startsWith("-")) {
                throw new IllegalArgumentException(
                        argument + " is not an option: it has to be --name=value, --name or -Dname=value");
            } else {
                words.add(argument);
            }
        }
    }

    /** These options, but for one. */
    public Options with(String name, String value) {
        Options other = new Options();
        other.words.addAll(words);
        other.values.putAll(values);
        other.handedOn.putAll(handedOn);
        other.values.put(name, value);
        return other;
    }

    /** As they were given, but for the words and for those of these names. */
    public String without(Set<String> names) {
        Stream<String> given = values.entrySet().stream()
                .filter(value -> !names.contains(value.getKey()))
                .map(value -> "--" + value.getKey() + (value.getValue().equals("true") ? "" : "=" + value.getValue()));
        Stream<String> handed =
                handedOn.entrySet().stream().map(value -> "-D" + value.getKey() + "=" + value.getValue());
        return Stream.concat(given, handed).collect(Collectors.joining(" "));
    }

    public List<String> words() {
        return List.copyOf(words);
    }

    Map<String, String> handedOn() {
        return handedOn;
    }

    public String text(String name, String fallback) {
        return values.getOrDefault(name, fallback);
    }

    public boolean flag(String name, boolean fallback) {
        return Boolean.parseBoolean(values.getOrDefault(name, String.valueOf(fallback)));
    }

    /** @throws IllegalArgumentException when it is not a whole number */
    public int number(String name, int fallback) {
        String value = values.get(name);
        try {
            return value == null ? fallback : Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("--" + name + "=" + value + " is not a whole number", e);
        }
    }

    /** Some of what is to be combined, separated by commas: what was given, or one of the two. */
    public List<String> some(String name, String full, String quick) {
        return Arrays.asList(text(name, quick() ? quick : full).split(","));
    }

    /** Seconds that a measurement lasts: what was given, or one of the two. */
    public int seconds(int full, int quick) {
        return number("seconds", quick() ? quick : full);
    }

    /** Whether it is only to be shown that everything works. */
    public boolean quick() {
        return flag("quick", false);
    }
}
