package io.elasticjob.boot.actuate.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.elasticjob.ShardingContext;
import io.elasticjob.boot.ElasticJob;
import io.elasticjob.boot.OwnNetty;
import io.elasticjob.engine.JobEngine;
import io.elasticjob.memory.MemoryEnsemble;
import io.elasticjob.registry.Registry;
import io.elasticjob.spi.SystemTimekeeper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Two instances of one application, one on Spring MVC and one on WebFlux, that share the shards of its jobs. */
@ResourceLock("applications") // each sets up the logging of the whole process
class ElasticJobEndpointHttpTest {

    enum Stack {
        MVC(WebApplicationType.SERVLET),
        WEBFLUX(WebApplicationType.REACTIVE);

        private final WebApplicationType type;

        Stack(WebApplicationType type) {
            this.type = type;
        }
    }

    private static final SystemTimekeeper TIME = new SystemTimekeeper();
    private static final MemoryEnsemble ENSEMBLE = new MemoryEnsemble(TIME);
    private static final HttpClient HTTP = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1) // a POST that offers an upgrade and is refused may hang
            .build();
    private static final List<ConfigurableApplicationContext> INSTANCES = new ArrayList<>();

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(OwnNetty.class)
    static class Shop {

        @ElasticJob(name = "orders", every = "1s", shardingTotalCount = 4, shardingItemParameters = "0=Beijing")
        void orders(ShardingContext context) {
            if (context.shardingItem() == 3) {
                throw new IllegalStateException("disk");
            }
        }

        @ElasticJob(name = "nightly", cron = "0 0 3 * * ?", zone = "UTC", description = "tidies up")
        void nightly() {}

        @ElasticJob(name = "never", every = "1s", enabled = false)
        void never() {
            throw new AssertionError();
        }

        @Bean
        Registry registry() {
            return ENSEMBLE.client(Duration.ofSeconds(15));
        }
    }

    @BeforeAll
    static void startBoth() {
        for (Stack stack : Stack.values()) {
            INSTANCES.add(new SpringApplicationBuilder(Shop.class)
                    .web(stack.type)
                    .properties(
                            "spring.application.name=shop",
                            "elasticjob.instance.name=" + stack,
                            "elasticjob.jobs.orders.job-parameter=yaml",
                            "management.endpoint.elasticjob.show-values=always",
                            "server.port=0",
                            "server.address=127.0.0.1",
                            "spring.main.banner-mode=off",
                            "management.endpoint.health.show-details=always",
                            "management.endpoints.web.exposure.include=elasticjob,health,metrics")
                    .run());
        }
        await().until(() -> get(Stack.MVC, "/instances").at("/instances").size() == 2);
        await().until(() -> get(Stack.WEBFLUX, "/instances").at("/instances").size() == 2);
        await().until(() ->
                texts(get(Stack.MVC, "/jobs/orders").at("/shards"), "outcome").size() == 4);
        await().until(() -> owners().size() == 2);
    }

    @AfterAll
    static void stopBoth() {
        INSTANCES.forEach(ConfigurableApplicationContext::close);
        TIME.close();
    }

    @ParameterizedTest
    @EnumSource
    void theNamespaceIsShownByTheInstanceThatAnswers(Stack stack) {
        JsonNode body = get(stack, "");

        assertThat(body.at("/namespace").asString()).isEqualTo("shop");
        assertThat(body.at("/registry/address").asString()).isNotEmpty();
        assertThat(body.at("/registry/embedded").isBoolean()).isTrue();
        assertThat(body.at("/instance/name").asString()).isEqualTo(stack.name());
        assertThat(body.at("/instance/id").asString()).isEqualTo(idOf(stack));
        assertThat(body.at("/instance/connected").asBoolean()).isTrue();
        assertThat(body.at("/instance/slots").asInt()).isEqualTo(64);
        assertThat(body.at("/instances").size()).isEqualTo(2);
        assertThat(body.at("/jobs").propertyNames()).containsExactly("never", "nightly", "orders");
        assertThat(body.at("/jobs/orders")
                        .valueStream()
                        .mapToInt(JsonNode::size)
                        .sum())
                .as("every shard is somebody's")
                .isEqualTo(get(stack, "/jobs/orders").at("/shards").size());
    }

    @ParameterizedTest
    @EnumSource
    void jobsAreListedWithAssignmentAndNextFireTime(Stack stack) {
        assertThat(get(stack, "/jobs").at("/jobs/0").has("assignment"))
                .as("which grows with the instances, and is shown where it is asked for")
                .isFalse();
        JsonNode jobs = get(stack, "/jobs?include=assignment").at("/jobs");

        JsonNode nightly = named(jobs, "nightly");
        assertThat(nightly.at("/description").asString()).isEqualTo("tidies up");
        assertThat(nightly.at("/schedule/expression").asString()).isEqualTo("0 0 3 * * ?");
        assertThat(nightly.at("/schedule/timeZone").asString()).isEqualTo("UTC");
        assertThat(Instant.parse(nightly.at("/nextFireTime").asString())).isAfter(Instant.now());
        JsonNode orders = named(jobs, "orders");
        assertThat(orders.at("/schedule/interval").asString()).isEqualTo("PT1S");
        assertThat(orders.at("/assignment/" + idOf(Stack.MVC)).size()
                        + orders.at("/assignment/" + idOf(Stack.WEBFLUX)).size())
                .isEqualTo(4);
        JsonNode never = named(jobs, "never");
        assertThat(never.at("/enabled").asBoolean()).isFalse();
        assertThat(never.has("nextFireTime")).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void aJobIsShownWithAllItsShardsWhoeverOwnsThem(Stack stack) {
        JsonNode orders = get(stack, "/jobs/orders");

        assertThat(orders.at("/configuration/jobParameter"))
                .isEqualTo(json("{\"value\":\"yaml\",\"source\":\"PROPERTIES\"}"));
        assertThat(orders.at("/configuration/shardingTotalCount"))
                .isEqualTo(json("{\"value\":\"4\",\"source\":\"CODE\"}"));
        assertThat(orders.at("/configuration/failover"))
                .isEqualTo(json("{\"value\":\"false\",\"source\":\"DEFAULT\"}"));
        assertThat(orders.at("/declared").has("failover")).isFalse();
        assertThat(orders.at("/overrides").isEmpty()).isTrue();
        assertThat(orders.at("/eligible").size()).isEqualTo(2);
        List<Instant> next = orders.at("/nextFireTimes")
                .valueStream()
                .map(time -> Instant.parse(time.asString()))
                .toList();
        assertThat(next).hasSize(5).isSorted();

        JsonNode shards = orders.at("/shards");
        assertThat(shards.size()).isEqualTo(4);
        assertThat(texts(shards, "assignedTo")).containsExactlyInAnyOrder(idOf(Stack.MVC), idOf(Stack.WEBFLUX));
        assertThat(shards.at("/0/parameter").asString()).isEqualTo("Beijing");
        for (JsonNode shard : shards) {
            assertThat(Instant.parse(shard.at("/firing").asString()))
                    .isBefore(Instant.now().plusSeconds(1));
            assertThat(shard.at("/fencingToken").asLong()).isPositive();
        }
        await().untilAsserted(() -> {
            JsonNode failed = get(stack, "/jobs/orders").at("/shards/3");
            assertThat(failed.at("/state").asString()).isEqualTo("DONE");
            assertThat(failed.at("/outcome").asString()).isEqualTo("FAILED");
            assertThat(failed.at("/error").asString()).contains("disk");
            assertThat(Duration.parse(failed.at("/duration").asString())).isLessThan(Duration.ofSeconds(5));
        });
    }

    @ParameterizedTest
    @EnumSource
    void instancesAreShownWithTheirShards(Stack stack) {
        for (Stack other : Stack.values()) {
            JsonNode instance = get(stack, "/instances/" + idOf(other));
            assertThat(instance.at("/name").asString()).isEqualTo(other.name());
            assertThat(instance.at("/answering").asBoolean()).isEqualTo(other == stack);
            assertThat(instance.at("/state").asString()).isEqualTo("UP");
            assertThat(instance.at("/shards/orders").size()).isEqualTo(2);
            assertThat(instance.at("/handlers").size()).isEqualTo(3);
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatIsNotThereIs404AndWhatCanNotBeIs400(Stack stack) {
        for (String absent : List.of("/jobs/unknown", "/instances/unknown", "/shards", "/shards/0", "/jobs/orders/x")) {
            assertThat(ask(stack, absent).statusCode()).as(absent).isEqualTo(404);
        }
        HttpResponse<String> impossible = ask(stack, "/jobs/a@b");
        assertThat(impossible.statusCode()).isEqualTo(400);
        assertThat(json(impossible.body()).at("/message").asString())
                .contains("a@b")
                .contains("must not contain");
    }

    @ParameterizedTest
    @EnumSource
    void nothingCanBeChangedByDefault(Stack stack) throws Exception {
        HttpRequest post = request(stack, "/elasticjob/jobs/orders")
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"operation\":\"disable\"}"))
                .build();

        assertThat(HTTP.send(post, HttpResponse.BodyHandlers.ofString()).statusCode())
                .isEqualTo(405);
    }

    @ParameterizedTest
    @EnumSource
    void healthIsUpAndNotPartOfLiveness(Stack stack) throws Exception {
        JsonNode health = json(HTTP.send(request(stack, "/health").build(), HttpResponse.BodyHandlers.ofString())
                .body());
        assertThat(health.at("/components/elasticjob/status").asString()).isEqualTo("UP");
        assertThat(health.at("/components/elasticjob/details/instance").asString())
                .isEqualTo(idOf(stack));
        JsonNode liveness =
                json(HTTP.send(request(stack, "/health/liveness").build(), HttpResponse.BodyHandlers.ofString())
                        .body());
        assertThat(liveness.at("/components").has("elasticjob")).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void whileTheRegistryIsAwayRecordsAre503AndTheRestIsWhatWasLastKnown(Stack stack) {
        ENSEMBLE.stop();
        try {
            await().until(() -> get(stack, "").at("/instance").has("awaySince"));

            HttpResponse<String> records = ask(stack, "/jobs/orders");
            assertThat(records.statusCode()).isEqualTo(503);
            assertThat(json(records.body()).at("/message").asString()).startsWith("ZooKeeper cannot be asked now");
            assertThat(get(stack, "/jobs").at("/jobs").size()).isEqualTo(3);
        } finally {
            ENSEMBLE.start();
        }
        await().until(() -> Stream.of(Stack.values())
                .allMatch(each -> get(each, "").at("/instance/connected").asBoolean()));
    }

    @Test
    void metersAreThere() throws Exception {
        JsonNode metrics = json(HTTP.send(request(Stack.MVC, "/metrics").build(), HttpResponse.BodyHandlers.ofString())
                .body());
        assertThat(metrics.at("/names").valueStream().map(JsonNode::asString))
                .contains(
                        "elasticjob.executions",
                        "elasticjob.executions.active",
                        "elasticjob.firing.lateness",
                        "elasticjob.shards.owned",
                        "elasticjob.registry.connected",
                        "elasticjob.registry.requests");
    }

    private static Set<String> owners() {
        return texts(get(Stack.MVC, "/jobs/orders").at("/shards"), "owner").stream()
                .collect(java.util.stream.Collectors.toCollection(TreeSet::new));
    }

    private static List<String> texts(JsonNode array, String field) {
        List<String> texts = StreamSupport.stream(array.spliterator(), false)
                .filter(node -> node.has(field))
                .map(node -> node.at("/" + field).asString())
                .toList();
        return field.equals("assignedTo") ? texts.stream().distinct().toList() : texts;
    }

    private static JsonNode named(JsonNode jobs, String name) {
        return jobs.valueStream()
                .filter(job -> job.at("/name").asString().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static String idOf(Stack stack) {
        return INSTANCES
                .get(stack.ordinal())
                .getBean(JobEngine.class)
                .status()
                .instance()
                .orElseThrow();
    }

    private static JsonNode get(Stack stack, String path) {
        HttpResponse<String> response = ask(stack, path);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return json(response.body());
    }

    private static HttpResponse<String> ask(Stack stack, String path) {
        try {
            return HTTP.send(request(stack, "/elasticjob" + path).build(), HttpResponse.BodyHandlers.ofString());
        } catch (Exception failed) {
            throw new AssertionError(failed);
        }
    }

    private static HttpRequest.Builder request(Stack stack, String path) {
        return HttpRequest.newBuilder(uri(stack, path)).timeout(Duration.ofSeconds(10));
    }

    private static URI uri(Stack stack, String path) {
        int port = ((WebServerApplicationContext) INSTANCES.get(stack.ordinal()))
                .getWebServer()
                .getPort();
        return URI.create("http://127.0.0.1:" + port + "/actuator" + path);
    }

    private static JsonNode json(String text) {
        return JsonMapper.shared().readTree(text);
    }
}
