package io.elasticjob.benchmarks.system;

import java.util.Map;

/**
 * Where an instance finds what it needs.
 *
 * @param ordinal of the instance in this measurement, from 0
 * @param values {@code zookeeper} (a connect string), {@code sessionMillis}, {@code jdbcUrl}, {@code jdbcUser}, and
 *     whatever {@code -Dname=value} was given on the command line
 */
public record InstanceSettings(int ordinal, Map<String, String> values) {

    /** @throws IllegalArgumentException when it was not given */
    public String required(String key) {
        String value = values.get(key);
        if (value == null) {
            throw new IllegalArgumentException(key + " is not given; there are " + values.keySet());
        }
        return value;
    }

    public int number(String key, int fallback) {
        String value = values.get(key);
        return value == null ? fallback : Integer.parseInt(value);
    }

    /**
     * Whether the instance is to have reached the registry or database once before it gets its first job, also where the
     * system does so only with its jobs.
     */
    public boolean isWarm() {
        return Boolean.parseBoolean(values.get("warm"));
    }
}
