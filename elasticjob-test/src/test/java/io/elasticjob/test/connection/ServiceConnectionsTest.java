package io.elasticjob.test.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.boot.ElasticJobConnectionDetails;
import io.elasticjob.boot.autoconfigure.ElasticJobAutoConfiguration;
import io.elasticjob.engine.JobEngine;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.service.connection.ConnectionDetails;
import org.springframework.boot.autoconfigure.service.connection.ConnectionDetailsFactories;
import org.springframework.boot.docker.compose.core.ConnectionPorts;
import org.springframework.boot.docker.compose.core.ImageReference;
import org.springframework.boot.docker.compose.core.RunningService;
import org.springframework.boot.docker.compose.service.connection.ComposeSource;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.testcontainers.service.connection.ServiceConnection;
import org.springframework.boot.testcontainers.service.connection.ServiceConnectionAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.utility.DockerImageName;

/** How a ZooKeeper is found that others run. No container runs here; see {@code ZooKeeperServiceConnectionTest}. */
class ServiceConnectionsTest {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(ElasticJobAutoConfiguration.class))
            .withPropertyValues(
                    "elasticjob.namespace=shop",
                    "elasticjob.auto-startup=false",
                    "elasticjob.registry.connect-string=elsewhere:1");

    @Configuration(proxyBeanMethods = false)
    static class Somewhere {
        @Bean
        ElasticJobConnectionDetails details() {
            return () -> "somewhere:2181";
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class AContainer {
        @Bean
        @ServiceConnection("zookeeper")
        NotStarted zooKeeper() {
            return new NotStarted();
        }
    }

    /** A container as far as it can be without Docker. */
    static final class NotStarted extends GenericContainer<NotStarted> {

        NotStarted() {
            super(DockerImageName.parse("zookeeper:3.9"));
        }

        @Override
        public String getDockerImageName() {
            return "zookeeper:3.9";
        }

        @Override
        public void start() {}

        @Override
        public void stop() {}

        @Override
        public String getHost() {
            return "127.0.0.9";
        }

        @Override
        public Integer getMappedPort(int original) {
            return original + 10_000;
        }
    }

    @Test
    void detailsTakePrecedenceOverTheConnectString() {
        runner.withUserConfiguration(Somewhere.class)
                .run(context -> assertThat(context.getBean(JobEngine.class)
                                .registryLocation()
                                .toString())
                        .contains("somewhere:2181")
                        .doesNotContain("elsewhere"));
    }

    @Test
    void withoutDetailsTheConnectStringHolds() {
        runner.run(context -> assertThat(
                        context.getBean(JobEngine.class).registryLocation().toString())
                .contains("elsewhere:1"));
    }

    @Test
    void aContainerWithServiceConnectionIsFound() {
        runner.withConfiguration(AutoConfigurations.of(ServiceConnectionAutoConfiguration.class))
                .withUserConfiguration(AContainer.class)
                .run(context -> assertThat(context.getBean(ElasticJobConnectionDetails.class)
                                .connectString())
                        .isEqualTo("127.0.0.9:12181"));
    }

    @ParameterizedTest
    @CsvSource({"zookeeper:3.9, true", "zookeeper, true", "bitnami/zookeeper:3.9, true", "redis:8, false"})
    void aServiceOfDockerComposeIsFoundByItsImage(String image, boolean found) {
        Map<Class<?>, ConnectionDetails> details = new ConnectionDetailsFactories(
                        getClass().getClassLoader())
                .getConnectionDetails(ComposeSource.of(new Service(image)), false);

        assertThat(details.containsKey(ElasticJobConnectionDetails.class)).isEqualTo(found);
        if (found) {
            assertThat(((ElasticJobConnectionDetails) details.get(ElasticJobConnectionDetails.class)).connectString())
                    .isEqualTo("127.0.0.8:22181");
        }
    }

    private record Service(String of) implements RunningService {

        @Override
        public String name() {
            return "zk";
        }

        @Override
        public ImageReference image() {
            return ImageReference.of(of);
        }

        @Override
        public String host() {
            return "127.0.0.8";
        }

        @Override
        public ConnectionPorts ports() {
            return new ConnectionPorts() {
                @Override
                public int get(int container) {
                    return container + 20_000;
                }

                @Override
                public List<Integer> getAll() {
                    return List.of(22_181);
                }

                @Override
                public List<Integer> getAll(String protocol) {
                    return getAll();
                }
            };
        }

        @Override
        public Map<String, String> env() {
            return Map.of();
        }

        @Override
        public Map<String, String> labels() {
            return Map.of();
        }
    }
}
