package io.elasticjob.gateway.wire;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobDefinition;
import io.elasticjob.codec.Json;
import io.elasticjob.text.VisibleText;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object of a request, read member by member. Members that nobody asks for are ignored: a client of a later version
 * may send them. All methods throw a {@link ProblemException} that names the member.
 */
final class Body {

    private final String path;
    private final Map<String, ?> members;

    private Body(String path, Map<String, ?> members) {
        this.path = path;
        this.members = members;
    }

    static Body of(byte[] json) {
        try {
            return new Body("", Json.read(json));
        } catch (IllegalArgumentException unreadable) {
            throw ProblemException.unreadable(String.valueOf(unreadable.getMessage()));
        }
    }

    /** Required, of characters that are seen. */
    String name(String key, int longest) {
        String name = text(key, longest).orElseThrow(() -> ProblemException.invalid(path(key), "", "is required"));
        Optional<String> hidden = VisibleText.firstHidden(name);
        if (name.isBlank() || hidden.isPresent()) {
            throw ProblemException.invalid(
                    path(key),
                    name,
                    hidden.map(it -> "must not have characters that are not seen: " + it)
                            .orElse("must not be blank"));
        }
        return name;
    }

    /** As {@link #name}, of what becomes part of an instance's name. */
    static String instanceName(String key, String name) {
        if (name.length() > WireLimits.INSTANCE_NAME) {
            throw ProblemException.invalid(key, name, "must have at most " + WireLimits.INSTANCE_NAME + " characters");
        }
        try {
            return JobDefinition.checkedName(key, name);
        } catch (InvalidSettingException invalid) {
            throw ProblemException.invalid(key, name, invalid.rule());
        }
    }

    /** Empty where it is absent. */
    Optional<String> text(String key, int longest) {
        Object value = members.get(key);
        if (value == null) {
            return Optional.empty();
        }
        return Optional.of(text(path(key), value, longest));
    }

    /** Of so many bytes in UTF-8 at most; "" where it is absent. */
    String shortText(String key, int longestBytes) {
        String text = text(key, longestBytes).orElse("");
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            throw ProblemException.invalid(path(key), "half a surrogate pair", "must be a text");
        }
        int bytes = text.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > longestBytes) {
            throw ProblemException.invalid(
                    path(key), bytes + " bytes", "must have at most " + longestBytes + " bytes in UTF-8");
        }
        return text;
    }

    private static String text(String path, Object value, int longest) {
        if (!(value instanceof String text)) {
            throw ProblemException.invalid(path, kind(value), "must be a text");
        }
        if (text.length() > longest) {
            throw ProblemException.invalid(
                    path, text.length() + " characters", "must have at most " + longest + " characters");
        }
        return text;
    }

    /** Required, from 0. */
    long number(String key, long most) {
        return optionalNumber(key, most).orElseThrow(() -> ProblemException.invalid(path(key), "", "is required"));
    }

    Optional<Long> optionalNumber(String key, long most) {
        Object value = members.get(key);
        if (value == null) {
            return Optional.empty();
        }
        if (!(value instanceof Long number)) {
            throw ProblemException.invalid(path(key), kind(value), "must be a whole number");
        }
        if (number < 0 || number > most) {
            throw ProblemException.invalid(path(key), String.valueOf(number), "must be from 0 to " + most);
        }
        return Optional.of(number);
    }

    /** Without the same twice; empty where it is absent. */
    Set<String> names(String key, int most, int longest) {
        Set<String> names = new LinkedHashSet<>();
        for (Object element : array(key, most)) {
            names.add(text(path(key) + "[" + names.size() + "]", element, longest));
        }
        return names;
    }

    /** Texts by name; empty where it is absent. */
    Map<String, String> texts(String key, int most, int longest) {
        Object value = members.get(key);
        if (value == null) {
            return Map.of();
        }
        if (!(value instanceof Map<?, ?> map)) {
            throw ProblemException.invalid(path(key), kind(value), "must be an object");
        }
        if (map.size() > most) {
            throw ProblemException.invalid(path(key), map.size() + " members", "must have at most " + most);
        }
        Map<String, String> texts = new TreeMap<>();
        map.forEach((name, text) ->
                texts.put(text(path(key), String.valueOf(name), longest), text(path(key) + "." + name, text, longest)));
        return texts;
    }

    /** Objects, each read by the function; empty where it is absent. */
    <T> List<T> objects(String key, int most, Function<Body, T> read) {
        List<T> objects = new ArrayList<>();
        for (Object element : array(key, most)) {
            String at = path(key) + "[" + objects.size() + "]";
            if (!(element instanceof Map<?, ?> map)) {
                throw ProblemException.invalid(at, kind(element), "must be an object");
            }
            Map<String, Object> named = new TreeMap<>();
            map.forEach((name, value) -> named.put(String.valueOf(name), value));
            objects.add(read.apply(new Body(at, named)));
        }
        return objects;
    }

    private List<?> array(String key, int most) {
        Object value = members.get(key);
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof List<?> list)) {
            throw ProblemException.invalid(path(key), kind(value), "must be an array");
        }
        if (list.size() > most) {
            throw ProblemException.invalid(path(key), list.size() + " elements", "must have at most " + most);
        }
        return list;
    }

    /** Required, one of these words. */
    <E extends Enum<E>> E word(String key, Class<E> words) {
        String word = text(key, 100).orElse("");
        for (E one : words.getEnumConstants()) {
            if (one.name().equals(word)) {
                return one;
            }
        }
        throw ProblemException.invalid(path(key), word, "must be one of " + List.of(words.getEnumConstants()));
    }

    String path(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    private static String kind(@Nullable Object value) {
        return value instanceof Map<?, ?>
                ? "an object"
                : value instanceof List<?> ? "an array" : VisibleText.of(String.valueOf(value), 40);
    }
}
