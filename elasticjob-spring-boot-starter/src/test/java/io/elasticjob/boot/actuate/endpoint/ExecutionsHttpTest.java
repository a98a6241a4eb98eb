package io.elasticjob.boot.actuate.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.boot.ElasticJob;
import io.elasticjob.boot.ElasticJobDataSource;
import io.elasticjob.boot.autoconfigure.InMemoryRegistry;
import io.elasticjob.history.ExecutionHistory;
import io.elasticjob.history.ExecutionRecord;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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

/** The history of a namespace in a database, asked for over HTTP. */
@ResourceLock("applications") // each sets up the logging of the whole process
class ExecutionsHttpTest {

    private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final JdbcDataSource DATABASE = new JdbcDataSource();

    private static ConfigurableApplicationContext application;

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(InMemoryRegistry.class)
    static class Shop {

        @ElasticJob(name = "nightly", cron = "0 0 3 1 1 ?")
        void nightly() {}

        @Bean(defaultCandidate = false)
        @ElasticJobDataSource
        DataSource history() {
            return DATABASE;
        }
    }

    @BeforeAll
    static void start() {
        DATABASE.setURL("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
        application = new SpringApplicationBuilder(Shop.class)
                .web(WebApplicationType.SERVLET)
                .properties(
                        "spring.application.name=shop",
                        "server.port=0",
                        "server.address=127.0.0.1",
                        "spring.main.banner-mode=off",
                        "elasticjob.history.retention.max-age=36500d",
                        "management.endpoints.web.exposure.include=elasticjob")
                .run();
        ExecutionHistory history = application.getBean(ExecutionHistory.class);
        history.record(IntStream.range(0, 120)
                .mapToObj(i -> new ExecutionRecord(
                        new ExecutionRecord.Identity(
                                "orders gone by", // which nobody declares any more
                                "k3x9",
                                i % 40 == 7
                                        ? "trigger-" + i
                                        : NOON.plusSeconds(i / 4).toString(),
                                i % 4,
                                1,
                                i + 1L),
                        NOON.plusSeconds(i / 4),
                        i % 40 == 7 ? ExecutionRecord.TRIGGER : ExecutionRecord.SCHEDULE,
                        "till-7.x",
                        NOON.plusSeconds(i / 4).plusMillis(5), // four at once
                        end(i)))
                .toList());
    }

    private static ExecutionRecord.End end(int i) {
        return i == 119
                ? null
                : new ExecutionRecord.End(
                        NOON.plusSeconds(i / 4).plusMillis(1505),
                        i % 10 == 0 ? "FAILED" : "SUCCEEDED",
                        i % 10 == 0 ? "java.io.IOException: disk" : null,
                        null);
    }

    @AfterAll
    static void stop() {
        application.close();
    }

    @Test
    void pagesFollowOneAnotherUntilThereIsNoNext() {
        List<String> ids = new ArrayList<>();
        List<Integer> sizes = new ArrayList<>();
        JsonNode page = get("size=50");
        while (true) {
            page.at("/executions").forEach(run -> ids.add(run.at("/id").asString()));
            sizes.add(page.at("/executions").size());
            if (!page.has("next")) {
                break;
            }
            page = get("size=50&before=" + encoded(page.at("/next").asString()));
        }

        assertThat(sizes).containsExactly(50, 50, 20);
        assertThat(ids).hasSize(120).doesNotHaveDuplicates();
        assertThat(page.at("/scope").asString()).isEqualTo("NAMESPACE");
    }

    @Test
    void anExecutionIsShownWithAllThatIsKnownOfIt() {
        JsonNode running = get("outcome=RUNNING").at("/executions/0");
        assertThat(running.has("outcome")).isFalse();
        assertThat(running.has("endedAt")).isFalse();

        JsonNode failed = get("outcome=failed&size=1").at("/executions/0");
        assertThat(failed).isEqualTo(json("""
                        {"id": "orders gone by/2026-06-01T12:00:27Z/2/1", "life": "k3x9",
                         "firing": "2026-06-01T12:00:27Z", "fireTime": "2026-06-01T12:00:27Z", "cause": "SCHEDULE", "shard": 2,
                         "attempt": 1, "instance": "till-7.x", "fencingToken": 111,
                         "startedAt": "2026-06-01T12:00:27.005Z", "endedAt": "2026-06-01T12:00:28.505Z",
                         "duration": "PT1.5S", "outcome": "FAILED", "error": "java.io.IOException: disk"}"""));
    }

    @Test
    void everyParameterNarrowsWhatIsShown() {
        assertThat(get("shard=3&size=500").at("/executions").size()).isEqualTo(30);
        assertThat(get("firing=trigger-7").at("/executions").size()).isEqualTo(1);
        assertThat(get("firing=2026-06-01T12:00:05.000Z").at("/executions").size())
                .as("whatever way the instant is written")
                .isEqualTo(4);
        assertThat(get("from=2026-06-01T12:00:10.005Z&to=2026-06-01T12:00:12.005Z")
                        .at("/executions")
                        .size())
                .isEqualTo(8);
        assertThat(get("outcome=LOST").at("/executions").isEmpty()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "outcome=DONE | outcome: \"DONE\" must be RUNNING or one of",
                "size=0 | size: \"0\" must be a whole number of at least 1",
                "size=501 | size: \"501\" must be between 1 and 500",
                "size=many | size: \"many\" must be a whole number",
                "shard=-1 | shard: \"-1\" must be a whole number of at least 0",
                "from=yesterday | from: \"yesterday\" must be an instant such as",
                "to=%2B1000000000-12-31T23:59:59Z | must be an instant such as",
                "before=x | before: \"x\" must be what an earlier page gave as its \"next\"",
                "before=never~a/0/1/x/7 | before: \"never\" must be an instant such as"
            })
    void whatMakesNoSenseIs400AndNamesTheParameterTheValueAndTheRule(String query, String message) {
        HttpResponse<String> refused = ask("orders gone by", query);

        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(json(refused.body()).at("/message").asString()).contains(message);
    }

    @Test
    void aJobWithoutExecutionsIsEmptyAndNoJobIs404() {
        assertThat(json(ask("nightly", "").body()).at("/executions").isEmpty()).isTrue();
        assertThat(ask("unheard-of", "").statusCode()).isEqualTo(404);
        assertThat(ask("a@b", "").statusCode()).isEqualTo(400);
    }

    @Test
    void aHistoryThatCanNotBeReadIs503AndNotEmpty() {
        String url = DATABASE.getURL();
        DATABASE.setURL("jdbc:h2:mem:away;IFEXISTS=TRUE");
        try {
            HttpResponse<String> away = ask("orders gone by", "");
            assertThat(away.statusCode()).isEqualTo(503);
            assertThat(json(away.body()).at("/message").asString())
                    .startsWith("The history cannot be read now: the database gives no answer");
        } finally {
            DATABASE.setURL(url);
        }
    }

    private static JsonNode get(String query) {
        HttpResponse<String> response = ask("orders gone by", query);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return json(response.body());
    }

    private static HttpResponse<String> ask(String job, String query) {
        int port = ((WebServerApplicationContext) application).getWebServer().getPort();
        URI uri = URI.create("http://127.0.0.1:" + port + "/actuator/elasticjob/jobs/"
                + encoded(job).replace("+", "%20") + "/executions?" + query);
        try {
            return HTTP.send(
                    HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(20)).build(),
                    HttpResponse.BodyHandlers.ofString());
        } catch (Exception failed) {
            throw new AssertionError(failed);
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static JsonNode json(String text) {
        return JsonMapper.shared().readTree(text);
    }
}
