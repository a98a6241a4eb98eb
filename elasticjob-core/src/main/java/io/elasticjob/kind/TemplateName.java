package io.elasticjob.kind;

import java.util.regex.Pattern;

/** The names of what is declared for jobs to run: no path, no command and no address can be one. */
final class TemplateName {

    static final String RULE =
            "letters, digits, \".\", \"-\" and \"_\", at most 100, the first of them a letter or a digit";

    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

    private TemplateName() {}

    static boolean isOne(String text) {
        return FORM.matcher(text).matches();
    }

    /** @throws IllegalArgumentException with the rule, when a value of a job's key cannot be one */
    static String read(String written, String what) {
        if (!isOne(written)) {
            throw new IllegalArgumentException(
                    "cannot be the name of " + what + " that an application declares: write " + RULE);
        }
        return written;
    }
}
