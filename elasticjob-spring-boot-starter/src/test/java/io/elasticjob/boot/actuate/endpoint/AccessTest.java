package io.elasticjob.boot.actuate.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.elasticjob.ShardingContext;
import io.elasticjob.boot.ElasticJob;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.core.userdetails.MapReactiveUserDetailsService;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetails;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.server.SecurityWebFilterChain;
import tools.jackson.databind.JsonNode;

/**
 * Who may see and do what: two applications in a namespace, one on Spring MVC and one on Spring WebFlux. Ann may everything,
 * Bob may look at everything, Carl may also steer the jobs of billing, Dora may look at those of billing, and Eve may log in.
 */
@ResourceLock("applications") // each sets up the logging of the whole process
class AccessTest {

    private static final Fleet FLEET = new Fleet();
    private static final String TOO_LONG = "x".repeat(201);

    /** Columns of the table: who asks, and of which application's jobs. */
    private static final Map<String, List<String>> COLUMNS = new LinkedHashMap<>();

    static {
        COLUMNS.put("operator", List.of("ann", "shop"));
        COLUMNS.put("own", List.of("carl", "billing"));
        COLUMNS.put("others", List.of("carl", "shop"));
        COLUMNS.put("viewer", List.of("bob", "billing"));
        COLUMNS.put("own part", List.of("dora", "billing"));
        COLUMNS.put("other part", List.of("dora", "shop"));
        COLUMNS.put("nobody", List.of("eve", "billing"));
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(Secured.class)
    static class Shop {

        @ElasticJob(
                name = "ofShop",
                jobParameter = "s3cret",
                shardingTotalCount = 2,
                shardingItemParameters = "0=a,1=b")
        void ofShop(ShardingContext context) {}
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(Secured.class)
    static class Billing {

        @ElasticJob(name = "ofBilling", jobParameter = "s3cret")
        void ofBilling(ShardingContext context) {}

        @ElasticJob(name = "sensitive", jobParameter = "password=x")
        void sensitive(ShardingContext context) {}
    }

    /** Whoever is known gets through: the endpoint decides the rest. */
    @Configuration(proxyBeanMethods = false)
    static class Secured {

        @Bean
        @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
        SecurityFilterChain servlet(HttpSecurity http) {
            return http.authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
                    .csrf(csrf -> csrf.disable())
                    .httpBasic(Customizer.withDefaults())
                    .build();
        }

        @Bean
        @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
        SecurityWebFilterChain reactive(ServerHttpSecurity http) {
            return http.authorizeExchange(requests -> requests.anyExchange().authenticated())
                    .csrf(csrf -> csrf.disable())
                    .httpBasic(Customizer.withDefaults())
                    .build();
        }

        @Bean
        @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
        UserDetailsService users() {
            return new InMemoryUserDetailsManager(all());
        }

        @Bean
        @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
        MapReactiveUserDetailsService reactiveUsers() {
            return new MapReactiveUserDetailsService(all());
        }

        @Bean
        SanitizingFunction passwords() {
            return data -> String.valueOf(data.getValue()).contains("password") ? data.withSanitizedValue() : data;
        }

        private static UserDetails[] all() {
            return new UserDetails[] {
                user("ann", "OPERATOR"),
                user("bob", "VIEWER"),
                user("carl", "VIEWER", "BILLING"),
                user("dora", "AUDITOR"),
                user("eve", "USER")
            };
        }

        private static UserDetails user(String name, String... roles) {
            return User.withUsername(name).password("{noop}pw").roles(roles).build();
        }
    }

    @BeforeAll
    static void start() {
        String[] rules = {
            "spring.autoconfigure.exclude=",
            "elasticjob.console.operator-roles=OPERATOR",
            "elasticjob.console.viewer-roles=VIEWER",
            "elasticjob.console.grants[0].role=BILLING",
            "elasticjob.console.grants[0].access=operator",
            "elasticjob.console.grants[0].applications=billing",
            "elasticjob.console.grants[1].role=AUDITOR",
            "elasticjob.console.grants[1].applications=billing",
            "management.endpoint.elasticjob.show-values=when-authorized"
        };
        FLEET.start(Fleet.MVC, Shop.class, rules);
        FLEET.start(Fleet.WEBFLUX, Billing.class, rules);
        for (int instance : List.of(0, 1)) {
            await().until(() ->
                    Fleet.json(Fleet.ask(port(instance), "ann", "/jobs").body())
                                    .at("/total")
                                    .asInt()
                            == 3);
            await().until(() ->
                    Fleet.json(Fleet.ask(port(instance), "ann", "/instances").body())
                                    .at("/instances")
                                    .size()
                            == 2);
        }
    }

    @AfterAll
    static void stop() {
        FLEET.close();
    }

    // ---- The table ------------------------------------------------------------------------------------------------

    /** Whoever adds an operation says here who may ask for it. */
    @Test
    void theTableHasEveryOperationThatTheEndpointHas() {
        assertThat(new TreeSet<>(table().keySet())).isEqualTo(operations());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void eachMayWhatTheTableSays(int instance) {
        SoftAssertions all = new SoftAssertions();
        table().forEach((operation, row) -> COLUMNS.forEach((column, whoAndWhose) -> {
            HttpResponse<String> answer = ask(instance, operation, whoAndWhose.get(0), whoAndWhose.get(1));
            boolean may = row.get(column).equals("yes");
            if (operation.startsWith("POST /jobs ") || operation.startsWith("POST /import ")) {
                all.assertThat(isForbiddenEach(answer))
                        .as("%s, %s: %s %s", operation, column, answer.statusCode(), answer.body())
                        .isEqualTo(!may);
                return;
            }
            all.assertThat(answer.statusCode() == 403)
                    .as("%s, %s: %s %s", operation, column, answer.statusCode(), answer.body())
                    .isEqualTo(!may);
            all.assertThat(answer.statusCode()).as(operation).isNotIn(401, 405, 500, 503);
            if (!may) {
                all.assertThat(Fleet.json(answer.body()).at("/code").asString()).isEqualTo("FORBIDDEN");
            }
        }));
        all.assertAll();
    }

    private static Set<String> operations() {
        ElasticJobEndpoint endpoint = FLEET.instances.get(0).getBean(ElasticJobEndpoint.class);
        Set<String> all = new TreeSet<>(Set.of("GET /", "GET /jobs/{name}", "GET /instances/{id}"));
        all.add("GET /jobs/{name}/triggers/{number}");
        all.add("GET /jobs/{name}/firings/{number}");
        endpoint.reads().listings().forEach(list -> all.add("GET /" + list));
        endpoint.reads().aspects().forEach(aspect -> all.add("GET /jobs/{name}/" + aspect));
        endpoint.operations()
                .forEach((request, names) -> names.forEach(name -> {
                    boolean isOfTrigger = request.startsWith("DELETE") && name.equals("cancel");
                    all.add(request + (isOfTrigger ? "/triggers/{number} " : " ") + name);
                }));
        return all;
    }

    private static Map<String, Map<String, String>> table() {
        List<List<String>> lines = lines("access.csv");
        List<String> head = lines.get(0);
        Map<String, Map<String, String>> table = new LinkedHashMap<>();
        for (List<String> line : lines.subList(1, lines.size())) {
            Map<String, String> row = new LinkedHashMap<>();
            for (int i = 1; i < head.size(); i++) {
                row.put(head.get(i), line.get(i));
            }
            table.put(line.get(0), row);
        }
        return table;
    }

    private static List<List<String>> lines(String resource) {
        try (var stream = AccessTest.class.getResourceAsStream(resource)) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(line ->
                            Arrays.stream(line.split("\\|")).map(String::strip).toList())
                    .toList();
        } catch (IOException failed) {
            throw new AssertionError(failed);
        }
    }

    /** What asks for many is answered each on its own, unless nothing of it is allowed to the one who asks. */
    private static boolean isForbiddenEach(HttpResponse<String> answer) {
        JsonNode told = Fleet.json(answer.body());
        return answer.statusCode() == 403
                || told.at("/answers/0/problem/code").asString("").equals("FORBIDDEN");
    }

    /** Who may change one is told that the reason is too long, so that nothing changes. */
    private static HttpResponse<String> ask(int instance, String operation, String user, String application) {
        String[] words = operation.split(" ");
        String job = application.equals("shop") ? "ofShop" : "ofBilling";
        String path = words[1].equals("/")
                ? ""
                : words[1].replace("{name}", job)
                        .replace("{id}", application.equals("shop") ? "till-0" : "till-1")
                        .replace("firings/{number}", "firings/trigger-0")
                        .replace("{number}", "0");
        if (operation.equals("GET /export")) {
            return Fleet.ask(port(instance), user, "/export?names=" + job);
        }
        if (operation.startsWith("POST /jobs ")) {
            return Fleet.post(port(instance), user, "/jobs", Map.of("operation", words[2], "names", job));
        }
        if (operation.startsWith("POST /import ")) {
            String line = "{\"job\":\"" + job + "\",\"operation\":\"disable\",\"shard\":99}";
            return Fleet.post(
                    port(instance), user, "/import", Map.of("document", "{\"format\":1,\"lines\":[" + line + "]}"));
        }
        return switch (words[0]) {
            case "GET" -> Fleet.ask(port(instance), user, path);
            case "DELETE" -> Fleet.delete(port(instance), user, path + "?reason=" + TOO_LONG);
            default -> Fleet.post(port(instance), user, path, Map.of("operation", words[2], "reason", TOO_LONG));
        };
    }

    // ---- What is shown --------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void listsLeaveOutWhatMustNotBeSeen(int instance) {
        assertThat(names(get(instance, "bob", "/jobs").at("/jobs")))
                .containsExactly("ofBilling", "ofShop", "sensitive");
        assertThat(names(get(instance, "dora", "/jobs").at("/jobs"))).containsExactly("ofBilling", "sensitive");
        assertThat(get(instance, "dora", "/jobs").at("/total").asInt()).isEqualTo(2);
        assertThat(names(get(instance, "dora", "/instances").at("/instances"))).containsExactly("till-1");
        assertThat(names(get(instance, "dora", "/snapshot").at("/jobs"))).containsExactly("ofBilling", "sensitive");
        assertThat(get(instance, "dora", "/overview").at("/jobs/ALL").asInt()).isEqualTo(2);
        assertThat(get(instance, "dora", "").toString()).doesNotContain("ofShop");
        assertThat(get(instance, "dora", "/instances/till-1").toString()).doesNotContain("ofShop");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void eachJobSaysWhetherItMayBeSteered(int instance) {
        List<Boolean> operable = new ArrayList<>();
        get(instance, "carl", "/jobs")
                .at("/jobs")
                .forEach(job -> operable.add(job.at("/operable").asBoolean()));

        assertThat(operable).containsExactly(true, false, true);
        assertThat(get(instance, "carl", "/jobs/ofBilling").at("/operable").asBoolean())
                .isTrue();
        JsonNode other = get(instance, "carl", "/jobs/ofShop").at("/operable");
        assertThat(other.isBoolean() && !other.asBoolean()).isTrue();
        List<Boolean> instances = new ArrayList<>();
        get(instance, "carl", "/instances")
                .at("/instances")
                .forEach(one -> instances.add(one.at("/operable").asBoolean()));
        assertThat(instances).containsExactly(false, true);
        assertThat(get(instance, "carl", "/instances/till-1").at("/operable").asBoolean())
                .isTrue();
        assertThat(get(instance, "bob", "/snapshot").toString())
                .as("nobody in particular asks for a document that is passed on")
                .doesNotContain("operable");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void parametersAreShownToWhoMaySteerTheJobAndIsAuthorized(int instance) {
        assertThat(parameter(instance, "ann", "ofShop")).isEqualTo("s3cret");
        assertThat(parameter(instance, "carl", "ofBilling")).isEqualTo("s3cret");
        assertThat(parameter(instance, "carl", "ofShop")).isEqualTo("******");
        assertThat(parameter(instance, "bob", "ofShop")).isEqualTo("******");
        assertThat(parameter(instance, "ann", "sensitive"))
                .as("the application's own function has the last word")
                .isEqualTo("******");
        assertThat(get(instance, "ann", "/jobs/ofShop")
                        .at("/shards/0/parameter")
                        .asString())
                .isEqualTo("a");
        assertThat(get(instance, "bob", "/jobs/ofShop").toString()).doesNotContain("s3cret", "\"a\"");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void capabilitiesSayWhoAsksAndWhatTheyMay(int instance) {
        JsonNode ann = get(instance, "ann", "/capabilities");
        assertThat(ann.at("/user").asString()).isEqualTo("ann");
        assertThat(ann.at("/namespace").asString()).isEqualTo("fleet");
        assertThat(ann.at("/instance").asString()).startsWith("till-" + instance);
        assertThat(ann.at("/history").asString()).isEqualTo("INSTANCE");
        assertThat(ann.at("/may/change").asBoolean()).isTrue();
        assertThat(ann.at("/may/operateEverything").asBoolean()).isTrue();
        assertThat(ann.at("/operations/POST ~1instances~1{id}").toString()).isEqualTo("[\"drain\",\"resume\"]");

        JsonNode carl = get(instance, "carl", "/capabilities");
        assertThat(carl.at("/may/operate").asBoolean()).isTrue();
        assertThat(carl.at("/may/operateEverything").asBoolean()).isFalse();
        JsonNode dora = get(instance, "dora", "/capabilities");
        assertThat(dora.at("/may/viewEverything").asBoolean()).isFalse();
        assertThat(dora.at("/may/operate").asBoolean()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void whatIsForbiddenIsSaidForPeopleAndForPrograms(int instance) {
        HttpResponse<String> refused =
                Fleet.post(port(instance), "carl", "/jobs/ofShop", Map.of("operation", "disable"));

        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(refused.body())
                .contains("You may not change or run the job ofShop of the application shop")
                .contains("\"code\":\"FORBIDDEN\"", "\"key\":\"job\"", "\"value\":\"ofShop\"");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void changesOfJobsThatMustNotBeSeenAreNotTold(int instance) {
        String at = get(instance, "dora", "/changes").at("/at").asString();
        for (String job : List.of("ofShop", "ofBilling")) {
            assertThat(Fleet.post(port(instance), "ann", "/jobs/" + job, Map.of("operation", "disable", "shard", "0"))
                            .statusCode())
                    .isEqualTo(204);
            assertThat(Fleet.post(port(instance), "ann", "/jobs/" + job, Map.of("operation", "enable", "shard", "0"))
                            .statusCode())
                    .isEqualTo(204);
        }
        Set<String> told = new TreeSet<>();
        while (!told.contains("ofBilling")) {
            JsonNode changes = get(instance, "dora", "/changes?wait=2s&after=" + at);
            at = changes.at("/at").asString();
            changes.at("/jobs").forEach(job -> told.add(job.asString()));
        }

        assertThat(told).containsExactly("ofBilling");
    }

    // ---- Help -----------------------------------------------------------------------------------------------------

    private static String parameter(int instance, String user, String job) {
        return get(instance, user, "/jobs/" + job)
                .at("/configuration/jobParameter/value")
                .asString();
    }

    private static List<String> names(JsonNode array) {
        return Stream.iterate(0, i -> i < array.size(), i -> i + 1)
                .map(i -> array.get(i).at("/name").asString())
                .toList();
    }

    private static JsonNode get(int instance, String user, String path) {
        HttpResponse<String> answer = Fleet.ask(port(instance), user, path);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return Fleet.json(answer.body());
    }

    private static int port(int instance) {
        return Fleet.port(FLEET.instances.get(instance));
    }
}
