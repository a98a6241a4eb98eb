package io.elasticjob.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.elasticjob.boot.ElasticJob;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.curator.test.TestingServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.annotation.Configuration;

/** What only a ZooKeeper server needs, an application with servers of its own can exclude. */
class WithoutServerLibrariesTest {

    private static final List<String> EXCLUDED = List.of("metrics-core-", "snappy-java-");

    @TempDir
    private Path folder;

    private Process application;

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        public static void main(String[] args) {
            new SpringApplicationBuilder(Application.class)
                    .web(WebApplicationType.NONE)
                    .run(args);
        }

        @ElasticJob(every = "1s")
        void tick() {
            System.out.println("The job has run");
        }
    }

    @AfterEach
    void end() {
        application.destroyForcibly().onExit().join();
    }

    @Test
    void jobsRunWithZooKeeperServersElsewhere() throws Exception {
        try (TestingServer server = new TestingServer()) {
            application = start("--elasticjob.registry.connect-string=" + server.getConnectString());

            await().atMost(Duration.ofMinutes(1))
                    .failFast("the application has ended", () -> !application.isAlive())
                    .untilAsserted(() -> assertThat(log()).contains("The job has run"));
        }
    }

    @Test
    void withoutServersTheStartNamesWhatIsMissing() throws Exception {
        application = start("--elasticjob.registry.embedded.data-dir=" + folder.resolve("data"));

        assertThat(application.onExit().join().exitValue()).isNotZero();
        assertThat(log()).contains("io.dropwizard.metrics:metrics-core and org.xerial.snappy:snappy-java");
    }

    private Process start(String property) throws IOException {
        String classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry ->
                        EXCLUDED.stream().noneMatch(Path.of(entry).getFileName().toString()::startsWith))
                .collect(Collectors.joining(File.pathSeparator));
        assertThat(classPath.length())
                .isLessThan(System.getProperty("java.class.path").length());
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx128m",
                "-cp",
                classPath,
                Application.class.getName(),
                "--spring.application.name=shop",
                property));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
    }

    private String log() throws IOException {
        return Files.readString(folder.resolve("log"));
    }
}
