package io.elasticjob.boot.discovery;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobKey;
import io.elasticjob.Setting;
import io.elasticjob.boot.properties.FormerProperties;
import io.elasticjob.text.NearestName;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the properties under {@code elasticjob.jobs} say of one job.
 *
 * @param name of the job
 */
record JobEntry(String name, Map<JobKey, Written> values) {

    private static final String PREFIX = "elasticjob.jobs";

    /**
     * A value and the whole name of its property.
     */
    record Written(String property, String value) {

        /** Without the value, which may be secret. */
        @Override
        public String toString() {
            return property;
        }
    }

    /**
     * A refusal of a key that no job has. The value is shown only where it was meant for a key whose values are no secrets.
     */
    static InvalidSettingException unknown(String property, String key, String value) {
        List<String> keys = JobKey.values().stream().map(JobEntry::kebab).toList();
        boolean open = NearestName.to(key, keys)
                .flatMap(JobKey::of)
                .filter(near -> !near.isConfidential())
                .isPresent();
        String hint = FormerProperties.read()
                .wayOutOfKey(key)
                .map(instead -> ": " + instead)
                .orElseGet(() -> NearestName.hint(key, keys));
        return new InvalidSettingException(
                property,
                open ? value : InvalidSettingException.hidden(value),
                "is set for a key that a job does not have" + hint);
    }

    /** How the key is written in configuration files. */
    static String kebab(JobKey key) {
        return key.key().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }

    /** The name of the properties of a job, without a key. */
    static String property(String name) {
        boolean plain = name.chars().allMatch(c -> Character.isLetterOrDigit(c) || c == '-');
        return plain ? PREFIX + "." + name : PREFIX + "[" + name + "]";
    }

    /** Name of the handler that is to run it; its own, when it names none. */
    String handler() {
        return values.entrySet().stream()
                .filter(entry -> entry.getKey().namesHandler())
                .findFirst()
                .map(entry -> handler(entry.getKey(), entry.getValue().value().strip()))
                .orElse(name);
    }

    private static String handler(JobKey key, String value) {
        return key.equals(JobKey.HANDLER) ? value : key.key() + ":" + value;
    }

    Map<JobKey, Setting> settings() {
        Map<JobKey, Setting> settings = new TreeMap<>();
        values.forEach((key, written) -> settings.put(key, new Setting(written.value(), Setting.Source.PROPERTIES)));
        return settings;
    }
}
