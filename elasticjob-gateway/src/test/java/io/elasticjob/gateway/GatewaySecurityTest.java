package io.elasticjob.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobKey;
import io.elasticjob.JobOperations;
import io.elasticjob.Operator;
import io.elasticjob.TriggerRequest;
import io.elasticjob.codec.Json;
import io.elasticjob.engine.JobEngine;
import io.elasticjob.testing.security.Identity;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.apache.curator.test.TestingServer;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.actuate.audit.listener.AuditApplicationEvent;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.event.EventListener;

/** Who is let in, and to what: with real tokens, a real issuer of JWTs, and real TLS with certificates made here. */
@ResourceLock("applications")
class GatewaySecurityTest {

    private static final String CLIENT = "--elasticjob.gateway.clients.images.";

    private static TestingServer server;

    private @TempDir Path folder;
    private @Nullable ConfigurableApplicationContext application;
    private HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private String scheme = "http";

    @SpringBootConfiguration
    @EnableAutoConfiguration
    static class Scheduler {

        final Queue<WorkerEvent> workers = new ConcurrentLinkedQueue<>();
        final Queue<AuditApplicationEvent> audit = new ConcurrentLinkedQueue<>();

        @Autowired
        JobOperations operations;

        @EventListener
        void on(WorkerEvent event) {
            workers.add(event);
        }

        @EventListener
        void on(AuditApplicationEvent event) {
            audit.add(event);
        }

        @Bean
        MeterRegistry meters() {
            return new SimpleMeterRegistry();
        }
    }

    @BeforeAll
    static void startServer() throws Exception {
        server = new TestingServer(true);
    }

    @AfterAll
    static void stopServer() throws Exception {
        server.close();
    }

    @AfterEach
    void stop() {
        if (application != null) {
            application.close();
        }
    }

    // ---- Not open by mistake --------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            | elasticjob.gateway.clients | must say who may attach
            clients.images.handlers=resize | elasticjob.gateway.clients.images | must have token-hashes, token-files, subjects or certificates
            clients.images.token-hashes=secret;clients.images.handlers=resize | elasticjob.gateway.clients.images.token-hashes[0] | must be the SHA-256 hash
            clients.images.token-hashes=H | elasticjob.gateway.clients.images.handlers | must name at least one
            clients.images.token-hashes=H;clients.images.handlers=a;clients.images.crews= | elasticjob.gateway.clients.images.crews | must name at least one
            clients.images.token-hashes=H;clients.images.handlers=a;clients.pay.token-hashes=H;clients.pay.handlers=b | token-hashes[0] | must not be the token of another client
            clients.images.token-files=/nowhere/at/all;clients.images.handlers=a | elasticjob.gateway.clients.images.token-files[0] | must be a file that can be read
            clients.images.subjects=images;clients.images.handlers=a | elasticjob.gateway.clients.images.subjects[0] | needs an OAuth2 resource server
            clients.images.certificates=CN=images;clients.images.handlers=a | elasticjob.gateway.clients.images.certificates[0] | server.ssl.client-auth
            """)
    void theStartFailsInWordsUnlessItIsSaidWhoMayAttach(@Nullable String settings, String key, String rule)
            throws Exception {
        String hash = sha256("a token");
        String[] further = settings == null
                ? new String[0]
                : Stream.of(settings.split(";"))
                        .map(setting -> "--elasticjob.gateway." + setting.replace("=H", "=" + hash))
                        .toArray(String[]::new);
        for (WebApplicationType stack : List.of(WebApplicationType.SERVLET, WebApplicationType.REACTIVE)) {
            assertThatThrownBy(() -> start(stack, further))
                    .rootCause()
                    .isInstanceOf(InvalidSettingException.class)
                    .hasMessageContaining(key)
                    .hasMessageContaining(rule)
                    .hasMessageNotContaining("secret");
        }
    }

    // ---- Tokens ---------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @EnumSource(value = WebApplicationType.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void tokensOfFilesAreReadAgainWhenTheyChange(WebApplicationType stack) throws Exception {
        Path file = Files.writeString(folder.resolve("token"), "# of March\nold\n");
        start(stack, CLIENT + "token-files=" + file, CLIENT + "handlers=resize");
        assertThat(attach("resize", bearer("old"))).isEqualTo(201);
        assertThat(attach("resize", bearer("new"))).isEqualTo(401);
        Files.writeString(file, "new\nsha256:" + sha256("newer"));
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> attach("resize", bearer("new")) == 201);
        assertThat(attach("resize", bearer("newer"))).isEqualTo(201);
        assertThat(attach("resize", bearer("old"))).isEqualTo(401);
        assertThat(attach("resize", bearer("sha256:" + sha256("newer")))).isEqualTo(401);
        Files.delete(file);
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> attach("resize", bearer("new")) == 401);
    }

    @ParameterizedTest
    @EnumSource(value = WebApplicationType.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void strangersWhoseBodiesNeverComeHoldUpNobody(WebApplicationType stack) throws Exception {
        // Of the servlet stack there are fewer threads than such bodies, and it waits for them for longer than this
        // test.
        start(
                stack,
                "--server.tomcat.threads.max=10",
                "--server.tomcat.connection-timeout=10m",
                CLIENT + "token-hashes=" + sha256("images"),
                CLIENT + "handlers=resize");
        List<Socket> slow = trickle(15, "");
        slow.addAll(trickle(15, bearerHeader("wrong")));
        try {
            assertThat(attach("resize", bearer("images"))).isEqualTo(201);
            assertThat(attach("resize", bearer("wrong"))).isEqualTo(401);
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
    }

    private static String bearerHeader(String token) {
        return "Authorization: Bearer " + token + "\r\n";
    }

    /** Begins so many requests whose bodies do not come to their end. */
    private List<Socket> trickle(int count, String header) throws IOException {
        int port = Integer.parseInt(
                java.util.Objects.requireNonNull(context().getEnvironment().getProperty("local.server.port")));
        List<Socket> slow = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
            slow.add(socket);
            socket.getOutputStream()
                    .write(("POST /elasticjob/workers/v1 HTTP/1.1\r\nHost: localhost\r\n" + header
                                    + "Content-Type: application/json\r\nContent-Length: 500\r\n\r\n{\"name\"")
                            .getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().flush();
        }
        return slow;
    }

    // ---- OAuth2 ---------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @EnumSource(value = WebApplicationType.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void whatAnIssuerHasSignedIsBelievedAndNothingElse(WebApplicationType stack) throws Exception {
        try (Issuer issuer = new Issuer()) {
            issuer.down(true);
            start(
                    stack,
                    "--spring.security.oauth2.resourceserver.jwt.issuer-uri=" + issuer.uri(),
                    CLIENT + "subjects=service-account-images",
                    CLIENT + "handlers=resize",
                    "--elasticjob.gateway.clients.tokens.token-hashes=" + sha256("static"),
                    "--elasticjob.gateway.clients.tokens.handlers=resize");
            String good = issuer.token("service-account-images");
            // A worker that was refused would end what it runs.
            assertThat(attach("resize", bearer(good))).isEqualTo(503);
            assertThat(attach("resize", bearer("static"))).isEqualTo(201);
            issuer.down(false);
            assertThat(attach("resize", bearer(good))).isEqualTo(201);
            assertThat(attach("pay", bearer(good))).isEqualTo(403);
            assertThat(attach("resize", bearer(issuer.token("somebody")))).isEqualTo(401);
            assertThat(attach("resize", bearer(issuer.token("images"))))
                    .as("a name, no subject")
                    .isEqualTo(401);
            assertThat(attach("resize", bearer(issuer.expired("service-account-images"))))
                    .isEqualTo(401);
            Instant later = Instant.now().plus(Duration.ofHours(1));
            assertThat(attach(
                            "resize",
                            bearer(Issuer.token(Issuer.newKey(), issuer.uri(), "service-account-images", later))))
                    .isEqualTo(401);
            assertThat(attach("resize", bearer(good.substring(0, good.length() - 20))))
                    .isEqualTo(401);
            assertThat(attach("resize", bearer("no jwt"))).isEqualTo(401);
        }
    }

    /** As {@link #strangersWhoseBodiesNeverComeHoldUpNobody}, of those of whom it cannot be told who they are. */
    @ParameterizedTest
    @EnumSource(value = WebApplicationType.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void whileTheIssuerDoesNotAnswerBodiesThatNeverComeHoldUpNobody(WebApplicationType stack) throws Exception {
        try (Issuer issuer = new Issuer()) {
            issuer.down(true);
            start(
                    stack,
                    "--server.tomcat.threads.max=10",
                    "--server.tomcat.connection-timeout=10m",
                    "--spring.security.oauth2.resourceserver.jwt.issuer-uri=" + issuer.uri(),
                    CLIENT + "subjects=service-account-images",
                    CLIENT + "handlers=resize",
                    "--elasticjob.gateway.clients.tokens.token-hashes=" + sha256("static"),
                    "--elasticjob.gateway.clients.tokens.handlers=resize");
            List<Socket> slow = trickle(30, bearerHeader(issuer.token("service-account-images")));
            try {
                assertThat(attach("resize", bearer("static"))).isEqualTo(201);
                assertThat(attach("resize", bearer(issuer.token("service-account-images"))))
                        .isEqualTo(503);
            } finally {
                for (Socket socket : slow) {
                    socket.close();
                }
            }
        }
    }

    // ---- Client certificates --------------------------------------------------------------------------------------

    @ParameterizedTest
    @EnumSource(value = WebApplicationType.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void aWorkerMayShowACertificate(WebApplicationType stack) throws Exception {
        Identity gateway = Identity.make(folder, "gateway", "ip:127.0.0.1");
        Identity images = Identity.make(folder, "images", "dns:images");
        Identity other = Identity.make(folder, "other", "dns:other");
        Identity stranger = Identity.make(folder, "stranger", "dns:stranger");
        KeyStore trusted = images.trust();
        trusted.setCertificateEntry("other", other.keys().getCertificate("other"));
        Path trust = folder.resolve("trust.p12");
        try (var out = Files.newOutputStream(trust)) {
            trusted.store(out, "trust".toCharArray());
        }
        String bundle = "--spring.ssl.bundle.jks.gateway.";
        start(
                stack,
                bundle + "keystore.location=file:" + gateway.file(),
                bundle + "keystore.password=" + gateway.password(),
                bundle + "keystore.type=PKCS12",
                bundle + "truststore.location=file:" + trust,
                bundle + "truststore.password=trust",
                bundle + "truststore.type=PKCS12",
                "--server.ssl.bundle=gateway",
                "--server.ssl.client-auth=want",
                CLIENT + "certificates[0]=CN=images",
                CLIENT + "handlers=resize",
                "--elasticjob.gateway.clients.tokens.token-hashes=" + sha256("static"),
                "--elasticjob.gateway.clients.tokens.handlers=resize");
        scheme = "https";
        http = client(images, gateway);
        assertThat(attach("resize")).isEqualTo(201);
        assertThat(attach("pay")).isEqualTo(403);
        assertThat(attach("resize", bearer("wrong")))
                .as("a token counts, and is none")
                .isEqualTo(401);
        http = client(other, gateway);
        assertThat(attach("resize")).as("trusted, and nobody's").isEqualTo(401);
        http = client(null, gateway);
        assertThat(attach("resize")).isEqualTo(401);
        assertThat(attach("resize", bearer("static"))).isEqualTo(201);
        http = client(stranger, gateway);
        assertThat(attach("resize")).as("signed by nobody that is trusted").isEqualTo(401);
    }

    private static HttpClient client(@Nullable Identity own, Identity server) throws Exception {
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(server.trust());
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        if (own != null) {
            keys.init(own.keys(), own.password().toCharArray());
        }
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(own == null ? null : keys.getKeyManagers(), trust.getTrustManagers(), null);
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .sslContext(context)
                .build();
    }

    // ---- Grants ---------------------------------------------------------------------------------------------------

    @Test
    void aWorkerSeesAndTakesNothingOfHandlersThatAreNotGrantedToIt() throws Exception {
        start(
                WebApplicationType.SERVLET,
                CLIENT + "token-hashes=" + sha256("images"),
                CLIENT + "handlers=resize",
                CLIENT + "crews=blue",
                "--elasticjob.gateway.clients.money.token-hashes=" + sha256("money"),
                "--elasticjob.gateway.clients.money.handlers=pay");
        String payer = String.valueOf(post("", 201, attach("payer", "money", "pay", List.of()), bearer("money"))
                .get("worker"));
        createPayments();
        Map<?, ?> given = Map.of();
        for (int seq = 1; given.isEmpty(); seq++) {
            List<?> executions = (List<?>) post("/" + payer + "/exchange", 200, exchange(seq, 1), bearer("money"))
                    .get("executions");
            given = executions.isEmpty() ? Map.of() : (Map<?, ?>) executions.get(0);
        }
        assertThat(given.get("jobParameter")).isEqualTo("the secret of the payments");
        Object id = given.get("id");

        assertThat(post("", 403, attach("thief", "blue", "pay", List.of()), bearer("images")))
                .containsEntry("key", "handlers");
        assertThat(post("", 403, attach("thief", "money", "resize", List.of()), bearer("images")))
                .containsEntry("key", "crew");
        List<Map<String, Object>> holds = List.of(Map.of("id", id, "state", "RUNNING", "runningMs", 5));
        Map<String, Object> thief = post("", 201, attach("thief", "blue", "resize", holds), bearer("images"));
        assertThat(thief.get("adopted")).isEqualTo(List.of());
        assertThat(thief.get("lost")).isEqualTo(List.of(id));
        Map<String, Object> told = post(
                "/" + thief.get("worker") + "/exchange",
                200,
                Map.of(
                        "seq", 1,
                        "free", 1,
                        "waitMs", 2_000,
                        "results", List.of(Map.of("id", id, "outcome", "SUCCEEDED")),
                        "notes", List.of(Map.of("id", id, "seq", 1, "checkpoint", "stolen"))),
                bearer("images"));
        assertThat(String.valueOf(told)).doesNotContain("secret", "stolen");
        assertThat(told.get("executions")).isEqualTo(List.of());
        // The exchanges of another one's worker are not even there.
        post("/" + payer + "/exchange", 404, exchange(100, 1), bearer("images"));
        Map<String, Object> goesOn = post(
                "/" + payer + "/exchange", 200, Map.of("seq", 200, "free", 0, "running", List.of(id)), bearer("money"));
        assertThat(goesOn.get("cancel")).isEqualTo(List.of());
        assertThat(record()).contains("Running[");

        audited();
    }

    /** What has happened above is told by events, in the log of audit events, and by meters. */
    private void audited() {
        Scheduler scheduler = context().getBean(Scheduler.class);
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> scheduler.workers.size() >= 4);
        List<WorkerEvent> told = List.copyOf(scheduler.workers);
        assertThat(told)
                .anySatisfy(event -> assertThat(event).isInstanceOfSatisfying(WorkerEvent.Attached.class, attached -> {
                    assertThat(attached.client()).isEqualTo("money");
                    assertThat(attached.worker()).isEqualTo("payer");
                    assertThat(attached.handlers()).containsExactly("pay");
                }));
        assertThat(told)
                .anySatisfy(event -> assertThat(event).isInstanceOfSatisfying(WorkerEvent.Refused.class, refused -> {
                    assertThat(refused.client()).isEqualTo("images");
                    assertThat(refused.worker()).isEqualTo("thief");
                    assertThat(refused.status()).isEqualTo(403);
                }));
        assertThat(scheduler.audit)
                .extracting(AuditApplicationEvent::getAuditEvent)
                .filteredOn(event -> event.getType().equals("ELASTICJOB_WORKER"))
                .anySatisfy(event -> {
                    assertThat(event.getPrincipal()).isEqualTo("images");
                    assertThat(event.getData())
                            .containsEntry("result", "refused")
                            .containsEntry("code", "forbidden");
                });
        MeterRegistry meters = context().getBean(MeterRegistry.class);
        assertThat(meters.get("elasticjob.gateway.attachments")
                        .tags("client", "images", "result", "refused")
                        .counter()
                        .count())
                .isEqualTo(2);
    }

    @Test
    void aStrangerIsToldOfInTheAudit() throws Exception {
        start(WebApplicationType.SERVLET, CLIENT + "token-hashes=" + sha256("images"), CLIENT + "handlers=resize");
        assertThat(attach("resize", bearer("guess"))).isEqualTo(401);
        Scheduler scheduler = context().getBean(Scheduler.class);
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> !scheduler.audit.isEmpty());
        assertThat(scheduler.audit.element().getAuditEvent().getPrincipal()).isEqualTo("anonymous");
        assertThat(scheduler.audit.element().getAuditEvent().getData())
                .containsEntry("code", "unauthenticated")
                .doesNotContainValue("guess");
    }

    private void createPayments() throws Exception {
        JobEngine engine = context().getBean(JobEngine.class);
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .ignoreExceptions() // until the engine has started
                .until(() -> engine.namespace().toCompletableFuture().join().instances().values().stream()
                        .anyMatch(seen -> seen.instance().handlers().contains("pay")));
        JobOperations operations = context().getBean(JobOperations.class);
        operations
                .create(
                        "payments",
                        Map.of(JobKey.HANDLER, "pay", JobKey.JOB_PARAMETER, "the secret of the payments"),
                        new Operator("test", "a test"))
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS);
        operations.trigger(TriggerRequest.of("payments")).toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private String record() {
        return context()
                .getBean(JobEngine.class)
                .job("payments")
                .toCompletableFuture()
                .join()
                .orElseThrow()
                .shards()
                .get(0)
                .record()
                .toString();
    }

    // ---- Helpers --------------------------------------------------------------------------------------------------

    private void start(WebApplicationType stack, String... further) {
        application = new SpringApplicationBuilder(Scheduler.class)
                .web(stack)
                .run(Stream.concat(
                                Stream.of(
                                        "--server.port=0",
                                        "--server.address=127.0.0.1",
                                        "--spring.application.name=scheduler",
                                        "--elasticjob.registry.connect-string=" + server.getConnectString(),
                                        "--elasticjob.namespace=security-" + System.nanoTime(),
                                        "--elasticjob.gateway.enabled=true"),
                                Stream.of(further))
                        .toArray(String[]::new));
    }

    private ConfigurableApplicationContext context() {
        return java.util.Objects.requireNonNull(application);
    }

    private static String sha256(String token) throws Exception {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8)));
    }

    private static String[] bearer(String token) {
        return new String[] {"Authorization", "Bearer " + token};
    }

    private static Map<String, Object> attach(
            String name, String crew, String handler, List<Map<String, Object>> holds) {
        return Map.of("name", name, "crew", crew, "handlers", List.of(handler), "process", "p-" + name, "holds", holds);
    }

    private static Map<String, Object> exchange(int seq, int free) {
        return Map.of("seq", seq, "free", free, "waitMs", 3_000);
    }

    /** @return the status */
    private int attach(String handler, String... headers) throws Exception {
        String[] sorted = Stream.of(headers).toArray(String[]::new);
        String name = "w-" + String.join("", sorted).hashCode();
        return send("", attach(name, "blue", handler, List.of()), headers).statusCode();
    }

    private Map<String, Object> post(String path, int status, Map<String, ?> body, String... headers) throws Exception {
        HttpResponse<byte[]> response = send(path, body, headers);
        assertThat(response.statusCode()).as(new String(response.body())).isEqualTo(status);
        return Json.read(response.body());
    }

    private HttpResponse<byte[]> send(String path, Map<String, ?> body, String... headers) throws Exception {
        String port = context().getEnvironment().getProperty("local.server.port");
        byte[] json = Json.write(body);
        List<String> all = new ArrayList<>(List.of("Content-Type", "application/json"));
        all.addAll(List.of(headers));
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create(scheme + "://127.0.0.1:" + port + "/elasticjob/workers/v1" + path))
                .timeout(Duration.ofSeconds(30))
                .headers(all.toArray(String[]::new))
                .POST(HttpRequest.BodyPublishers.ofByteArray(json))
                .build();
        HttpResponse<byte[]> response = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
        assertThat(new OpenApiFile()
                        .faults(new OpenApiFile.Said(
                                "POST",
                                request.uri().getPath(),
                                json,
                                response.statusCode(),
                                response.headers().firstValue("Content-Type").orElse(""),
                                response.headers().firstValue("Retry-After").orElse(null),
                                response.body())))
                .isEmpty();
        return response;
    }
}
