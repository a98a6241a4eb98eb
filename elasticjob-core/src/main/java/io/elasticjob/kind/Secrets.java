package io.elasticjob.kind;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.text.NearestName;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What {@code {secret:name}} stands for in declared scripts and targets. Never in a text that this gives away. */
public final class Secrets {

    public static final Secrets NONE = new Secrets(new TreeMap<>());

    /** Shorter ones could not be told from other text, and would be shown. */
    private static final int SHORTEST = 8;

    private static final String PREFIX = "elasticjob.secrets.";
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{secret:([^{}]*)}");

    private final SortedMap<String, String> values;
    private final List<String> hidden;

    private Secrets(SortedMap<String, String> values) {
        this.values = values;
        this.hidden = values.values().stream()
                .flatMap(value -> Stream.concat(Stream.of(value), value.lines().map(String::strip)))
                .filter(part -> part.length() >= SHORTEST)
                .distinct()
                .sorted(Comparator.comparingInt(String::length).reversed())
                .toList();
    }

    /** @throws InvalidSettingException when one is too short to be kept out of outputs and messages */
    public static Secrets of(Map<String, String> values) {
        values.forEach((name, value) -> {
            if (value.length() < SHORTEST) {
                throw new InvalidSettingException(
                        PREFIX + name,
                        InvalidSettingException.hidden(value),
                        "must have at least " + SHORTEST
                                + " characters: a shorter one could not be recognized in outputs, and would be shown");
            }
        });
        return new Secrets(new TreeMap<>(values));
    }

    /** Whether a text has a placeholder for one. */
    static boolean areIn(String template) {
        return PLACEHOLDER.matcher(template).find();
    }

    /**
     * The text with the values of the secrets that it names.
     *
     * @param key of the property that it is the value of
     * @throws InvalidSettingException when there is none of that name
     */
    public String resolve(String key, String template) {
        return PLACEHOLDER.matcher(template).replaceAll(placeholder -> {
            String name = placeholder.group(1);
            String value = values.get(name);
            if (value == null) {
                throw new InvalidSettingException(
                        key,
                        placeholder.group(),
                        "names no secret that is declared under " + PREFIX + "*"
                                + NearestName.hint(name, values.keySet()));
            }
            return Matcher.quoteReplacement(value);
        });
    }

    /** The text without any of them, and without any longer line of them. */
    public String masked(String text) {
        String masked = text;
        for (String secret : hidden) {
            masked = masked.replace(secret, "***");
        }
        return masked;
    }

    /** How long the longest piece of text is that is not to be shown. */
    int longest() {
        return hidden.isEmpty() ? 0 : hidden.get(0).length();
    }

    /** Names alone. */
    @Override
    public String toString() {
        return "secrets " + values.keySet();
    }
}
