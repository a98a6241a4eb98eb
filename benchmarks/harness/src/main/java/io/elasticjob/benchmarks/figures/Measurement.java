package io.elasticjob.benchmarks.figures;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One measurement: a line of JSON in a file of results.
 *
 * @param version of the system's library
 * @param at when it ended, in ISO 8601
 * @param command that measures it again; null when that was not noted
 * @param machine on which it was made, with what ran on it
 * @param round in which it was made, from 1
 * @param quick whether it was only to show that everything works
 * @param failure why there are no figures; null when there are some
 */
public record Measurement(
        String scenario,
        String system,
        String version,
        Map<String, String> circumstances,
        int round,
        boolean quick,
        String at,
        Map<String, Double> numbers,
        Map<String, String> remarks,
        @Nullable String failure,
        @Nullable String command,
        Map<String, String> machine) {

    public Case inCase() {
        return new Case(circumstances);
    }
}
