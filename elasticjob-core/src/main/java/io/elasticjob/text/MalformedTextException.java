package io.elasticjob.text;

import org.jspecify.annotations.Nullable;

/**
 * A text is not what it should be. The message names the text and the rule, for those who have nothing else to show; where key
 * and value are shown already, the rule alone is enough.
 */
public final class MalformedTextException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    private static final int LONGEST = 200;

    private final String rule;

    /** @param rule what is wrong and what would be right, continuing a sentence that begins with the text */
    public MalformedTextException(String text, String rule) {
        this(text, rule, null);
    }

    public MalformedTextException(String text, String rule, @Nullable Throwable cause) {
        super("\"" + VisibleText.of(text, LONGEST) + "\" " + rule, cause);
        this.rule = rule;
    }

    public String rule() {
        return rule;
    }

    /** The rule that was broken, without the text that breaks it. */
    public static String ruleOf(IllegalArgumentException broken) {
        return broken instanceof MalformedTextException malformed
                ? malformed.rule()
                : String.valueOf(broken.getMessage());
    }

    /** Where in a text of several parts the rule is broken: says nothing when the part is all of the text. */
    public static String byPart(String part, String text) {
        return part.equals(text.strip()) ? "" : " by its part \"" + VisibleText.of(part, 40) + "\"";
    }
}
