package io.elasticjob.codec;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The members of a stored object. Each one that is asked for counts as known; what remains is {@link #unknown()}.
 * Every method throws {@link IllegalArgumentException}, naming the member, when it is there but is not what it should be.
 */
final class Fields {

    static final String FORMAT = "format";

    private static final int LONGEST_NAME = 1_000;

    /** Within these, a day more or less is still an instant, for every calculation. */
    private static final Instant EARLIEST = Instant.EPOCH;

    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59.999999999Z");

    private final Map<String, Object> remaining;

    /** @param members to be taken from */
    private Fields(Map<String, Object> members) {
        remaining = members;
    }

    /** Reads one value of at most this format. */
    static <T> Decoded<T> decode(byte[] bytes, int newestFormat, Function<Fields, T> reader) {
        try {
            Fields fields = new Fields(Json.read(bytes));
            long format = fields.number(FORMAT, 0);
            if (format > newestFormat) {
                return new Decoded.Newer<>((int) Math.min(format, Integer.MAX_VALUE));
            }
            if (format < 1) {
                return new Decoded.Broken<>("it has no format number");
            }
            return new Decoded.Value<>(reader.apply(fields));
        } catch (IllegalArgumentException | java.time.DateTimeException broken) {
            return new Decoded.Broken<>(String.valueOf(broken.getMessage()));
        }
    }

    Map<String, Object> unknown() {
        return remaining;
    }

    String text(String name) {
        String text = optionalText(name);
        if (text == null) {
            throw new IllegalArgumentException("\"" + name + "\" is missing");
        }
        return text;
    }

    @Nullable
    String optionalText(String name) {
        return member(name, String.class);
    }

    long number(String name, long otherwise) {
        Long number = member(name, Long.class);
        return number == null ? otherwise : number;
    }

    /** False when it is not there. */
    boolean flag(String name) {
        return Boolean.TRUE.equals(member(name, Boolean.class));
    }

    /** The name of a node of the registry: it becomes part of a path. */
    @Nullable
    String optionalNodeName(String name) {
        String text = optionalText(name);
        if (text != null) {
            boolean plain = text.chars().allMatch(c -> !Character.isISOControl(c) && c < 0xD800 && c != '/');
            if (!plain || text.isEmpty() || text.length() > LONGEST_NAME || text.equals(".") || text.equals("..")) {
                throw new IllegalArgumentException("\"" + name + "\" is \"" + text + "\", which names no node");
            }
        }
        return text;
    }

    /** A whole number within these bounds. */
    int count(String name, int otherwise, int least, int most) {
        long number = number(name, otherwise);
        if (number < least || number > most) {
            throw new IllegalArgumentException(
                    "\"" + name + "\" is " + number + ", and must be from " + least + " to " + most);
        }
        return (int) number;
    }

    @Nullable
    Instant optionalInstant(String name) {
        String text = optionalText(name);
        return text == null ? null : instantOf(text);
    }

    Instant instant(String name) {
        return instantOf(text(name));
    }

    static Instant instantOf(String text) {
        Instant instant = IsoInstant.parse(text);
        if (instant.isBefore(EARLIEST) || instant.isAfter(LATEST)) {
            throw new IllegalArgumentException(text + " is not within the years from 1970 to 9999");
        }
        return instant;
    }

    <E extends Enum<E>> E word(String name, Class<E> type) {
        return Enum.valueOf(type, text(name));
    }

    List<String> texts(String name) {
        List<?> list = member(name, List.class);
        return list == null ? List.of() : list.stream().map(String::valueOf).toList();
    }

    /** The members of a nested object, empty when it is not there. */
    Fields object(String name) {
        Map<?, ?> object = member(name, Map.class);
        Map<String, Object> members = new LinkedHashMap<>();
        if (object != null) {
            object.forEach((key, value) -> members.put(String.valueOf(key), value));
        }
        return new Fields(members);
    }

    boolean has(String name) {
        return remaining.containsKey(name);
    }

    Iterable<String> names() {
        return List.copyOf(remaining.keySet());
    }

    private <T> @Nullable T member(String name, Class<T> type) {
        Object value = remaining.remove(name);
        if (value == null) {
            return null;
        }
        if (!type.isInstance(value)) {
            throw new IllegalArgumentException("\"" + name + "\" is " + value + ", which is not what it should be");
        }
        return type.cast(value);
    }
}
