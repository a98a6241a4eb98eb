package io.elasticjob.samples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.samples.quickstart.machine.DatabaseServer;
import io.elasticjob.samples.quickstart.machine.SideBySide;
import io.elasticjob.testing.kubernetes.ApiServer;
import io.elasticjob.testing.kubernetes.Kubectl;
import io.elasticjob.testing.machine.Needs;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.curator.test.TestingServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.web.context.support.StandardServletEnvironment;

/** The sample with the settings that it has on Kubernetes, but for ports, addresses, and where ZooKeeper is. */
@Needs(value = Kubectl.NAME, there = Kubectl.class)
class DeployedTests {

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @TempDir
    private Path directory;

    @Test
    void probesFindTheApplicationAndOperatorsFindTheConsole() throws Exception {
        try (TestingServer zooKeeper =
                new TestingServer(-1, directory.resolve("zookeeper").toFile())) {
            Map<String, Object> variables = settings(zooKeeper);
            try (ConfigurableApplicationContext started = application(variables).run()) {
                int web = port(variables, "SERVER_PORT");
                int management = port(variables, "MANAGEMENT_SERVER_PORT");
                assertThat(get(web, "/livez").statusCode()).isEqualTo(200);
                assertThat(get(web, "/readyz").statusCode()).isEqualTo(200);
                assertThat(get(web, "/actuator/elasticjob").statusCode()).isEqualTo(404);
                assertThat(get(management, "/actuator/elasticjob/capabilities").body())
                        .contains("application-7f9c-k3x9");
                assertThat(get(management, "/actuator/elasticjobconsole/").body())
                        .contains("<html");
                Invoices invoices = started.getBean(Invoices.class);
                Awaitility.await()
                        .atMost(Duration.ofMinutes(1))
                        .untilAsserted(() -> assertThat(invoices.settledByInstance())
                                .extracting(Invoices.Share::instance)
                                .containsExactly("application-7f9c-k3x9"));
            }
        }
    }

    /** Its health says that no jobs run, and no probe asks for that. */
    @Test
    void withoutZooKeeperTheApplicationStaysInService() throws Exception {
        try (TestingServer zooKeeper =
                new TestingServer(-1, directory.resolve("zookeeper").toFile())) {
            Map<String, Object> variables = settings(zooKeeper);
            variables.put("ELASTICJOB_HEALTH_DOWNAFTER", "1s");
            try (ConfigurableApplicationContext started = application(variables).run()) {
                int web = port(variables, "SERVER_PORT");
                int management = port(variables, "MANAGEMENT_SERVER_PORT");
                Awaitility.await()
                        .atMost(Duration.ofMinutes(1))
                        .until(() -> get(management, "/actuator/health").statusCode() == 200);

                zooKeeper.stop();

                Awaitility.await()
                        .atMost(Duration.ofMinutes(1))
                        .until(() -> get(management, "/actuator/health").statusCode() == 503);
                assertThat(get(web, "/readyz").statusCode()).isEqualTo(200);
                assertThat(get(web, "/livez").statusCode()).isEqualTo(200);
            }
        }
    }

    private static int port(Map<String, Object> variables, String name) {
        return Integer.parseInt((String) variables.get(name));
    }

    /** As they are rendered, with the ports of this machine. */
    private Map<String, Object> settings(TestingServer zooKeeper) throws IOException, SQLException {
        int database = DatabaseServer.start(directory.resolve("invoices"), 0);
        Map<String, Object> variables = settings();
        assertThat(variables)
                .containsEntry("QUICKSTART_DATABASE", "database:" + DatabaseServer.PORT + "/quickstart")
                .containsKey("ELASTICJOB_REGISTRY_CONNECTSTRING");
        variables.put("ELASTICJOB_REGISTRY_CONNECTSTRING", zooKeeper.getConnectString());
        variables.put("ELASTICJOB_INSTANCE_NAME", "application-7f9c-k3x9");
        variables.put("SPRING_DATASOURCE_PASSWORD", "of-the-secret");
        variables.put("QUICKSTART_DATABASE", "127.0.0.1:" + database + "/quickstart");
        variables.put("SERVER_PORT", String.valueOf(freePort()));
        variables.put("MANAGEMENT_SERVER_PORT", String.valueOf(freePort()));
        return variables;
    }

    private static Map<String, Object> settings() {
        String yaml = Kubectl.kustomize(Path.of("..", "..", "deploy", "kubernetes", "overlays", "quickstart"));
        return ApiServer.objects(yaml).stream()
                .filter(one -> "ConfigMap".equals(one.get("kind")))
                .map(one -> (Map<?, ?>) one.get("data"))
                .filter(data -> data.containsKey("SERVER_PORT"))
                .findFirst()
                .map(data -> {
                    Map<String, Object> settings = new HashMap<>();
                    data.forEach((name, value) -> settings.put(String.valueOf(name), value));
                    return settings;
                })
                .orElseThrow();
    }

    private static SpringApplication application(Map<String, Object> variables) {
        StandardEnvironment environment = new StandardServletEnvironment();
        environment
                .getPropertySources()
                .replace(
                        StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
                        new SystemEnvironmentPropertySource(
                                StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, variables));
        SpringApplication application = new SpringApplication(QuickstartApplication.class);
        application.addListeners(new SideBySide());
        application.setEnvironment(environment);
        return application;
    }

    private static HttpResponse<String> get(int port, String path) throws IOException, InterruptedException {
        return HTTP.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .timeout(Duration.ofSeconds(30))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
