package io.elasticjob.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What is asked of labels, as text: {@code zone in (eu,us),disk!=hdd,!spot,gpu}. A text of names and values alone, such as
 * {@code zone=eu,disk=ssd}, means what {@link Pairs} reads in it.
 */
public final class LabelTerms {

    /** What a term says of a label. */
    public enum Operator {
        EQUALS,
        NOT_EQUALS,
        IN,
        NOT_IN,
        EXISTS,
        NOT_EXISTS
    }

    /**
     * One label, and what is asked of it.
     *
     * @param values one for {@code =} and {@code !=}, at least one for {@code in} and {@code notin}, else none
     */
    public record Term(String name, Operator operator, SortedSet<String> values) {

        /** In its written form. */
        @Override
        public String toString() {
            return switch (operator) {
                case EQUALS -> written(name) + "=" + written(values.first());
                case NOT_EQUALS -> written(name) + "!=" + written(values.first());
                case IN -> written(name) + " in " + list();
                case NOT_IN -> written(name) + " notin " + list();
                case EXISTS -> written(name);
                case NOT_EXISTS -> "!" + written(name);
            };
        }

        private String list() {
            return values.stream().map(LabelTerms::written).collect(Collectors.joining(",", "(", ")"));
        }
    }

    private static final String EXAMPLE = "zone=eu, zone!=eu, zone in (eu,us), zone notin (eu,us), gpu or !gpu";

    /** A name or a value that needs no quotes wherever it stands. */
    private static final Pattern PLAIN = Pattern.compile("[^\\s\"!=,()]+");

    private static final Pattern SET = Pattern.compile("\\s+(in|notin|not\\s+in)\\s*\\(");

    /** The text is no list of terms. */
    private static final class Malformed extends IllegalArgumentException {
        private static final long serialVersionUID = 1L;

        Malformed(String rule) {
            super(rule + ": write terms such as " + EXAMPLE
                    + ", separated by commas, with a name or value in double quotes where it has commas, brackets, blanks or"
                    + " operators");
        }
    }

    private final String text;
    private final List<Term> terms = new ArrayList<>();
    private int at;

    private LabelTerms(String text) {
        this.text = text;
    }

    /**
     * The terms of a text in their order; none for an empty one. What is no list of terms and was read as pairs by earlier
     * versions is read so still; {@link #doubt} says so.
     *
     * @throws IllegalArgumentException with the rule, when it is neither
     */
    public static List<Term> read(String text) {
        try {
            return strictly(text);
        } catch (Malformed rule) {
            try {
                return Pairs.list(text, EXAMPLE).stream()
                        .map(pair -> term(pair.key(), Operator.EQUALS, pair.value()))
                        .toList();
            } catch (IllegalArgumentException noPairs) {
                throw rule;
            }
        }
    }

    /** What is wrong with a text, to be told to the one who writes it; empty when nothing is. */
    public static Optional<String> doubt(String text) {
        try {
            strictly(text);
            return Optional.empty();
        } catch (Malformed doubtful) {
            return Optional.of(String.valueOf(doubtful.getMessage()));
        }
    }

    private static List<Term> strictly(String text) {
        if (text.isBlank()) {
            return List.of();
        }
        LabelTerms reader = new LabelTerms(text);
        do {
            reader.term();
        } while (reader.skip(','));
        return List.copyOf(reader.terms);
    }

    /** Reads one term, up to the comma behind it or the end. */
    private void term() {
        blanks();
        int begin = at;
        boolean isNegated = skip('!');
        blanks();
        String name = isNext('"') ? quoted() : plainName();
        if (name.isEmpty()) {
            throw malformed(begin);
        }
        Matcher set = SET.matcher(text).region(at, text.length());
        if (!isNegated && set.lookingAt()) {
            at = set.end();
            terms.add(new Term(name, set.group(1).equals("in") ? Operator.IN : Operator.NOT_IN, values()));
        } else if (!isNegated && isNextAfterBlanks("!=")) {
            terms.add(term(name, Operator.NOT_EQUALS, value()));
        } else if (!isNegated && isNextAfterBlanks("=")) {
            terms.add(term(name, Operator.EQUALS, value()));
        } else {
            terms.add(new Term(name, isNegated ? Operator.NOT_EXISTS : Operator.EXISTS, new TreeSet<>()));
        }
        blanks();
        if (at < text.length() && text.charAt(at) != ',') {
            throw malformed(begin);
        }
    }

    /** As far as it can be a name of a pair: with blanks and brackets in it, if an equals sign follows. */
    private String plainName() {
        Matcher plain = PLAIN.matcher(text).region(at, text.length());
        int begin = at;
        if (!plain.lookingAt()) {
            throw malformed(begin);
        }
        at = plain.end();
        Matcher set = SET.matcher(text).region(at, text.length());
        int end = at;
        while (end < text.length() && "=,".indexOf(text.charAt(end)) < 0) {
            end++;
        }
        boolean isPair = end < text.length() && text.charAt(end) == '=' && end > begin;
        if (set.lookingAt() || !isPair) {
            return plain.group();
        }
        at = text.charAt(end - 1) == '!' ? end - 1 : end;
        String name = text.substring(begin, at).strip();
        if (name.isEmpty() || "<>!".indexOf(name.charAt(name.length() - 1)) >= 0) {
            throw malformed(begin); // an operator that there is not
        }
        return name;
    }

    private SortedSet<String> values() {
        int begin = at;
        SortedSet<String> values = new TreeSet<>();
        do {
            blanks();
            Matcher plain = PLAIN.matcher(text).region(at, text.length());
            if (isNext('"')) {
                values.add(quoted());
            } else if (plain.lookingAt()) {
                values.add(plain.group());
                at = plain.end();
            } else {
                throw malformed(begin);
            }
            blanks();
        } while (skip(','));
        if (!skip(')')) {
            throw malformed(begin);
        }
        return values;
    }

    /** The value of a pair: in quotes, or all up to the next comma. */
    private String value() {
        blanks();
        if (isNext('"')) {
            return quoted();
        }
        int begin = at;
        int comma = text.indexOf(',', at);
        at = comma < 0 ? text.length() : comma;
        return text.substring(begin, at).strip();
    }

    private String quoted() {
        int begin = at;
        int end = at + 1;
        while (end < text.length() && text.charAt(end) != '"') {
            end += text.charAt(end) == '\\' ? 2 : 1;
        }
        if (end >= text.length()) {
            throw new Malformed("opens a quote at position " + (begin + 1) + " and does not close it");
        }
        at = end + 1;
        return Pairs.unquoted(text.substring(begin, at))
                .orElseThrow(() -> new Malformed("has a backslash that means nothing in the quotes at position "
                        + (begin + 1) + ": in quotes write \\\\ for a backslash, or \\\", \\n, \\r, \\t"));
    }

    private void blanks() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }

    private boolean isNext(char c) {
        return at < text.length() && text.charAt(at) == c;
    }

    private boolean skip(char c) {
        boolean isThere = isNext(c);
        at += isThere ? 1 : 0;
        return isThere;
    }

    private boolean isNextAfterBlanks(String operator) {
        int begin = at;
        blanks();
        boolean isThere = text.startsWith(operator, at);
        at = isThere ? at + operator.length() : begin;
        return isThere;
    }

    private Malformed malformed(int begin) {
        return new Malformed("has no term at position " + (begin + 1));
    }

    private static Term term(String name, Operator operator, String value) {
        return new Term(name, operator, new TreeSet<>(List.of(value)));
    }

    private static String written(String text) {
        return PLAIN.matcher(text).matches() && text.chars().noneMatch(Character::isISOControl)
                ? text
                : Pairs.quoted(text);
    }
}
