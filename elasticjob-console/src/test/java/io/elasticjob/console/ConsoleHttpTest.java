package io.elasticjob.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.ShardingContext;
import io.elasticjob.boot.ElasticJob;
import io.elasticjob.codec.Json;
import java.io.ByteArrayInputStream;
import java.io.IOException;
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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.apache.curator.test.TestingServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.security.autoconfigure.actuate.web.servlet.EndpointRequest;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpMethod;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.CsrfConfigurer;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;

/** The console over HTTP: under both web stacks, wherever endpoints can be, with and without security. */
@ResourceLock("applications") // each sets up the logging of the whole process
class ConsoleHttpTest {

    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** Without it all is open: what the application says about security is what counts. */
    private static final String OPEN =
            "--spring.autoconfigure.exclude=org.springframework.boot.security.autoconfigure.web.servlet.ServletWebSecurityAutoConfiguration,"
                    + "org.springframework.boot.security.autoconfigure.web.servlet.SecurityFilterAutoConfiguration,"
                    + "org.springframework.boot.security.autoconfigure.actuate.web.servlet.ManagementWebSecurityAutoConfiguration,"
                    + "org.springframework.boot.security.autoconfigure.web.reactive.ReactiveWebSecurityAutoConfiguration,"
                    + "org.springframework.boot.security.autoconfigure.actuate.web.reactive.ReactiveManagementWebSecurityAutoConfiguration,"
                    // Both servers are on the class path of these tests.
                    + "org.springframework.boot.tomcat.autoconfigure.actuate.web.server.TomcatReactiveManagementContextAutoConfiguration";

    private TestingServer server;
    private ConfigurableApplicationContext application;

    @SpringBootConfiguration
    @EnableAutoConfiguration
    static class Shop {

        @ElasticJob(every = "1h", shardingTotalCount = 2)
        public void settle(ShardingContext context) {}
    }

    /** As the reference of the endpoint has it, for a browser: who may look, who may operate, and a token in a cookie. */
    @Configuration(proxyBeanMethods = false)
    static class Secured {

        @Bean
        SecurityFilterChain actuator(HttpSecurity http) throws Exception {
            return http.securityMatcher(EndpointRequest.toAnyEndpoint())
                    .authorizeHttpRequests(requests -> requests.requestMatchers(HttpMethod.GET)
                            .hasAnyRole("VIEWER", "OPERATOR")
                            .anyRequest()
                            .hasRole("OPERATOR"))
                    .httpBasic(Customizer.withDefaults())
                    .csrf(CsrfConfigurer::spa)
                    .build();
        }

        @Bean
        UserDetailsService users() {
            return new InMemoryUserDetailsManager(
                    User.withUsername("vera")
                            .password("{noop}secret")
                            .roles("VIEWER")
                            .build(),
                    User.withUsername("otto")
                            .password("{noop}secret")
                            .roles("OPERATOR")
                            .build());
        }
    }

    @BeforeEach
    void startServer() throws Exception {
        server = new TestingServer(true);
    }

    @AfterEach
    void stop() throws Exception {
        if (application != null) {
            application.close();
        }
        server.close();
    }

    @ParameterizedTest
    @EnumSource(value = WebApplicationType.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void thePageLeadsToAllThatItNeeds(WebApplicationType stack) throws Exception {
        start(stack, OPEN);
        look("/actuator/elasticjobconsole", "../elasticjob");
    }

    @ParameterizedTest
    @EnumSource(value = WebApplicationType.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void theEndpointsMayBeMappedElsewhere(WebApplicationType stack) throws Exception {
        start(
                stack,
                OPEN,
                "--management.endpoints.web.base-path=/ops",
                "--management.endpoints.web.path-mapping.elasticjobconsole=jobs/ui",
                "--management.endpoints.web.path-mapping.elasticjob=api/jobs");
        look("/ops/jobs/ui", "../../api/jobs");
    }

    @ParameterizedTest
    @EnumSource(value = WebApplicationType.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void theEndpointsMayHaveAPortOfTheirOwn(WebApplicationType stack) throws Exception {
        start(stack, OPEN, "--management.server.port=0", "--management.server.address=127.0.0.1");
        assertThat(get("/actuator/elasticjobconsole/").statusCode()).isEqualTo(404);
        look("local.management.port", "/actuator/elasticjobconsole", "../elasticjob");
    }

    @ParameterizedTest
    @EnumSource(value = WebApplicationType.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void aPortOfTheirOwnMayHaveABasePath(WebApplicationType stack) throws Exception {
        start(
                stack,
                OPEN,
                "--management.server.port=0",
                "--management.server.address=127.0.0.1",
                "--management.server.base-path=/admin");
        look("local.management.port", "/admin/actuator/elasticjobconsole", "../elasticjob");
    }

    @Test
    void theApplicationMayHaveAContextPathAndItsServletAPathOfItsOwn() throws Exception {
        start(
                WebApplicationType.SERVLET,
                OPEN,
                "--server.servlet.context-path=/shop",
                "--spring.mvc.servlet.path=/web");
        look("/shop/web/actuator/elasticjobconsole", "../elasticjob");
    }

    @Test
    void aReactiveApplicationMayHaveABasePath() throws Exception {
        start(WebApplicationType.REACTIVE, OPEN, "--spring.webflux.base-path=/shop");
        look("/shop/actuator/elasticjobconsole", "../elasticjob");
    }

    @ParameterizedTest
    @EnumSource(value = WebApplicationType.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void behindAProxyNothingTellsWhereTheApplicationItselfIs(WebApplicationType stack) throws Exception {
        start(stack, OPEN, "--server.forward-headers-strategy=framework");
        String[] forwarded = {
            "X-Forwarded-Host", "ops.example.org", "X-Forwarded-Proto", "https", "X-Forwarded-Prefix", "/shop/one"
        };
        assertThat(get("/actuator/elasticjobconsole", forwarded).headers().firstValue("Location"))
                .contains("elasticjobconsole/");
        assertThat(text(get("/actuator/elasticjobconsole/", forwarded))).doesNotContain("127.0.0.1", "example.org");
    }

    @ParameterizedTest
    @EnumSource(value = WebApplicationType.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void theContextTellsWhoAnswersAndWhatIsAllowed(WebApplicationType stack) throws Exception {
        start(
                stack,
                OPEN,
                "--management.endpoint.elasticjob.access=unrestricted",
                "--elasticjob.console.title=Jobs of the shop",
                "--elasticjob.console.links.billing=https://billing.example.org/ops/",
                "--elasticjob.console.log-url=/logs?job={job}");
        assertThat(context())
                .containsEntry("namespace", "shop")
                .containsEntry("access", "UNRESTRICTED")
                .containsEntry("user", "")
                .containsEntry("title", "Jobs of the shop")
                .containsEntry("links", Map.of("billing", "https://billing.example.org/ops/"))
                .containsEntry("locales", List.of("en", "zh-CN"))
                .containsEntry("logUrl", "/logs?job={job}");
    }

    @Test
    void byDefaultNothingMayBeChanged() throws Exception {
        start(WebApplicationType.SERVLET, OPEN);
        assertThat(context()).containsEntry("access", "READ_ONLY");
    }

    @Test
    void withoutExposureThereIsNoConsole() throws Exception {
        start(WebApplicationType.SERVLET, OPEN, "--management.endpoints.web.exposure.include=health");
        assertThat(get("/actuator/elasticjobconsole").statusCode()).isEqualTo(404);
        assertThat(application.getBeanProvider(ConsoleFiles.class).getIfAvailable())
                .isNull();
    }

    @Test
    void whoMayLookMayNotOperateAndNobodyMayByAForgedRequest() throws Exception {
        start(
                WebApplicationType.SERVLET,
                List.of(Shop.class, Secured.class),
                "--management.endpoint.elasticjob.access=unrestricted");
        assertThat(get("/actuator/elasticjobconsole/").statusCode()).isEqualTo(401);
        assertThat(get("/actuator/elasticjobconsole").headers().firstValue("Location"))
                .isEmpty();

        HttpResponse<byte[]> page = get("/actuator/elasticjobconsole/context.json", basic("vera"));
        assertThat(Json.read(page.body())).containsEntry("user", "vera");
        // Spring Security's own headers do not undo that files stay in the browser's cache.
        assertThat(get(script(basic("vera")), basic("vera")).headers().firstValue("Cache-Control"))
                .hasValueSatisfying(caching -> assertThat(caching).contains("immutable"));

        String token = page.headers().allValues("Set-Cookie").stream()
                .filter(cookie -> cookie.startsWith("XSRF-TOKEN="))
                .map(cookie -> cookie.substring("XSRF-TOKEN=".length(), cookie.indexOf(';')))
                .findFirst()
                .orElseThrow();
        String[] proof = {"Cookie", "XSRF-TOKEN=" + token, "X-XSRF-TOKEN", token};
        String drain = "{\"operation\": \"disable\", \"reason\": \"test\"}";
        assertThat(post("/actuator/elasticjob/jobs/shop-settle", drain, with(basic("vera"), proof)))
                .isEqualTo(403);
        assertThat(post("/actuator/elasticjob/jobs/shop-settle", drain, basic("otto")))
                .isEqualTo(403);
        assertThat(post("/actuator/elasticjob/jobs/none", drain, with(basic("otto"), proof)))
                .isEqualTo(404);
    }

    // ---- Helpers --------------------------------------------------------------------------------------------------

    private void look(String root, String api) throws Exception {
        look("local.server.port", root, api);
    }

    /** Follows the page to each file that it names, as a browser does. */
    private void look(String port, String root, String api) throws Exception {
        URI here = URI.create("http://127.0.0.1:" + application.getEnvironment().getProperty(port) + root);
        HttpResponse<byte[]> lead = send(HttpRequest.newBuilder(here));
        assertThat(lead.statusCode()).isEqualTo(302);
        URI page = here.resolve(lead.headers().firstValue("Location").orElseThrow());
        assertThat(page.getPath()).isEqualTo(root + "/");

        HttpResponse<byte[]> index = send(HttpRequest.newBuilder(page).header("Accept", "text/html,*/*;q=0.8"));
        assertThat(index.statusCode()).isEqualTo(200);
        assertThat(index.headers().firstValue("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("text/html"));
        assertThat(index.headers().firstValue("Cache-Control")).contains("no-store");
        assertThat(index.headers().firstValue("Content-Security-Policy")).contains(ConsoleHeaders.POLICY);
        assertThat(index.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
        assertThat(text(index)).contains("content=\"" + api + "\"");

        for (String address : addresses(text(index))) {
            HttpResponse<byte[]> file = send(HttpRequest.newBuilder(page.resolve(address)));
            assertThat(file.statusCode()).as(address).isEqualTo(200);
            assertThat(file.headers().firstValue("Content-Encoding")).contains("gzip");
            assertThat(file.headers().firstValue("Cache-Control"))
                    .hasValueSatisfying(caching -> assertThat(caching).contains("immutable"));
            try (GZIPInputStream plain = new GZIPInputStream(new ByteArrayInputStream(file.body()))) {
                assertThat(plain.readAllBytes()).isNotEmpty();
            }
        }
        HttpResponse<byte[]> none = send(HttpRequest.newBuilder(page.resolve("0123/app.js")));
        assertThat(none.statusCode()).isEqualTo(404);
        assertThat(none.headers().firstValue("Content-Encoding")).isEmpty();

        HttpResponse<byte[]> answer =
                send(HttpRequest.newBuilder(page.resolve(api + "/jobs")).header("Accept", "application/json"));
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(Json.read(answer.body())).containsKey("jobs");
    }

    private static List<String> addresses(String page) {
        Matcher found = Pattern.compile("(?:href|src)=\"([^\"]+)\"").matcher(page);
        List<String> all = new ArrayList<>();
        while (found.find()) {
            all.add(found.group(1));
        }
        assertThat(all).isNotEmpty();
        return all;
    }

    private String script(String... headers) throws Exception {
        return "/actuator/elasticjobconsole/"
                + addresses(text(get("/actuator/elasticjobconsole/", headers))).stream()
                        .filter(one -> one.endsWith("app.js"))
                        .findFirst()
                        .orElseThrow();
    }

    private Map<String, Object> context() throws Exception {
        HttpResponse<byte[]> answer = get("/actuator/elasticjobconsole/context.json", "Accept", "application/json");
        assertThat(answer.statusCode()).isEqualTo(200);
        return Json.read(answer.body());
    }

    private static String[] basic(String user) {
        return new String[] {
            "Authorization", "Basic " + Base64.getEncoder().encodeToString((user + ":secret").getBytes())
        };
    }

    private static String[] with(String[] some, String[] more) {
        return Stream.concat(Stream.of(some), Stream.of(more)).toArray(String[]::new);
    }

    private String[] arguments(String... further) {
        return Stream.concat(
                        Stream.of(
                                "--server.port=0",
                                "--server.address=127.0.0.1",
                                "--spring.application.name=shop",
                                "--elasticjob.registry.connect-string=" + server.getConnectString()),
                        Stream.of(further))
                .toArray(String[]::new);
    }

    private void start(WebApplicationType stack, String... further) {
        start(stack, List.of(Shop.class), further);
    }

    private void start(WebApplicationType stack, List<Class<?>> sources, String... further) {
        application = new SpringApplicationBuilder(sources.toArray(Class[]::new))
                .web(stack)
                .properties("management.endpoints.web.exposure.include=elasticjob,elasticjobconsole")
                .run(arguments(further));
    }

    private HttpResponse<byte[]> get(String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(address(path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return send(request);
    }

    private int post(String path, String body, String... headers) throws Exception {
        return send(HttpRequest.newBuilder(address(path))
                        .header("Content-Type", "application/json")
                        .headers(headers)
                        .POST(HttpRequest.BodyPublishers.ofString(body)))
                .statusCode();
    }

    private URI address(String path) {
        return URI.create("http://127.0.0.1:" + application.getEnvironment().getProperty("local.server.port") + path);
    }

    private static HttpResponse<byte[]> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return HTTP.send(request.timeout(Duration.ofSeconds(30)).build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    private static String text(HttpResponse<byte[]> response) {
        return new String(response.body(), StandardCharsets.UTF_8);
    }
}
