package io.elasticjob.boot.properties;

import io.elasticjob.InvalidSettingException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.core.env.Environment;

/**
 * Refuses what is neither true nor false in properties that switch something on and off. Conditions of auto-configurations
 * compare the text: {@code elasticjob.enabled=yes}, or one that is empty, would switch all jobs off without a word.
 */
public final class Switches {

    private static final String ALL = "elasticjob.enabled";

    /** Those that conditions ask for. */
    private static final List<String> NAMES = List.of(
            ALL,
            "elasticjob.execution.logs.enabled",
            "elasticjob.gateway.enabled",
            "elasticjob.history.enabled",
            "elasticjob.kubernetes.enabled",
            "elasticjob.kubernetes.known-deaths.enabled",
            "elasticjob.scheduled.take-over",
            "elasticjob.slurm.enabled");

    private Switches() {}

    /** @throws InvalidSettingException naming the first that is neither */
    public static void check(Environment environment) {
        for (String name : NAMES) {
            String value = environment.getProperty(name);
            if (value != null && !is(value, true) && !is(value, false)) {
                throw new InvalidSettingException(name, value, "must be true or false");
            }
        }
    }

    /** Whether jobs are not switched off for the whole application. */
    public static boolean isOn(Environment environment) {
        return !is(environment.getProperty(ALL), false);
    }

    private static boolean is(@Nullable String value, boolean expected) {
        return String.valueOf(expected).equalsIgnoreCase(value);
    }
}
