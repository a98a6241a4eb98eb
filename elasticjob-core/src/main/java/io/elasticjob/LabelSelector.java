package io.elasticjob;

import io.elasticjob.text.LabelTerms;
import io.elasticjob.text.Pairs;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What a job asks of the labels of an instance: terms that all have to hold. Immutable; two are equal when their terms are, in
 * the same order.
 *
 * <table>
 * <caption>Terms, separated by commas</caption>
 * <tr><td>{@code zone=eu}</td><td>the instance has the label with this value</td></tr>
 * <tr><td>{@code zone!=eu}</td><td>it has another value, or not the label</td></tr>
 * <tr><td>{@code zone in (eu,us)}</td><td>it has the label with one of these values</td></tr>
 * <tr><td>{@code zone notin (eu,us)}</td><td>it has another value, or not the label</td></tr>
 * <tr><td>{@code gpu}</td><td>it has the label, with whatever value</td></tr>
 * <tr><td>{@code !spot}</td><td>it does not have the label</td></tr>
 * </table>
 *
 * <p>Names and values that contain commas, quotes, brackets, blanks or operators are written in double quotes.
 *
 * @since 0.1.0
 */
public final class LabelSelector {

    /** Whatever labels an instance has. */
    public static final LabelSelector ANY = new LabelSelector(List.of());

    private final List<LabelTerms.Term> terms;

    private LabelSelector(List<LabelTerms.Term> terms) {
        this.terms = List.copyOf(terms);
    }

    /**
     * Reads a selector.
     *
     * @throws IllegalArgumentException when it is none, or no instance can ever match it; the message is the rule
     */
    public static LabelSelector parse(String text) {
        List<LabelTerms.Term> terms = LabelTerms.read(text);
        checkThatSomeMatch(terms);
        return terms.isEmpty() ? ANY : new LabelSelector(terms);
    }

    /** One that asks for these labels with these values. */
    public static LabelSelector of(Map<String, String> labels) {
        return parse(Pairs.format(new TreeMap<>(labels)));
    }

    /** Whether an instance with these labels will do. */
    public boolean matches(Map<String, String> labels) {
        return terms.stream().allMatch(term -> holds(term, labels));
    }

    /** The terms that these labels do not fulfil, in their order, as {@link #toString()} writes them; "" when they match. */
    public String unmet(Map<String, String> labels) {
        return terms.stream()
                .filter(term -> !holds(term, labels))
                .map(LabelTerms.Term::toString)
                .collect(Collectors.joining(","));
    }

    /** Whether an instance needs this label with this value, whatever others it has. */
    public boolean requires(String name, String value) {
        return terms.stream()
                .filter(term ->
                        term.operator() == LabelTerms.Operator.EQUALS || term.operator() == LabelTerms.Operator.IN)
                .anyMatch(term ->
                        term.name().equals(name) && Set.copyOf(term.values()).equals(Set.of(value)));
    }

    /** Whether it asks for more than labels with values, which is all that earlier versions know. */
    public boolean usesOperators() {
        return terms.stream().anyMatch(term -> term.operator() != LabelTerms.Operator.EQUALS);
    }

    private static boolean holds(LabelTerms.Term term, Map<String, String> labels) {
        String value = labels.get(term.name());
        return switch (term.operator()) {
            case EQUALS, IN -> value != null && term.values().contains(value);
            case NOT_EQUALS, NOT_IN -> value == null || !term.values().contains(value);
            case EXISTS -> value != null;
            case NOT_EXISTS -> value == null;
        };
    }

    private static void checkThatSomeMatch(List<LabelTerms.Term> terms) {
        Map<String, List<LabelTerms.Term>> byName = new LinkedHashMap<>();
        terms.forEach(term ->
                byName.computeIfAbsent(term.name(), any -> new ArrayList<>()).add(term));
        byName.forEach((name, ofOneLabel) -> checkThatSomeMatch(name, ofOneLabel, byName.size() == 1));
    }

    private static void checkThatSomeMatch(String name, List<LabelTerms.Term> ofOneLabel, boolean isAll) {
        if (ofOneLabel.stream()
                        .filter(term -> term.operator() == LabelTerms.Operator.EQUALS)
                        .count()
                > 1) {
            throw new IllegalArgumentException("names the label \"" + name + "\" twice");
        }
        Set<String> candidates = new TreeSet<>();
        ofOneLabel.forEach(term -> candidates.addAll(term.values()));
        boolean withoutIt = ofOneLabel.stream().allMatch(term -> holds(term, Map.of()));
        boolean withAny = ofOneLabel.stream()
                .allMatch(term -> term.operator() == LabelTerms.Operator.NOT_EQUALS
                        || term.operator() == LabelTerms.Operator.NOT_IN
                        || term.operator() == LabelTerms.Operator.EXISTS);
        boolean withOne = candidates.stream()
                .anyMatch(value -> ofOneLabel.stream().allMatch(term -> holds(term, Map.of(name, value))));
        if (!withoutIt && !withAny && !withOne) {
            throw new IllegalArgumentException("asks of the label \"" + name + "\" what no instance can have"
                    + (isAll
                            ? ""
                            : ": "
                                    + ofOneLabel.stream()
                                            .map(LabelTerms.Term::toString)
                                            .collect(Collectors.joining(","))));
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LabelSelector that && terms.equals(that.terms);
    }

    @Override
    public int hashCode() {
        return terms.hashCode();
    }

    /** In its written form. */
    @Override
    public String toString() {
        return terms.stream().map(LabelTerms.Term::toString).collect(Collectors.joining(","));
    }
}
