package io.elasticjob.boot.autoconfigure;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;

/** Names as people type them. */
final class Nearest {

    private Nearest() {}

    /** The name without case, dashes, dots and whatever else a property's name can not carry. */
    static String plain(String name) {
        return name.codePoints()
                .filter(Character::isLetterOrDigit)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString()
                .toLowerCase(Locale.ROOT);
    }

    /** {@code ; did you mean "x"?}, with the known name that is the fewest edits away; all of them when none is near. */
    static String hint(String typed, Collection<String> known) {
        String meant = plain(typed);
        return known.stream()
                .filter(name -> edits(meant, plain(name)) <= Math.max(1, name.length() / 3))
                .min(Comparator.comparingInt(name -> edits(meant, plain(name))))
                .map(name -> "; did you mean \"" + name + "\"?")
                .orElseGet(() -> known.isEmpty() ? "" : "; there are " + String.join(", ", known));
    }

    /** Levenshtein's distance: insertions, deletions and replacements of a character. */
    private static int edits(String from, String to) {
        int[] row = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int replaced = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[to.length()];
    }
}
