package io.elasticjob.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * Maps as texts: the written form of {@code shardingItemParameters} and {@code labels}, as in
 * {@code 0=Beijing,1=Shanghai}.
 *
 * <p>Blanks around names and values mean nothing. A name or value in double quotes is taken as it is, with its blanks,
 * commas and equals signs: {@code 0="DE, AT, CH",1=US}. In quotes {@code \"} is a quote, {@code \\} a backslash, {@code \n},
 * {@code \r} and {@code \t} the end of a line, a carriage return and a tab. A quote that does not come first is a character
 * like any other: {@code 0=5" pipe}.
 */
public final class Pairs {

    /** Where the quotes of a text do not end as they should. */
    static final class Unclosed extends IllegalArgumentException {
        private static final long serialVersionUID = 1L;

        Unclosed(String rule) {
            super(rule);
        }
    }

    private record Part(String text, int next) {}

    private Pairs() {}

    /** Writes pairs in the order of the map. Each name and value that needs it is quoted. */
    public static String format(Map<?, String> pairs) {
        StringBuilder text = new StringBuilder();
        pairs.forEach((name, value) -> text.append(text.isEmpty() ? "" : ",")
                .append(quotedIfNeeded(String.valueOf(name), true))
                .append('=')
                .append(quotedIfNeeded(value, false)));
        return text.toString();
    }

    /** A text as it is in double quotes. */
    public static String quoted(String text) {
        StringBuilder quoted = new StringBuilder(text.length() + 2).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"', '\\' -> quoted.append('\\').append(c);
                case '\n' -> quoted.append("\\n");
                case '\r' -> quoted.append("\\r");
                case '\t' -> quoted.append("\\t");
                default -> quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }

    /**
     * What a text in double quotes stands for; empty when it does not begin with a quote, or goes on behind the one that
     * closes it.
     */
    public static Optional<String> unquoted(String text) {
        try {
            Part part = text.startsWith("\"") ? quotedPart(text, 0) : null;
            return part == null || part.next() < text.length() ? Optional.empty() : Optional.of(part.text());
        } catch (Unclosed notInQuotes) {
            return Optional.empty();
        }
    }

    /** @param number of the pair in its text, from 1 */
    public record Pair(int number, String key, String value) {}

    /**
     * The pairs of a text in their order; none for an empty one.
     *
     * @param example of what is right
     * @throws IllegalArgumentException with the rule and the example, when it is no list of pairs
     */
    public static List<Pair> list(String text, String example) {
        if (text.isEmpty()) {
            return List.of();
        }
        List<Pair> pairs = new ArrayList<>();
        try {
            read(text, (name, value) -> pairs.add(new Pair(pairs.size() + 1, name, value)));
        } catch (IllegalArgumentException noPair) {
            throw new IllegalArgumentException(
                    noPair.getMessage() + ": write " + example + ", with a value in double quotes where it has commas",
                    noPair);
        }
        return pairs;
    }

    /**
     * Reads pairs, in their order. What looks like quotes and is none is read as it stands, as earlier versions did, so that
     * whatever was once stored can be read; {@link #doubt} says so.
     *
     * @throws IllegalArgumentException that names the number of the part which is no pair, and nothing of what it says
     */
    public static void read(String text, BiConsumer<String, String> pair) {
        List<Part> parts;
        try {
            parts = parts(text);
        } catch (Unclosed unquoted) {
            parts = plainParts(text);
        }
        for (int i = 0; i < parts.size(); i += 2) {
            pair.accept(parts.get(i).text(), parts.get(i + 1).text());
        }
    }

    /** What is wrong with the quotes of a text, to be told to the one who writes it; empty when nothing is. */
    public static Optional<String> doubt(String text) {
        try {
            parts(text);
            return Optional.empty();
        } catch (Unclosed doubtful) {
            return Optional.of(String.valueOf(doubtful.getMessage()));
        } catch (IllegalArgumentException noPair) {
            return Optional.empty(); // refused in any case
        }
    }

    /** Names and values in turn. */
    private static List<Part> parts(String text) {
        List<Part> parts = new ArrayList<>();
        int at = 0;
        while (at <= text.length()) {
            int number = parts.size() / 2 + 1;
            Part name = part(text, at, '=');
            if (name.next() >= text.length()
                    || text.charAt(name.next()) != '='
                    || name.text().isEmpty()) {
                throw noPair(number);
            }
            Part value = part(text, name.next() + 1, ',');
            parts.add(name);
            parts.add(value);
            at = value.next() + 1;
        }
        return parts;
    }

    private static List<Part> plainParts(String text) {
        List<Part> parts = new ArrayList<>();
        for (String pair : text.split(",", -1)) {
            int equals = pair.indexOf('=');
            if (equals < 0 || pair.substring(0, equals).isBlank()) {
                throw noPair(parts.size() / 2 + 1);
            }
            parts.add(new Part(pair.substring(0, equals).strip(), equals));
            parts.add(new Part(pair.substring(equals + 1).strip(), equals));
        }
        return parts;
    }

    private static IllegalArgumentException noPair(int number) {
        return new IllegalArgumentException("has no pair as its part " + number);
    }

    /** A name up to the equals sign behind it, or a value up to the comma; either ends with a comma, or with the text. */
    private static Part part(String text, int from, char end) {
        int at = from;
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        if (at < text.length() && text.charAt(at) == '"') {
            Part quoted = quotedPart(text, at);
            at = quoted.next();
            while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
                at++;
            }
            if (at < text.length() && text.charAt(at) != end) {
                throw new Unclosed("goes on behind the quote at position " + quoted.next()
                        + ": put all of a value into quotes, and write a quote within it as \\\"");
            }
            return new Part(quoted.text(), at);
        }
        int until = from;
        while (until < text.length() && text.charAt(until) != end && text.charAt(until) != ',') {
            until++;
        }
        return new Part(text.substring(from, until).strip(), until);
    }

    private static Part quotedPart(String text, int from) {
        StringBuilder part = new StringBuilder();
        for (int at = from + 1; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == '"') {
                return new Part(part.toString(), at + 1);
            }
            if (c == '\\' && at + 1 < text.length()) {
                at++;
                part.append(meantBy(text.charAt(at), at));
            } else {
                part.append(c);
            }
        }
        throw new Unclosed("opens a quote at position " + (from + 1) + " and does not close it");
    }

    private static char meantBy(char escaped, int position) {
        return switch (escaped) {
            case '"', '\\' -> escaped;
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            default ->
                throw new Unclosed("has a backslash at position " + position
                        + " that means nothing: in quotes write \\\\ for a backslash, or \\\", \\n, \\r, \\t");
        };
    }

    private static String quotedIfNeeded(String text, boolean name) {
        boolean plain = text.equals(text.strip())
                && !(name && text.isEmpty())
                && text.indexOf(',') < 0
                && !text.startsWith("\"")
                && !(name && text.chars().anyMatch(c -> "=!()".indexOf(c) >= 0))
                && text.chars().noneMatch(Character::isISOControl);
        return plain ? text : quoted(text);
    }
}
