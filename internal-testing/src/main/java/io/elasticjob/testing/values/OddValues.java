package io.elasticjob.testing.values;

import java.util.List;
import java.util.stream.Stream;

/**
 * Parameters that anybody may set at run time, and that reach a script, a worker, and a task of a cluster alike: unchanged, and
 * as values. Each would do harm, or come out as another one, where it got into the text of a command.
 */
public final class OddValues {

    private static final List<String> ALL = List.of(
            "a,b=c,d",
            " blanks  at both ends ",
            "a\ttab",
            "a\nb",
            "\n\nline ends at both ends\n\n",
            "carriage\r\nreturns\r",
            "'",
            "\"",
            "it's \"quoted\"",
            "'; touch hacked; '",
            "\" && touch hacked && \"",
            "; touch hacked",
            "$(touch hacked)",
            "`touch hacked`",
            "${HOME} $HOME $$ $1",
            "() { :;}; touch hacked",
            "a \\ in it, and at the end \\",
            "\\n\\0\\x41",
            "%s%n %p %a %j %%",
            "--help",
            "--array=0-9",
            "-n",
            "*",
            "~",
            "!!",
            "#!/bin/sh",
            "#SBATCH --wrap=id",
            "../../etc/passwd",
            "A=1",
            "{\"json\": [1, null]}",
            "${{ template }}",
            "ünïcödé 日本語 😀",
            "\u200b\u202e\ufeff");

    private OddValues() {}

    /** All of them; none is empty. */
    public static List<String> all() {
        return ALL;
    }

    /** As {@link #all()}, for parameterized tests. */
    public static Stream<String> stream() {
        return ALL.stream();
    }
}
