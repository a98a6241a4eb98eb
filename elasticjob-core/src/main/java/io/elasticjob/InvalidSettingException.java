package io.elasticjob;

/**
 * A setting that cannot be used. The message names key, value and rule: {@code orders.shardingTotalCount: "0" must be a
 * whole number of at least 1}.
 */
public class InvalidSettingException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    private final String key;
    private final String value;
    private final String rule;

    /**
     * @param key what was set, as the user wrote it or would look for it
     * @param value what it was set to
     * @param rule what is wrong and what would be right, continuing a sentence that begins with the value
     */
    public InvalidSettingException(String key, String value, String rule) {
        super(key + ": \"" + value + "\" " + rule);
        this.key = key;
        this.value = value;
        this.rule = rule;
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
