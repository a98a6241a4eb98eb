package io.elasticjob.boot.actuate.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.elasticjob.ShardingContext;
import io.elasticjob.boot.ElasticJob;
import io.elasticjob.boot.OwnNetty;
import io.elasticjob.memory.MemoryEnsemble;
import io.elasticjob.registry.Registry;
import io.elasticjob.schedule.FireCalendar;
import io.elasticjob.spi.SystemTimekeeper;
import java.lang.reflect.Parameter;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Whatever is asked, and however: what cannot be understood is a refusal in words, on every stack and every port. */
@ResourceLock("applications") // each sets up the logging of the whole process
class OddRequestsTest {

    enum Place {
        MVC(WebApplicationType.SERVLET, false),
        MVC_ON_A_PORT_OF_ITS_OWN(WebApplicationType.SERVLET, true),
        WEBFLUX(WebApplicationType.REACTIVE, false),
        WEBFLUX_ON_A_PORT_OF_ITS_OWN(WebApplicationType.REACTIVE, true);

        private final WebApplicationType type;
        private final boolean ownPort;

        Place(WebApplicationType type, boolean ownPort) {
            this.type = type;
            this.ownPort = ownPort;
        }
    }

    private static final List<String> ODD = List.of(
            "",
            " ",
            "null",
            "true",
            "-1",
            "0x10",
            "1e3",
            "2147483648",
            "99999999999999999999",
            "٣",
            "NaN",
            "-1000000000-01-01T00:00:00Z",
            "-0001-12-31T23:59:59Z",
            "0000-01-01T00:00:00Z",
            "1969-12-31T23:59:59.999Z",
            "1970-01-01T00:00:00Z",
            "2026-02-30T00:00:00Z",
            "2026-06-01",
            "9999-12-31T23:59:59.999Z",
            "+10000-01-01T00:00:00Z",
            "+1000000000-12-31T23:59:59.999999999Z",
            "1,2,,3",
            ",",
            "a~b/1/1",
            "2026-06-01T12:00:00Z~x/99999999999999999999/1",
            "+1000000000-12-31T23:59:59Z~x/1/1",
            "\u0000",
            "a\u0000b",
            "line\nline",
            "\u202Eabc",
            "\uD83D\uDE00",
            "orders",
            "MVC",
            "triggers",
            "%",
            "' OR 1=1 --",
            "*",
            "cron=\u0001",
            "handler=x\ncron=99 99 99 99 99 ?",
            "x".repeat(3_000));

    /** All that there are, so that a new one is tried as well. */
    private static final List<String> PARAMETERS = fieldsOf(FlatReads.class, "about");

    private static final List<String> FIELDS = fieldsOf(FlatChanges.class, "change");

    private static List<String> fieldsOf(Class<?> questions, String name) {
        return Arrays.stream(questions.getMethods())
                .filter(method -> method.isDefault() && method.getName().equals(name))
                .flatMap(method -> Arrays.stream(method.getParameters()))
                .filter(parameter ->
                        parameter.getType() == String.class && !parameter.isAnnotationPresent(Selector.class))
                .map(Parameter::getName)
                .distinct()
                .toList();
    }

    /** With the name of a field in place of the %s. */
    private static final List<String> BODIES = List.of(
            "{\"operation\":\"%2$s\",\"%1$s\":1}",
            "{\"operation\":\"%2$s\",\"%1$s\":-1.5e300}",
            "{\"operation\":\"%2$s\",\"%1$s\":true}",
            "{\"operation\":\"%2$s\",\"%1$s\":null}",
            "{\"operation\":\"%2$s\",\"%1$s\":[]}",
            "{\"operation\":\"%2$s\",\"%1$s\":[0,1]}",
            "{\"operation\":\"%2$s\",\"%1$s\":{\"a\":1}}",
            "{\"%1$s\":\"1\",\"%1$s\":\"2\"}");

    private static final List<String> NO_OBJECTS = List.of(
            "",
            " ",
            "null",
            "[]",
            "[1]",
            "\"text\"",
            "1",
            "true",
            "{",
            "}",
            "{\"operation\"",
            "{operation:'disable'}",
            "{\"operation\":\"disable\"",
            "{\"operation\":\"dis\u0001able\"}",
            "operation=disable",
            "[".repeat(5_000),
            "{\"a\":".repeat(3_000));

    private static final SystemTimekeeper TIME = new SystemTimekeeper();
    private static final MemoryEnsemble ENSEMBLE = new MemoryEnsemble(TIME);
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final List<ConfigurableApplicationContext> INSTANCES = new ArrayList<>();

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration( // of the two servers that are on this class path it would take both
            excludeName = "org.springframework.boot.tomcat.autoconfigure.actuate.web.server"
                    + ".TomcatReactiveManagementContextAutoConfiguration")
    @Import(OwnNetty.class)
    static class Shop {

        @ElasticJob(name = "orders", cron = "0 0 3 * * ?", shardingTotalCount = 4)
        void orders(ShardingContext context) {}

        @ElasticJob(name = "large", cron = "0 0 3 * * ?", shardingTotalCount = 10_000)
        void large(ShardingContext context) {}

        @ElasticJob(name = "frail", cron = "0 0 3 * * ?", calendar = "this-week")
        void frail(ShardingContext context) {}

        /** As one that knows the holidays of this year only. */
        @Bean("this-week")
        FireCalendar thisWeek() {
            return day -> {
                if (day.isAfter(LocalDate.now(ZoneId.systemDefault()).plusDays(3))) {
                    throw new IllegalStateException("no holidays are known of " + day);
                }
                return false;
            };
        }

        @Bean
        Registry registry() {
            return ENSEMBLE.client(Duration.ofSeconds(15));
        }
    }

    @BeforeAll
    static void start() {
        for (Place place : Place.values()) {
            INSTANCES.add(new SpringApplicationBuilder(Shop.class)
                    .web(place.type)
                    .properties(
                            "spring.application.name=shop",
                            "elasticjob.instance.name=" + place,
                            "server.port=0",
                            "server.address=127.0.0.1",
                            place.ownPort ? "management.server.port=0" : "any=thing",
                            place.ownPort ? "management.server.address=127.0.0.1" : "any.other=thing",
                            "spring.main.banner-mode=off",
                            "management.endpoint.elasticjob.access=unrestricted",
                            "management.endpoint.elasticjob.show-values=always",
                            "management.endpoints.web.exposure.include=elasticjob,loggers")
                    .run());
        }
        for (Place place : Place.values()) {
            await().until(() -> json(send(place, "/instances", UnaryOperator.identity()))
                            .at("/instances")
                            .size()
                    == Place.values().length);
        }
    }

    @AfterAll
    static void stop() {
        INSTANCES.forEach(ConfigurableApplicationContext::close);
        TIME.close();
    }

    @ParameterizedTest
    @EnumSource
    void everyParameterOfEveryQuestion(Place place) {
        for (String odd : ODD) {
            String value = encoded(odd);
            for (String aspect : List.of("explain", "assignment", "executions")) {
                for (String parameter : PARAMETERS) {
                    answered(place, "/jobs/orders/" + aspect + "?" + parameter + "=" + value, UnaryOperator.identity());
                }
                answered(place, "/jobs/orders/" + aspect + "?at=" + value + "&at=1", UnaryOperator.identity());
            }
        }
    }

    /** On one stack: what a parameter means is not a matter of the stack. */
    @Test
    void everyParameterOfEveryListAndOfWhatIsNewOfAJob() {
        Map<String, List<String>> asked = Map.of(
                "/jobs",
                        List.of(
                                "q",
                                "application",
                                "state",
                                "handler",
                                "instance",
                                "sort",
                                "size",
                                "after",
                                "names",
                                "include",
                                "label"),
                "/executions", List.of("job", "instance", "outcome", "from", "to", "error", "before", "size"),
                "/overview", List.of("q", "size"),
                "/preview", List.of("set", "from", "size"),
                "/demand", List.of("handler", "label"),
                "/audit", List.of("who", "operation", "job", "from", "to", "before", "size"),
                "/chains", List.of("names", "q"),
                "/export", List.of("names"),
                "/changes", List.of("after", "jobs"),
                "/jobs/orders/firetimes", List.of("from", "to", "size"));
        asked.forEach((path, parameters) -> parameters.forEach(parameter -> ODD.forEach(odd -> answered(
                Place.MVC,
                path + "?" + parameter + "=" + encoded(odd) + (path.equals("/changes") ? "&wait=1ms" : ""),
                UnaryOperator.identity()))));
        for (String aspect : List.of("firings", "statistics", "log")) {
            for (String parameter : PARAMETERS) {
                ODD.forEach(odd -> answered(
                        Place.MVC,
                        "/jobs/orders/" + aspect + "?" + parameter + "=" + encoded(odd),
                        UnaryOperator.identity()));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/jobs/orders/firetimes?from=1970-01-01T00:00:00Z&to=9999-12-31T00:00:00Z",
                "/jobs/orders/statistics?from=1970-01-01T00:00:00Z&to=9999-12-31T00:00:00Z&bucket=1s",
                "/jobs/orders/statistics?from=1970-01-01T00:00:00Z&to=9999-12-31T00:00:00Z",
                "/preview?set=every%3D1ms&from=1970-01-01T00:00:00Z",
                "/preview?set=cron%3D*+*+*+*+*+%3F%0Abetween%3D00%3A00-00%3A01&from=1970-01-01T00:00:00Z&size=1000",
                "/jobs?size=200&include=assignment,records,outcomes",
                "/jobs/large/assignment?with=1000",
                "/chains",
                "/export",
                "/overview",
            })
    void whateverSpanIsAskedForTheAnswerIsBounded(String path) {
        HttpResponse<String> answer = answered(Place.MVC, path, UnaryOperator.identity());
        assertThat(answer.body()).hasSizeLessThan(2_000_000);
    }

    @Test
    void everyFieldOfTheNewerChanges() {
        for (String operation : List.of("backfill", "cancel", "transfer", "rerun", "plan")) {
            for (String field : FIELDS) {
                for (String odd : ODD) {
                    if (!field.equals("operation")) {
                        change("/jobs/orders", Map.of("operation", operation, field, odd));
                    }
                }
            }
        }
        for (String odd : ODD) {
            change("/jobs/orders", Map.of("operation", "backfill", "from", odd, "to", odd));
            change("/jobs/orders", Map.of("operation", "backfill", "from", "1970-01-01T00:00:00Z", "to", odd));
            for (String field : List.of("names", "operation", "document", "dryRun", "reason")) {
                Map<String, String> many = new TreeMap<>(Map.of("operation", "enable", "names", "orders"));
                many.put(field, odd);
                change("/jobs", many);
                Map<String, String> imported = new TreeMap<>(Map.of("document", "{}", "dryRun", "true"));
                imported.put(field, odd);
                change("/import", imported);
            }
        }
        for (String body :
                List.of("[".repeat(5_000), "{\"a\":".repeat(3_000), "{\"jobs\":[null,1,{}]}", "{\"format\":99}")) {
            change("/import", Map.of("document", body));
        }
    }

    private static HttpResponse<String> change(String path, Map<String, String> fields) {
        Map<String, String> all = new TreeMap<>(fields);
        return answered(
                Place.MVC, path, post("application/json", JsonMapper.shared().writeValueAsString(all)));
    }

    @Test
    void aCalendarThatFailsCostsNoListOfJobsAndIsSaidInWords() {
        for (String path :
                List.of("/jobs", "/jobs?sort=next", "/jobs?state=overdue", "/jobs/frail", "/overview", "/demand")) {
            assertThat(answered(Place.MVC, path, UnaryOperator.identity()).statusCode())
                    .as(path)
                    .isEqualTo(200);
        }
        assertThat(json(answered(Place.MVC, "/jobs/frail/firetimes", UnaryOperator.identity()))
                        .at("/message")
                        .asString())
                .contains("\"this-week\" is a calendar that failed", "no holidays are known of");
        for (String path : List.of("/jobs/frail/explain", "/jobs/frail/explain?at=9000-01-01T00:00:00Z")) {
            answered(Place.MVC, path, UnaryOperator.identity());
        }
        change("/jobs/frail", Map.of("operation", "trigger"));
        change("/jobs/frail", Map.of("operation", "configure", "set", "misfire=SKIP"));
        change(
                "/jobs/frail",
                Map.of("operation", "backfill", "from", "2026-01-01T00:00:00Z", "to", "2026-01-02T00:00:00Z"));
    }

    /** What is set may be a parameter that nobody but the application may see. */
    @Test
    void noRefusalRepeatsAParameter() {
        for (String operation : List.of(
                "transfer", "trigger", "backfill", "cancel", "configure", "create", "reset", "disable", "enable")) {
            for (String field : List.of("set", "parameter")) {
                for (String value : List.of(
                        "jobParameter=s3cret",
                        "application=x\njobParameter=s3cret",
                        "jobParametr=s3cret",
                        "cron=never\njobParameter=s3cret",
                        "shardingItemParameters=0=s3cret,1",
                        "s3cret")) {
                    HttpResponse<String> answer =
                            change("/jobs/nobody", Map.of("operation", operation, field, value, "shards", "x"));
                    assertThat(answer.body())
                            .as(operation + " " + field + " " + value)
                            .doesNotContain("s3cret");
                    answer = change("/jobs/nobody", Map.of("operation", operation, field, value));
                    assertThat(answer.body())
                            .as(operation + " " + field + " " + value)
                            .doesNotContain("s3cret");
                }
            }
        }
        for (String document : List.of(
                "s3cret",
                "{\"jobs\":{\"s\":{\"settings\":{\"jobParameter\":\"s3cret\",\"cron\":\"x\"}}}}",
                "{\"format\":1,\"jobs\":[{\"name\":\"orders\",\"overrides\":{\"jobParameter\":\"s3cret\",\"cron\":\"s3cret\"}}]}")) {
            for (String dryRun : List.of("true", "s3cret", "false")) {
                assertThat(change("/import", Map.of("document", document, "dryRun", dryRun))
                                .body())
                        .as(document)
                        .satisfies(body -> assertThat(dryRun.equals("s3cret") || !body.contains("s3cret"))
                                .isTrue());
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyPartOfEveryPath(Place place) {
        for (String odd : ODD) {
            if (odd.isEmpty() || odd.indexOf('\u0000') >= 0 || odd.indexOf('/') >= 0) {
                continue; // that never gets through a server to a part of a path
            }
            String part = encoded(odd);
            for (String path : List.of(
                    "/%s",
                    "/jobs/%s",
                    "/instances/%s",
                    "/%s/orders",
                    "/jobs/orders/%s",
                    "/jobs/%s/explain",
                    "/jobs/%s/assignment",
                    "/jobs/%s/executions",
                    "/jobs/orders/triggers/%s",
                    "/jobs/orders/%s/1",
                    "/jobs/%s/triggers/1",
                    "/jobs/orders/triggers/1/%s")) {
                answered(place, path.formatted(part), UnaryOperator.identity());
            }
            answered(place, "/jobs/" + part, HttpRequest.Builder::DELETE);
            answered(place, "/instances/" + part, HttpRequest.Builder::DELETE);
            answered(place, "/jobs/orders/triggers/" + part, HttpRequest.Builder::DELETE);
            answered(place, "/jobs/nobody/triggers/1?reason=" + part, HttpRequest.Builder::DELETE);
            for (String path : List.of("/jobs/" + part, "/instances/" + part, "/" + part + "/orders")) {
                answered(place, path, post("application/json", "{\"operation\":\"disable\",\"shard\":\"1\"}"));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyFieldOfEveryChange(Place place) {
        List<String> operations = place.ownPort // which makes no difference to what a field means
                ? List.of("configure")
                : List.of("trigger", "configure", "reset", "disable", "enable", "create", "drain", "resume", "x");
        for (String operation : operations) {
            boolean ofAnInstance = operation.equals("drain") || operation.equals("resume");
            String path = ofAnInstance ? "/instances/nobody" : "/jobs/orders";
            for (String field : FIELDS) {
                for (String odd : ODD) {
                    String body = JsonMapper.shared()
                            .writeValueAsString(
                                    field.equals("operation")
                                            ? Map.of("operation", odd)
                                            : Map.of("operation", operation, field, odd));
                    answered(place, path, post("application/json", body));
                }
                for (String body : BODIES) {
                    answered(place, path, post("application/json", body.formatted(field, operation)));
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void everythingThatIsNoObject(Place place) {
        for (String body : NO_OBJECTS) {
            HttpResponse<String> answer = answered(place, "/jobs/orders", post("application/json", body));
            assertThat(answer.statusCode()).as(body).isEqualTo(400);
        }
        assertThat(json(answered(place, "/jobs/orders", post("application/json", "{\"shards\":[0,1]}")))
                        .at("/message")
                        .asString())
                .contains("must be a JSON object", "texts, numbers, true or false");
        for (String type : List.of(
                "text/plain",
                "application/x-www-form-urlencoded",
                "application/xml",
                "application/json;charset=x-none")) {
            HttpResponse<String> answer =
                    answered(place, "/jobs/orders", post(type, "{\"operation\":\"disable\",\"shard\":\"2\"}"));
            assertThat(answer.statusCode()).as(type).isBetween(200, 415);
        }
        HttpResponse<String> untyped =
                answered(place, "/jobs/orders", request -> request.POST(BodyPublishers.ofString("<a/>")));
        assertThat(untyped.statusCode()).isBetween(400, 415);
    }

    @ParameterizedTest
    @EnumSource
    void everyMethod(Place place) {
        for (String method : List.of("PUT", "PATCH", "DELETE", "POST", "OPTIONS")) {
            for (String path : List.of("", "/jobs", "/jobs/nobody", "/jobs/nobody/explain", "/x/y/z/1/2/3")) {
                answered(place, path, request -> request.method(method, BodyPublishers.noBody()));
            }
        }
        HttpResponse<String> put =
                answered(place, "/jobs/orders", request -> request.PUT(BodyPublishers.ofString("{}")));
        assertThat(put.statusCode()).isEqualTo(405);
        assertThat(put.headers().firstValue("Allow").orElse("")).contains("POST");
    }

    @ParameterizedTest
    @EnumSource
    void whatIsNotThereIsSaidInWords(Place place) {
        Map.of(
                        "/shards",
                        "There is no \"shards\" here: there are jobs, instances, executions, overview, preview,"
                                + " snapshot, changes, chains, demand, export, audit and capabilities",
                        "/shards/1",
                        "There is no \"shards\" here: there are jobs, instances, executions, overview, preview,"
                                + " snapshot, changes, chains, demand, export, audit and capabilities",
                        "/jobs/nobody",
                        "There is no job \"nobody\" in this namespace",
                        "/instances/nobody",
                        "There is no live instance with the id or name \"nobody\"",
                        "/jobs/nobody/explain",
                        "There is no job \"nobody\" in this namespace",
                        "/jobs/nobody/assignment",
                        "There is no job \"nobody\" in this namespace",
                        "/jobs/orders/x",
                        "There is no \"x\" of a job: there are explain, assignment, executions, statistics, firetimes"
                                + ", firings and log",
                        "/jobs/nobody/log?shard=0",
                        "No such execution of a job \"nobody\" is known",
                        "/jobs/orders/triggers/77",
                        "There is no trigger 77 of \"orders\", or it is done: then it is in the history",
                        "/jobs/orders/x/1",
                        "There is no \"x\" here: there are triggers and firings")
                .forEach((path, words) -> {
                    HttpResponse<String> answer = answered(place, path, UnaryOperator.identity());
                    assertThat(answer.statusCode()).as(path).isEqualTo(404);
                    assertThat(json(answer).at("/message").asString()).as(path).isEqualTo(words);
                });
    }

    @ParameterizedTest
    @EnumSource
    void aJobIsTransferredToAnApplicationThatDeclaresIt(Place place) {
        assertThat(transfer(place, "orders", "\"application=shop\"").statusCode())
                .isEqualTo(204);
        assertThat(transfer(place, "nobody", "\"application=shop\"").statusCode())
                .isEqualTo(404);
        Map.of(
                        "\"application=ship\"", "has no live instance that declares orders",
                        "\"application=\"", "the name of the application that gets the job",
                        "\"application=shop\\ncron=-\"", "the name of the application that gets the job",
                        "\"cron=-\"", "the name of the application that gets the job",
                        "null", "the name of the application that gets the job")
                .forEach((set, words) -> {
                    HttpResponse<String> answer = transfer(place, "orders", set);
                    assertThat(answer.statusCode()).as(set).isEqualTo(400);
                    assertThat(json(answer).at("/message").asString()).as(set).contains(words);
                });
    }

    private static HttpResponse<String> transfer(Place place, String job, String set) {
        return answered(
                place, "/jobs/" + job, post("application/json", "{\"operation\": \"transfer\", \"set\": " + set + "}"));
    }

    @ParameterizedTest
    @EnumSource
    void anInstanceIsShownByItsNameAsWell(Place place) {
        JsonNode byName = json(answered(place, "/instances/" + place, UnaryOperator.identity()));
        String id = byName.at("/id").asString();
        assertThat(id).startsWith(place + ".");
        JsonNode byId = json(answered(place, "/instances/" + id, UnaryOperator.identity()));
        for (JsonNode one : List.of(byName, byId)) {
            ((ObjectNode) one).remove("clockSkew"); // which goes on between two questions
        }
        assertThat(byId).isEqualTo(byName);
    }

    @ParameterizedTest
    @EnumSource
    void whatAnAnswerMayCostIsBounded(Place place) {
        HttpResponse<String> most = answered(place, "/jobs/large/assignment?with=20", UnaryOperator.identity());
        assertThat(most.statusCode()).isEqualTo(200);
        HttpResponse<String> more = answered(place, "/jobs/large/assignment?with=21", UnaryOperator.identity());
        assertThat(more.statusCode()).isEqualTo(400);
        assertThat(json(more).at("/message").asString())
                .contains("from 1 to 20", "or as many ids at most, for a job of 10000 shards");
        assertThat(answered(place, "/jobs/orders/assignment?with=1000", UnaryOperator.identity())
                        .statusCode())
                .isEqualTo(200);
    }

    /** What is refused elsewhere is refused as before. */
    @ParameterizedTest
    @EnumSource
    void otherEndpointsAreLeftAlone(Place place) throws Exception {
        HttpRequest malformed = post("application/json", "[1]")
                .apply(HttpRequest.newBuilder(uri(place, "/actuator/loggers/io.elasticjob")))
                .build();
        HttpResponse<String> answer = HTTP.send(malformed, HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).doesNotContain("must be a JSON object");
        HttpRequest nowhere =
                HttpRequest.newBuilder(uri(place, "/actuator/elasticjobs")).build();
        assertThat(HTTP.send(nowhere, HttpResponse.BodyHandlers.ofString()).statusCode())
                .isEqualTo(404);
    }

    private static UnaryOperator<HttpRequest.Builder> post(String type, String body) {
        return request -> request.header("Content-Type", type).POST(BodyPublishers.ofString(body));
    }

    /** Sends it and sees to what holds for every answer. */
    private static HttpResponse<String> answered(Place place, String path, UnaryOperator<HttpRequest.Builder> how) {
        HttpResponse<String> answer = send(place, path, how);
        String what =
                place + " " + answer.request().method() + " " + answer.request().uri() + ": " + answer.body();
        assertThat(answer.statusCode()).as(what).isLessThan(500);
        if (answer.statusCode() >= 400) {
            assertThat(answer.headers().firstValue("Content-Type").orElse(""))
                    .as(what)
                    .contains("json");
            assertThat(json(answer).at("/message").asString())
                    .as(what)
                    .isNotBlank()
                    .hasSizeLessThan(1_000);
        }
        return answer;
    }

    private static HttpResponse<String> send(Place place, String path, UnaryOperator<HttpRequest.Builder> how) {
        HttpRequest request = how.apply(HttpRequest.newBuilder(uri(place, "/actuator/elasticjob" + path))
                        .timeout(Duration.ofSeconds(20)))
                .build();
        try {
            return HTTP.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (Exception failed) {
            throw new AssertionError(request.toString(), failed);
        }
    }

    private static URI uri(Place place, String path) {
        String port = INSTANCES
                .get(place.ordinal())
                .getEnvironment()
                .getRequiredProperty(place.ownPort ? "local.management.port" : "local.server.port");
        return URI.create("http://127.0.0.1:" + port + path);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static JsonNode json(HttpResponse<String> answer) {
        return JsonMapper.shared().readTree(answer.body());
    }
}
