package io.elasticjob.codec;

import io.elasticjob.Operator;
import io.elasticjob.text.VisibleText;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The members of a stored object. Each one that is asked for counts as known; what remains is {@link #unknown()}.
 * Every method throws {@link IllegalArgumentException}, naming the member, when it is there but is not what it should be.
 */
final class Members {

    static final String FORMAT = "format";

    private static final int LONGEST_NAME = 1_000;

    /** As all words of a fixed set are written. */
    private static final Pattern WORD = Pattern.compile("[A-Z][A-Z0-9_]{0,63}");

    /** Within these, a day more or less is still an instant, for every calculation. */
    private static final Instant EARLIEST = Instant.EPOCH;

    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59.999999999Z");

    private final Map<String, Object> remaining;

    /** @param members to be taken from */
    private Members(Map<String, Object> members) {
        remaining = members;
    }

    /** @param members to be taken from */
    static Members of(Map<String, Object> members) {
        return new Members(members);
    }

    /** Reads one value of at most this format. */
    static <T> Decoded<T> decode(byte[] bytes, int newestFormat, Function<Members, T> reader) {
        try {
            Members members = new Members(Json.read(bytes));
            long format = members.number(FORMAT, 0);
            if (format > newestFormat) {
                return new Decoded.Newer<>("format " + format + " is a later version's");
            }
            if (format < 1) {
                return new Decoded.Broken<>("it has no format number");
            }
            return new Decoded.Value<>(reader.apply(members));
        } catch (LaterVersion later) {
            return new Decoded.Newer<>(later.getMessage());
        } catch (IllegalArgumentException | java.time.DateTimeException broken) {
            return new Decoded.Broken<>(String.valueOf(broken.getMessage()));
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError unforeseen) {
            return new Decoded.Broken<>("it cannot be read: " + unforeseen);
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

    /** What an operator said: shown to people, so that what is not seen is written out. */
    String words(String name) {
        return VisibleText.of(text(name), Operator.MAX_LENGTH);
    }

    @Nullable
    String optionalText(String name) {
        return member(name, String.class);
    }

    long number(String name, long otherwise) {
        Long number = member(name, Long.class);
        return number == null ? otherwise : number;
    }

    /**
     * The number of a firing by hand up to which something is so; -1 when it is not there. ZooKeeper counts with 32 bits: a
     * higher number was never given, and calculating with it may overflow.
     */
    long triggerNumber(String name) {
        return count(name, -1, -1, Integer.MAX_VALUE);
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
            checkNodeName(name, text);
        }
        return text;
    }

    /** Names of nodes of the registry. */
    List<String> nodeNames(String name) {
        List<String> all = texts(name);
        all.forEach(text -> checkNodeName(name, text));
        return all;
    }

    private static void checkNodeName(String name, String text) {
        boolean plain = text.chars().allMatch(c -> !Character.isISOControl(c) && c < 0xD800 && c != '/');
        if (!plain || text.isEmpty() || text.length() > LONGEST_NAME || text.equals(".") || text.equals("..")) {
            throw new IllegalArgumentException("\"" + name + "\" is \"" + text + "\", which names no node");
        }
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

    /**
     * One of these words.
     *
     * @throws LaterVersion when it is another word, which a later version may know
     */
    String word(String name, List<String> known) {
        String word = text(name);
        check(name, word, known);
        return word;
    }

    <E extends Enum<E>> E word(String name, Class<E> type) {
        return word(name, text(name), type);
    }

    /**
     * The same of a word that is the name of a member.
     *
     * @param of what it says something
     */
    static <E extends Enum<E>> E word(String of, String word, Class<E> type) {
        check(of, word, Arrays.stream(type.getEnumConstants()).map(Enum::name).toList());
        return Enum.valueOf(type, word);
    }

    private static void check(String name, String word, List<String> known) {
        if (!known.contains(word)) {
            String is = "\"" + name + "\" is \"" + word + "\"";
            throw WORD.matcher(word).matches()
                    ? new LaterVersion(is + ", which only a later version may know")
                    : new IllegalArgumentException(is + ", and must be one of " + known);
        }
    }

    /** It is well formed and says something that this version has no name for: it is left alone. */
    static final class LaterVersion extends RuntimeException {

        LaterVersion(String what) {
            super(what);
        }

        @Override
        public String getMessage() {
            return String.valueOf(super.getMessage());
        }
    }

    List<String> texts(String name) {
        List<?> list = member(name, List.class);
        return list == null ? List.of() : list.stream().map(String::valueOf).toList();
    }

    /** The members of a nested object, empty when it is not there. */
    Members object(String name) {
        Map<?, ?> object = member(name, Map.class);
        Map<String, Object> members = new LinkedHashMap<>();
        if (object != null) {
            object.forEach((key, value) -> members.put(String.valueOf(key), value));
        }
        return new Members(members);
    }

    /** The members of each object of an array, empty when it is not there. */
    List<Members> objects(String name, int most) {
        List<?> list = member(name, List.class);
        if (list == null) {
            return List.of();
        }
        if (list.size() > most) {
            throw new IllegalArgumentException(
                    "\"" + name + "\" has " + list.size() + " elements, and must have at most " + most);
        }
        List<Members> all = new ArrayList<>();
        for (Object one : list) {
            if (!(one instanceof Map<?, ?> object)) {
                throw new IllegalArgumentException("\"" + name + "\" must be a list of objects");
            }
            Map<String, Object> members = new LinkedHashMap<>();
            object.forEach((key, value) -> members.put(String.valueOf(key), value));
            all.add(new Members(members));
        }
        return all;
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
            throw new IllegalArgumentException(
                    "\"" + name + "\" is a " + value.getClass().getSimpleName() + ", and should be a "
                            + type.getSimpleName()); // the value may be secret
        }
        return type.cast(value);
    }
}
