package io.elasticjob;

import io.elasticjob.text.VisibleText;

/**
 * A setting is invalid. The message names key, value and rule: {@code orders.shardingTotalCount: "0" must be a
 * whole number of at least 1}. The message is one line: invisible characters are escaped, and long values are cut.
 *
 * @since 0.1.0
 */
public class InvalidSettingException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    private static final int LONGEST_KEY = 600;
    private static final int LONGEST_VALUE = 200;
    private static final int LONGEST_RULE = 4_000;

    private final String key;
    private final String value;
    private final String rule;

    /**
     * @param key what was set, as the user wrote it or would look for it
     * @param value what it was set to
     * @param rule what is wrong and what would be right, continuing a sentence that begins with the value
     */
    public InvalidSettingException(String key, String value, String rule) {
        super(VisibleText.of(key, LONGEST_KEY) + ": \"" + VisibleText.of(value, LONGEST_VALUE) + "\" "
                + VisibleText.of(withoutValue(rule, value), LONGEST_RULE));
        this.key = VisibleText.of(key, LONGEST_KEY);
        this.value = VisibleText.of(value, LONGEST_VALUE);
        this.rule = VisibleText.of(withoutValue(rule, value), LONGEST_RULE);
    }

    /** A rule that begins with the value, as a parser's own words do, would say it a second time. */
    private static String withoutValue(String rule, String value) {
        String again = "\"" + value + "\" ";
        return !value.isEmpty() && rule.startsWith(again) ? rule.substring(again.length()) : rule;
    }

    /**
     * What stands in a message for a value that may be secret: how long it is.
     *
     * @see JobKey#isConfidential
     */
    public static String hidden(String value) {
        return "(" + value.length() + " characters, not shown)";
    }

    public String key() {
        return key;
    }

    public String value() {
        return value;
    }

    public String rule() {
        return rule;
    }
}
