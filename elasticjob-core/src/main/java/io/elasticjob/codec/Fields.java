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
                return new Decoded.Newer<>((int) format);
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

    @Nullable
    Instant optionalInstant(String name) {
        String text = optionalText(name);
        return text == null ? null : IsoInstant.parse(text);
    }

    Instant instant(String name) {
        return IsoInstant.parse(text(name));
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
