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

/** Lists over HTTP: pages of jobs, executions of all jobs, the overview, and what a schedule would do. */
@ResourceLock("applications") // each sets up the logging of the whole process
class ListsHttpTest {

    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final Instant LATELY = Instant.now().minusSeconds(600);

    private static ConfigurableApplicationContext application;

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(InMemoryRegistry.class)
    static class Shop {

        @ElasticJob(name = "nightly", cron = "0 30 2 * * ?", zone = "Europe/Berlin", shardingTotalCount = 3)
        void nightly(io.elasticjob.ShardingContext context) {}

        @ElasticJob(name = "idle", labels = "zone=eu")
        void idle() {}

        @ElasticJob(name = "never", every = "1h", enabled = false)
        void never() {}

        @Bean(defaultCandidate = false)
        @ElasticJobDataSource
        DataSource history() {
            JdbcDataSource database = new JdbcDataSource();
            database.setURL("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
            return database;
        }
    }

    @BeforeAll
    static void start() {
        application = new SpringApplicationBuilder(Shop.class)
                .web(WebApplicationType.SERVLET)
                .properties(
                        "spring.application.name=shop",
                        "elasticjob.instance.labels.zone=eu",
                        "server.port=0",
                        "server.address=127.0.0.1",
                        "spring.main.banner-mode=off",
                        "management.endpoints.web.exposure.include=elasticjob")
                .run();
        application
                .getBean(ExecutionHistory.class)
                .record(IntStream.range(0, 30)
                        .mapToObj(ListsHttpTest::execution)
                        .toList());
    }

    /** Of nightly each third one of three shards has failed; of idle the latest one runs. */
    private static ExecutionRecord execution(int i) {
        boolean nightly = i % 2 == 0;
        Instant fireTime = LATELY.plusSeconds(i / 6 * 10L);
        return new ExecutionRecord(
                new ExecutionRecord.Identity(
                        nightly ? "nightly" : "idle", "k3x9", fireTime.toString(), nightly ? i / 2 % 3 : 0, 1, i + 1L),
                fireTime,
                ExecutionRecord.SCHEDULE,
                nightly ? "till-7.x" : "till-8.y",
                fireTime.plusMillis(i),
                i == 29
                        ? null
                        : new ExecutionRecord.End(
                                fireTime.plusMillis(1000 + i),
                                nightly && i / 2 % 3 == 2 ? "FAILED" : "SUCCEEDED",
                                nightly && i / 2 % 3 == 2 ? "java.io.IOException: no space left" : null,
                                null));
    }

    @AfterAll
    static void stop() {
        application.close();
    }

    @Test
    void jobsComeInPages() {
        List<String> names = new ArrayList<>();
        String after = "";
        do {
            JsonNode page = get("/jobs?size=2" + after);
            assertThat(page.at("/total").asInt()).isEqualTo(3);
            page.at("/jobs").forEach(job -> names.add(job.at("/name").asString()));
            after = page.has("next") ? "&after=" + encoded(page.at("/next").asString()) : null;
        } while (after != null);

        assertThat(names).containsExactly("idle", "never", "nightly");
    }

    @ParameterizedTest
    @CsvSource({
        "state=disabled, never",
        "state=failing, nightly",
        "state=running, idle",
        "q=NIGHT, nightly",
        "q=zone%3DEU, idle",
        "label=zone%3Deu, idle",
        "'names=idle,nobody', idle",
    })
    void jobsAreFound(String query, String name) {
        JsonNode page = get("/jobs?" + query);

        assertThat(page.at("/total").asInt()).isEqualTo(1);
        assertThat(page.at("/jobs/0/name").asString()).isEqualTo(name);
    }

    @Test
    void jobsAreSortedByWhatBeganLast() {
        JsonNode page = get("/jobs?sort=-last");

        assertThat(List.of(
                        page.at("/jobs/0/name").asString(),
                        page.at("/jobs/1/name").asString(),
                        page.at("/jobs/2/name").asString()))
                .containsExactly("idle", "nightly", "never");
    }

    @Test
    void recordsAndOutcomesAreShownWhereTheyAreAskedFor() {
        JsonNode bare = get("/jobs?names=nightly").at("/jobs/0");
        JsonNode full =
                get("/jobs?names=nightly&include=records,outcomes,assignment").at("/jobs/0");

        assertThat(List.of(bare.has("records"), bare.has("firings"), bare.has("assignment")))
                .containsOnly(false);
        assertThat(full.at("/records/shards").size()).isEqualTo(3);
        assertThat(full.at("/records/shards/0/state").asString()).isEqualTo("IDLE");
        assertThat(full.at("/firings").size()).isEqualTo(5);
        assertThat(full.at("/firings/0/outcome").asString())
                .as("the worst of its shards")
                .isEqualTo("FAILED");
        assertThat(full.at("/firings/0/shards").asInt()).isEqualTo(3);
        assertThat(full.at("/assignment").size()).isEqualTo(1);
    }

    @Test
    void executionsOfAllJobsAreFoundByInstanceAndError() {
        assertThat(get("/executions?size=500").at("/executions").size()).isEqualTo(30);
        assertThat(get("/executions?instance=till-8").at("/executions").size()).isEqualTo(15);
        assertThat(get("/executions?instance=till").at("/executions").size()).isZero();
        assertThat(get("/executions?error=NO%20SPACE").at("/executions").size()).isEqualTo(5);
        assertThat(get("/executions?job=nightly&outcome=SUCCEEDED")
                        .at("/executions")
                        .size())
                .isEqualTo(10);

        JsonNode first = get("/executions?size=20");
        JsonNode second =
                get("/executions?size=20&before=" + encoded(first.at("/next").asString()));
        assertThat(second.at("/executions").size()).isEqualTo(10);
        assertThat(second.has("next")).isFalse();
    }

    @Test
    void theOverviewCountsJobsAndExecutions() {
        JsonNode overview = get("/overview");

        assertThat(overview.at("/jobs/ALL").asInt()).isEqualTo(3);
        assertThat(overview.at("/jobs/DISABLED").asInt()).isEqualTo(1);
        assertThat(overview.at("/shards").asInt()).isEqualTo(4);
        assertThat(overview.at("/instances/UP").asInt()).isEqualTo(1);
        int counted = 0;
        for (JsonNode minute : overview.at("/history/minutes")) {
            for (JsonNode count : minute.at("/outcomes")) {
                counted += count.asInt();
            }
        }
        assertThat(counted).isEqualTo(30);
        assertThat(overview.at("/history/failing/0/job").asString()).isEqualTo("nightly");
        assertThat(overview.at("/history/failing/0/failures").asInt()).isEqualTo(5);
        assertThat(overview.at("/history/longest/0/longest").asString()).startsWith("PT1");
        assertThat(overview.at("/history/failures/0/error").asString()).isEqualTo("java.io.IOException: no space left");
    }

    @Test
    void fireTimesAreNamedAsTheClockReadsThere() {
        JsonNode times = get("/jobs/nightly/firetimes?from=2027-03-27T12:00:00Z&size=2");

        assertThat(times.at("/fireTimes/0/at").asString())
                .as("02:30 is skipped when the clock goes forward")
                .isEqualTo("2027-03-28T01:30:00Z");
        assertThat(times.at("/fireTimes/0/local").asString()).isEqualTo("2027-03-28T03:30+02:00");
        assertThat(times.at("/fireTimes/0/named").asString()).isEqualTo("2027-03-28T02:30");
        assertThat(times.at("/fireTimes/1").has("named")).isFalse();
        assertThat(times.at("/next").asString()).isEqualTo("2027-03-29T00:30:00Z");
        assertThat(get("/jobs/nightly/firetimes?from=2027-03-27T12:00:00Z&to=2027-03-28T01:30:00Z")
                        .at("/fireTimes")
                        .isEmpty())
                .isTrue();
        assertThat(get("/jobs/idle/firetimes").at("/fireTimes").isEmpty()).isTrue();
        assertThat(get("/jobs/never/firetimes?size=1").at("/fireTimes").size())
                .as("though it is disabled")
                .isEqualTo(1);
        assertThat(ask("/jobs/nobody/firetimes").statusCode()).isEqualTo(404);
    }

    @Test
    void aScheduleIsTriedOutBeforeItIsSet() {
        JsonNode good = get("/preview?size=2&from=2027-01-01T00:00:00Z&set="
                + encoded("cron=0 0 3 * * ?\nzone=Europe/Berlin\nshardingTotalCount=4"));
        JsonNode bad = get("/preview?set=" + encoded("cron=0 0 3 * *"));

        assertThat(good.at("/valid").asBoolean()).isTrue();
        assertThat(good.at("/fireTimes/0/at").asString()).isEqualTo("2027-01-01T02:00:00Z");
        assertThat(good.at("/fireTimes").size()).isEqualTo(2);
        assertThat(bad.at("/valid").asBoolean()).isFalse();
        assertThat(bad.at("/problem/key").asString()).isEqualTo("cron");
        assertThat(bad.at("/problem/code").asString()).isEqualTo("INVALID");
        assertThat(bad.has("position")).as("too short as a whole").isFalse();
        assertThat(get("/preview?set=" + encoded("cron=\"0 0 3  * FOO ?\""))
                        .at("/position")
                        .asInt())
                .as("in what was written, with all its blanks")
                .isEqualTo(9);
        assertThat(get("/preview").at("/valid").asBoolean()).isFalse();
        assertThat(get("/jobs").at("/total").asInt()).as("nothing was made").isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/jobs?size=0        | size",
                "/jobs?size=201      | size",
                "/jobs?state=odd     | state",
                "/jobs?sort=colour   | sort",
                "/jobs?label=zone    | label",
                "/jobs?include=all   | include",
                "/jobs?after=x       | after",
                "/executions?before=2026-06-01T12:00:00Z~a/0/1/x/7 | before",
                "/preview?size=1001  | size",
                "/preview?from=never | from",
                "/jobs/nightly/firetimes?to=never | to",
                "/jobs/nightly/firetimes?size=0   | size",
            })
    void whatMakesNoSenseIs400(String path, String key) {
        HttpResponse<String> answer = ask(path);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(json(answer.body()).at("/key").asString()).isEqualTo(key);
        assertThat(json(answer.body()).at("/code").asString()).isEqualTo("INVALID");
    }

    private static JsonNode get(String path) {
        HttpResponse<String> answer = ask(path);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return json(answer.body());
    }

    private static HttpResponse<String> ask(String path) {
        int port = ((WebServerApplicationContext) application).getWebServer().getPort();
        URI address = URI.create("http://127.0.0.1:" + port + "/actuator/elasticjob" + path);
        try {
            return HTTP.send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString());
        } catch (java.io.IOException | InterruptedException failed) {
            throw new AssertionError(failed);
        }
    }

    private static JsonNode json(String text) {
        return JsonMapper.shared().readTree(text);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
