package io.elasticjob;

/**
 * Who changes something at run time, and why: stored with the change and shown beside it.
 *
 * @param who a name as the application knows its users; "" when nobody is known
 * @param why in words; "" when nobody said so
 */
public record Operator(String who, String why) {

    /** The longest name or reason that is kept, in characters. */
    public static final int MAX_LENGTH = 200;

    /** Nobody in particular. */
    public static final Operator UNKNOWN = new Operator("", "");

    /**
     * @throws InvalidSettingException when one of them is longer than {@link #MAX_LENGTH}, or has control characters
     */
    public Operator {
        check("who", who);
        check("why", why);
    }

    private static void check(String key, String value) {
        if (value.length() > MAX_LENGTH) {
            throw new InvalidSettingException(
                    key, value.substring(0, 20) + "…", "must have at most " + MAX_LENGTH + " characters");
        }
        if (value.chars().anyMatch(Character::isISOControl)) {
            throw new InvalidSettingException(key, value.strip(), "must be one line, without control characters");
        }
    }
}
