package io.elasticjob.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.boot.ElasticJob;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.MapPropertySource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Whatever a property is set to, its context starts, or the failure names the property. Those that come later are tried as well. */
class PropertyValuesTest {

    private static final List<String> ODD =
            List.of("", "-1", "99999999999999999999", "\uFF11\uFF12", "\u202Ex", "x".repeat(5_000));

    @Configuration(proxyBeanMethods = false)
    static class Application {
        @Bean
        Work work() {
            return new Work();
        }
    }

    static class Work {
        @ElasticJob(cron = "0 0 3 * * ?")
        void nightly() {}
    }

    private static Stream<String> properties() throws IOException {
        List<String> properties = new ArrayList<>();
        try (InputStream metadata = Objects.requireNonNull(
                ElasticJob.class.getResourceAsStream("/META-INF/spring-configuration-metadata.json"))) {
            for (JsonNode property : JsonMapper.shared().readTree(metadata).at("/properties")) {
                String name = property.at("/name").asString();
                String type = property.at("/type").asString();
                if (name.startsWith("elasticjob.")
                        && property.at("/deprecation").isMissingNode()) {
                    properties.add(type.startsWith("java.util.Map") ? name + ".some" : name);
                }
            }
        }
        return properties.stream();
    }

    @Timeout(120)
    @ParameterizedTest
    @MethodSource("properties")
    void whatCannotBeUsedIsNamed(String property) {
        for (String value : ODD) {
            new ApplicationContextRunner()
                    .withConfiguration(AutoConfigurations.of(
                            LifecycleAutoConfiguration.class,
                            ElasticJobPropertyNamesAutoConfiguration.class,
                            ElasticJobScheduledAutoConfiguration.class,
                            ElasticJobAutoConfiguration.class,
                            ElasticJobHistoryAutoConfiguration.class,
                            ElasticJobEndpointAutoConfiguration.class,
                            ElasticJobAlertAutoConfiguration.class))
                    .withUserConfiguration(InMemoryRegistry.class, Application.class)
                    .withPropertyValues(
                            "elasticjob.namespace=shop",
                            "elasticjob.auto-startup=false",
                            "management.endpoints.web.exposure.include=elasticjob")
                    .withInitializer(context -> context.getEnvironment()
                            .getPropertySources()
                            .addFirst(new MapPropertySource("odd", Map.of(property, value))))
                    .run(context -> {
                        Throwable failure = context.getStartupFailure();
                        if (failure != null) {
                            assertThat(messages(failure))
                                    .as(property + " = " + value.substring(0, Math.min(30, value.length())))
                                    .contains(property.replace(".some", ""));
                        }
                    });
        }
    }

    private static String messages(@Nullable Throwable failure) {
        StringBuilder messages = new StringBuilder();
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            messages.append(cause.getMessage()).append('\n');
        }
        return messages.toString();
    }
}
