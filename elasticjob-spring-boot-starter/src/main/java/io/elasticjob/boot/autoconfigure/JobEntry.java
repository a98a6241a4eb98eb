package io.elasticjob.boot.autoconfigure;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobKey;
import io.elasticjob.NearestName;
import io.elasticjob.Setting;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What the properties under {@code elasticjob.jobs.<name>} say.
 *
 * @param name as written
 */
record JobEntry(String name, Map<JobKey, Written> values) {

    private static final String PREFIX = "elasticjob.jobs";
    private static final Set<JobKey> PAIRS = EnumSet.of(JobKey.SHARDING_ITEM_PARAMETERS, JobKey.LABELS);

    /**
     * A value and the whole name of its property.
     */
    record Written(String property, String value) {}

    /**
     * Reads the properties of one job; of a key that is written in two ways, the first counts.
     *
     * @throws InvalidSettingException for a key that no job has, or a value of the wrong form
     */
    static JobEntry read(String name, Map<String, ?> properties) {
        Map<JobKey, Written> values = new EnumMap<>(JobKey.class);
        read(property(name), "", properties, values);
        return new JobEntry(name, values);
    }

    private static void read(String entry, String path, Map<?, ?> properties, Map<JobKey, Written> values) {
        properties.forEach((part, value) -> {
            String key = path + part;
            Optional<JobKey> known = JobKey.of(key.replace(".", "").replace("_", ""));
            if (known.isPresent()) {
                String property = entry + "." + key;
                values.putIfAbsent(known.get(), new Written(property, text(known.get(), property, value)));
            } else if (value instanceof Map<?, ?> nested) {
                read(entry, key + ".", nested, values);
            } else {
                throw new InvalidSettingException(
                        entry + "." + key,
                        String.valueOf(value),
                        "is set for a key that a job does not have"
                                + NearestName.hint(
                                        key,
                                        Arrays.stream(JobKey.values())
                                                .map(JobEntry::kebab)
                                                .toList()));
            }
        });
    }

    private static String text(JobKey key, String property, Object value) {
        if (value instanceof Map<?, ?> pairs) {
            if (!PAIRS.contains(key)) {
                throw new InvalidSettingException(property, pairs.toString(), "must be a text, not a map");
            }
            return pairs.entrySet().stream()
                    .map(pair -> pair.getKey() + "=" + pair.getValue())
                    .collect(Collectors.joining(","));
        }
        if (value instanceof Collection<?> several) {
            return several.stream().map(String::valueOf).collect(Collectors.joining(","));
        }
        return String.valueOf(value);
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

    /** One entry of several that mean the same job; the first counts, key by key. The name is that of the last. */
    static JobEntry merged(List<JobEntry> entries) {
        Map<JobKey, Written> values = new EnumMap<>(JobKey.class);
        entries.forEach(entry -> entry.values.forEach(values::putIfAbsent));
        return new JobEntry(entries.get(entries.size() - 1).name, values);
    }

    /** Whether such properties make a job of their own. */
    static boolean namesHandler(Map<String, ?> properties) {
        return properties.keySet().stream()
                .anyMatch(key -> JobKey.of(key).filter(JobKey.HANDLER::equals).isPresent());
    }

    Map<JobKey, Setting> settings() {
        Map<JobKey, Setting> settings = new EnumMap<>(JobKey.class);
        values.forEach((key, written) -> settings.put(key, new Setting(written.value(), Setting.Source.PROPERTIES)));
        return settings;
    }
}
