package io.elasticjob.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.Collections;
import java.util.List;
import java.util.Properties;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.context.annotation.ImportCandidates;

/** What the build writes of auto-configurations, so that Boot can leave those out that do not apply, without loading them. */
class AutoConfigurationsTests {

    private final Properties metadata = read();

    @Test
    void theConditionsOfAllAutoConfigurationsAreKnownWithoutTheirClasses() {
        List<String> ours = StreamSupport.stream(
                        ImportCandidates.load(
                                        AutoConfiguration.class, getClass().getClassLoader())
                                .spliterator(),
                        false)
                .filter(name -> name.startsWith("io.elasticjob."))
                .toList();

        assertThat(ours).extracting(AutoConfigurationsTests::module).contains("boot", "console", "gateway");
        assertThat(metadata.stringPropertyNames()).containsAll(ours);
    }

    @Test
    void classesThatTheyNeedAreAmongThem() {
        String conditions =
                "io.elasticjob.boot.autoconfigure.ElasticJobHealthContributorAutoConfiguration.ConditionalOnClass";

        assertThat(metadata.getProperty(conditions, ""))
                .contains("org.springframework.boot.health.contributor.HealthIndicator");
    }

    private static String module(String name) {
        return name.split("\\.")[2];
    }

    private static Properties read() {
        Properties all = new Properties();
        try {
            for (URL url : Collections.list(AutoConfigurationsTests.class
                    .getClassLoader()
                    .getResources("META-INF/spring-autoconfigure-metadata.properties"))) {
                try (InputStream stream = url.openStream()) {
                    all.load(stream);
                }
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return all;
    }
}
