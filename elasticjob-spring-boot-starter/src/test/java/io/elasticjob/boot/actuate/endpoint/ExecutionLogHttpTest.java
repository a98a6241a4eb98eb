package io.elasticjob.boot.actuate.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.elasticjob.JobOperations;
import io.elasticjob.ShardingContext;
import io.elasticjob.TriggerReceipt;
import io.elasticjob.TriggerRequest;
import io.elasticjob.boot.ElasticJob;
import io.elasticjob.boot.ElasticJobDataSource;
import io.elasticjob.boot.OwnNetty;
import io.elasticjob.memory.MemoryEnsemble;
import io.elasticjob.registry.Registry;
import io.elasticjob.spi.SystemTimekeeper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
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

/** Two instances, one of which runs an execution: what both show of what it says, with a database for that and without. */
@Isolated("the logging library is one for the whole process, and each application that starts sets it up anew")
@Timeout(120)
@ResourceLock("applications") // each sets up the logging of the whole process
class ExecutionLogHttpTest {

    private static final Logger log = LoggerFactory.getLogger("com.acme.Till");
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final SystemTimekeeper TIME = new SystemTimekeeper();
    private static final MemoryEnsemble ENSEMBLE = new MemoryEnsemble(TIME);
    private static final JdbcDataSource DATABASE = new JdbcDataSource();

    /** What lets the executions of a firing end. */
    private static final Map<String, CountDownLatch> ENDS = new ConcurrentHashMap<>();

    private static final Map<Place, ConfigurableApplicationContext> INSTANCES = new EnumMap<>(Place.class);

    private enum Place {
        SHOP_MVC(false, WebApplicationType.SERVLET),
        SHOP_WEBFLUX(false, WebApplicationType.REACTIVE),
        BANK_MVC(true, WebApplicationType.SERVLET),
        BANK_WEBFLUX(true, WebApplicationType.REACTIVE);

        private final boolean database;
        private final WebApplicationType type;

        Place(boolean database, WebApplicationType type) {
            this.database = database;
            this.type = type;
        }

        String namespace() {
            return database ? "bank" : "shop";
        }

        Place other() {
            return values()[ordinal() ^ 1];
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(OwnNetty.class)
    static class Shop {

        @ElasticJob(name = "chatty", cron = "0 0 3 1 1 ?", shardingTotalCount = 2)
        void chatty(ShardingContext context) throws Exception {
            log.warn("Hello, shard {}", context.shardingItem());
            context.progress(40, "page 12");
            if (!end(context.jobParameter() + context.executionId().firing().text())
                    .await(60, TimeUnit.SECONDS)) {
                throw new AssertionError("it was not told to end");
            }
            log.warn("Goodbye");
        }

        @ElasticJob(name = "silent", cron = "0 0 3 1 1 ?")
        void silent() {}

        @Bean
        Registry registry() {
            return ENSEMBLE.client(Duration.ofSeconds(15));
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class WithDatabase {

        @Bean(defaultCandidate = false)
        @ElasticJobDataSource
        DataSource history() {
            return DATABASE;
        }
    }

    private static CountDownLatch end(String namespaceAndFiring) {
        return ENDS.computeIfAbsent(namespaceAndFiring, any -> new CountDownLatch(1));
    }

    @BeforeAll
    static void start() {
        DATABASE.setURL("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
        for (Place place : Place.values()) {
            Class<?>[] sources =
                    place.database ? new Class<?>[] {Shop.class, WithDatabase.class} : new Class<?>[] {Shop.class};
            INSTANCES.put(
                    place,
                    new SpringApplicationBuilder(sources)
                            .web(place.type)
                            .properties(
                                    "spring.application.name=" + place.namespace(),
                                    "elasticjob.jobs.chatty.job-parameter=" + place.namespace(),
                                    "elasticjob.instance.name=" + place,
                                    "server.port=0",
                                    "server.address=127.0.0.1",
                                    "spring.main.banner-mode=off",
                                    "management.endpoints.web.exposure.include=elasticjob")
                            .run());
        }
        for (Place place : Place.values()) {
            await().until(() -> get(place, "/instances").at("/instances").size() == 2);
            await().until(() -> get(place, "/jobs/chatty").at("/eligible").size() == 2);
        }
    }

    @AfterAll
    static void stop() {
        INSTANCES.values().forEach(ConfigurableApplicationContext::close);
        TIME.close();
    }

    @ParameterizedTest
    @EnumSource
    void itIsShownWhileItRunsAndAfterOnBothInstances(Place asked) throws Exception {
        String firing = trigger(asked, "chatty");
        for (int shard = 0; shard < 2; shard++) {
            String path = "/jobs/chatty/log?shard=" + shard;
            String of = path + "&firing=" + firing;
            String greeting = "WARN com.acme.Till : Hello, shard " + shard + "\n";
            await().until(() -> get(asked, of).at("/firing").asString().equals(firing));
            Place runner = runner(asked, firing, shard);
            log.warn("Whoever else logs");

            await().untilAsserted(() -> {
                JsonNode here = get(runner, path);
                assertThat(here.at("/source").asString()).isEqualTo("INSTANCE");
                assertThat(here.at("/log").asString()).endsWith(greeting).hasLineCount(1);
                assertThat(here.at("/progress/percent").asInt()).isEqualTo(40);
                assertThat(here.at("/progress/message").asString()).isEqualTo("page 12");
            });
            await().untilAsserted(() -> {
                JsonNode there = get(runner.other(), path);
                assertThat(there.at("/instance").asString()).isEqualTo(id(runner));
                assertThat(there.at("/firing").asString()).isEqualTo(firing);
                if (runner.database) {
                    assertThat(there.at("/source").asString()).isEqualTo("HISTORY");
                    assertThat(there.at("/log").asString()).endsWith(greeting);
                    assertThat(there.at("/progress/percent").asInt()).isEqualTo(40);
                } else {
                    assertThat(there.at("/source").asString()).isEqualTo("ELSEWHERE");
                    assertThat(there.has("log")).isFalse();
                    assertThat(there.at("/message").asString())
                            .startsWith("Ask the instance " + id(runner) + ", process ");
                }
            });
            JsonNode ofJob = get(runner, "/jobs/chatty").at("/shards/" + shard + "/progress");
            assertThat(ofJob.at("/percent").asInt()).isEqualTo(40);
        }

        end(asked.namespace() + firing).countDown();
        await().until(() -> get(asked, "/jobs/chatty")
                .at("/shards")
                .valueStream()
                .allMatch(shard -> shard.at("/outcome").asString("").equals("SUCCEEDED")));
        Place runner = runner(asked, firing, 0);
        await().untilAsserted(() -> assertThat(
                        get(runner, "/jobs/chatty/log?shard=0").at("/log").asString())
                .endsWith("WARN com.acme.Till : Goodbye\nLast progress: 40 %: page 12\n")
                .hasLineCount(3));
        if (runner.database) {
            String path = "/jobs/chatty/log?shard=0&attempt=1&firing=" + firing;
            await().untilAsserted(() -> assertThat(
                            get(runner.other(), path).at("/log").asString())
                    .endsWith("Goodbye\nLast progress: 40 %: page 12\n"));
            assertThat(get(runner.other(), path).has("progress")).isFalse();
        }
    }

    @Test
    void anExecutionThatSaysNothingHasAnEmptyLog() throws Exception {
        String firing = trigger(Place.BANK_MVC, "silent");
        await().until(() -> get(Place.BANK_MVC, "/jobs/silent")
                .at("/shards/0/outcome")
                .asString("")
                .equals("SUCCEEDED"));
        Place runner = Place.BANK_MVC.name().equals(name(Place.BANK_MVC, "/jobs/silent", 0))
                ? Place.BANK_MVC
                : Place.BANK_WEBFLUX;

        JsonNode log = get(runner, "/jobs/silent/log"); // it has one shard only

        assertThat(log.at("/id").asString()).isEqualTo("silent/" + firing + "/0/1");
        assertThat(log.at("/log").asString()).isEmpty();
        assertThat(log.has("progress")).isFalse();
        try (var connection = DATABASE.getConnection();
                var rows = connection
                        .createStatement()
                        .executeQuery(
                                "SELECT COUNT(*) FROM ELASTICJOB_EXECUTION WHERE JOB = 'silent' AND LOG IS NOT NULL")) {
            rows.next();
            assertThat(rows.getInt(1)).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatMakesNoSenseIsRefusedAndWhatIsNotThereIsSaid(Place asked) throws Exception {
        assertThat(response(asked, "/jobs/chatty/log").statusCode()).isEqualTo(400);
        assertThat(response(asked, "/jobs/chatty/log").body()).contains("must be given: the job has 2 shards");
        assertThat(response(asked, "/jobs/chatty/log?shard=x").body()).contains("must be a whole number");
        assertThat(response(asked, "/jobs/chatty/log?shard=0&attempt=0").statusCode())
                .isEqualTo(400);
        assertThat(response(asked, "/jobs/chatty/log?shard=7").statusCode()).isEqualTo(404);
        assertThat(response(asked, "/jobs/none/log?shard=0").statusCode()).isEqualTo(404);
        assertThat(response(asked, "/jobs/none/log").statusCode()).isEqualTo(404);
        assertThat(response(asked, "/jobs/none/log").body())
                .contains("No such execution of a job \\\"none\\\" is known");
        assertThat(response(asked, "/jobs/none/log?shard=x").statusCode()).isEqualTo(400);
        assertThat(response(asked, "/jobs/none/log?attempt=x").statusCode()).isEqualTo(400);
        assertThat(response(asked, "/jobs/chatty/log?shard=0&attempt=99999999999")
                        .statusCode())
                .isEqualTo(400);
        assertThat(response(asked, "/jobs/chatty/log?shard=-1").statusCode()).isEqualTo(400);
        assertThat(response(asked, "/jobs/chatty/log?shard=0&firing=trigger-77777")
                        .statusCode())
                .isEqualTo(404);
    }

    private static String trigger(Place place, String job) throws Exception {
        TriggerReceipt receipt = INSTANCES
                .get(place)
                .getBean(JobOperations.class)
                .trigger(TriggerRequest.of(job))
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS);
        return "trigger-" + receipt.number();
    }

    /** The instance that runs a shard, or has run it. */
    private static Place runner(Place asked, String firing, int shard) {
        String instance = get(asked, "/jobs/chatty/log?shard=" + shard + "&firing=" + firing)
                .at("/instance")
                .asString();
        return id(asked).equals(instance) ? asked : asked.other();
    }

    private static String name(Place asked, String path, int shard) {
        String owner = get(asked, path).at("/shards/" + shard + "/owner").asString();
        return id(asked).equals(owner) ? asked.name() : asked.other().name();
    }

    private static String id(Place place) {
        return get(place, "").at("/instance/id").asString();
    }

    private static JsonNode get(Place place, String path) {
        HttpResponse<String> response = response(place, path);
        return response.statusCode() == 200
                ? JsonMapper.shared().readTree(response.body())
                : JsonMapper.shared().createObjectNode();
    }

    private static HttpResponse<String> response(Place place, String path) {
        int port = ((WebServerApplicationContext) INSTANCES.get(place))
                .getWebServer()
                .getPort();
        try {
            return HTTP.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/actuator/elasticjob" + path))
                            .timeout(Duration.ofSeconds(20))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
