package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.text.VisibleText;

/** Makes of what came from outside a text that can stand in a message, a log or an audit. */
final class OneLine {

    private OneLine() {}

    /**
     * Without control characters, with others written out that are not seen, and cut where it is longer than {@code most}
     * characters.
     */
    static String of(String text, int most) {
        String start = text.length() <= most ? text : text.substring(0, most + 1);
        String line = start.codePoints()
                .map(character -> Character.isISOControl(character) ? ' ' : character)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        return VisibleText.of(line, most);
    }
}
