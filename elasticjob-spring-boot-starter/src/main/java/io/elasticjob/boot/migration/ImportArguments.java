package io.elasticjob.boot.migration;

import io.elasticjob.text.NearestName;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the command was asked for.
 *
 * @param source one of {@link #SOURCES}
 * @param options by name, without dashes
 */
record ImportArguments(String source, Map<String, String> options) {

    static final Map<String, List<String>> SOURCES = Map.of(
            "elasticjob", List.of("connect-string", "namespace"),
            "quartz", List.of("url", "user", "scheduler", "prefix"),
            "xxl-job", List.of("url", "user", "application"));

    private static final List<String> OF_ALL = List.of("output", "zone", "valid-from");
    private static final Set<String> NEEDED = Set.of("connect-string", "namespace", "url");

    /** @throws IllegalArgumentException naming the argument that is wrong */
    static ImportArguments parse(String... arguments) {
        List<String> sources = SOURCES.keySet().stream().sorted().toList();
        String source = arguments.length == 0 ? "" : arguments[0];
        List<String> own = SOURCES.get(source);
        if (own == null) {
            throw new IllegalArgumentException("\"" + source + "\" must be one of " + String.join(", ", sources)
                    + ": what the jobs are read from");
        }
        Map<String, String> options = new LinkedHashMap<>();
        for (int i = 1; i < arguments.length; i++) {
            String[] parts = arguments[i].split("=", 2);
            String name = parts[0].replaceFirst("^--", "");
            if (!parts[0].startsWith("--") || parts.length < 2 || parts[1].isBlank()) {
                throw new IllegalArgumentException("\"" + arguments[i] + "\" must be written as --name=value");
            }
            if (!own.contains(name) && !OF_ALL.contains(name)) {
                throw new IllegalArgumentException(
                        "--" + name + " is no option of " + source + NearestName.hint(name, own));
            }
            options.put(name, parts[1]);
        }
        own.stream()
                .filter(NEEDED::contains)
                .filter(name -> !options.containsKey(name))
                .findFirst()
                .ifPresent(missing -> {
                    throw new IllegalArgumentException("--" + missing + "=… is needed for " + source);
                });
        checkZone(options);
        checkInstant(options);
        return new ImportArguments(source, options);
    }

    private static void checkZone(Map<String, String> options) {
        String zone = options.getOrDefault("zone", "UTC");
        try {
            ZoneId.of(zone);
        } catch (DateTimeException unknown) {
            throw new IllegalArgumentException(
                    "--zone: \"" + zone + "\" must be a zone such as Europe/Berlin", unknown);
        }
    }

    private static void checkInstant(Map<String, String> options) {
        String instant = options.getOrDefault("valid-from", Instant.EPOCH.toString());
        try {
            Instant.parse(instant);
        } catch (DateTimeException wrong) {
            throw new IllegalArgumentException(
                    "--valid-from: \"" + instant + "\" must be an instant such as 2027-01-01T00:00:00Z", wrong);
        }
    }

    String required(String name) {
        String value = options.get(name);
        if (value == null) {
            throw new IllegalArgumentException("--" + name + "=… is needed for " + source);
        }
        return value;
    }

    Optional<String> optional(String name) {
        return Optional.ofNullable(options.get(name));
    }
}
