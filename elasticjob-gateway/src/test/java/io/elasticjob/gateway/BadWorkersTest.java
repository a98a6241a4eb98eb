package io.elasticjob.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.JobKey;
import io.elasticjob.JobOperations;
import io.elasticjob.Operator;
import io.elasticjob.Outcome;
import io.elasticjob.TriggerRequest;
import io.elasticjob.codec.Json;
import io.elasticjob.engine.JobEngine;
import io.elasticjob.gateway.wire.WireId;
import io.elasticjob.testing.faults.FaultProxy;
import jakarta.servlet.Filter;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.curator.test.TestingServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Workers that lie, flood, or speak another version: refused or harmless, under both web stacks. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ResourceLock("applications")
class BadWorkersTest {

    private static final int MOST_WORKERS = 50;
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private TestingServer server;
    private ConfigurableApplicationContext application;
    private int tests;
    private String crew = "";
    private Class<?>[] filters = {};

    @BeforeAll
    void startServer() throws Exception {
        server = new TestingServer(true);
    }

    @AfterEach
    void stop() {
        application.close();
        filters = new Class<?>[0];
    }

    @AfterAll
    void stopServer() throws Exception {
        server.close();
    }

    /** A worker that this test plays. */
    private final class Played {

        final String name;
        final String id;
        int seq;

        Played(String name) throws Exception {
            this.name = name;
            this.id = String.valueOf(post("", 201, attach(name)).get("worker"));
        }

        Map<String, Object> exchange(Map<String, ?> said) throws Exception {
            Map<String, Object> body = new LinkedHashMap<>(Map.of("seq", ++seq, "free", 0, "waitMs", 0));
            body.putAll(said);
            return post("/" + id + "/exchange", 200, body);
        }

        Map<?, ?> begin() throws Exception {
            while (true) {
                List<?> given =
                        (List<?>) exchange(Map.of("free", 1, "waitMs", 2_000)).get("executions");
                if (!given.isEmpty()) {
                    return (Map<?, ?>) given.get(0);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(value = WebApplicationType.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void whatAWorkerNeverHadOrAnotherHasIsNotTakenFromItsWord(WebApplicationType stack) throws Exception {
        start(stack);
        Played honest = new Played("honest");
        create(Map.of());
        trigger();
        Object id = honest.begin().get("id");
        WireId real = WireId.read(String.valueOf(id)).orElseThrow();
        String guessed =
                new WireId(real.execution(), OptionalLong.of(real.token().orElseThrow() + 1)).text();

        Played liar = new Played("liar");
        for (Object what : List.of(id, guessed, "nothing of ours", "x".repeat(1_500))) {
            honest.exchange(Map.of("running", List.of(id)));
            Map<String, Object> answer = liar.exchange(Map.of(
                    "results", List.of(Map.of("id", what, "outcome", "SUCCEEDED")),
                    "notes", List.of(Map.of("id", what, "seq", 1, "checkpoint", "stolen", "log", "lies"))));
            assertThat(answer.get("executions")).isEqualTo(List.of());
            Map<String, Object> running = liar.exchange(Map.of("running", List.of(what)));
            assertThat(String.valueOf(running.get("cancel"))).contains(String.valueOf(what));
            CompletableFuture<HttpResponse<byte[]>> attached = HTTP.sendAsync(
                    request(
                            "",
                            HttpRequest.BodyPublishers.ofByteArray(Json.write(attach(
                                    "liar",
                                    Map.of(
                                            "holds",
                                            List.of(Map.of("id", what, "state", "RUNNING", "runningMs", 1))))))),
                    HttpResponse.BodyHandlers.ofByteArray());
            while (!attached.isDone()) {
                honest.exchange(Map.of("running", List.of(id), "waitMs", 300));
            }
            assertThat(attached.join().statusCode()).as(String.valueOf(what)).isEqualTo(201);
            Map<String, Object> told = Json.read(attached.join().body());
            assertThat(told.get("adopted")).as(String.valueOf(what)).isEqualTo(List.of());
            assertThat(told.get("lost")).as(String.valueOf(what)).isEqualTo(List.of(what));
        }
        assertThat(ends()).isEmpty();
        Map<String, Object> goesOn = honest.exchange(Map.of("running", List.of(id)));
        assertThat(goesOn.get("cancel")).isEqualTo(List.of());
        until(() -> acks(honest, id).contains(id));
        until(() -> ends().size() == 1);
        assertThat(ends().get(0).outcome()).isEqualTo(new Outcome.Succeeded());
        assertThat(checkpoint()).doesNotContain("stolen");
    }

    @ParameterizedTest
    @EnumSource(value = WebApplicationType.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void anEndThatIsToldTwiceCountsOnce(WebApplicationType stack) throws Exception {
        start(stack);
        Played worker = new Played("w1");
        create(Map.of());
        trigger();
        Object id = worker.begin().get("id");
        until(() -> acks(worker, id).contains(id));
        for (int i = 0; i < 3; i++) {
            assertThat(acks(worker, id).contains(id)).as("told again").isTrue();
        }
        Map<String, Object> failed = worker.exchange(
                Map.of("results", List.of(Map.of("id", id, "outcome", "FAILED", "error", "another end"))));
        assertThat(failed.get("acks")).isIn(List.of(), List.of(id));
        until(() -> !ends().isEmpty());
        trigger();
        assertThat(worker.begin().get("id")).isNotEqualTo(id);
        assertThat(ends()).extracting(ElasticJobEvent.ExecutionEnded::outcome).containsExactly(new Outcome.Succeeded());
    }

    @ParameterizedTest
    @EnumSource(value = WebApplicationType.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void bodiesThatAreTooLongOrNeverComeHoldUpNobody(WebApplicationType stack) throws Exception {
        // Of the servlet stack there are fewer threads than such bodies, and it waits for them for longer than this
        // test.
        start(stack, "--server.tomcat.threads.max=10", "--server.tomcat.connection-timeout=10m");
        Played worker = new Played("w1");
        List<Socket> slow = new ArrayList<>();
        try {
            for (int i = 0; i < 30; i++) {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), port());
                slow.add(socket);
                socket.getOutputStream()
                        .write(("POST /elasticjob/workers/v1/" + worker.id
                                        + "/exchange HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                                        + "Content-Length: 500\r\n\r\n{\"seq\": 99999")
                                .getBytes(StandardCharsets.US_ASCII));
                socket.getOutputStream().flush();
            }
            byte[] tooLong = new byte[1024 * 1024 + 1];
            Arrays.fill(tooLong, (byte) ' ');
            assertThat(send("/" + worker.id + "/exchange", HttpRequest.BodyPublishers.ofByteArray(tooLong))
                            .statusCode())
                    .isEqualTo(413);
            assertThat(send(
                                    "/" + worker.id + "/exchange",
                                    HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(tooLong)))
                            .statusCode())
                    .as("in chunks")
                    .isEqualTo(413);
            create(Map.of());
            trigger();
            Object id = worker.begin().get("id");
            until(() -> acks(worker, id).contains(id));
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
        // What broke off was no exchange: the number that it would have had is not taken.
        assertThat(worker.exchange(Map.of())).containsEntry("seq", (long) worker.seq);
        until(() -> ends().size() == 1);
    }

    @ParameterizedTest
    @EnumSource(value = WebApplicationType.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void bodiesOfAClientTakeNoMoreThanItsShareOfTheBudget(WebApplicationType stack) throws Exception {
        start(stack, "--server.tomcat.connection-timeout=10m");
        Played worker = new Played("w1");
        int most = 1024 * 1024;
        List<Socket> slow = new ArrayList<>();
        try {
            // One byte more than half of 64 MiB, which one client may take: who sends the last of them is refused,
            // whichever that is.
            for (int i = 0; i < 32; i++) {
                slow.add(sendsAPart(worker, most, most - 1));
            }
            slow.add(sendsAPart(worker, most, 33));
            until(() -> answered(slow).size() == 1);
            byte[] answer = new byte[4096];
            int length = answered(slow).get(0).getInputStream().read(answer);
            assertThat(new String(answer, 0, length, StandardCharsets.US_ASCII))
                    .startsWith("HTTP/1.1 503")
                    .containsIgnoringCase("Retry-After: 1")
                    .containsIgnoringCase("Content-Type: application/problem+json");
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
        byte[] padded = new byte[most];
        Arrays.fill(padded, (byte) ' ');
        byte[] exchange = Json.write(Map.of("seq", ++worker.seq));
        System.arraycopy(exchange, 0, padded, 0, exchange.length);
        until(() -> send("/" + worker.id + "/exchange", HttpRequest.BodyPublishers.ofByteArray(padded))
                        .statusCode()
                == 200);
    }

    private Socket sendsAPart(Played worker, int length, int part) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port());
        OutputStream out = socket.getOutputStream();
        out.write(("POST /elasticjob/workers/v1/" + worker.id + "/exchange HTTP/1.1\r\nHost: localhost\r\n"
                        + "Content-Type: application/json\r\nContent-Length: " + length + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        out.write(new byte[part]);
        out.flush();
        return socket;
    }

    private static List<Socket> answered(List<Socket> sockets) throws IOException {
        List<Socket> answered = new ArrayList<>();
        for (Socket socket : sockets) {
            if (socket.getInputStream().available() > 0) {
                answered.add(socket);
            }
        }
        return answered;
    }

    /** As many applications do it, to log bodies. */
    @Configuration(proxyBeanMethods = false)
    static class CachedBodies {

        @Bean
        Filter cachedBodies() {
            return (request, response, chain) -> {
                ByteArrayInputStream cached =
                        new ByteArrayInputStream(request.getInputStream().readAllBytes());
                chain.doFilter(
                        new HttpServletRequestWrapper((HttpServletRequest) request) {
                            @Override
                            public ServletInputStream getInputStream() {
                                return new CachedBody(cached);
                            }
                        },
                        response);
            };
        }
    }

    private static final class CachedBody extends ServletInputStream {

        private final ByteArrayInputStream cached;

        CachedBody(ByteArrayInputStream cached) {
            this.cached = cached;
        }

        @Override
        public boolean isFinished() {
            return cached.available() == 0;
        }

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void setReadListener(ReadListener listener) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int read() {
            return cached.read();
        }
    }

    @Test
    void whereAFilterHasReadTheBodiesWorkersAreServed() throws Exception {
        filters = new Class<?>[] {CachedBodies.class};
        start(WebApplicationType.SERVLET);
        Played worker = new Played("w1");
        create(Map.of());
        trigger();
        Object id = worker.begin().get("id");
        until(() -> acks(worker, id).contains(id));
        until(() -> ends().size() == 1);
    }

    @Test
    void tenThousandAttachmentsAreRefusedBeyondTheLimitAndTheOthersWorkOn() throws Exception {
        start(WebApplicationType.SERVLET);
        Played worker = new Played("w1");
        Map<Integer, Integer> statuses = new HashMap<>();
        Semaphore atOnce = new Semaphore(64);
        List<CompletableFuture<Integer>> all = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            atOnce.acquire();
            if (i % 200 == 0) {
                worker.exchange(Map.of());
            }
            HttpRequest request = request("", HttpRequest.BodyPublishers.ofByteArray(Json.write(attach("flood-" + i))));
            all.add(HTTP.sendAsync(request, HttpResponse.BodyHandlers.discarding())
                    .whenComplete((answer, failed) -> atOnce.release())
                    .thenApply(HttpResponse::statusCode));
        }
        all.forEach(one -> statuses.merge(one.join(), 1, Integer::sum));
        assertThat(statuses.keySet()).containsExactlyInAnyOrder(201, 429);
        HttpResponse<byte[]> refused = send("", HttpRequest.BodyPublishers.ofByteArray(Json.write(attach("flood"))));
        if (refused.statusCode() == 429) {
            assertThat(refused.headers().firstValue("Retry-After")).isPresent();
        }
        create(Map.of());
        trigger();
        Object id = worker.begin().get("id");
        until(() -> acks(worker, id).contains(id));
        until(() -> ends().size() == 1);
    }

    @Test
    void aClientOfALaterVersionIsServed() throws Exception {
        start(WebApplicationType.SERVLET);
        Map<String, Object> attach = new HashMap<>(attach("w1"));
        attach.putAll(Map.of("client", "python/9", "gpus", 4, "nested", Map.of("a", List.of(1, 2.5, true))));
        Object id = post("", 201, attach).get("worker");
        Map<String, Object> answer = post(
                "/" + id + "/exchange",
                200,
                Map.of(
                        "seq",
                        1,
                        "battery",
                        0.5,
                        "results",
                        List.of(Map.of("id", "x", "outcome", "SUCCEEDED", "energy", 3)),
                        "notes",
                        List.of(Map.of("id", "x", "seq", 1, "mood", "fine"))));
        assertThat(answer.get("acks")).isEqualTo(List.of("x"));
        assertThat(post(
                        "/" + id + "/exchange",
                        400,
                        Map.of("seq", 2, "results", List.of(Map.of("id", "x", "outcome", "PAUSED")))))
                .containsEntry("key", "results[0].outcome");
    }

    /** The answer with the execution is lost on a connection that nobody closes. */
    @Test
    void aConnectionThatIsHalfOpenCostsNoSlotAndStartsNothingTwice() throws Exception {
        start(WebApplicationType.SERVLET);
        Played worker = new Played("w1");
        create(Map.of());
        try (FaultProxy network = new FaultProxy(port())) {
            network.silence(FaultProxy.Direction.TO_CLIENT);
            byte[] body = Json.write(Map.of("seq", ++worker.seq, "free", 1, "waitMs", 20_000));
            try (Socket socket = new Socket(
                    InetAddress.getLoopbackAddress(),
                    Integer.parseInt(network.address().split(":")[1]))) {
                OutputStream out = socket.getOutputStream();
                out.write(("POST /elasticjob/workers/v1/" + worker.id + "/exchange HTTP/1.1\r\nHost: localhost\r\n"
                                + "Content-Type: application/json\r\nContent-Length: " + body.length + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
                out.write(body);
                out.flush();
                trigger();
                until(() -> running() == 1); // given, into the void
                Map<?, ?> task = worker.begin();
                assertThat(task.get("attempt")).isEqualTo(1L);
                until(() -> acks(worker, task.get("id")).contains(task.get("id")));
            }
        }
        until(() -> ends().stream().anyMatch(end -> end.outcome() instanceof Outcome.Succeeded));
        assertThat(ends().stream().filter(end -> end.outcome() instanceof Outcome.Succeeded))
                .hasSize(1);
        trigger();
        assertThat(worker.begin()).as("its slot is free").isNotEmpty();
    }

    // ---- Helpers --------------------------------------------------------------------------------------------------

    private void start(WebApplicationType stack, String... further) {
        crew = "crew" + ++tests;
        application = new SpringApplicationBuilder(GatewayHttpTest.Scheduler.class)
                .sources(filters)
                .web(stack)
                .run(Stream.concat(
                                Stream.of(
                                        "--server.port=0",
                                        "--server.address=127.0.0.1",
                                        "--spring.application.name=scheduler" + tests,
                                        "--elasticjob.registry.connect-string=" + server.getConnectString(),
                                        "--elasticjob.gateway.limits.workers=" + MOST_WORKERS,
                                        "--elasticjob.gateway.enabled=true",
                                        "--elasticjob.gateway.insecure=true"),
                                Stream.of(further))
                        .toArray(String[]::new));
    }

    private Map<String, Object> attach(String name) {
        return attach(name, Map.of());
    }

    private Map<String, Object> attach(String name, Map<String, ?> further) {
        Map<String, Object> body = new LinkedHashMap<>(
                Map.of("name", name, "crew", crew, "handlers", List.of("resize"), "slots", 1, "process", "p-" + name));
        body.putAll(further);
        return body;
    }

    private List<?> acks(Played worker, Object id) {
        try {
            return (List<?>) worker.exchange(
                            Map.of("waitMs", 1_000, "results", List.of(Map.of("id", id, "outcome", "SUCCEEDED"))))
                    .get("acks");
        } catch (Exception failed) {
            throw new IllegalStateException(failed);
        }
    }

    private void create(Map<JobKey, String> further) throws Exception {
        JobEngine engine = application.getBean(JobEngine.class);
        until(() -> engine.namespace().toCompletableFuture().join().instances().values().stream()
                .anyMatch(seen -> seen.instance().handlers().contains("resize")));
        Map<JobKey, String> settings = new HashMap<>(further);
        settings.put(JobKey.HANDLER, "resize");
        application
                .getBean(JobOperations.class)
                .create("pictures", settings, new Operator("test", "a test"))
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS);
    }

    private void trigger() throws Exception {
        application
                .getBean(JobOperations.class)
                .trigger(TriggerRequest.of("pictures"))
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS);
    }

    private long running() {
        return application.getBean(WorkerGateway.class).workers().toCompletableFuture().join().stream()
                .mapToLong(worker -> worker.executions().size())
                .sum();
    }

    private String checkpoint() {
        return application
                .getBean(JobEngine.class)
                .job("pictures")
                .toCompletableFuture()
                .join()
                .orElseThrow()
                .shards()
                .toString();
    }

    private List<ElasticJobEvent.ExecutionEnded> ends() {
        return application.getBean(GatewayHttpTest.Scheduler.class).events.stream()
                .filter(ElasticJobEvent.ExecutionEnded.class::isInstance)
                .map(ElasticJobEvent.ExecutionEnded.class::cast)
                .toList();
    }

    private int port() {
        return Integer.parseInt(String.valueOf(application.getEnvironment().getProperty("local.server.port")));
    }

    private Map<String, Object> post(String path, int status, Map<String, ?> body) throws Exception {
        HttpResponse<byte[]> response = send(path, HttpRequest.BodyPublishers.ofByteArray(Json.write(body)));
        assertThat(response.statusCode()).as(new String(response.body())).isEqualTo(status);
        return Json.read(response.body());
    }

    private HttpResponse<byte[]> send(String path, HttpRequest.BodyPublisher body)
            throws IOException, InterruptedException {
        return HTTP.send(request(path, body), HttpResponse.BodyHandlers.ofByteArray());
    }

    private HttpRequest request(String path, HttpRequest.BodyPublisher body) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + "/elasticjob/workers/v1" + path))
                .timeout(Duration.ofSeconds(60))
                .header("Content-Type", "application/json")
                .POST(body)
                .build();
    }

    private static void until(java.util.concurrent.Callable<Boolean> condition) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(50))
                .ignoreExceptions()
                .until(condition);
    }
}
