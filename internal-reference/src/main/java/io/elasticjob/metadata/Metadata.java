package io.elasticjob.metadata;

import io.elasticjob.boot.autoconfigure.ElasticJobProperties;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * The {@code META-INF/spring-configuration-metadata.json} of the starter and of the modules beside it.
 *
 * <p>Boot's format knows no property in the values of a map. Editors find the keys of a job in the type of the values of
 * {@code elasticjob.jobs}. What Apache ElasticJob had under a job's name is a deprecated property with {@code *} for that name;
 * being deprecated as an error, it is meant to be offered by no editor.
 *
 * @param properties by name
 */
public record Metadata(List<Property> properties) {

    /** What the names of our own classes of properties begin with. */
    private static final String OURS = "\"io.elasticjob.";

    private static final String RESOURCE = "META-INF/spring-configuration-metadata.json";

    /** The metadata of the starter and of the modules beside it, on the class path. */
    public static Metadata ofModules() throws IOException {
        List<Property> properties = new ArrayList<>();
        for (URL url : Collections.list(Metadata.class.getClassLoader().getResources(RESOURCE))) {
            try (InputStream stream = url.openStream()) {
                String json = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
                if (json.contains(OURS)) {
                    Metadata module = JsonMapper.shared().readValue(json, Metadata.class);
                    properties.addAll(module.properties());
                }
            }
        }
        if (properties.stream()
                .noneMatch(property -> property.sourceType().equals(ElasticJobProperties.class.getName()))) {
            throw new IOException("No " + RESOURCE + " on the class path knows " + ElasticJobProperties.class.getName()
                    + ": build the starter with its annotation processor.");
        }
        properties.sort(Comparator.comparing(Property::name));
        return new Metadata(properties);
    }

    /** What can be set. */
    public List<Property> current() {
        return properties.stream()
                .filter(property -> property.deprecation() == null)
                .toList();
    }

    /** What could be set elsewhere, or once. */
    public List<Property> deprecated() {
        return properties.stream()
                .filter(property -> property.deprecation() != null)
                .toList();
    }

    /**
     * @param type fully qualified, "" when there is none
     * @param description "" when there is none
     * @param defaultValue as JSON has it, null when there is none
     * @param sourceType where it is declared, "" when it was written by hand
     * @param deprecation null when it is not deprecated
     */
    public record Property(
            String name,
            String type,
            String description,
            @Nullable Object defaultValue,
            String sourceType,
            @Nullable Deprecation deprecation) {

        public Property {
            type = Objects.requireNonNullElse(type, "");
            description = Objects.requireNonNullElse(description, "");
            sourceType = Objects.requireNonNullElse(sourceType, "");
        }
    }

    /**
     * @param reason "" when there is none
     * @param replacement name of the property to use instead, "" when there is none
     */
    public record Deprecation(String level, String reason, String replacement) {

        public Deprecation {
            level = Objects.requireNonNullElse(level, "");
            reason = Objects.requireNonNullElse(reason, "");
            replacement = Objects.requireNonNullElse(replacement, "");
        }
    }
}
