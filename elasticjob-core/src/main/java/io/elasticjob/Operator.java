package io.elasticjob;

import io.elasticjob.text.VisibleText;

/**
 * Who changes something at run time, and why. Stored with the change and shown with it.
 *
 * <p>Invisible characters, such as direction marks, are escaped in both, so that they can appear in logs and answers.
 *
 * @param who a name as the application knows its users; "" if unknown
 * @param why in words; "" if no reason was given
 * @since 0.1.0
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
        who = checked("who", who);
        why = checked("why", why);
    }

    private static String checked(String key, String value) {
        if (value.length() > MAX_LENGTH) {
            throw tooLong(key, value, "");
        }
        if (value.chars().anyMatch(Character::isISOControl)) {
            throw new InvalidSettingException(key, value.strip(), "must be one line, without control characters");
        }
        String visible = VisibleText.of(value);
        if (visible.length() > MAX_LENGTH) {
            throw tooLong(key, value, ", with those written out that are not seen");
        }
        return visible;
    }

    private static InvalidSettingException tooLong(String key, String value, String counted) {
        return new InvalidSettingException(
                key, VisibleText.of(value, 20), "must have at most " + MAX_LENGTH + " characters" + counted);
    }
}
