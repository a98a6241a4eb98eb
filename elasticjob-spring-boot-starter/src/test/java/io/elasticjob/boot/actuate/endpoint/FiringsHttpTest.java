package io.elasticjob.boot.actuate.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.elasticjob.FiringListener;
import io.elasticjob.JobOperations;
import io.elasticjob.ShardingContext;
import io.elasticjob.TriggerRequest;
import io.elasticjob.boot.ElasticJob;
import io.elasticjob.boot.autoconfigure.InMemoryRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
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

/** Firings as wholes, asked for over HTTP. */
@ResourceLock("applications") // each sets up the logging of the whole process
class FiringsHttpTest {

    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private static ConfigurableApplicationContext application;

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(InMemoryRegistry.class)
    static class Shop {

        @ElasticJob(name = "orders", shardingTotalCount = 2, firingListeners = "audit")
        void orders(ShardingContext context) {
            if (context.shardingItem() == 1) {
                throw new IllegalStateException("on purpose");
            }
            context.result("42 rows");
        }

        @ElasticJob(name = "dunning", after = "orders:FAILED", recordFirings = true)
        void dunning(ShardingContext context) {}

        @ElasticJob(name = "mails", after = "orders:ANY", executionGroup = "slow")
        void mails(ShardingContext context) throws InterruptedException {
            context.checkpoint("page=12");
            new CountDownLatch(1).await(); // until the application ends
        }

        @ElasticJob(name = "plain")
        void plain() {}

        @ElasticJob(name = "wide", shardingTotalCount = 300)
        void wide(ShardingContext context) {}

        @Bean
        Audit audit() {
            return new Audit();
        }
    }

    static class Audit implements FiringListener {
        final Queue<End> heard = new ConcurrentLinkedQueue<>();

        @Override
        public void afterFiring(End firing) {
            heard.add(firing);
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
                        "elasticjob.execution.groups.slow.slots=3",
                        "spring.lifecycle.timeout-per-shutdown-phase=1s",
                        "management.endpoints.web.exposure.include=elasticjob")
                .run();
        application.getBean(JobOperations.class).trigger(TriggerRequest.of("orders"));
        application.getBean(JobOperations.class).trigger(TriggerRequest.of("plain"));
        Audit audit = application.getBean(Audit.class);
        await().until(() -> audit.heard.size() == 1);
        await().until(() ->
                get("/jobs/plain/firings").at("/firings/0/state").asString("").equals("ENDED"));
        await().until(() -> get("/jobs/orders/executions")
                        .at("/executions/1/outcome")
                        .isString()
                && get("/jobs/orders/executions").at("/executions/0/outcome").isString());
    }

    @AfterAll
    static void stop() {
        application.close();
    }

    @Test
    void theFiringsOfAJobAreListedWithTheirResults() {
        JsonNode firings = get("/jobs/orders/firings").at("/firings");

        assertThat(firings.size()).isEqualTo(1);
        assertThat(firings.at("/0/firing").asString()).isEqualTo("trigger-0");
        assertThat(firings.at("/0/state").asString()).isEqualTo("CLOSED");
        assertThat(firings.at("/0/result").asString()).isEqualTo("FAILED");
        assertThat(firings.at("/0/ends")).isEqualTo(json("{\"FAILED\": 1, \"SUCCEEDED\": 1}"));
        assertThat(firings.at("/0").has("shards")).isFalse();
    }

    @Test
    void aFiringIsShownWithItsShardsTheirOutcomesResultsAndAttempts() {
        JsonNode shards = get("/jobs/orders/firings/trigger-0").at("/shards");

        assertThat(shards.size()).isEqualTo(2);
        assertThat(shards.at("/0/outcome").asString()).isEqualTo("SUCCEEDED");
        assertThat(shards.at("/0/result").asString()).isEqualTo("42 rows");
        assertThat(shards.at("/0/attempts").size()).isEqualTo(1);
        assertThat(shards.at("/1/outcome").asString()).isEqualTo("FAILED");
        assertThat(shards.at("/1/error").asString()).contains("on purpose");
        assertThat(shards.at("/1").has("result")).isFalse();
    }

    @Test
    void whatTheHistoryKnowsIsShownOfJobsThatDoNotAskForMore() {
        JsonNode firing = get("/jobs/plain/firings/trigger-0");

        assertThat(firing.at("/state").asString()).isEqualTo("ENDED");
        assertThat(firing.at("/result").asString()).isEqualTo("SUCCEEDED");
        assertThat(firing.at("/shards/0/attempts/0/attempt").asInt()).isEqualTo(1);
    }

    @Test
    void aFiringIsShownWithWhatHasCausedItAndWhatItHasCaused() {
        await().until(() -> get("/jobs/orders/firings/trigger-0")
                .at("/successors/0/result")
                .asString("")
                .equals("SUCCEEDED"));
        await().until(() -> response("/jobs/mails/firings/trigger-0").statusCode() == 200);

        JsonNode orders = get("/jobs/orders/firings/trigger-0");
        JsonNode dunning = get("/jobs/dunning/firings/trigger-0");
        JsonNode mails = get("/jobs/mails/firings/trigger-0");

        assertThat(orders.at("/cause/kind").asString()).isEqualTo("TRIGGER");
        assertThat(orders.at("/successors").findValuesAsString("job")).containsExactly("dunning", "mails");
        assertThat(orders.at("/successors/0/firing").asString()).isEqualTo("trigger-0");
        assertThat(orders.at("/successors/0/result").asString()).isEqualTo("SUCCEEDED");
        assertThat(orders.at("/successors/1").has("result")).isFalse();
        assertThat(dunning.at("/cause/kind").asString()).isEqualTo("AFTER");
        assertThat(dunning.at("/cause/after/0/job").asString()).isEqualTo("orders");
        assertThat(dunning.at("/cause/after/0/firing").asString()).isEqualTo("trigger-0");
        assertThat(dunning.at("/cause/after/0/result").asString()).isEqualTo("FAILED");
        assertThat(dunning.at("/successors").size()).isZero();
        assertThat(mails.at("/cause/after/0/job").asString()).isEqualTo("orders");
        assertThat(get("/jobs/orders/firings").at("/firings/0").has("cause")).isFalse();
    }

    @Test
    void aShardThatRunsIsShownWithItsCheckpointAndTheInstanceWithItsSlots() {
        await().until(() -> get("/jobs/mails").at("/shards/0").has("checkpoint"));

        JsonNode shard = get("/jobs/mails").at("/shards/0");
        JsonNode slots = get("/instances").at("/instances/0/slots");

        assertThat(shard.at("/checkpoint/text").asString())
                .as("what parameters hold may be in it, and is shown to whom they are")
                .isEqualTo("******");
        assertThat(Instant.parse(shard.at("/checkpoint/at").asString()))
                .isAfterOrEqualTo(
                        Instant.parse(shard.at("/startedAt").asString()).truncatedTo(ChronoUnit.MILLIS));
        assertThat(slots.at("/groups/slow")).isEqualTo(json("{\"taken\": 1, \"total\": 3}"));
        assertThat(slots.at("/total").asInt()).isEqualTo(67);
        assertThat(slots.at("/taken").asInt()).isPositive();
        assertThat(slots.at("/overdue").asInt()).isZero();
        assertThat(get("/snapshot").findValue("checkpoint")).isNull();
    }

    @Test
    void aCheckpointIsCutWhereThereAreManyShards() {
        ShardDescriptor.LeftCheckpoint left = new ShardDescriptor.LeftCheckpoint("x".repeat(1_000) + "…", null);

        assertThat(left.shown(left.text(), ShardDescriptor.LeftCheckpoint.mostOf(1)))
                .isEqualTo(left);
        assertThat(left.shown(left.text(), ShardDescriptor.LeftCheckpoint.mostOf(2_000))
                        .text())
                .isEqualTo("x".repeat(100) + "…");
        assertThat(left.shown(left.text(), ShardDescriptor.LeftCheckpoint.mostOf(1_000_000))
                        .text())
                .isEqualTo("x".repeat(20) + "…");
    }

    /** Of more executions than are read, the first ones belong to a firing of which others are missing. */
    @Test
    void aFiringOfWhichShardsMayBeMissingIsNotListed() {
        JobOperations operations = application.getBean(JobOperations.class);
        for (String firing : List.of("trigger-0", "trigger-1")) {
            operations.trigger(TriggerRequest.of("wide"));
            await().until(() -> endsOf("wide", firing).equals(json("{\"SUCCEEDED\": 300}")));
        }

        JsonNode firings = get("/jobs/wide/firings").at("/firings");

        assertThat(firings.size()).isEqualTo(1);
        assertThat(firings.at("/0/firing").asString()).isEqualTo("trigger-1");
        assertThat(firings.at("/0/ends")).isEqualTo(json("{\"SUCCEEDED\": 300}"));
    }

    private static JsonNode endsOf(String job, String firing) {
        HttpResponse<String> response = response("/jobs/" + job + "/firings/" + firing);
        return response.statusCode() == 200 ? json(response.body()).at("/ends") : json("{}");
    }

    @Test
    void whatIsNotKnownIsNotThereAndWhatIsNoFiringIsRefused() {
        assertThat(response("/jobs/orders/firings/trigger-9").statusCode()).isEqualTo(404);
        assertThat(response("/jobs/nobody/firings").statusCode()).isEqualTo(404);
        assertThat(response("/jobs/orders/firings/yesterday").statusCode()).isEqualTo(400);
        assertThat(response("/jobs/orders/firings/yesterday").body()).contains("must be a fire time such as");
    }

    private static JsonNode get(String path) {
        HttpResponse<String> response = response(path);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return json(response.body());
    }

    private static JsonNode json(String text) {
        return new JsonMapper().readTree(text);
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
