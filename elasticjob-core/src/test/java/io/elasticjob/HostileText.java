package io.elasticjob;

import java.util.List;
import java.util.Random;

/** Texts made of what parsers trip over. */
public final class HostileText {

    private static final List<String> PIECES = List.of(
            ",",
            "=",
            "\"",
            "\\",
            "\n",
            "\r",
            "\t",
            " ",
            "  ",
            "\\n",
            "\\\"",
            "a",
            "Z",
            "0",
            "9",
            "-",
            "/",
            "#",
            "?",
            "*",
            "L",
            "W",
            "LW",
            "L-3",
            "15W",
            "MON",
            "6#3",
            "0/5",
            "59",
            "P",
            "PT",
            "T",
            "S",
            "ms",
            "d",
            "30",
            "true",
            "UTC",
            "+18:00",
            "9999",
            "-9223372036854775808",
            "9223372036854775807",
            "99999999999999999999",
            ".",
            "..",
            "@",
            "${x}",
            "\u00a0",
            "\u2003",
            "\u3000",
            "\uff1f",
            "\uff0a",
            "\u202e",
            "\u2066",
            "\u200b",
            "\ufeff",
            "\u2028",
            "\u2029",
            "\u0000",
            "\u001b",
            "\u007f",
            "\u0085",
            "\u0131",
            "\u017f",
            "\u0130",
            "\u0663",
            "\ud83d\ude00",
            "\u00e9",
            "\u4e2d");

    private HostileText() {}

    /** Of up to so many pieces. */
    public static String of(Random random, int most) {
        StringBuilder text = new StringBuilder();
        for (int n = random.nextInt(most + 1); n > 0; n--) {
            text.append(PIECES.get(random.nextInt(PIECES.size())));
        }
        return text.toString();
    }
}
