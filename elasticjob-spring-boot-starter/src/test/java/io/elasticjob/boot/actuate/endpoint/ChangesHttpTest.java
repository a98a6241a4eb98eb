package io.elasticjob.boot.actuate.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.elasticjob.EngineBusyException;
import io.elasticjob.SimpleJob;
import io.elasticjob.boot.ElasticJob;
import java.lang.reflect.Proxy;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.JsonNode;

/** Changes of the namespace are waited for, at any of three instances. */
@ResourceLock("applications") // each sets up the logging of the whole process
class ChangesHttpTest {

    private static final Fleet FLEET = new Fleet();

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Shop {

        @ElasticJob(name = "declared", shardingTotalCount = 2)
        void declared(io.elasticjob.ShardingContext context) {}

        @ElasticJob(name = "other")
        void other() {}

        @Bean
        SimpleJob quick() {
            return context -> {};
        }
    }

    @BeforeAll
    static void start() {
        FLEET.start(Fleet.MVC, Shop.class, "server.tomcat.threads.max=2", "server.tomcat.threads.min-spare=1");
        FLEET.start(Fleet.WEBFLUX, Shop.class);
        FLEET.start(Fleet.MVC, Shop.class);
        FLEET.instances.forEach(instance -> await().until(() ->
                Fleet.get(Fleet.port(instance), "/instances").at("/instances").size() == 3));
    }

    @AfterAll
    static void stop() {
        FLEET.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void whoKnowsNothingIsToldToReadAllAndWhereToGoOn(int instance) {
        JsonNode first = Fleet.get(port(instance), "/changes");

        assertThat(first.at("/again").asBoolean()).isTrue();
        assertThat(Long.parseLong(first.at("/at").asString())).isPositive();
        assertThat(Fleet.get(port(instance), "/changes?after=1").at("/again").asBoolean())
                .as("that far back nobody remembers")
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void aChangeEndsTheWaitAtEachInstance(int instance) {
        String at = settled(instance);
        CompletableFuture<JsonNode> waiting = Fleet.later(port(instance), "/changes?wait=25s&after=" + at);
        assertThat(Fleet.get(port(instance), "/overview").at("/jobs/ALL").asInt())
                .as("others are answered meanwhile")
                .isPositive();
        String job = "made-" + instance;
        post((instance + 1) % 3, job, Map.of("operation", "create", "set", "handler=quick"));

        JsonNode told = waiting.join();
        assertThat(texts(told.at("/jobs"))).containsExactly(job);
        assertThat(told.at("/again").asBoolean()).isFalse();
        JsonNode list = Fleet.get(port(instance), "/jobs?names=" + job);
        assertThat(list.at("/total").asInt()).as("what is told is shown").isEqualTo(1);
        assertThat(Long.parseLong(list.at("/at").asString()))
                .isGreaterThanOrEqualTo(Long.parseLong(told.at("/at").asString()));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void recordsCountOfThoseJobsThatAreOnTheScreen(int instance) {
        String at = settled(instance);
        CompletableFuture<JsonNode> hidden = Fleet.later(port(instance), "/changes?wait=2s&jobs=other&after=" + at);
        CompletableFuture<JsonNode> shown =
                Fleet.later(port(instance), "/changes?wait=25s&jobs=declared,nobody&after=" + at);
        post((instance + 1) % 3, "declared", Map.of("operation", "trigger"));

        assertThat(texts(shown.join().at("/rows"))).containsExactly("declared");
        assertThat(texts(hidden.join().at("/rows"))).isEmpty();
    }

    /** Each request goes to another instance, while changes are made at all of them. */
    @Test
    void nothingIsLostByWhoGoesFromInstanceToInstance() {
        int port = FLEET.balanced();
        String at = settled(0);
        Set<String> made = new TreeSet<>();
        CompletableFuture<Void> maker = CompletableFuture.runAsync(() -> {
            for (int i = 0; i < 40; i++) {
                String job = "walk-%02d".formatted(i);
                post(i % 3, job, Map.of("operation", "create", "set", "handler=quick"));
                if (i % 2 == 0) {
                    assertThat(Fleet.delete(port((i + 1) % 3), null, "/jobs/" + job)
                                    .statusCode())
                            .isEqualTo(204);
                }
                made.add(job);
            }
        });
        Set<String> told = new TreeSet<>();
        do {
            JsonNode answer = Fleet.get(port, "/changes?wait=1s&after=" + at);
            assertThat(answer.at("/again").asBoolean()).isFalse();
            told.addAll(texts(answer.at("/jobs")));
            at = answer.at("/at").asString();
        } while (!maker.isDone() || !told.containsAll(made));
        maker.join();

        assertThat(told).containsAll(made);
    }

    /** The first instance has two threads for requests. */
    @Test
    void noThreadIsHeldByThoseWhoWait() {
        String at = settled(0);
        List<CompletableFuture<JsonNode>> waiting = IntStream.range(0, 20)
                .mapToObj(i -> Fleet.later(port(0), "/changes?wait=25s&after=" + at))
                .toList();
        post(1, "woken", Map.of("operation", "create", "set", "handler=quick"));

        assertThat(waiting)
                .allSatisfy(one -> assertThat(texts(one.join().at("/jobs"))).contains("woken"));
    }

    @Test
    void anInstanceThatShutsDownLetsThemGo() {
        ConfigurableApplicationContext going = FLEET.start(Fleet.MVC, Shop.class);
        int port = Fleet.port(going);
        CompletableFuture<JsonNode> waiting = Fleet.later(port, "/changes?wait=25s&after=" + settledAt(port));
        ChangeWatch watch = going.getBean(ChangeWatch.class);
        await().until(() -> watch.isWaitedFor());
        going.close();

        assertThat(waiting.join().at("/again").asBoolean()).isFalse();
    }

    @Test
    void noMoreThanABoundedNumberMayWait() {
        ChangeWatch watch = new ChangeWatch(Optional::empty);
        watch.stop();
        assertThatThrownBy(() -> watch.ask(new ChangesQuery(0L, Set.of(), Duration.ZERO)))
                .isInstanceOf(EngineBusyException.class);

        ChangeWatch open = new ChangeWatch(() -> Optional.of(neverAnswering()));
        List<CompletableFuture<ChangesDescriptor>> all = IntStream.range(0, ChangeWatch.MOST_WAITING)
                .mapToObj(i -> open.ask(new ChangesQuery(0L, Set.of(), Duration.ofSeconds(25))))
                .toList();
        assertThatThrownBy(() -> open.ask(new ChangesQuery(0L, Set.of(), Duration.ZERO)))
                .isInstanceOf(EngineBusyException.class)
                .hasMessageContaining("1000 requests wait for changes");
        all.get(0).cancel(false);
        assertThat(open.ask(new ChangesQuery(0L, Set.of(), Duration.ZERO))).isNotDone();
        open.stop();
        assertThat(all.get(1)).isCompleted();
    }

    @ParameterizedTest
    @CsvSource({"after=x, after", "after=-1, after", "wait=26s, wait", "wait=long, wait"})
    void whatMakesNoSenseIs400AtOnce(String query, String key) {
        for (int instance = 0; instance < 3; instance++) {
            HttpResponse<String> answer = Fleet.ask(port(instance), null, "/changes?" + query);

            assertThat(answer.statusCode()).isEqualTo(400);
            assertThat(Fleet.json(answer.body()).at("/key").asString()).isEqualTo(key);
            assertThat(Fleet.json(answer.body()).at("/code").asString()).isEqualTo("INVALID");
        }
    }

    @Test
    void tooManyJobsAreRefused() {
        String names = String.join(
                ",", IntStream.range(0, 201).mapToObj(i -> "job" + i).toList());

        assertThat(Fleet.ask(port(0), null, "/changes?jobs=" + names).statusCode())
                .isEqualTo(400);
    }

    private static NamespaceReader neverAnswering() {
        return (NamespaceReader) Proxy.newProxyInstance(
                NamespaceReader.class.getClassLoader(),
                new Class<?>[] {NamespaceReader.class},
                (proxy, method, given) -> new CompletableFuture<>());
    }

    private static int port(int instance) {
        return Fleet.port(FLEET.instances.get(instance));
    }

    private static String settled(int instance) {
        return settledAt(port(instance));
    }

    /** Where the changes of other tests are over, and those that an instance makes as it joins. */
    private static String settledAt(int port) {
        JsonNode answer = Fleet.get(port, "/changes");
        do {
            answer =
                    Fleet.get(port, "/changes?wait=1s&after=" + answer.at("/at").asString());
        } while (answer.at("/again").asBoolean()
                || answer.at("/instances").asBoolean()
                || !texts(answer.at("/jobs")).isEmpty());
        return answer.at("/at").asString();
    }

    private static void post(int instance, String job, Map<String, String> fields) {
        HttpResponse<String> answer = Fleet.post(port(instance), null, "/jobs/" + job, fields);
        assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 204);
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(one -> texts.add(one.asString()));
        return texts;
    }
}
