package io.elasticjob.text;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Guesses the name that somebody meant to type. */
public final class NearestName {

    private static final int LONGEST = 100;
    private static final int MOST_LISTED = 50;

    private NearestName() {}

    /** {@code ; did you mean "x"?}, or all known names when none is near: the end of a message about an unknown one. */
    public static String hint(String typed, Collection<String> known) {
        return to(typed, known)
                .map(name -> "; did you mean \"" + name + "\"?")
                .orElseGet(() -> known.isEmpty() ? "" : "; there are " + listed(known));
    }

    private static String listed(Collection<String> known) {
        String some = known.stream()
                .limit(MOST_LISTED)
                .map(name -> name.length() <= LONGEST ? name : name.substring(0, LONGEST) + "…")
                .collect(Collectors.joining(", "));
        return known.size() <= MOST_LISTED ? some : some + " and " + (known.size() - MOST_LISTED) + " more";
    }

    /** The name without case and without whatever people write differently: dashes, dots, underscores. */
    public static String plain(String name) {
        return name.codePoints()
                .filter(Character::isLetterOrDigit)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString()
                .toLowerCase(Locale.ROOT);
    }

    /**
     * The known name that is the fewest edits away when both are plain; empty when each is further away than a third of
     * its length. Of several the first. What is longer than {@value #LONGEST} characters is near to nothing: to compare
     * long texts takes long.
     */
    public static Optional<String> to(String typed, Collection<String> known) {
        if (typed.length() > LONGEST) {
            return Optional.empty();
        }
        String meant = plain(typed);
        record Candidate(String name, int edits) {}
        return known.stream()
                .filter(name -> name.length() <= LONGEST)
                .map(name -> new Candidate(name, edits(meant, plain(name))))
                .filter(candidate -> candidate.edits <= Math.max(1, candidate.name.length() / 3))
                .min(Comparator.comparingInt(Candidate::edits))
                .map(Candidate::name);
    }

    /** Levenshtein's distance: insertions, deletions and replacements of a character. */
    public static int edits(String from, String to) {
        int[] row = IntStream.rangeClosed(0, to.length()).toArray();
        for (int i = 1; i <= from.length(); i++) {
            int[] above = Arrays.copyOf(row, row.length);
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int replaced = above[j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(replaced, 1 + Math.min(above[j], row[j - 1]));
            }
        }
        return row[to.length()];
    }
}
