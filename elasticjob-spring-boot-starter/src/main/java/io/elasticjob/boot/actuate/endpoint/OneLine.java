package io.elasticjob.boot.actuate.endpoint;

/** Makes of what came from outside a text that can stand in a message, a log or an audit. */
final class OneLine {

    private OneLine() {}

    /** Without control characters, and cut where it is longer than {@code most} characters. */
    static String of(String text, int most) {
        String cut = text.length() <= most ? text : text.substring(0, most - 1) + "…";
        return cut.codePoints()
                .map(character -> Character.isISOControl(character) ? ' ' : character)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}
