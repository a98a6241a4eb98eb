package io.elasticjob.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.elasticjob.JobKey;
import io.elasticjob.boot.ElasticJob;
import io.elasticjob.boot.autoconfigure.ElasticJobAlertProperties;
import io.elasticjob.boot.autoconfigure.ElasticJobHistoryJdbcProperties;
import io.elasticjob.boot.autoconfigure.ElasticJobHistoryProperties;
import io.elasticjob.boot.autoconfigure.ElasticJobProperties;
import io.elasticjob.console.autoconfigure.ElasticJobConsoleProperties;
import io.elasticjob.gateway.autoconfigure.ElasticJobGatewayProperties;
import io.elasticjob.kubernetes.autoconfigure.ElasticJobKubernetesProperties;
import io.elasticjob.metadata.Metadata.Property;
import io.elasticjob.slurm.autoconfigure.ElasticJobSlurmProperties;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.springframework.beans.BeanWrapper;
import org.springframework.beans.BeanWrapperImpl;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.convert.ApplicationConversionService;
import org.springframework.mock.env.MockEnvironment;
import org.springframework.util.StringUtils;

class MetadataTests {

    private static final String JOB_KEYS = "io.elasticjob.boot.autoconfigure.JobKeys";

    private static final Path COMMITTED_KEYS = Path.of(
            "..",
            "elasticjob-spring-boot-starter",
            "src",
            "main",
            "java",
            "io",
            "elasticjob",
            "boot",
            "autoconfigure",
            "JobKeys.java");

    private final Metadata metadata = read();

    @Test
    void everyPropertyHasADescriptionAndAType() {
        assertThat(metadata.properties()).allSatisfy(property -> {
            assertThat(property.description())
                    .as("description of %s", property.name())
                    .matches("(?s)[A-Z].*\\.");
            assertThat(property.type()).as("type of %s", property.name()).isNotEmpty();
        });
    }

    @TestFactory
    List<DynamicTest> theDocumentedDefaultIsTheRealOne() {
        return Stream.of(
                        defaults("elasticjob", ElasticJobProperties.class),
                        defaults("elasticjob.alerts", ElasticJobAlertProperties.class),
                        defaults("elasticjob.history", ElasticJobHistoryProperties.class),
                        defaults("elasticjob.history.jdbc", ElasticJobHistoryJdbcProperties.class),
                        defaults("elasticjob.gateway", ElasticJobGatewayProperties.class),
                        defaults("elasticjob.console", ElasticJobConsoleProperties.class),
                        defaults("elasticjob.kubernetes", ElasticJobKubernetesProperties.class),
                        defaults("elasticjob.slurm", ElasticJobSlurmProperties.class))
                .flatMap(tests -> tests)
                .toList();
    }

    private Stream<DynamicTest> defaults(String prefix, Class<?> type) {
        BeanWrapper real = new BeanWrapperImpl(Binder.get(new MockEnvironment()).bindOrCreate(prefix, type));
        return metadata.properties().stream()
                .filter(property -> property.sourceType().equals(type.getName())
                        || property.sourceType().startsWith(type.getName() + "$"))
                .map(property -> DynamicTest.dynamicTest(property.name(), () -> {
                    String path = camelCase(property.name().substring(prefix.length() + 1));
                    assertThat(documented(property, real.getPropertyType(path)))
                            .isEqualTo(given(real.getPropertyValue(path)));
                }));
    }

    /** Once, with a type that editors follow to the keys of a job. */
    @Test
    void whatEditorsAreToldOfJobsHasTheirKeys() {
        assertThat(metadata.current())
                .filteredOn(property -> property.name().equals("elasticjob.jobs"))
                .extracting(Property::type)
                .containsExactly("java.util.Map<java.lang.String," + JOB_KEYS + ">");
    }

    @Test
    void theKeysThatEditorsAreToldAreThoseThatTheCodeKnows() throws IOException, ClassNotFoundException {
        String made = JobKeysSource.java();

        if (Boolean.getBoolean("write") && !made.equals(Files.readString(COMMITTED_KEYS))) {
            Files.writeString(COMMITTED_KEYS, made);
            return; // The class that is loaded is of before.
        }

        assertThat(Files.readString(COMMITTED_KEYS))
                .as("Regenerate it by: mvn -pl internal-reference -am verify -Dwrite, and commit it.")
                .isEqualTo(made);
        Map<String, Class<?>> setters = new TreeMap<>();
        for (Method method : Class.forName(JOB_KEYS).getDeclaredMethods()) {
            setters.put(method.getName(), method.getParameterTypes()[0]);
        }
        Map<String, Class<?>> keys = new TreeMap<>();
        JobKey.values().forEach(key -> keys.put("set" + StringUtils.capitalize(key.key()), JobKeysSource.type(key)));
        assertThat(setters).isEqualTo(keys);
    }

    /** An editor that knew a narrower type would complain of what the application accepts. */
    @TestFactory
    List<DynamicTest> theDefaultOfAKeyIsOfTheTypeThatEditorsAreTold() {
        return JobKey.values().stream()
                .filter(key -> !key.defaultValue().orElse("").isEmpty())
                .map(key -> DynamicTest.dynamicTest(
                        key.key(),
                        () -> assertThat(ApplicationConversionService.getSharedInstance()
                                        .convert(key.defaultValue().orElseThrow(), JobKeysSource.type(key)))
                                .isNotNull()))
                .toList();
    }

    /** There is no other place for it where an editor would show it. */
    @TestFactory
    List<DynamicTest> theDescriptionOfAKeyEndsWithItsDefault() {
        return JobKey.values().stream()
                .map(key -> DynamicTest.dynamicTest(key.key(), () -> {
                    String real = key.defaultValue().orElse("");
                    assertThat(key.documentation()).endsWith(".");
                    if (!real.isEmpty()) {
                        assertThat(key.documentation().replace("'", ""))
                                .endsWithIgnoringCase(" " + real + " by default.");
                    }
                }))
                .toList();
    }

    @TestFactory
    List<DynamicTest> theAnnotationHasTheKeysAndTheDefaultsOfAJob() {
        return JobKey.common().stream()
                .filter(key -> key != JobKey.HANDLER) // The annotated bean is the handler.
                .map(key -> DynamicTest.dynamicTest(key.key(), () -> {
                    Method attribute = ElasticJob.class.getDeclaredMethod(key.key());
                    String value = attribute.getDefaultValue().toString();
                    // What is left "" in the annotation is not set there, so that the default is the key's own.
                    assertThat(value.isEmpty() ? key.defaultValue().orElse("") : value)
                            .isEqualTo(key.defaultValue().orElse(""));
                }))
                .toList();
    }

    @Test
    void whatIsDeprecatedSaysWhyAndNamesAReplacementThatExists() {
        Set<String> usable =
                metadata.current().stream().map(Property::name).collect(Collectors.toCollection(TreeSet::new));
        JobKey.values().forEach(key -> usable.add("elasticjob.jobs.*." + ConfigurationReference.dashed(key)));

        assertThat(metadata.deprecated()).allSatisfy(property -> {
            assertThat(property.deprecation().level()).as(property.name()).isEqualTo("error");
            assertThat(property.deprecation().reason()).as(property.name()).endsWith(".");
            if (!property.deprecation().replacement().isEmpty()) {
                assertThat(usable).contains(property.deprecation().replacement());
            }
        });
    }

    @Test
    void everyFormerNameOfTheHistoryLeadsToThePresentOne() {
        assertThat(metadata.deprecated())
                .filteredOn(property -> property.deprecation().reason().startsWith("Renamed: in a Spring Boot"))
                .extracting(Property::name, property -> property.deprecation().replacement())
                .containsExactlyInAnyOrderElementsOf(metadata.current().stream()
                        .map(Property::name)
                        .filter(name -> name.startsWith("elasticjob.history."))
                        .filter(name -> !name.equals("elasticjob.history.retention.audit-max-age")) // came later
                        .map(name -> tuple(name.replace("elasticjob.history.", "elasticjob.tracing."), name))
                        .toList());
    }

    /** From the documentation of Apache ElasticJob 3; those that are called the same here are left out. */
    @Test
    void whoComesFromApacheElasticJobIsLedFromEveryNameThatChanged() {
        assertThat(metadata.deprecated())
                .filteredOn(property -> !property.deprecation().reason().startsWith("Renamed: in a Spring Boot"))
                .extracting(Property::name)
                .containsExactlyInAnyOrder(
                        "elasticjob.reg-center.server-lists",
                        "elasticjob.reg-center.namespace",
                        "elasticjob.reg-center.base-sleep-time-milliseconds",
                        "elasticjob.reg-center.max-sleep-time-milliseconds",
                        "elasticjob.reg-center.max-retries",
                        "elasticjob.reg-center.session-timeout-milliseconds",
                        "elasticjob.reg-center.connection-timeout-milliseconds",
                        "elasticjob.reg-center.digest",
                        "elasticjob.jobs.*.elastic-job-class",
                        "elasticjob.jobs.*.elastic-job-type",
                        "elasticjob.jobs.*.time-zone",
                        "elasticjob.jobs.*.job-bootstrap-bean-name",
                        "elasticjob.jobs.*.max-time-diff-seconds",
                        "elasticjob.jobs.*.reconcile-interval-minutes",
                        "elasticjob.jobs.*.job-sharding-strategy-type",
                        "elasticjob.jobs.*.job-executor-service-handler-type",
                        "elasticjob.jobs.*.job-executor-thread-pool-size-provider-type",
                        "elasticjob.jobs.*.job-error-handler-type",
                        "elasticjob.jobs.*.job-listener-types",
                        "elasticjob.jobs.*.props",
                        "elasticjob.jobs.*.disabled",
                        "elasticjob.jobs.*.overwrite",
                        "elasticjob.tracing.type",
                        "elasticjob.dump.enabled",
                        "elasticjob.dump.port");
    }

    private static Object documented(Property property, Class<?> type) {
        return property.defaultValue() == null
                ? Optional.empty()
                : given(ApplicationConversionService.getSharedInstance().convert(property.defaultValue(), type));
    }

    /** No value and an empty map or set are the same to who reads about them. */
    private static Object given(Object value) {
        boolean empty = value instanceof Map<?, ?> map && map.isEmpty()
                || value instanceof Collection<?> collection && collection.isEmpty();
        return empty ? Optional.empty() : Optional.ofNullable(value);
    }

    private static String camelCase(String name) {
        return Arrays.stream(name.split("\\."))
                .map(part -> Arrays.stream(part.split("-"))
                        .map(word -> Character.toUpperCase(word.charAt(0)) + word.substring(1))
                        .collect(Collectors.joining()))
                .map(part -> Character.toLowerCase(part.charAt(0)) + part.substring(1))
                .collect(Collectors.joining("."));
    }

    private static Metadata read() {
        try {
            return Metadata.ofModules();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
