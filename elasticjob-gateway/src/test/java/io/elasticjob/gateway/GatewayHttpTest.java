package io.elasticjob.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.JobKey;
import io.elasticjob.JobOperations;
import io.elasticjob.Operator;
import io.elasticjob.Outcome;
import io.elasticjob.TriggerRequest;
import io.elasticjob.codec.Json;
import io.elasticjob.engine.JobEngine;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.curator.test.TestingServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.event.EventListener;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.SecurityFilterChain;

/** The gateway as a worker sees it, under both web stacks, with a real ZooKeeper. */
@ResourceLock("applications")
class GatewayHttpTest {

    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private static final OpenApiFile OPEN_API = new OpenApiFile();

    private TestingServer server;
    private ConfigurableApplicationContext application;

    @SpringBootConfiguration
    @EnableAutoConfiguration
    static class Scheduler {

        /** The application's own part is open here; the gateway has a chain of its own. */
        @Bean
        @Order(1)
        @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
        SecurityFilterChain actuator(HttpSecurity http) {
            return http.securityMatcher("/actuator/**")
                    .authorizeHttpRequests(requests -> requests.anyRequest().permitAll())
                    .build();
        }

        final Queue<ElasticJobEvent> events = new ConcurrentLinkedQueue<>();

        @Autowired
        JobOperations operations;

        @EventListener
        void on(ElasticJobEvent event) {
            events.add(event);
        }
    }

    @BeforeEach
    void startServer() throws Exception {
        server = new TestingServer(true);
    }

    @AfterEach
    void stop() throws Exception {
        if (application != null) {
            application.close();
        }
        server.close();
    }

    @ParameterizedTest
    @EnumSource(value = WebApplicationType.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void aWorkerRunsShardsOfAJobWhoseHandlerNobodyElseHas(WebApplicationType stack) throws Exception {
        start(stack);
        Map<String, Object> attached = post("", 201, attach("resize-1", "p1"));
        String worker = String.valueOf(attached.get("worker"));
        assertThat(worker).startsWith("resize-1.");
        create();

        List<Map<?, ?>> done = new ArrayList<>();
        List<Map<String, Object>> results = new ArrayList<>();
        for (int seq = 1; done.size() < 6; seq++) {
            Map<String, Object> answer = post(
                    "/" + worker + "/exchange",
                    200,
                    Map.of("seq", seq, "free", 2, "waitMs", 2_000, "results", List.copyOf(results)));
            results.removeIf(result -> ((List<?>) answer.get("acks")).contains(result.get("id")));
            for (Object execution : (List<?>) answer.get("executions")) {
                Map<?, ?> task = (Map<?, ?>) execution;
                done.add(task);
                results.add(Map.of("id", task.get("id"), "outcome", "SUCCEEDED"));
            }
        }
        assertThat(done).allSatisfy(task -> {
            assertThat(task.get("job")).isEqualTo("pictures");
            assertThat(task.get("handler")).isEqualTo("resize");
            assertThat(task.get("shardingTotalCount")).isEqualTo(2L);
            assertThat(task.get("fencingToken")).isInstanceOf(String.class);
        });
        assertThat(done.stream().map(task -> task.get("id"))).doesNotHaveDuplicates();
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> events(ElasticJobEvent.ExecutionEnded.class).stream()
                                .filter(ended -> ended.outcome() instanceof Outcome.Succeeded)
                                .count()
                        >= 4);
    }

    @Test
    void aJobOfTheConfigurationFileMayHaveAHandlerThatOnlyWorkersOffer() throws Exception {
        start(
                WebApplicationType.SERVLET,
                "--elasticjob.gateway.handlers=resize",
                "--elasticjob.jobs.thumbnails.handler=resize",
                "--elasticjob.jobs.thumbnails.every=1s",
                "--elasticjob.jobs.thumbnails.sharding-total-count=2");
        Map<String, Object> attached = post("", 201, attach("resize-1", "p1"));
        Set<Object> shards = new HashSet<>();
        for (int seq = 1; shards.size() < 2; seq++) {
            Map<String, Object> answer = post(
                    "/" + attached.get("worker") + "/exchange", 200, Map.of("seq", seq, "free", 2, "waitMs", 5_000));
            ((List<?>) answer.get("executions")).forEach(task -> shards.add(((Map<?, ?>) task).get("shard")));
        }
        assertThat(shards).containsExactlyInAnyOrder(0L, 1L);
    }

    @Test
    @SuppressWarnings("unchecked")
    void theEndpointShowsCrewsAndWorkersAndWhatAutoscalersAskForBeforeAnybodyIsThere() throws Exception {
        start(
                WebApplicationType.SERVLET,
                "--management.endpoints.web.exposure.include=elasticjob",
                "--elasticjob.gateway.handlers=resize,sleep",
                "--elasticjob.jobs.thumbnails.handler=resize",
                "--elasticjob.jobs.thumbnails.every=1h",
                "--elasticjob.jobs.thumbnails.sharding-total-count=3");
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .ignoreExceptions() // until the engine has started
                .until(() -> application
                                .getBean(JobOperations.class)
                                .trigger(TriggerRequest.of("thumbnails"))
                                .toCompletableFuture()
                                .get(30, TimeUnit.SECONDS)
                        != null);
        assertThat(demand("resize")).isEqualTo(Map.of("due", 3L, "running", 0L, "slots", 0L));
        assertThat(demand("sleep")).isEqualTo(Map.of("due", 0L, "running", 0L, "slots", 0L));

        Object worker = post("", 201, attach("resize-1", "p1")).get("worker");
        Set<Object> given = new HashSet<>();
        for (int seq = 1; given.size() < 2; seq++) {
            Map<String, Object> answer = post(
                    "/" + worker + "/exchange",
                    200,
                    Map.of("seq", seq, "free", 2, "waitMs", 2_000, "running", List.copyOf(given)));
            ((List<?>) answer.get("executions")).forEach(task -> given.add(((Map<?, ?>) task).get("id")));
        }
        assertThat(demand("resize")).isEqualTo(Map.of("due", 1L, "running", 2L, "slots", 2L));

        List<Map<?, ?>> crews = new ArrayList<>(); // the application hears of its crew as of any other instance
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> {
            ((List<?>) actuator("/instances").get("instances"))
                    .stream()
                            .map(instance -> (Map<?, ?>) instance)
                            .filter(instance -> instance.get("workers") != null)
                            .forEach(crews::add);
            return !crews.isEmpty();
        });
        Map<?, ?> crew = crews.get(0);
        assertThat((Map<Object, Object>) crew.get("labels")).containsEntry("elasticjob.crew", "resize");
        assertThat(crew.get("workers"))
                .isEqualTo(List.of(Map.of(
                        "id",
                        worker,
                        "name",
                        "resize-1",
                        "client",
                        "anybody on this machine",
                        "slots",
                        2L,
                        "running",
                        2L)));
        List<?> shards = (List<?>) actuator("/jobs/thumbnails").get("shards");
        assertThat(shards.stream().map(shard -> String.valueOf(((Map<?, ?>) shard).get("worker"))))
                .containsExactlyInAnyOrder("resize-1", "resize-1", "null");
    }

    private Object demand(String handler) throws Exception {
        return actuator("/demand").get(handler);
    }

    private Map<String, Object> actuator(String path) throws Exception {
        String port = application.getEnvironment().getProperty("local.server.port");
        HttpResponse<byte[]> response = HTTP.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/actuator/elasticjob" + path))
                        .build(),
                HttpResponse.BodyHandlers.ofByteArray());
        assertThat(response.statusCode()).as(new String(response.body())).isEqualTo(200);
        return Json.read(response.body());
    }

    @Test
    void aHandlerThatNobodyIsSaidToOfferIsRefused() {
        assertThatThrownBy(() -> start(WebApplicationType.SERVLET, "--elasticjob.jobs.thumbnails.handler=resize"))
                .rootCause()
                .hasMessageContaining("resize");
    }

    @Test
    void aGatewayWithoutANamespaceDoesNotStart() {
        assertThatThrownBy(() -> new SpringApplicationBuilder(Scheduler.class)
                        .run(
                                "--server.port=0",
                                "--server.address=127.0.0.1",
                                "--elasticjob.registry.connect-string=" + server.getConnectString(),
                                "--elasticjob.gateway.enabled=true",
                                "--elasticjob.gateway.insecure=true"))
                .rootCause()
                .hasMessageContaining("elasticjob.namespace")
                .hasMessageContaining("must be set, since spring.application.name is not");
    }

    @ParameterizedTest
    @EnumSource(value = WebApplicationType.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void whatCannotBeUsedIsRefusedInWords(WebApplicationType stack) throws Exception {
        start(stack);
        assertThat(post("", 400, Map.of("name", "a", "handlers", List.of(), "process", "p")))
                .containsEntry("key", "handlers");
        assertThat(post("", 400, Map.of("name", 3))).containsEntry("key", "name");
        assertThat(post("/nobody/exchange", 404, Map.of("seq", 1))).containsEntry("code", "not-attached");
        assertThat(post("/a/b/c", 404, Map.of())).containsEntry("code", "no-such-address");
        assertThat(answer("POST", "", 400, "[1,2".getBytes())).containsEntry("code", "unreadable");
        assertThat(answer("PUT", "", 405, new byte[0])).containsEntry("code", "method-not-allowed");
        assertThat(answer("POST", "", 413, new byte[2_000_000])).containsEntry("code", "too-large");
        Object worker = post("", 201, attach("a", "p")).get("worker");
        for (String tooLong : List.of("x".repeat(1025), "ä".repeat(513))) {
            Map<String, String> ended = Map.of("id", "e", "outcome", "SUCCEEDED", "result", tooLong);
            assertThat(post("/" + worker + "/exchange", 400, Map.of("seq", 1, "results", List.of(ended))))
                    .containsEntry("key", "results[0].result");
        }
        assertThat(post("", 403, attach("a", "p"), "X-Forwarded-For", "192.0.2.1"))
                .containsEntry("code", "forbidden");
    }

    @ParameterizedTest
    @EnumSource(value = WebApplicationType.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void onlyWhoHasATokenIsServedAndOnlyForWhatIsGrantedToIt(WebApplicationType stack) throws Exception {
        start(
                stack,
                "--elasticjob.gateway.insecure=false",
                "--elasticjob.gateway.clients.images.token-hashes[0]=" + sha256("old"),
                "--elasticjob.gateway.clients.images.token-hashes[1]=" + sha256("new"),
                "--elasticjob.gateway.clients.images.handlers=resize",
                "--elasticjob.gateway.clients.others.token-hashes[0]=" + sha256("other"),
                "--elasticjob.gateway.clients.others.handlers=pay");
        assertThat(post("", 401, attach("a", "p"))).containsEntry("code", "unauthenticated");
        assertThat(post("", 401, attach("a", "p"), "Authorization", "Bearer wrong"))
                .containsEntry("code", "unauthenticated");
        assertThat(post("", 403, attach("a", "p"), "Authorization", "Bearer other"))
                .containsEntry("key", "handlers");
        Map<String, Object> attached = post("", 201, attach("a", "p"), "Authorization", "Bearer old");
        String exchange = "/" + attached.get("worker") + "/exchange";
        post(exchange, 200, Map.of("seq", 1), "Authorization", "Bearer new");
        assertThat(post(exchange, 404, Map.of("seq", 2), "Authorization", "Bearer other"))
                .containsEntry("code", "not-attached");
        post(exchange, 401, Map.of("seq", 2));
    }

    private static String sha256(String token) throws Exception {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8)));
    }

    // ---- Helpers --------------------------------------------------------------------------------------------------

    private void start(WebApplicationType stack, String... further) {
        application = new SpringApplicationBuilder(Scheduler.class)
                .web(stack)
                .properties("elasticjob.gateway.insecure=true")
                .run(Stream.concat(
                                Stream.of(
                                        "--server.port=0",
                                        "--server.address=127.0.0.1",
                                        "--spring.application.name=scheduler",
                                        "--elasticjob.registry.connect-string=" + server.getConnectString(),
                                        "--elasticjob.gateway.enabled=true"),
                                Stream.of(further))
                        .toArray(String[]::new));
    }

    private void create() throws Exception {
        JobEngine engine = application.getBean(JobEngine.class);
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> engine.namespace().toCompletableFuture().join().instances().values().stream()
                        .anyMatch(seen -> seen.instance().handlers().contains("resize")));
        application
                .getBean(JobOperations.class)
                .create(
                        "pictures",
                        Map.of(JobKey.EVERY, "1s", JobKey.SHARDING_TOTAL_COUNT, "2", JobKey.HANDLER, "resize"),
                        new Operator("test", "a test"))
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS);
    }

    private <E extends ElasticJobEvent> List<E> events(Class<E> type) {
        return application.getBean(Scheduler.class).events.stream()
                .filter(type::isInstance)
                .map(type::cast)
                .toList();
    }

    private static Map<String, Object> attach(String name, String process) {
        return Map.of("name", name, "crew", "resize", "handlers", List.of("resize"), "slots", 2, "process", process);
    }

    private Map<String, Object> post(String path, int status, Map<String, ?> body, String... headers) throws Exception {
        return answer("POST", path, status, Json.write(body), headers);
    }

    private Map<String, Object> answer(String method, String path, int status, byte[] body, String... headers)
            throws Exception {
        String port = application.getEnvironment().getProperty("local.server.port");
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + port + "/elasticjob/workers/v1" + path))
                .timeout(Duration.ofSeconds(30))
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofByteArray(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        HttpResponse<byte[]> response = HTTP.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        assertThat(response.statusCode()).as(new String(response.body())).isEqualTo(status);
        assertThat(OPEN_API.faults(new OpenApiFile.Said(
                        method,
                        request.build().uri().getPath(),
                        body,
                        response.statusCode(),
                        response.headers().firstValue("Content-Type").orElse(""),
                        response.headers().firstValue("Retry-After").orElse(null),
                        response.body())))
                .isEmpty();
        return Json.read(response.body());
    }
}
