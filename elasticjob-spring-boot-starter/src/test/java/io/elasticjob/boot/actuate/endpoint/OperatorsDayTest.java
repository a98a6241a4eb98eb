package io.elasticjob.boot.actuate.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.elasticjob.ShardingContext;
import io.elasticjob.SimpleJob;
import io.elasticjob.boot.ElasticJob;
import io.elasticjob.boot.ElasticJobDataSource;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.JsonNode;

/**
 * An operator's day at three instances behind a proxy that sends each request to another one: find what fails among many, see
 * why, switch a shard off, run it by hand, see it succeed, take the change back, and find all of it in the audit.
 */
@ResourceLock("applications") // each sets up the logging of the whole process
class OperatorsDayTest {

    private static final String DATABASE = "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1";
    private static final Fleet FLEET = new Fleet();

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Shop {

        @ElasticJob(name = "billing", shardingTotalCount = 3)
        void billing(ShardingContext context) {
            if (context.shardingItem() == 1 && !context.jobParameter().equals("careful")) {
                throw new IllegalStateException("no space left on device");
            }
        }

        @Bean
        SimpleJob quick() {
            return context -> {};
        }

        @Bean(defaultCandidate = false)
        @ElasticJobDataSource
        DataSource history() {
            JdbcDataSource database = new JdbcDataSource();
            database.setURL(DATABASE);
            return database;
        }
    }

    @BeforeAll
    static void start() {
        FLEET.start(Fleet.MVC, Shop.class);
        FLEET.start(Fleet.WEBFLUX, Shop.class);
        FLEET.start(Fleet.MVC, Shop.class);
        FLEET.instances.forEach(instance -> await().until(() ->
                Fleet.get(Fleet.port(instance), "/instances").at("/instances").size() == 3));
    }

    @AfterAll
    static void stop() {
        FLEET.close();
    }

    @Test
    void theWholeDay() {
        for (int i = 0; i < 60; i++) {
            post("/jobs/other-%02d".formatted(i), Map.of("operation", "create", "set", "handler=quick"));
        }
        FLEET.instances.forEach(instance -> await().until(() ->
                Fleet.get(Fleet.port(instance), "/jobs").at("/total").asInt() == 61));
        List<String> all = new ArrayList<>();
        String after = "";
        while (after != null) {
            JsonNode page = get("/jobs?size=7" + after);
            page.at("/jobs").forEach(job -> all.add(job.at("/name").asString()));
            after = page.has("next")
                    ? "&after=" + Fleet.encoded(page.at("/next").asString())
                    : null;
        }
        assertThat(all).hasSize(61).isSorted().doesNotHaveDuplicates();

        post("/jobs/billing", Map.of("operation", "trigger", "reason", "month end"));
        await().until(() -> names("/jobs?state=failing").equals(List.of("billing")));
        JsonNode failed = get("/executions?outcome=FAILED&job=billing").at("/executions/0");
        assertThat(failed.at("/error").asString()).contains("no space left on device");
        assertThat(failed.at("/shard").asInt()).isEqualTo(1);
        assertThat(codes(get("/jobs/billing/explain"))).isNotEmpty();

        String at = get("/changes").at("/at").asString();
        CompletableFuture<JsonNode> watched =
                Fleet.later(FLEET.balanced(), "/changes?wait=25s&jobs=billing&after=" + at);
        post("/jobs/billing", Map.of("operation", "disable", "shard", "1", "reason", "disk full"));
        assertThat(watched.join().at("/jobs").toString()).contains("billing");
        FLEET.instances.forEach(instance -> await().until(
                        () -> Fleet.get(Fleet.port(instance), "/jobs?state=overridden&q=billing")
                                        .at("/total")
                                        .asInt()
                                == 1));

        HttpResponse<String> accepted = Fleet.post(
                FLEET.balanced(),
                null,
                "/jobs/billing",
                Map.of("operation", "trigger", "shards", "1", "parameter", "careful", "force", "true"));
        assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(202);
        String path = Fleet.json(accepted.body()).at("/path").asString();
        await().until(() -> Fleet.ask(FLEET.balanced(), null, path).statusCode() == 404);
        await().until(() -> get("/jobs/billing/executions?shard=1&size=1")
                .at("/executions/0/outcome")
                .asString("")
                .equals("SUCCEEDED"));
        await().until(() -> names("/jobs?state=failing").isEmpty());
        assertThat(get("/jobs?names=billing&include=records,outcomes")
                        .at("/jobs/0/records/shards/1/outcome")
                        .asString())
                .isEqualTo("SUCCEEDED");
        JsonNode statistics = get("/jobs/billing/statistics");
        assertThat(statistics.at("/executions").asInt()).isEqualTo(4);

        post("/jobs/billing", Map.of("operation", "enable", "shard", "1", "reason", "new disk"));
        await().until(() -> get("/audit?job=billing").at("/changes").size() == 4);
        List<String> told = new ArrayList<>();
        String before = "";
        while (before != null) {
            JsonNode page = get("/audit?job=billing&size=1" + before);
            page.at("/changes")
                    .forEach(change -> told.add(change.at("/operation").asString() + ": "
                            + change.at("/why").asString()));
            before = page.has("next")
                    ? "&before=" + Fleet.encoded(page.at("/next").asString())
                    : null;
        }
        assertThat(told).containsExactly("enable: new disk", "trigger: ", "disable: disk full", "trigger: month end");
    }

    private static JsonNode get(String path) {
        return Fleet.get(FLEET.balanced(), path);
    }

    private static List<String> names(String path) {
        List<String> names = new ArrayList<>();
        get(path).at("/jobs").forEach(job -> names.add(job.at("/name").asString()));
        return names;
    }

    private static List<String> codes(JsonNode explanation) {
        List<String> codes = new ArrayList<>();
        explanation
                .at("/findings")
                .forEach(finding -> codes.add(finding.at("/code").asString()));
        return codes;
    }

    private static void post(String path, Map<String, String> fields) {
        HttpResponse<String> answer = Fleet.post(FLEET.balanced(), null, path, fields);
        assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 204);
    }
}
