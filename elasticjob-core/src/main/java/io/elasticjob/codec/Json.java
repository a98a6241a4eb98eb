package io.elasticjob.codec;

import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;

/** JSON objects as maps: String, Long, Double, Boolean, List and Map. Null members are left out both ways. */
public final class Json {

    /** More than any version writes, and less than a server takes: a job has at most 256 Ki characters. */
    static final int LONGEST = 1024 * 1024;

    private static final int DEEPEST = 32;

    private static final JsonFactory FACTORY = factory(LONGEST);

    private static JsonFactory factory(int longest) {
        return JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxDocumentLength(longest)
                        .maxNestingDepth(DEEPEST)
                        .maxNameLength(1_000)
                        .maxNumberLength(40)
                        .build())
                .build();
    }

    private Json() {}

    /** In UTF-8. */
    public static byte[] write(Map<String, ?> object) {
        return write(members -> members.members(object));
    }

    /** Writes one object, whose members are given in their order. */
    static byte[] write(Consumer<ObjectWriter> object) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
        try (JsonGenerator generator = FACTORY.createGenerator(ObjectWriteContext.empty(), bytes)) {
            generator.writeStartObject();
            object.accept(new ObjectWriter(generator));
            generator.writeEndObject();
        }
        return bytes.toByteArray();
    }

    /** The members of an object that is being written. */
    static final class ObjectWriter {

        private final JsonGenerator generator;

        private ObjectWriter(JsonGenerator generator) {
            this.generator = generator;
        }

        void number(String name, long number) {
            generator.writeName(name);
            generator.writeNumber(number);
        }

        /** A smaller number is none. */
        void numberFrom(long least, String name, long number) {
            if (number >= least) {
                number(name, number);
            }
        }

        void text(String name, @Nullable String text) {
            if (text != null) {
                generator.writeName(name);
                generator.writeString(Json.text(text));
            }
        }

        void instant(String name, @Nullable Instant instant) {
            if (instant != null) {
                generator.writeName(name);
                generator.writeString(IsoInstant.text(instant));
            }
        }

        void members(Map<?, ?> members) {
            members.forEach((name, member) -> {
                if (member != null) {
                    generator.writeName(String.valueOf(name));
                    writeValue(generator, member);
                }
            });
        }
    }

    /**
     * @throws IllegalArgumentException when the bytes are not a JSON object, or it is too long or too deep to be ours
     */
    public static Map<String, Object> read(byte[] bytes) {
        if (bytes.length > LONGEST) {
            throw new IllegalArgumentException(
                    "it is " + bytes.length + " bytes long; no value is longer than " + LONGEST);
        }
        return read(FACTORY, bytes);
    }

    /** As {@link #read} of something that is no node, and may be as long as this. */
    static Map<String, Object> readLong(byte[] bytes, int longest) {
        return read(factory(longest), bytes);
    }

    private static Map<String, Object> read(JsonFactory factory, byte[] bytes) {
        try (JsonParser parser = factory.createParser(ObjectReadContext.empty(), bytes)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new IllegalArgumentException("it is not a JSON object");
            }
            Map<String, Object> object = readObject(parser);
            if (parser.nextToken() != null) {
                throw new IllegalArgumentException("something follows the JSON object");
            }
            return object;
        } catch (tools.jackson.core.JacksonException malformed) {
            TokenStreamLocation where = malformed.getLocation(); // what stands there may be secret
            throw new IllegalArgumentException("it is not JSON, or too long or too deep to be ours"
                    + (where == null ? "" : ": reading stopped at byte " + where.getByteOffset()));
        }
    }

    private static void writeValue(JsonGenerator generator, Object value) {
        if (value instanceof Map<?, ?> object) {
            generator.writeStartObject();
            new ObjectWriter(generator).members(object);
            generator.writeEndObject();
        } else if (value instanceof Iterable<?> array) {
            generator.writeStartArray();
            array.forEach(element -> writeValue(generator, element));
            generator.writeEndArray();
        } else if (value instanceof Boolean flag) {
            generator.writeBoolean(flag);
        } else if (value instanceof Double fraction) {
            generator.writeNumber(fraction);
        } else if (value instanceof Number number) {
            generator.writeNumber(number.longValue());
        } else {
            generator.writeString(text(value.toString()));
        }
    }

    /** The text with halves of surrogate pairs replaced: they cannot be written, and an error message may have them. */
    private static String text(String text) {
        int i = 0;
        while (i < text.length() && !isSurrogate(text.charAt(i))) {
            i++;
        }
        if (i == text.length()) {
            return text;
        }
        StringBuilder whole = new StringBuilder(text.length());
        text.codePoints().map(point -> isSurrogate(point) ? '\uFFFD' : point).forEach(whole::appendCodePoint);
        return whole.toString();
    }

    private static boolean isSurrogate(int point) {
        return point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE;
    }

    private static Map<String, Object> readObject(JsonParser parser) {
        Map<String, Object> object = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            Object value = readValue(parser);
            if (value != null) {
                object.put(name, value);
            }
        }
        return object;
    }

    private static @Nullable Object readValue(JsonParser parser) {
        return switch (parser.currentToken()) {
            case START_OBJECT -> readObject(parser);
            case START_ARRAY -> readArray(parser);
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NUMBER_INT -> parser.getLongValue();
            case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
            case VALUE_STRING -> parser.getString();
            default -> null;
        };
    }

    private static List<Object> readArray(JsonParser parser) {
        List<Object> array = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            Object value = readValue(parser);
            if (value != null) {
                array.add(value);
            }
        }
        return array;
    }
}
