package io.elasticjob.samples.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.elasticjob.testing.aot.ProcessedApplication;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The gateway in an application that was processed at build time. */
class AheadOfTimeTests {

    private static final Pattern PORT = Pattern.compile("Tomcat started on port (\\d+)");

    @TempDir
    private Path directory;

    @Test
    void theSampleIsProcessedWithoutStartingAnythingAndServesWorkersFromWhatIsGenerated() throws Exception {
        Path data = directory.resolve("zookeeper");
        ProcessedApplication sample = new ProcessedApplication(directory, SchedulerApplication.class);

        sample.process("--elasticjob.registry.embedded.data-dir=" + data);
        assertThat(data).doesNotExist();

        Process running = sample.start(
                "--server.port=0",
                "--elasticjob.gateway.addresses=",
                "--elasticjob.registry.embedded.data-dir=" + data,
                "--logging.level.org.springframework=info");
        try {
            await().atMost(Duration.ofMinutes(2))
                    .failFast("the application has ended", () -> !running.isAlive())
                    .ignoreExceptions()
                    .untilAsserted(() -> assertThat(demand(port(sample.log())))
                            .isEqualTo("{\"thumbnail\":{\"due\":4,\"running\":0,\"slots\":0}}"));
            assertThat(sample.log()).contains("Starting AOT-processed SchedulerApplication");
        } finally {
            running.destroyForcibly().onExit().join();
        }
    }

    private static int port(String log) {
        Matcher started = PORT.matcher(log);
        assertThat(started.find()).isTrue();
        return Integer.parseInt(started.group(1));
    }

    private static String demand(int port) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/actuator/elasticjob/demand"))
                                .timeout(Duration.ofSeconds(10))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }
}
