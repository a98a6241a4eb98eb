package io.elasticjob.metadata;

import io.elasticjob.metadata.Metadata.Deprecation;
import io.elasticjob.metadata.Metadata.Property;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The reference of all properties, as Markdown. A function of the metadata.
 *
 * <p>Of our own because the documenters at hand show what is in the metadata, and there is no place in it for the keys of
 * a job.
 */
public final class ConfigurationReference {

    private static final String NONE = "–";

    private final Metadata metadata;

    public ConfigurationReference(Metadata metadata) {
        this.metadata = metadata;
    }

    /** The whole page. */
    public String markdown() {
        return """
                <!-- Made from the metadata of the properties by the module config-metadata; do not edit. -->
                # Configuration properties

                Names are written in kebab case; Spring Boot also takes `camelCase` and environment variables such as
                `ELASTICJOB_REGISTRY_CONNECT_STRING`. Durations are written like `500ms`, `15s` or `2m`.

                ## The application

                %s
                ## A job

                Under `elasticjob.jobs.<name>`, where the name matches that of a job whatever its case, dashes and dots. The
                attributes of `@ElasticJob` have the same names in camel case and the same defaults. What is set here counts
                more than the annotation, key by key. Editors cannot check these keys: the format of Spring Boot's metadata
                describes no properties in the values of a map. The application does when it starts.

                %s
                ## The actuator

                %s
                ## Coming from Apache ElasticJob

                These names are known to editors as deprecated. `*` stands for the name of a job.

                %s
                Of a job, `cron`, `sharding-total-count`, `sharding-item-parameters`, `job-parameter`, `monitor-execution`,
                `failover` and `description` are called what they were. `misfire` is too, but takes `FIRE_ONCE` for `true` and
                `SKIP` for `false`.
                """.formatted(
                        properties(metadata.current().stream().filter(ConfigurationReference::isOurs)),
                        jobKeys(),
                        properties(metadata.current().stream().filter(property -> !isOurs(property))),
                        deprecated());
    }

    private static boolean isOurs(Property property) {
        return property.name().startsWith("elasticjob.");
    }

    private static String properties(Stream<Property> properties) {
        return table(
                row("Property", "Type", "Default", "Description"),
                properties.map(property -> row(
                        code(property.name()),
                        code(simple(property.type())),
                        Optional.ofNullable(property.defaultValue())
                                .map(value -> code(value.toString()))
                                .orElse(NONE),
                        property.description())));
    }

    private String jobKeys() {
        return table(
                row("Key", "Description"),
                metadata.jobKeys().stream().map(key -> row(code(key.value()), key.description())));
    }

    private String deprecated() {
        return table(
                row("Instead of", "use", "Remark"),
                metadata.deprecated().stream()
                        .map(property -> row(code(property.name()), replacement(property), reason(property))));
    }

    private static String replacement(Property property) {
        Deprecation deprecation = property.deprecation();
        return deprecation == null || deprecation.replacement().isEmpty() ? NONE : code(deprecation.replacement());
    }

    private static String reason(Property property) {
        Deprecation deprecation = property.deprecation();
        return deprecation == null ? "" : deprecation.reason();
    }

    /** {@code java.util.Map<java.lang.String,…>} becomes {@code Map<String, …>}. */
    private static String simple(String type) {
        return type.replaceAll("([a-z][A-Za-z0-9]*\\.)+", "").replace("$", ".").replace(",", ", ");
    }

    private static String code(String text) {
        return "`" + text + "`";
    }

    private static String row(String... cells) {
        return Stream.of(cells).map(cell -> cell.replace("|", "\\|")).collect(Collectors.joining(" | ", "| ", " |\n"));
    }

    private static String table(String head, Stream<String> rows) {
        long columns = head.chars().filter(character -> character == '|').count() - 1;
        return head + "|---".repeat((int) columns) + "|\n" + rows.collect(Collectors.joining());
    }
}
