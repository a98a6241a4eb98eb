package io.elasticjob.boot.actuate.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.elasticjob.SimpleJob;
import io.elasticjob.boot.ElasticJob;
import io.elasticjob.boot.OwnNetty;
import io.elasticjob.engine.JobEngine;
import io.elasticjob.memory.MemoryEnsemble;
import io.elasticjob.registry.Registry;
import io.elasticjob.spi.SystemTimekeeper;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import javax.management.MBeanException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.actuate.audit.AuditEvent;
import org.springframework.boot.actuate.audit.listener.AuditApplicationEvent;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.EventListener;
import org.springframework.http.HttpMethod;
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
import org.springframework.security.web.server.csrf.CsrfWebFilter;
import org.springframework.security.web.server.util.matcher.AndServerWebExchangeMatcher;
import org.springframework.security.web.server.util.matcher.ServerWebExchangeMatcher;
import org.springframework.security.web.server.util.matcher.ServerWebExchangeMatcher.MatchResult;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Operators steer the jobs of a secured application through the endpoint: of its two instances one is on Spring MVC and one
 * on WebFlux. Ann may do everything, Bob may look.
 */
@ResourceLock("applications") // each sets up the logging of the whole process
class ElasticJobEndpointSecurityTest {

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

    /** Held shut by a test, by the name of the job. */
    private static final Map<String, CountDownLatch> GATES = new ConcurrentHashMap<>();

    private static final Queue<AuditEvent> AUDIT = new ConcurrentLinkedQueue<>();

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import({ServletSecurity.class, ReactiveSecurity.class, OwnNetty.class})
    static class Shop {

        /** A handler for jobs that are made at run time. */
        @Bean
        SimpleJob gated() {
            return context -> {
                CountDownLatch gate = GATES.get(context.jobName());
                if (gate != null) {
                    gate.await();
                }
            };
        }

        @ElasticJob(name = "declared", shardingTotalCount = 2)
        void declared(io.elasticjob.ShardingContext context) {}

        @EventListener
        void on(AuditApplicationEvent event) {
            if (event.getAuditEvent().getType().equals("ELASTICJOB_OPERATION")) {
                AUDIT.add(event.getAuditEvent());
            }
        }

        @Bean
        Registry registry() {
            return ENSEMBLE.client(Duration.ofSeconds(15));
        }

        static UserDetails[] users() {
            return new UserDetails[] {
                User.withUsername("ann").password("{noop}pw").roles("OPERATOR").build(),
                User.withUsername("bob").password("{noop}pw").roles("VIEWER").build()
            };
        }
    }

    /** A header that no page of another site can send stands for a token. */
    private static final String NO_BROWSER = "X-Requested-With";

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
    static class ServletSecurity {

        @Bean
        SecurityFilterChain security(HttpSecurity http) {
            return http.securityMatcher(
                            org.springframework.boot.security.autoconfigure.actuate.web.servlet.EndpointRequest
                                    .toAnyEndpoint())
                    .authorizeHttpRequests(requests -> requests.requestMatchers(HttpMethod.GET)
                            .authenticated()
                            .anyRequest()
                            .hasRole("OPERATOR"))
                    .csrf(csrf -> csrf.ignoringRequestMatchers(request -> request.getHeader(NO_BROWSER) != null))
                    .httpBasic(Customizer.withDefaults())
                    .build();
        }

        @Bean
        UserDetailsService users() {
            return new InMemoryUserDetailsManager(Shop.users());
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
    static class ReactiveSecurity {

        @Bean
        SecurityWebFilterChain security(ServerHttpSecurity http) {
            ServerWebExchangeMatcher browser =
                    exchange -> exchange.getRequest().getHeaders().getFirst(NO_BROWSER) == null
                            ? MatchResult.match()
                            : MatchResult.notMatch();
            return http.securityMatcher(
                            org.springframework.boot.security.autoconfigure.actuate.web.reactive.EndpointRequest
                                    .toAnyEndpoint())
                    .authorizeExchange(requests -> requests.pathMatchers(HttpMethod.GET)
                            .authenticated()
                            .anyExchange()
                            .hasRole("OPERATOR"))
                    .csrf(csrf -> csrf.requireCsrfProtectionMatcher(
                            new AndServerWebExchangeMatcher(CsrfWebFilter.DEFAULT_CSRF_MATCHER, browser)))
                    .httpBasic(Customizer.withDefaults())
                    .build();
        }

        @Bean
        MapReactiveUserDetailsService users() {
            return new MapReactiveUserDetailsService(Shop.users());
        }
    }

    @BeforeAll
    static void startBoth() {
        for (Stack stack : Stack.values()) {
            INSTANCES.add(new SpringApplicationBuilder(Shop.class)
                    .web(stack.type)
                    .run(
                            "--spring.autoconfigure.exclude=",
                            "--spring.application.name=secured",
                            "--elasticjob.instance.name=" + stack,
                            "--server.port=0",
                            "--server.address=127.0.0.1",
                            "--spring.main.banner-mode=off",
                            "--spring.jmx.enabled=" + (stack == Stack.MVC),
                            "--spring.jmx.default-domain=elasticjob.test",
                            "--management.endpoints.jmx.domain=elasticjob.test",
                            "--management.endpoints.jmx.exposure.include=elasticjob",
                            "--management.endpoint.elasticjob.access=unrestricted",
                            "--management.endpoint.elasticjob.show-values=always",
                            "--management.endpoints.web.exposure.include=elasticjob"));
        }
        for (Stack stack : Stack.values()) {
            await().until(() -> get(stack, "/instances").at("/instances").size() == 2);
            await().until(() -> get(stack, "/jobs/declared").at("/eligible").size() == 2);
        }
    }

    @AfterAll
    static void stopBoth() {
        GATES.values().forEach(CountDownLatch::countDown);
        INSTANCES.forEach(ConfigurableApplicationContext::close);
        TIME.close();
    }

    // ---- Who may --------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @EnumSource
    void whoIsNobodyLearnsNothingAndWhoMayOnlyLookChangesNothing(Stack stack) {
        HttpRequest nobody = HttpRequest.newBuilder(uri(stack, "/jobs")).build();
        assertThat(send(nobody).statusCode()).isEqualTo(401);
        HttpRequest nobodyPosts = HttpRequest.newBuilder(uri(stack, "/jobs/declared"))
                .header(NO_BROWSER, "test")
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"operation\":\"disable\"}"))
                .build();
        assertThat(send(nobodyPosts).statusCode()).isEqualTo(401);

        assertThat(send(as("bob", stack, "/jobs/declared").build()).statusCode())
                .isEqualTo(200);
        assertThat(send(posting(as("bob", stack, "/jobs/declared"), "{\"operation\":\"disable\"}"))
                        .statusCode())
                .isEqualTo(403);
        assertThat(get(stack, "/jobs/declared").at("/overrides").isEmpty()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void whatAForeignPageHasABrowserSendChangesNothing(Stack stack) {
        HttpRequest forged = HttpRequest.newBuilder(uri(stack, "/jobs/declared"))
                .header("Authorization", basic("ann"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"operation\":\"disable\"}"))
                .build();

        assertThat(send(forged).statusCode()).isEqualTo(403);
        assertThat(get(stack, "/jobs/declared").at("/overrides").isEmpty()).isTrue();
    }

    // ---- What is done ---------------------------------------------------------------------------------------------

    @ParameterizedTest
    @EnumSource
    void aTriggerIsAcceptedWithANumberAndCanBeLookedAtUntilItIsDone(Stack stack) {
        String job = create(stack, "by hand " + stack, "shardingTotalCount=3");
        CountDownLatch gate = shut(job);
        JsonNode accepted = post(stack, 202, "/jobs/" + path(job), """
            {"operation": "trigger", "shards": "0,2", "parameter": "again", "id": "req-1", "reason": "customer waits"}\
            """);

        assertThat(accepted.at("/number").asLong()).isZero();
        assertThat(accepted.at("/id").asString()).isEqualTo("req-1");
        assertThat(accepted.at("/shards")).isEqualTo(json("[0,2]"));
        String where = accepted.at("/path").asString();
        assertThat(where).isEqualTo("/jobs/" + path(job) + "/triggers/0");
        await().until(() -> ask(stack, where).statusCode() == 200);
        await().until(() -> get(stack, where).at("/shards/0/state").asString().equals("RUNNING"));
        JsonNode running = get(stack, where);
        assertThat(running.at("/who").asString()).isEqualTo("ann");
        assertThat(running.at("/why").asString()).isEqualTo("customer waits");
        assertThat(running.at("/shards")
                        .valueStream()
                        .map(shard -> shard.at("/item").asInt()))
                .containsExactly(0, 2);
        assertThat(get(stack, "/jobs/" + path(job)).at("/triggers/0/number").asLong())
                .isZero();
        assertThat(running.toString()).doesNotContain("again");

        assertThat(post(stack, 202, "/jobs/" + path(job), "{\"operation\":\"trigger\",\"id\":\"req-1\"}")
                        .at("/number")
                        .asLong())
                .as("the same request, not another one")
                .isZero();

        gate.countDown();
        await().until(() -> ask(stack, where).statusCode() == 404);
        assertThat(get(stack, "/jobs/" + path(job)).at("/shards/2/firing").asString())
                .isEqualTo("trigger-0");
    }

    @ParameterizedTest
    @EnumSource
    void aTriggerThatHasNotBegunCanBeTakenBack(Stack stack) {
        String job = create(stack, "taken-back-" + stack, "shardingTotalCount=1");
        shut(job);
        post(stack, 202, "/jobs/" + job, "{\"operation\":\"trigger\"}");
        post(stack, 202, "/jobs/" + job, "{\"operation\":\"trigger\"}");
        await().until(() -> get(stack, "/jobs/" + job).at("/triggers").size() == 2);

        HttpResponse<String> cancelled = send(as("ann", stack, "/jobs/" + job + "/triggers/1?reason=too+late")
                .DELETE()
                .build());

        assertThat(cancelled.statusCode()).as(cancelled.body()).isEqualTo(200);
        assertThat(json(cancelled.body()).at("/shards/0/state").asString()).isEqualTo("CANCELLED");
        assertThat(audited("cancel", job).getData())
                .containsEntry("number", "1")
                .containsEntry("reason", "too late")
                .containsEntry("result", "accepted");
        assertThat(delete(stack, "/jobs/" + job + "/triggers/1")).isEqualTo(404);
        assertThat(delete(stack, "/jobs/" + job + "/triggers/x")).isEqualTo(404);
        assertThat(audited("cancel", job).getData())
                .containsEntry("number", "x")
                .containsEntry("result", "refused");
    }

    @ParameterizedTest
    @EnumSource
    void whatRunsIsCancelledWithWhoAndWhy(Stack stack) {
        String job = create(stack, "cancelled-" + stack, "shardingTotalCount=2");
        CountDownLatch gate = shut(job);
        post(stack, 202, "/jobs/" + job, "{\"operation\":\"trigger\"}");
        await().until(() -> get(stack, "/jobs/" + job)
                .at("/shards")
                .valueStream()
                .allMatch(shard -> shard.at("/state").asString().equals("RUNNING")));

        JsonNode answer = post(
                stack,
                202,
                "/jobs/" + job,
                "{\"operation\":\"cancel\",\"firing\":\"trigger-0\",\"shards\":\"1\",\"reason\":\"disk full\"}");

        assertThat(answer.toString())
                .contains("\"item\":1")
                .contains("\"firing\":\"trigger-0\"")
                .doesNotContain("\"item\":0");
        await().until(() ->
                get(stack, "/jobs/" + job).at("/shards/1/outcome").asString().equals("CANCELLED"));
        JsonNode shards = get(stack, "/jobs/" + job).at("/shards");
        assertThat(shards.at("/1/error").asString()).isEqualTo("cancelled by ann: disk full");
        assertThat(shards.at("/0/state").asString()).as("the other one goes on").isEqualTo("RUNNING");
        assertThat(audited("cancel", job).getData())
                .containsEntry("firing", "trigger-0")
                .containsEntry("shards", "1")
                .containsEntry("reason", "disk full")
                .containsEntry("result", "accepted");
        JsonNode over = post(stack, 409, "/jobs/" + job, "{\"operation\":\"cancel\",\"shards\":\"1\"}");
        assertThat(over.at("/message").asString())
                .isEqualTo("Nothing of " + job + " runs on shard 1, and nothing of it is to be run again");
        JsonNode named = post(
                stack, 409, "/jobs/" + job, "{\"operation\":\"cancel\",\"firing\":\"trigger-0\",\"shards\":\"1\"}");
        assertThat(named.at("/message").asString())
                .isEqualTo("The firing trigger-0 of " + job
                        + " does not run on shard 1, and nothing of it is to be run again");
        gate.countDown();
    }

    @ParameterizedTest
    @EnumSource
    void severalSettingsAreChangedAtOnceWithWhoAndWhyAndTakenBack(Stack stack) {
        String job = create(stack, "configured-" + stack, "every=1h");
        post(stack, 204, "/jobs/" + job, """
            {"operation": "configure", "set": "cron=0 0 3 * * ?\\nmisfire = SKIP\\njob-parameter=hunter2=x",
             "reason": "month end"}\
            """);

        await().until(() -> get(stack, "/jobs/" + job).at("/overrides").has("misfire"));
        JsonNode changed = get(stack, "/jobs/" + job);
        assertThat(changed.at("/overrides/cron/who").asString()).isEqualTo("ann");
        assertThat(changed.at("/overrides/cron/why").asString()).isEqualTo("month end");
        assertThat(changed.at("/overrides").has("every"))
                .as("a cron takes its place")
                .isFalse();
        assertThat(changed.at("/configuration/misfire/source").asString()).isEqualTo("OVERRIDE");
        assertThat(changed.at("/configuration/jobParameter/value").asString()).isEqualTo("hunter2=x");
        AuditEvent audited = audited("configure", job);
        assertThat(audited.getPrincipal()).isEqualTo("ann");
        assertThat(audited.getData())
                .containsEntry("set", List.of("cron", "jobParameter", "misfire"))
                .containsEntry("reason", "month end")
                .containsEntry("result", "accepted");
        assertThat(audited.toString()).doesNotContain("hunter2");

        JsonNode refused = post(
                stack,
                400,
                "/jobs/" + job,
                "{\"operation\":\"configure\",\"set\":\"jobParameter=other\\nfailoverLimit=none\"}");
        assertThat(refused.at("/key").asString()).isEqualTo(job + ".failoverLimit");
        assertThat(refused.at("/value").asString()).isEqualTo("none");
        assertThat(get(stack, "/jobs/" + job)
                        .at("/configuration/jobParameter/value")
                        .asString())
                .as("all or nothing")
                .isEqualTo("hunter2=x");

        post(stack, 204, "/jobs/" + job, "{\"operation\":\"reset\",\"keys\":\"misfire, jobParameter\"}");
        await().until(() -> !get(stack, "/jobs/" + job).at("/overrides").has("misfire"));
        assertThat(get(stack, "/jobs/" + job).at("/overrides").propertyNames())
                .as("with the zone in which all instances read a cron that came without one")
                .containsExactly("cron", "zone", "handler");
    }

    @ParameterizedTest
    @EnumSource
    void whatIsSwitchedOffIsShownWithWhoAndWhyAndExplained(Stack stack) {
        String job = create(stack, "switched-" + stack, "every=1h\nshardingTotalCount=2");
        post(stack, 204, "/jobs/" + job, "{\"operation\":\"disable\",\"shard\":\"1\",\"reason\":\"bad disk\"}");
        post(stack, 204, "/jobs/" + job, "{\"operation\":\"disable\",\"instance\":\"MVC\"}");
        post(stack, 204, "/jobs/" + job, "{\"operation\":\"disable\",\"reason\":\"stock-taking\"}");

        await().until(() -> !get(stack, "/jobs/" + job).at("/enabled").asBoolean());
        JsonNode shown = get(stack, "/jobs/" + job);
        assertThat(shown.at("/switches/shards/1/who").asString()).isEqualTo("ann");
        assertThat(shown.at("/switches/shards/1/why").asString()).isEqualTo("bad disk");
        assertThat(shown.at("/switches/instances").has("MVC")).isTrue();
        assertThat(shown.at("/overrides/enabled/why").asString()).isEqualTo("stock-taking");
        JsonNode why = get(stack, "/jobs/" + job + "/explain");
        assertThat(why.at("/findings")
                        .valueStream()
                        .map(finding -> finding.at("/code").asString()))
                .containsExactly("DISABLED", "SHARD_DISABLED");
        assertThat(why.at("/findings/0/text").asString()).contains("by ann").endsWith(": stock-taking");
        assertThat(why.at("/findings/0/fields/who").asString()).isEqualTo("ann");

        JsonNode conflict = post(stack, 409, "/jobs/" + job, "{\"operation\":\"trigger\"}");
        assertThat(conflict.at("/message").asString()).contains("is disabled").contains("force");
        assertThat(audited("trigger", job).getData())
                .containsEntry("result", "refused")
                .hasEntrySatisfying("why", text -> assertThat(text.toString()).contains("is disabled"));
        post(stack, 202, "/jobs/" + job, "{\"operation\":\"trigger\",\"force\":true}");

        post(stack, 204, "/jobs/" + job, "{\"operation\":\"enable\"}");
        post(stack, 204, "/jobs/" + job, "{\"operation\":\"enable\",\"shard\":\"1\"}");
        post(stack, 204, "/jobs/" + job, "{\"operation\":\"enable\",\"instance\":\"MVC\"}");
        await().until(() -> codes(stack, "/jobs/" + job + "/explain").equals(List.of("NEXT_FIRING")));
        assertThat(get(stack, "/jobs/" + job).at("/switches")).isEqualTo(json("{\"shards\":{},\"instances\":{}}"));
        assertThat(codes(stack, "/jobs/" + job + "/explain?at=2020-01-01T00:00:00Z"))
                .containsExactly("BEFORE_SINCE");
    }

    @ParameterizedTest
    @EnumSource
    void aJobIsMadeAndRemovedForAllInstances(Stack stack) {
        Stack other = stack == Stack.MVC ? Stack.WEBFLUX : Stack.MVC;
        String job = create(stack, "made-" + stack, "at=2199-01-01T00:00:00Z");
        await().until(() -> ask(other, "/jobs/" + job).statusCode() == 200);
        assertThat(get(other, "/jobs/" + job).at("/nextFireTimes/0").asString()).isEqualTo("2199-01-01T00:00:00Z");

        JsonNode taken = post(
                stack, 409, "/jobs/" + job, "{\"operation\":\"create\",\"set\":\"handler=gated\\ncron=0 0 3 * * ?\"}");
        assertThat(taken.at("/message").asString()).contains("already");
        JsonNode unknown =
                post(stack, 400, "/jobs/another", "{\"operation\":\"create\",\"set\":\"handler=gate\\nevery=1h\"}");
        assertThat(unknown.at("/message").asString()).contains("did you mean \"gated\"?");

        assertThat(delete(stack, "/jobs/" + job)).isEqualTo(204);
        await().until(() -> ask(other, "/jobs/" + job).statusCode() == 404);
        assertThat(audited("remove", job).getPrincipal()).isEqualTo("ann");
        assertThat(delete(stack, "/jobs/never-there")).isEqualTo(404);
        assertThat(audited("remove", "never-there").getData()).containsEntry("result", "refused");
    }

    @ParameterizedTest
    @EnumSource
    void anInstanceIsDrainedByNameOrIdAndComesBack(Stack stack) {
        String id = idOf(Stack.WEBFLUX);
        post(stack, 204, "/instances/WEBFLUX", "{\"operation\":\"drain\",\"reason\":\"new kernel\"}");

        await().until(() -> get(stack, "/instances/" + id).has("drain"));
        JsonNode drained = get(stack, "/instances/" + id);
        assertThat(drained.at("/state").asString()).isEqualTo("DRAINING");
        assertThat(drained.at("/drain/who").asString()).isEqualTo("ann");
        assertThat(drained.at("/drain/why").asString()).isEqualTo("new kernel");
        await().until(() -> get(stack, "/jobs/declared").at("/eligible").size() == 1);
        assertThat(audited("drain", "WEBFLUX").getData()).containsEntry("instance", "WEBFLUX");

        post(stack, 204, "/instances/" + id, "{\"operation\":\"resume\"}");
        await().until(() -> get(stack, "/jobs/declared").at("/eligible").size() == 2);
        JsonNode unknown = post(stack, 404, "/instances/WEBFLEX", "{\"operation\":\"drain\"}");
        assertThat(unknown.at("/message").asString()).contains("did you mean \"WEBFLUX\"?");
    }

    @ParameterizedTest
    @EnumSource
    void whoWouldRunWhatIfInstancesLeftOrJoinedIsTold(Stack stack) {
        String mvc = idOf(Stack.MVC);
        String webflux = idOf(Stack.WEBFLUX);

        JsonNode without = get(stack, "/jobs/declared/assignment?without=WEBFLUX");
        assertThat(without.at("/present").propertyNames()).containsExactlyInAnyOrder(mvc, webflux);
        assertThat(without.at("/then")).isEqualTo(json("{\"" + mvc + "\":[0,1]}"));
        assertThat(without.at("/without/0").asString()).isEqualTo(webflux);
        assertThat(without.at("/moved").size()).isEqualTo(1);
        JsonNode with = get(stack, "/jobs/declared/assignment?with=3");
        assertThat(with.at("/then").propertyNames()).contains(mvc, webflux, "new-0003");
        assertThat(with.at("/then").valueStream().mapToInt(JsonNode::size).sum())
                .isEqualTo(2);
        assertThat(get(stack, "/jobs/declared/assignment").at("/moved").isEmpty())
                .isTrue();

        for (String bad : List.of("without=WEBFLEX", "with=0", "with=a/b", "with=5000")) {
            assertThat(ask(stack, "/jobs/declared/assignment?" + bad).statusCode())
                    .as(bad)
                    .isEqualTo(400);
        }
        assertThat(ask(stack, "/jobs/never-there/assignment").statusCode()).isEqualTo(404);
    }

    @ParameterizedTest
    @EnumSource
    void aSnapshotShowsEverythingButParameters(Stack stack) {
        String job = create(
                stack,
                "shown-" + stack,
                "shardingTotalCount=2\njobParameter=hunter2\nshardingItemParameters=0=hunter3,1=hunter4");
        await().until(() -> ask(stack, "/jobs/" + job).statusCode() == 200);

        JsonNode snapshot = get(stack, "/snapshot");

        assertThat(snapshot.toString()).doesNotContain("hunter");
        assertThat(snapshot.at("/namespace/namespace").asString()).isEqualTo("secured");
        assertThat(snapshot.at("/instances").size()).isEqualTo(2);
        assertThat(snapshot.at("/completeness/jobs").asInt())
                .isEqualTo(snapshot.at("/jobs").size());
        assertThat(snapshot.at("/completeness/jobsWithoutRecords").asInt()).isZero();
        JsonNode shown = snapshot.at("/jobs")
                .valueStream()
                .filter(one -> one.at("/name").asString().equals(job))
                .findFirst()
                .orElseThrow();
        assertThat(shown.at("/configuration/jobParameter/value").asString()).isEqualTo("******");
        assertThat(shown.at("/overrides/shardingItemParameters/value").asString())
                .isEqualTo("******");
        assertThat(shown.at("/configuration/shardingTotalCount/value").asString())
                .isEqualTo("2");
        assertThat(shown.at("/shards/1/parameter").asString()).isEqualTo("******");
        assertThat(get(stack, "/jobs/" + job).at("/shards/1/parameter").asString())
                .as("who may see the job may see its parameters")
                .isEqualTo("hunter4");
    }

    // ---- What cannot be done -------------------------------------------------------------------------------------

    static Stream<Arguments> malformed() {
        return Stream.of(Stack.values())
                .flatMap(stack -> Stream.of(
                                List.of("{}", "operation", "trigger, backfill, cancel, rerun, configure"),
                                List.of("{'operation':'tigger'}", "operation", "did you mean \"trigger\"?"),
                                List.of(
                                        "{'operation':'drain'}",
                                        "operation",
                                        "trigger, backfill, cancel, rerun, configure"),
                                List.of("{'operation':'cancel','firing':'soon'}", "firing", "trigger-7"),
                                List.of("{'operation':'rerun'}", "firing", "must name the firings"),
                                List.of("{'operation':'rerun','firing':'soon'}", "firing", "trigger-7"),
                                List.of("{'operation':'rerun','from':'now'}", "from", "is not an instant"),
                                List.of(
                                        "{'operation':'rerun','firing':'trigger-7','to':'2026-01-01T00:00:00Z'}",
                                        "firing",
                                        "beside"),
                                List.of(
                                        "{'operation':'rerun','firing':'trigger-7','parameters':'old'}",
                                        "parameters",
                                        "must be present"),
                                List.of(
                                        "{'operation':'rerun','firing':'trigger-7'}",
                                        "declared.recordFirings",
                                        "must be true"),
                                List.of("{'operation':'cancel','shards':'0,x'}", "shards", "number of a shard"),
                                List.of("{'operation':'cancel','shards':'7'}", "shards", "does not exist"),
                                List.of("{'operation':'cancel','force':'true'}", "force", "does not know it"),
                                List.of("{'operation':'trigger','firing':'trigger-0'}", "firing", "does not know it"),
                                List.of("{'operation':'trigger','shards':'0,x'}", "shards", "number of a shard"),
                                List.of("{'operation':'trigger','shards':''}", "shards", "number of a shard"),
                                List.of("{'operation':'trigger','shards':'1,1'}", "shards", "twice"),
                                List.of("{'operation':'trigger','shards':'7'}", "shards", "does not exist"),
                                List.of("{'operation':'trigger','force':'yes'}", "force", "true or false"),
                                List.of("{'operation':'trigger','id':'a b'}", "id", "letters"),
                                List.of("{'operation':'trigger','id':''}", "id", "blank"),
                                List.of("{'operation':'trigger','reason':'a\\u0007b'}", "reason", "control"),
                                List.of("{'operation':'disable','shards':'1'}", "shards", "did you mean \"shard\"?"),
                                List.of("{'operation':'disable','shard':'1','instance':'MVC'}", "shard", "together"),
                                List.of("{'operation':'disable','shard':'9'}", "shard", "does not exist"),
                                List.of(
                                        "{'operation':'disable','instance':'MVX'}",
                                        "instance",
                                        "did you mean \"MVC\"?"),
                                List.of("{'operation':'configure'}", "set", "key=value"),
                                List.of("{'operation':'configure','set':'misfire'}", "set", "key=value"),
                                List.of(
                                        "{'operation':'configure','set':'misfired=SKIP'}",
                                        "set",
                                        "did you mean \"misfire\"?"),
                                List.of(
                                        "{'operation':'configure','set':'misfire=SKIP\\nmisFire=SKIP'}",
                                        "set",
                                        "twice"),
                                List.of(
                                        "{'operation':'configure','set':'handler=gated'}",
                                        "declared.handler",
                                        "cannot be changed"),
                                List.of("{'operation':'reset','keys':'cron,'}", "keys", "no key"),
                                List.of("{'operation':'reset','keys':'misfir'}", "keys", "did you mean \"misfire\"?"))
                        .map(row -> Arguments.of(stack, row.get(0).replace('\'', '"'), row.get(1), row.get(2))));
    }

    @ParameterizedTest
    @MethodSource("malformed")
    void whatCanNotBeUnderstoodIsRefusedWithKeyValueAndRule(Stack stack, String body, String key, String rule) {
        JsonNode refused = post(stack, 400, "/jobs/declared", body);

        assertThat(refused.at("/key").asString()).isEqualTo(key);
        assertThat(refused.at("/rule").asString()).contains(rule);
        assertThat(refused.at("/message").asString()).contains(key).contains(rule);
        JsonNode job = get(stack, "/jobs/declared");
        assertThat(job.at("/overrides").isEmpty()).isTrue();
        assertThat(job.at("/switches")).isEqualTo(json("{\"shards\":{},\"instances\":{}}"));
        assertThat(job.at("/triggers").isEmpty()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void whatIsNoRequestAtAllIsRefusedByTheServer(Stack stack) {
        for (String body :
                List.of("{\"operation\":", "[1]", "disable", "{\"operation\":{\"a\":1}}", "{\"shards\":[1]}")) {
            assertThat(send(posting(as("ann", stack, "/jobs/declared"), body)).statusCode())
                    .as(body)
                    .isEqualTo(400);
        }
        String huge = "{\"operation\":\"configure\",\"set\":\"description=" + "x".repeat(300_000) + "\"}";
        HttpResponse<String> tooLarge = send(posting(as("ann", stack, "/jobs/declared"), huge));
        assertThat(tooLarge.statusCode()).as(tooLarge.body()).isEqualTo(stack == Stack.MVC ? 400 : 413);
        assertThat(tooLarge.body()).hasSizeLessThan(1_000);
        assertThat(send(posting(as("ann", stack, "/jobs/a%40b"), "{\"operation\":\"trigger\"}"))
                        .statusCode())
                .isEqualTo(400);
        assertThat(send(posting(as("ann", stack, "/nothing/here"), "{\"operation\":\"trigger\"}"))
                        .statusCode())
                .isEqualTo(404);
        assertThat(send(posting(as("ann", stack, "/jobs/never-there"), "{\"operation\":\"trigger\"}"))
                        .statusCode())
                .isEqualTo(404);
        assertThat(ask(stack, "/jobs/declared/explain?at=noon").statusCode()).isEqualTo(400);
    }

    @ParameterizedTest
    @EnumSource
    void whileTheRegistryIsAwayNothingIsSaidToBeDoneAndTheExplanationSaysSo(Stack stack) {
        ENSEMBLE.stop();
        try {
            await().until(() -> get(stack, "").at("/instance").has("awaySince"));

            JsonNode unknown = post(stack, 503, "/jobs/declared", "{\"operation\":\"trigger\",\"id\":\"later\"}");
            assertThat(unknown.at("/message").asString())
                    .startsWith("ZooKeeper cannot be asked now")
                    .contains("\"id\": \"later\"");
            post(stack, 503, "/instances/nobody", "{\"operation\":\"drain\"}");
            assertThat(audited("trigger", "declared").getData()).containsEntry("result", "unknown");
            assertThat(codes(stack, "/jobs/declared/explain"))
                    .containsExactly("REGISTRY_AWAY", "RECORDS_UNKNOWN", "NO_SCHEDULE");
            assertThat(get(stack, "/snapshot").at("/completeness/why").asString())
                    .isNotEmpty();
        } finally {
            ENSEMBLE.start();
        }
        await().until(() -> Stream.of(Stack.values())
                .allMatch(each -> get(each, "").at("/instance/connected").asBoolean()));
        await().until(() -> ask(stack, "/jobs/declared").statusCode() == 200);
    }

    @Test
    void theSameCanBeDoneOverJmx() throws Exception {
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        ObjectName endpoint = server.queryNames(new ObjectName("elasticjob.test:type=Endpoint,name=Elasticjob,*"), null)
                .iterator()
                .next();
        assertThat(parameters(server, endpoint, "change"))
                .as("callers name them by their place: a new one comes last")
                .containsExactly(
                        "jobsOrInstances",
                        "nameOrId",
                        "operation",
                        "shards",
                        "parameter",
                        "force",
                        "id",
                        "set",
                        "keys",
                        "shard",
                        "instance",
                        "reason",
                        "firing",
                        "notBefore",
                        "from",
                        "to",
                        "successors",
                        "parameters");
        assertThat(parameters(server, endpoint, "about"))
                .containsExactly(
                        "jobsOrInstances",
                        "nameOrId",
                        "aspect",
                        "at",
                        "without",
                        "with",
                        "shard",
                        "outcome",
                        "firing",
                        "from",
                        "to",
                        "before",
                        "size",
                        "attempt",
                        "instance",
                        "error",
                        "bucket",
                        "task");
        assertThat(parameters(server, endpoint, "list"))
                .containsExactly(
                        "jobsOrInstances",
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
                        "job",
                        "outcome",
                        "from",
                        "to",
                        "error",
                        "before",
                        "set",
                        "jobs",
                        "wait",
                        "who",
                        "operation",
                        "label");
        String[] texts = new String[12];
        java.util.Arrays.fill(texts, String.class.getName());

        Object accepted = server.invoke(
                endpoint,
                "change",
                new Object[] {"jobs", "declared", "trigger", "1", null, null, "jmx-1", null, null, null, null, "by hand"
                },
                texts);
        assertThat(accepted)
                .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.MAP)
                .containsEntry("id", "jmx-1");
        assertThatThrownBy(() -> server.invoke(
                        endpoint,
                        "change",
                        new Object[] {"jobs", "declared", "tigger", null, null, null, null, null, null, null, null, null
                        },
                        texts))
                .isInstanceOf(MBeanException.class)
                .hasRootCauseMessage(
                        "operation: \"tigger\" is nothing that can be done with a job; did you mean" + " \"trigger\"?");
    }

    // ---- Help -----------------------------------------------------------------------------------------------------

    private static List<String> parameters(MBeanServer server, ObjectName endpoint, String operation) throws Exception {
        return Stream.of(server.getMBeanInfo(endpoint).getOperations())
                .filter(each -> each.getName().equals(operation))
                .flatMap(each -> Stream.of(each.getSignature()))
                .map(javax.management.MBeanParameterInfo::getName)
                .toList();
    }

    /** Makes a job of its own for a test. */
    private static String create(Stack stack, String name, String settings) {
        String set = "handler=gated\n" + settings;
        post(
                stack,
                204,
                "/jobs/" + path(name),
                JsonMapper.shared().writeValueAsString(Map.of("operation", "create", "set", set)));
        await().until(() -> ask(stack, "/jobs/" + path(name)).statusCode() == 200);
        return name;
    }

    private static CountDownLatch shut(String job) {
        CountDownLatch gate = new CountDownLatch(1);
        GATES.put(job, gate);
        return gate;
    }

    /** The last that was audited of such an operation on a job or instance. */
    private static AuditEvent audited(String operation, String name) {
        return AUDIT.stream()
                .filter(event -> operation.equals(event.getData().get("operation")))
                .filter(event -> event.getData().containsValue(name))
                .reduce((one, later) -> later)
                .orElseThrow();
    }

    private static List<String> codes(Stack stack, String path) {
        return get(stack, path)
                .at("/findings")
                .valueStream()
                .map(finding -> finding.at("/code").asString())
                .toList();
    }

    private static String idOf(Stack stack) {
        return INSTANCES
                .get(stack.ordinal())
                .getBean(JobEngine.class)
                .status()
                .instance()
                .orElseThrow();
    }

    private static String path(String name) {
        return name.replace(" ", "%20");
    }

    private static JsonNode get(Stack stack, String path) {
        HttpResponse<String> response = ask(stack, path);
        assertThat(response.statusCode()).as(path + ": " + response.body()).isEqualTo(200);
        return json(response.body());
    }

    private static HttpResponse<String> ask(Stack stack, String path) {
        return send(as("ann", stack, path).build());
    }

    private static JsonNode post(Stack stack, int expected, String path, String body) {
        HttpResponse<String> response = send(posting(as("ann", stack, path), body));
        assertThat(response.statusCode())
                .as(path + " " + body + ": " + response.body())
                .isEqualTo(expected);
        return response.body().isEmpty() ? JsonMapper.shared().missingNode() : json(response.body());
    }

    private static int delete(Stack stack, String path) {
        return send(as("ann", stack, path).DELETE().build()).statusCode();
    }

    private static HttpRequest posting(HttpRequest.Builder request, String body) {
        return request.header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    private static HttpRequest.Builder as(String user, Stack stack, String path) {
        return HttpRequest.newBuilder(uri(stack, path))
                .timeout(Duration.ofSeconds(20))
                .header(NO_BROWSER, "test")
                .header("Authorization", basic(user));
    }

    private static String basic(String user) {
        return "Basic " + Base64.getEncoder().encodeToString((user + ":pw").getBytes(StandardCharsets.UTF_8));
    }

    private static HttpResponse<String> send(HttpRequest request) {
        try {
            return HTTP.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (Exception failed) {
            throw new AssertionError(failed);
        }
    }

    private static URI uri(Stack stack, String path) {
        int port = ((WebServerApplicationContext) INSTANCES.get(stack.ordinal()))
                .getWebServer()
                .getPort();
        return URI.create("http://127.0.0.1:" + port + "/actuator/elasticjob" + path);
    }

    private static JsonNode json(String text) {
        return JsonMapper.shared().readTree(text);
    }
}
