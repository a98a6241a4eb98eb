package io.elasticjob.boot.actuate.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.JobOperations;
import io.elasticjob.TriggerRequest;
import io.elasticjob.boot.autoconfigure.InMemoryRegistry;
import io.elasticjob.engine.JobEngine;
import io.elasticjob.history.ExecutionLogs;
import io.elasticjob.kind.ArrayRuns;
import io.elasticjob.spi.ArrayRun;
import io.elasticjob.spi.Cluster;
import io.elasticjob.test.LocalCluster;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.EventListener;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Arrays of tasks on a cluster as the endpoint, the meters and the events show them: one of ten tasks goes on and on. */
@ResourceLock("applications") // each sets up the logging of the whole process
class ArraysHttpTest {

    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private static ConfigurableApplicationContext application;

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(InMemoryRegistry.class)
    static class Shop {

        final Queue<ElasticJobEvent.ArrayProgressed> told = new ConcurrentLinkedQueue<>();

        @EventListener
        void on(ElasticJobEvent.ArrayProgressed progressed) {
            told.add(progressed);
        }

        @Bean
        Cluster batch() {
            return LocalCluster.of("batch", Map.of("resize", (environment, printed) -> {
                String task = environment.get(ArrayRun.SHARD);
                printed.append("task ").append(task).append(" of ").append(environment.get("EJ_SHARDS"));
                return switch (task) {
                    case "9" -> OptionalInt.empty(); // goes on
                    case "3" -> OptionalInt.of(7);
                    default -> OptionalInt.of(0);
                };
            }));
        }

        @Bean
        MeterRegistry meters() {
            return new SimpleMeterRegistry();
        }
    }

    @BeforeAll
    static void start() {
        application = new SpringApplicationBuilder(Shop.class)
                .web(WebApplicationType.SERVLET)
                .properties(
                        "spring.application.name=shop",
                        "server.port=0",
                        "server.address=127.0.0.1",
                        "spring.main.banner-mode=off",
                        "elasticjob.jobs.images.array=resize",
                        "elasticjob.jobs.images.array-size=10",
                        "management.endpoints.web.exposure.include=elasticjob")
                .run();
        application.getBean(JobOperations.class).trigger(TriggerRequest.of("images"));
        await().until(() ->
                array().path("running").asInt(0) == 1 && array().path("done").asInt(0) == 8);
    }

    @AfterAll
    static void stop() {
        application.close();
    }

    private static JsonNode array() {
        return get("/jobs/images").at("/shards/0/array");
    }

    @Test
    void anArrayIsShownWithItsClusterItsRunItsStateAndItsProgress() {
        JsonNode array = array();

        assertThat(array.at("/cluster").asString()).isEqualTo("batch");
        assertThat(array.at("/run").asString()).startsWith("ej-images-");
        assertThat(array.at("/state").asString()).isEqualTo("RUNNING");
        assertThat(array.at("/progress").asString()).isEqualTo("9 of 10, 1 failed");
        assertThat(array.at("/size").asInt()).isEqualTo(10);
        assertThat(array.at("/failed").asInt()).isEqualTo(1);
        assertThat(array.at("/failedTasks").asString()).isEqualTo("3");
        assertThat(array.at("/running").asInt()).isEqualTo(1);
        assertThat(array.at("/since").isString()).isTrue();
        assertThat(get("/jobs/images").at("/shards/0/progress/percent").asInt()).isEqualTo(90);
        assertThat(get("/jobs/images/firings/trigger-0").at("/shards/0/array")).isEqualTo(array);
    }

    @Test
    void whatATaskHasPrintedIsReadFromTheCluster() {
        JsonNode log = get("/jobs/images/log?task=3");

        assertThat(log.at("/source").asString()).isEqualTo("CLUSTER");
        assertThat(log.at("/task").asInt()).isEqualTo(3);
        assertThat(log.at("/log").asString()).isEqualTo("task 3 of 10");
        assertThat(get("/jobs/images/log?task=9&firing=trigger-0&attempt=1")
                        .at("/log")
                        .asString())
                .isEqualTo("task 9 of 10");
    }

    @Test
    void aTaskThatIsNotThereIsRefusedAndOfAFormerFiringNothingIsRead() {
        HttpResponse<String> beyond = response("/jobs/images/log?task=10");
        assertThat(beyond.statusCode()).isEqualTo(400);
        assertThat(beyond.body()).contains("must be between 0 and 9, the last task");
        assertThat(response("/jobs/images/log?task=-1").statusCode()).isEqualTo(400);
        assertThat(response("/jobs/images/log?task=3&firing=trigger-7").statusCode())
                .isEqualTo(404);
    }

    /** The same records, read at an instance that knows of no cluster. */
    @Test
    void anInstanceWithoutTheClusterSaysWhomToAsk() {
        ElasticJobEndpoint elsewhere = new ElasticJobEndpoint(
                () -> Optional.of(NamespaceReader.of(application.getBean(JobEngine.class))),
                application.getBean(JobOperations.class),
                new ElasticJobEndpoint.Beside(null, new ExecutionLogs(), null),
                event -> {},
                application.getBean(AccessRules.class),
                new CapabilitiesDescriptor.Source(() -> false, () -> null),
                InstantSource.system());

        await().until(() -> progress(elsewhere).equals("9 of 10, 1 failed")); // written once a second at most
        LogDescriptor log = (LogDescriptor)
                elsewhere.about("jobs", "images", "log", OperationFields.of("task", "3"), SecurityContext.NONE);
        JobDetailDescriptor job = (JobDetailDescriptor) elsewhere.one("jobs", "images");

        assertThat(log.source()).isEqualTo(LogDescriptor.Source.ELSEWHERE);
        assertThat(log.log()).isNull();
        assertThat(log.message()).startsWith("The instance that you asked has no cluster \"batch\". Ask the instance ");
        assertThat(job.shards().get(0).array().running()).isNull();
        assertThat(job.shards().get(0).progress().percent()).isEqualTo(90);
    }

    private static String progress(ElasticJobEndpoint endpoint) {
        JobDetailDescriptor job = (JobDetailDescriptor) endpoint.one("jobs", "images");
        return job.shards().get(0).array().progress();
    }

    @Test
    void metersAndEventsTellHowFarItHasCome() {
        Map<String, Double> tasks = Map.of("SUCCEEDED", 8.0, "FAILED", 1.0, "RUNNING", 1.0, "WAITING", 0.0);
        tasks.forEach((state, number) -> assertThat(application
                        .getBean(MeterRegistry.class)
                        .get("elasticjob.array.tasks")
                        .tags("job", "images", "state", state)
                        .gauge()
                        .value())
                .as(state)
                .isEqualTo(number));
        await().until(() -> !application.getBean(Shop.class).told.isEmpty());
        assertThat(List.copyOf(application.getBean(Shop.class).told).get(0)).satisfies(event -> {
            assertThat(event.cluster()).isEqualTo("batch");
            assertThat(event.size()).isEqualTo(10);
            assertThat(event.succeeded() + event.failed()).isPositive();
        });
        assertThat(application.getBean(ArrayRuns.class).isThereOne("images")).isTrue();
    }

    private static JsonNode get(String path) {
        HttpResponse<String> response = response(path);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return new JsonMapper().readTree(response.body());
    }

    private static HttpResponse<String> response(String path) {
        int port = ((WebServerApplicationContext) application).getWebServer().getPort();
        URI uri = URI.create("http://127.0.0.1:" + port + "/actuator/elasticjob" + path);
        try {
            return HTTP.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
        } catch (java.io.IOException | InterruptedException failed) {
            throw new AssertionError(failed);
        }
    }
}
