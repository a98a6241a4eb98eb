package io.elasticjob.metadata;

import io.elasticjob.JobKey;
import io.elasticjob.metadata.Metadata.Deprecation;
import io.elasticjob.metadata.Metadata.Property;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;

/**
 * The reference of all properties, as Markdown. A function of the metadata.
 *
 * <p>Of our own because the documenters at hand show what is in the metadata, and there is no place in it for the keys of
 * a job: those are told by {@link JobKey}.
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
                <!-- Generated from the metadata of the properties by the module internal-reference; do not edit. -->
                # Configuration properties

                Names are in kebab case. Spring Boot also accepts `camelCase` and environment variables such as
                `ELASTICJOB_REGISTRY_CONNECT_STRING`. Durations have a unit: `500ms`, `15s`, `2m`.

                A property below `elasticjob` that does not exist stops the start, and the message names the nearest property. This
                holds for files, the command line, `SPRING_APPLICATION_JSON`, default and test properties, and config trees.
                Environment variables and system properties are refused only if they differ from a known name by at most two
                characters; one warning names the others, such as those that Kubernetes sets for a Service named `elasticjob`.
                Properties of your own need another prefix, or their own class with `@ConfigurationProperties`.

                ## The application

                %s
                ## A job

                These keys are below `elasticjob.jobs.<name>`, where the name matches a job regardless of case, dashes and dots. The
                attributes of `@ElasticJob` have the same names in camel case and the same defaults. A key overrides the attribute
                of the annotation. Editors complete them and know their types. The application checks them at its start.

                The environment variable for `every` of a job `reports-nightly` is `ELASTICJOB_JOBS_REPORTS_NIGHTLY_EVERY`. If
                two names differ only in case, dashes and dots, use the exact name, in a file or in `SPRING_APPLICATION_JSON`.

                Parameters of shards and labels are texts such as `0=Beijing,1=Shanghai`, or maps in YAML, whose values are
                taken as they are. In a text, a value that contains commas, has blanks at its ends, or begins with a double quote
                needs double quotes: `0="DE, AT",1=US`. In quotes `\\"` is a quote, `\\\\` a backslash, and `\\n`, `\\r` and
                `\\t` are the end of a line, a carriage return and a tab. Names of labels are quoted the same way. In YAML, names of
                labels with other characters than letters, digits, dashes and dots need brackets: `"[topology.kubernetes.io/zone]": eu`.

                %s
                ## The actuator

                %s
                ## Coming from Apache ElasticJob

                Editors show these names as deprecated. `*` stands for the name of a job.

                %s
                The keys `cron`, `sharding-total-count`, `sharding-item-parameters`, `job-parameter`, `monitor-execution`, `failover`
                and `description` of a job have kept their names. So has `misfire`, but use `FIRE_ONCE` for `true` and `SKIP` for
                `false`.
                """.formatted(
                        properties(metadata.current().stream().filter(ConfigurationReference::isOurs)),
                        jobKeys(),
                        properties(metadata.current().stream().filter(property -> !isOurs(property))),
                        deprecated());
    }

    /** As configuration files have it. */
    static String dashed(JobKey key) {
        return DataObjectPropertyName.toDashedForm(key.key());
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

    private static String jobKeys() {
        return table(
                row("Key", "Type", "Default", "Description"),
                JobKey.values().stream()
                        .map(key -> row(
                                code(dashed(key)),
                                JobKeysSource.type(key) == Object.class
                                        ? "text or map"
                                        : code(JobKeysSource.type(key).getSimpleName()),
                                key.defaultValue()
                                        .filter(value -> !value.isEmpty())
                                        .map(ConfigurationReference::code)
                                        .orElse(NONE),
                                key.documentation())));
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
