package io.elasticjob.testing.kubernetes;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Problems of one object, as they are found. */
final class Findings {

    private final String object;
    private final List<Problem> problems = new ArrayList<>();

    Findings(String object) {
        this.object = object;
    }

    List<Problem> problems() {
        return problems;
    }

    void add(Rule rule, String where, String detail) {
        problems.add(new Problem(object, where, rule, detail));
    }

    void unless(boolean kept, Rule rule, String where, String detail) {
        if (!kept) {
            add(rule, where, detail);
        }
    }

    void matches(Pattern form, int longest, String text, Rule rule, String where) {
        unless(
                text.length() <= longest && form.matcher(text).matches(),
                rule,
                where,
                "\"" + text + "\" must match " + form + ", up to " + longest + " characters");
    }

    void once(Collection<String> names, Rule rule, String where) {
        Set<String> seen = new HashSet<>();
        names.forEach(name -> unless(seen.add(name), rule, where, "\"" + name + "\" is there twice"));
    }
}
