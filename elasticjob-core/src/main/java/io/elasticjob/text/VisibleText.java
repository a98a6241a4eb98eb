package io.elasticjob.text;

import java.util.Optional;

/**
 * Text that shows all that it is made of. Some characters are not seen: control characters, line separators, marks that
 * turn the direction of what follows, characters of no width, halves of surrogate pairs, and spaces that are none. In a
 * name they make two names look like one; in a log they make one line look like another.
 */
public final class VisibleText {

    private static final String CUT = "…";

    private VisibleText() {}

    /** The text with each character that is not seen written out as {@code \}{@code u202E}. A text without any is itself. */
    public static String of(String text) {
        if (text.codePoints().noneMatch(VisibleText::isHidden)) {
            return text;
        }
        StringBuilder visible = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(point -> {
            if (isHidden(point)) {
                append(visible, point);
            } else {
                visible.appendCodePoint(point);
            }
        });
        return visible.toString();
    }

    /** As {@link #of(String)}, and at most {@code most} characters of it, an ellipsis at the end where it is cut. */
    public static String of(String text, int most) {
        String start = text.length() <= most ? text : text.substring(0, most);
        String visible = of(start);
        if (visible.length() <= most && start.length() == text.length()) {
            return visible;
        }
        int end = Math.min(visible.length(), most - CUT.length());
        return visible.substring(0, Character.isHighSurrogate(visible.charAt(end - 1)) ? end - 1 : end) + CUT;
    }

    /** The first character that is not seen, with its place, such as {@code U+202E at position 3}; empty without one. */
    public static Optional<String> firstHidden(String text) {
        for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
            if (isHidden(text.codePointAt(i))) {
                return Optional.of(named(text.codePointAt(i)) + " at position " + (i + 1));
            }
        }
        return Optional.empty();
    }

    /**
     * What is wrong with a text of which each character has to be one of plain ASCII; empty when nothing is. Names the first
     * one that looks like another, such as a full-width question mark or a no-break space, and the one that it looks like.
     */
    public static Optional<String> firstForeign(String text) {
        for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
            int point = text.codePointAt(i);
            if (point < ' ' && !Character.isWhitespace(point) || point > '~') {
                return Optional.of("has the character " + named(point) + " at position " + (i + 1)
                        + plain(point).map(plain -> ": write \"" + plain + "\"").orElse(", which cannot stand here"));
            }
        }
        return Optional.empty();
    }

    /** What a character of full width, a space, a dash or a quotation mark would be in ASCII. */
    private static Optional<String> plain(int point) {
        if (point >= 0xFF01 && point <= 0xFF5E) {
            return Optional.of(Character.toString(point - 0xFF01 + '!'));
        }
        return switch (Character.getType(point)) {
            case Character.SPACE_SEPARATOR -> Optional.of(" ");
            case Character.DASH_PUNCTUATION -> Optional.of("-");
            default -> point == 0x2212 ? Optional.of("-") : Optional.empty();
        };
    }

    /** Whether the text has half of a surrogate pair, so that it cannot be written anywhere. */
    public static boolean isBroken(String text) {
        return text.codePoints().anyMatch(VisibleText::isHalf);
    }

    private static String named(int point) {
        String name = isHalf(point) ? "half of a surrogate pair" : Character.getName(point);
        String number = "U+%04X".formatted(point);
        return (isHidden(point) ? "" : "\"" + Character.toString(point) + "\" ")
                + (name == null ? number : number + " (" + name + ")");
    }

    private static void append(StringBuilder visible, int point) {
        if (Character.isSupplementaryCodePoint(point)) {
            append(visible, Character.highSurrogate(point));
            append(visible, Character.lowSurrogate(point));
        } else {
            visible.append("\\u").append("%04X".formatted(point));
        }
    }

    private static boolean isHalf(int point) {
        return point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE;
    }

    private static boolean isHidden(int point) {
        if (point >= ' ' && point <= '~') {
            return false;
        }
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SPACE_SEPARATOR,
                    Character.SURROGATE -> true;
            default -> isFiller(point);
        };
    }

    /** Letters and marks that have no shape. The variation selector of emoji is left alone: what it changes is seen. */
    private static boolean isFiller(int point) {
        return switch (point) {
            case 0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180F, 0x2800, 0x3164, 0xFFA0 -> true;
            default -> point >= 0xFE00 && point <= 0xFE0E || point >= 0xE0000 && point <= 0xE0FFF;
        };
    }
}
