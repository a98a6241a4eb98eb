package io.elasticjob.boot.properties;

import io.elasticjob.codec.Json;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Properties that are not there any more, or that only Apache ElasticJob has, and what to do in their place: as the metadata
 * says that editors read. Looked at only when a property is unknown; where the metadata is not on the class path, nothing is
 * known of them.
 */
public final class FormerProperties {

    private static final String METADATA = "META-INF/additional-spring-configuration-metadata.json";

    private final Map<String, String> wayOutByPlainName;

    private FormerProperties(Map<String, String> wayOutByPlainName) {
        this.wayOutByPlainName = wayOutByPlainName;
    }

    public static FormerProperties read() {
        Map<String, String> wayOut = new LinkedHashMap<>();
        try {
            ClassLoader loader = FormerProperties.class.getClassLoader();
            for (URL url : Collections.list(loader.getResources(METADATA))) {
                try (InputStream in = url.openStream()) {
                    byte[] bytes = in.readAllBytes();
                    if (new String(bytes, StandardCharsets.UTF_8).contains("\"elasticjob.")) {
                        add(Json.read(bytes), wayOut);
                    }
                }
            }
        } catch (IOException | IllegalArgumentException unreadable) {
            wayOut.clear(); // the refusal itself does not depend on it
        }
        return new FormerProperties(wayOut);
    }

    private static void add(Map<String, Object> metadata, Map<String, String> wayOut) {
        if (metadata.get("properties") instanceof List<?> properties) {
            for (Object each : properties) {
                if (each instanceof Map<?, ?> property
                        && property.get("deprecation") instanceof Map<?, ?> deprecation) {
                    Object replacement = deprecation.get("replacement");
                    String to = replacement == null ? "" : "use \"" + replacement + "\". ";
                    wayOut.put(
                            PropertyOrigins.plain(String.valueOf(property.get("name"))),
                            to + String.valueOf(deprecation.get("reason")).replaceAll("\\.$", ""));
                }
            }
        }
    }

    /** What to do in place of setting it; empty when it never was a property. */
    Optional<String> wayOut(String property) {
        String name = property;
        String wayOut = wayOutByPlainName.get(PropertyOrigins.plain(name));
        while (wayOut == null && name.indexOf('.') > 0) { // below one that was a map
            name = name.substring(0, name.lastIndexOf('.'));
            wayOut = wayOutByPlainName.get(PropertyOrigins.plain(name));
        }
        return Optional.ofNullable(wayOut);
    }

    /** The same for a key of a job. */
    public Optional<String> wayOutOfKey(String key) {
        return wayOut("elasticjob.jobs." + key);
    }
}
