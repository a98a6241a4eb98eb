package io.elasticjob.boot.actuate.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.elasticjob.SimpleJob;
import io.elasticjob.boot.ElasticJob;
import io.elasticjob.boot.ElasticJobDataSource;
import io.elasticjob.history.ExecutionHistory;
import io.elasticjob.history.ExecutionRecord;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.JsonNode;

/** What concerns many jobs at once: actions, export and import, statistics; at any of three instances. */
@ResourceLock("applications") // each sets up the logging of the whole process
class ManyHttpTest {

    private static final String DATABASE = "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1";
    private static final Fleet FLEET = new Fleet();
    private static final Fleet RESTORED = new Fleet();

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Shop {

        @ElasticJob(name = "declared", cron = "0 0 3 * * ?", zone = "UTC", shardingTotalCount = 3)
        void declared(io.elasticjob.ShardingContext context) {}

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
        RESTORED.start(Fleet.MVC, Shop.class, "elasticjob.history.jdbc.enabled=false");
        FLEET.instances.forEach(instance -> await().until(() ->
                Fleet.get(Fleet.port(instance), "/instances").at("/instances").size() == 3));
        await().until(() -> Fleet.get(RESTORED.balanced(), "/jobs").at("/total").asInt() == 1);
    }

    @AfterAll
    static void stop() {
        FLEET.close();
        RESTORED.close();
    }

    // ---- Actions on many ------------------------------------------------------------------------------------------

    @Test
    void eachOfManyIsAnsweredOnItsOwn() {
        for (int i = 0; i < 3; i++) {
            made("many-" + i);
        }
        String names = "many-0,many-1,nobody,many-2";
        JsonNode off = many(Map.of("operation", "disable", "names", names, "reason", "maintenance"));
        JsonNode run = many(Map.of("operation", "trigger", "names", names));
        JsonNode on = many(Map.of("operation", "enable", "names", names));
        JsonNode again = many(Map.of("operation", "trigger", "names", names, "reason", "catch up"));

        assertThat(texts(off, "job")).containsExactly("many-0", "many-1", "nobody", "many-2");
        assertThat(texts(off, "result")).containsExactly("DONE", "DONE", "REFUSED", "DONE");
        assertThat(off.at("/answers/2/problem/code").asString()).isEqualTo("NOT_THERE");
        assertThat(off.at("/refused").asInt()).isEqualTo(1);
        assertThat(texts(run, "result")).as("they are disabled").containsOnly("REFUSED");
        assertThat(run.at("/answers/0/problem/code").asString()).isEqualTo("REFUSED");
        assertThat(texts(on, "result")).containsExactly("DONE", "DONE", "REFUSED", "DONE");
        assertThat(texts(again, "result")).containsExactly("DONE", "DONE", "REFUSED", "DONE");
        assertThat(again.at("/answers/0/trigger").asInt()).isZero();
        await().until(() -> texts(Fleet.get(FLEET.balanced(), "/audit?operation=disable"), "job", "changes")
                .containsAll(List.of("many-0", "many-1", "many-2")));
    }

    @ParameterizedTest
    @CsvSource({"remove, a, operation", "disable, '', names", "disable, ',', names"})
    void whatMakesNoSenseIsRefusedAsAWhole(String operation, String names, String key) {
        HttpResponse<String> answer =
                Fleet.post(FLEET.balanced(), null, "/jobs", Map.of("operation", operation, "names", names));

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(Fleet.json(answer.body()).at("/key").asString()).isEqualTo(key);
        assertThat(Fleet.json(answer.body()).at("/code").asString()).isEqualTo("INVALID");
    }

    // ---- Export and import ----------------------------------------------------------------------------------------

    @Test
    void whatIsExportedComesToTheSameElsewhereAndTwiceIsOnce() {
        post("/jobs/exported", Map.of("operation", "create", "set", "handler=quick\nevery=1h\njobParameter=s3cret"));
        post("/jobs/declared", Map.of("operation", "configure", "set", "misfire=SKIP\ndescription=a \"b\" \\\\ c"));
        post("/jobs/declared", Map.of("operation", "disable", "shard", "1", "reason", "bad disk"));
        await().until(() -> Fleet.get(FLEET.balanced(), "/export?names=declared")
                        .at("/lines")
                        .size()
                == 2);
        String document = Fleet.ask(FLEET.balanced(), null, "/export?names=exported,declared")
                .body();
        assertThat(document).contains("\"withheld\":[\"jobParameter\"]").doesNotContain("s3cret");

        JsonNode rehearsed = imported(document, "true");
        assertThat(texts(rehearsed, "result")).containsOnly("WOULD_CHANGE").hasSize(3);
        assertThat(Fleet.get(RESTORED.balanced(), "/jobs?names=exported")
                        .at("/total")
                        .asInt())
                .isZero();
        JsonNode done = imported(document, "false");
        assertThat(texts(done, "result")).as(done.toString()).containsOnly("DONE");
        await().until(() -> Fleet.get(RESTORED.balanced(), "/jobs?names=exported")
                        .at("/total")
                        .asInt()
                == 1);
        await().until(() -> texts(imported(document, "true"), "result").stream().allMatch("SAME"::equals));
        assertThat(texts(imported(document, "false"), "result")).containsOnly("SAME");

        JsonNode restored = Fleet.get(RESTORED.balanced(), "/jobs/declared");
        assertThat(restored.at("/configuration/misfire/value").asString()).isEqualTo("SKIP");
        assertThat(restored.at("/configuration/description/value").asString()).isEqualTo("a \"b\" \\\\ c");
        assertThat(restored.at("/switches/shards/1").has("who")).isTrue();
        assertThat(lines(RESTORED)).isEqualTo(lines(FLEET));
    }

    /** What is exported, but for who and when, and for parameters, which are not in it. */
    private static List<String> lines(Fleet fleet) {
        List<String> lines = new ArrayList<>();
        Fleet.get(fleet.balanced(), "/export?names=exported,declared")
                .at("/lines")
                .forEach(line -> lines.add(line.at("/job").asString() + " "
                        + line.at("/operation").asString() + " " + line.at("/set") + line.at("/shard")));
        return lines;
    }

    @Test
    void eachLineIsRefusedOnItsOwn() {
        String document = "{\"format\":1,\"lines\":["
                + "{\"job\":\"nobody\",\"operation\":\"configure\",\"set\":{\"misfire\":\"SKIP\"}},"
                + "{\"job\":\"lined\",\"operation\":\"create\",\"set\":{\"handler\":\"quick\"}},"
                + "{\"job\":\"lined2\",\"operation\":\"create\",\"set\":{\"handler\":\"unknown\"}},"
                + "{\"job\":\"lined3\",\"operation\":\"create\",\"set\":{\"cron\":\"x\",\"handler\":\"quick\"}},"
                + "{\"job\":\"lined\",\"operation\":\"remove\"},"
                + "{\"job\":\"lined\",\"operation\":\"configure\",\"shard\":1,\"colour\":\"red\"},"
                + "7,"
                + "{\"job\":\"lined\",\"operation\":\"disable\",\"shard\":0}]}";

        JsonNode answers = imported(document, "false");

        assertThat(texts(answers, "result"))
                .as(answers.toString())
                .containsExactly("REFUSED", "DONE", "REFUSED", "REFUSED", "REFUSED", "REFUSED", "REFUSED", "DONE");
        assertThat(answers.at("/answers/0/problem/code").asString()).isEqualTo("NOT_THERE");
        assertThat(answers.at("/answers/3/problem/key").asString()).isEqualTo("lined3.cron");
        assertThat(answers.at("/refused").asInt()).isEqualTo(6);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"no JSON", "{\"format\":2,\"lines\":[]}", "{\"format\":1}", "[]", "''"})
    void aDocumentThatIsNoneIsRefusedAsAWhole(String document) {
        HttpResponse<String> answer =
                Fleet.post(FLEET.balanced(), null, "/import", Map.of("document", document, "dryRun", "true"));

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(Fleet.json(answer.body()).at("/key").asString()).isEqualTo("document");
    }

    @Test
    void anExportComesInPagesThatGoOnAtAnyInstance() {
        for (int i = 0; i < 5; i++) {
            made("paged-" + i);
        }
        FLEET.instances.forEach(instance -> await().until(() ->
                Fleet.get(Fleet.port(instance), "/jobs?q=paged-").at("/total").asInt() == 5));
        List<String> found = new ArrayList<>();
        String after = "";
        while (after != null) {
            JsonNode page = Fleet.get(FLEET.balanced(), "/export?size=2" + after);
            page.at("/lines").forEach(line -> found.add(line.at("/job").asString()));
            after = page.has("next") ? "&after=" + page.at("/next").asString() : null;
        }

        assertThat(found)
                .contains("paged-0", "paged-1", "paged-2", "paged-3", "paged-4")
                .isSorted();
    }

    // ---- Statistics -----------------------------------------------------------------------------------------------

    @Test
    void lateAndLongIsCountedInParts() {
        Instant from = Instant.parse("2026-06-01T12:00:00Z");
        FLEET.instances
                .get(0)
                .getBean(ExecutionHistory.class)
                .record(IntStream.range(0, 200)
                        .mapToObj(i -> new ExecutionRecord(
                                new ExecutionRecord.Identity(
                                        "counted",
                                        "k3x9",
                                        from.plusSeconds(i * 36L).toString(),
                                        0,
                                        1,
                                        i + 1L),
                                from.plusSeconds(i * 36L),
                                ExecutionRecord.SCHEDULE,
                                "till-7.x",
                                from.plusSeconds(i * 36L).plusMillis(i % 100),
                                new ExecutionRecord.End(
                                        from.plusSeconds(i * 36L).plusMillis(i % 100 + 1000 + i % 100),
                                        i % 10 == 0 ? "FAILED" : "SUCCEEDED",
                                        null,
                                        null)))
                        .toList());

        JsonNode statistics = Fleet.get(
                FLEET.balanced(),
                "/jobs/counted/statistics?from=2026-06-01T12:00:00Z&to=2026-06-01T14:00:00Z&bucket=1h");

        assertThat(statistics.at("/executions").asInt()).isEqualTo(200);
        assertThat(statistics.at("/complete").asBoolean()).isTrue();
        assertThat(statistics.at("/scope").asString()).isEqualTo("NAMESPACE");
        assertThat(statistics.at("/buckets").size()).isEqualTo(2);
        JsonNode first = statistics.at("/buckets/0");
        assertThat(first.at("/from").asString()).isEqualTo("2026-06-01T12:00:00Z");
        assertThat(first.at("/outcomes/FAILED").asInt()).isEqualTo(10);
        assertThat(first.at("/outcomes/SUCCEEDED").asInt()).isEqualTo(90);
        assertThat(first.at("/lateness/p50").asString()).isEqualTo("PT0.049S");
        assertThat(first.at("/lateness/p99").asString()).isEqualTo("PT0.098S");
        assertThat(first.at("/duration/max").asString()).isEqualTo("PT1.099S");
        JsonNode whole = statistics.at("/whole");
        assertThat(whole.at("/from").asString()).isEqualTo("2026-06-01T12:00:00Z");
        assertThat(whole.at("/outcomes/SUCCEEDED").asInt()
                        + whole.at("/outcomes/FAILED").asInt())
                .isEqualTo(200);
        assertThat(Fleet.ask(FLEET.balanced(), null, "/jobs/nobody/statistics").statusCode())
                .isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource({
        "bucket=1ms, bucket",
        "bucket=x, bucket",
        "from=2026-06-01T12:00:00Z&to=2026-06-01T12:00:00Z, from",
        "from=2026-06-01T12:00:00Z&to=2026-06-02T12:00:00Z&bucket=1m, bucket"
    })
    void statisticsThatMakeNoSenseAre400(String query, String key) {
        HttpResponse<String> answer = Fleet.ask(FLEET.balanced(), null, "/jobs/declared/statistics?" + query);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(Fleet.json(answer.body()).at("/key").asString()).isEqualTo(key);
    }

    // ---- Help -----------------------------------------------------------------------------------------------------

    private static void made(String job) {
        post("/jobs/" + job, Map.of("operation", "create", "set", "handler=quick"));
    }

    private static void post(String path, Map<String, String> fields) {
        HttpResponse<String> answer = Fleet.post(FLEET.balanced(), null, path, fields);
        assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 204);
    }

    private static JsonNode many(Map<String, String> fields) {
        HttpResponse<String> answer = Fleet.post(FLEET.balanced(), null, "/jobs", fields);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return Fleet.json(answer.body());
    }

    private static JsonNode imported(String document, String rehearsal) {
        HttpResponse<String> answer = Fleet.post(
                RESTORED.balanced(),
                null,
                "/import",
                Map.of("document", document, "dryRun", rehearsal, "reason", "restored"));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return Fleet.json(answer.body());
    }

    private static List<String> texts(JsonNode answer, String field) {
        return texts(answer, field, "answers");
    }

    private static List<String> texts(JsonNode answer, String field, String array) {
        List<String> texts = new ArrayList<>();
        answer.at("/" + array).forEach(one -> texts.add(one.at("/" + field).asString()));
        return texts;
    }
}
