package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.InvalidSettingException;
import java.time.DateTimeException;
import java.time.Instant;

/** Values of parameters, as written. */
final class Given {

    private static final Instant EARLIEST = Instant.EPOCH;
    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59.999Z");

    private static final String RULE = "must be an instant such as 2026-06-01T12:00:00Z, from 1970 to 9999";

    private Given() {}

    /**
     * An instant of the years that jobs and histories know.
     *
     * @throws InvalidSettingException naming the parameter, the value and the rule
     */
    static Instant instant(String name, String written) {
        Instant instant;
        try {
            instant = Instant.parse(written.strip());
        } catch (DateTimeException unreadable) {
            throw OperationFields.invalid(name, written, RULE);
        }
        if (instant.isBefore(EARLIEST) || instant.isAfter(LATEST)) {
            throw OperationFields.invalid(name, written, RULE);
        }
        return instant;
    }

    /**
     * A text that can be looked for.
     *
     * @throws InvalidSettingException naming the parameter, the value and the rule
     */
    static String text(String name, String written) {
        if (written.length() > 300) {
            throw OperationFields.invalid(
                    name, written, "must have at most 300 characters, it has " + written.length());
        }
        if (written.codePoints().anyMatch(Character::isISOControl)) {
            throw OperationFields.invalid(name, written, "must not contain control characters");
        }
        return written;
    }
}
