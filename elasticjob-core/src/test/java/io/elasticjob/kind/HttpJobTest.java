package io.elasticjob.kind;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.Headers;
import io.elasticjob.ExecutionId;
import io.elasticjob.Firing;
import io.elasticjob.InvalidSettingException;
import io.elasticjob.ShardingContext;
import io.elasticjob.codec.Json;
import io.elasticjob.testing.http.Receiver;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpJobTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Secrets SECRETS = Secrets.of(Map.of("token", "correct horse"));

    private final Receiver receiver;
    private final Queue<Headers> headers = new ConcurrentLinkedQueue<>();
    private final HttpClient client =
            HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NEVER).build();

    HttpJobTest() throws Exception {
        receiver = new Receiver();
        answer(200, "ok");
    }

    private void answer(int status, String body) {
        receiver.answer(exchange -> {
            headers.add(exchange.getRequestHeaders());
            Receiver.status(status, body).to(exchange);
        });
    }

    @AfterEach
    void close() {
        receiver.close();
    }

    private HttpJob job(String method, String path, Map<String, String> headers, String expected, Duration timeout) {
        return new HttpJob(
                HttpTarget.declared(
                        "billing", receiver.url(path), method, headers, List.of(expected), timeout, SECRETS),
                () -> client,
                SECRETS);
    }

    private HttpJob post() {
        return job("POST", "/bill?region=eu", Map.of(), "2xx", PATIENCE);
    }

    private static ShardingContext.Builder context() {
        Instant fireTime = Instant.parse("2026-03-01T02:00:00Z");
        return ShardingContext.builder()
                .executionId(new ExecutionId("ordérs", "life-1", new Firing.Scheduled(fireTime), 1, 2))
                .shard(1, 4)
                .fireTime(fireTime)
                .fencingToken(77)
                .shardingParameter("Shanghai")
                .jobParameter("all");
    }

    // ---- What it is told --------------------------------------------------------------------------------------------

    @Test
    void aTargetWithABodyIsToldOfTheExecutionAsJson() throws Exception {
        post().execute(context().build());

        Receiver.Request request = receiver.requests().get(0);
        assertThat(request.method()).isEqualTo("POST");
        assertThat(request.uri()).hasToString("/bill?region=eu");
        assertThat(request.contentType()).isEqualTo("application/json; charset=utf-8");
        assertThat(Json.read(request.body().getBytes(StandardCharsets.UTF_8)))
                .containsEntry("job", "ordérs")
                .containsEntry("shard", 1L)
                .containsEntry("shards", 4L)
                .containsEntry("shardParameter", "Shanghai")
                .containsEntry("jobParameter", "all")
                .containsEntry("fireTime", "2026-03-01T02:00:00Z")
                .containsEntry("attempt", 2L)
                .containsEntry("fencingToken", 77L);
    }

    @Test
    void theIdempotencyKeyIsTheExecutionsWithTheLifeOfItsJob() throws Exception {
        post().execute(context().build());
        post().execute(context().unmonitored().build());

        assertThat(headers.element().getFirst("Idempotency-Key"))
                .isEqualTo("ord%C3%A9rs@life-1/2026-03-01T02:00:00Z/1/2");
        assertThat(headers).extracting(it -> it.getFirst("EJ-Fencing-Token")).containsExactly("77", null);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a&shard=9",
                "../../admin",
                "x#y",
                "a b+c",
                "\r\nHost: evil",
                "http://evil.example/",
                "%2e%2e",
                "ü"
            })
    void aParameterIsAnEncodedValueAndNothingElse(String parameter) throws Exception {
        job("GET", "/bill?region=eu", Map.of(), "2xx", PATIENCE)
                .execute(context().jobParameter(parameter).build());
        post().execute(context().jobParameter(parameter).build());

        String query = receiver.requests().get(0).uri().getRawQuery();
        assertThat(receiver.requests()).extracting(it -> it.uri().getPath()).containsExactly("/bill", "/bill");
        assertThat(query).startsWith("region=eu&job=");
        assertThat(List.of(query.split("&")))
                .filteredOn(pair -> pair.startsWith("jobParameter="))
                .singleElement()
                .satisfies(pair -> assertThat(java.net.URLDecoder.decode(
                                pair.substring("jobParameter=".length()), StandardCharsets.UTF_8))
                        .isEqualTo(parameter));
        assertThat(List.of(query.split("&")))
                .filteredOn(pair -> pair.startsWith("shard="))
                .containsExactly("shard=1");
        assertThat(Json.read(receiver.requests().get(1).body().getBytes(StandardCharsets.UTF_8)))
                .containsEntry("jobParameter", parameter);
    }

    // ---- How it ends ------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({"200, 2xx, true", "204, 200-204, true", "205, 200-204, false", "404, 404, true", "500, 2xx, false"})
    void whatIsNotExpectedIsAFailure(int status, String expected, boolean succeeds) {
        answer(status, status == 204 || status == 205 ? "" : "the answer");
        HttpJob job = job("POST", "/", Map.of(), expected, PATIENCE);
        if (succeeds) {
            assertThatCode(() -> job.execute(context().build())).doesNotThrowAnyException();
        } else {
            assertThatThrownBy(() -> job.execute(context().build()))
                    .hasMessageContaining("target billing (POST http://127.0.0.1:")
                    .hasMessageContaining("answered " + status);
        }
    }

    @Test
    void aRedirectIsNotFollowed() {
        receiver.answer(exchange -> {
            exchange.getResponseHeaders().set("Location", receiver.url("/elsewhere"));
            Receiver.status(302, "").to(exchange);
        });
        assertThatThrownBy(() -> post().execute(context().build()))
                .hasMessageContaining("answered 302, and no redirect is followed");
        assertThat(receiver.requests()).hasSize(1);
    }

    @Test
    void aClientThatFollowsRedirectsIsNotUsed() {
        HttpTarget target =
                HttpTarget.declared("x", receiver.url("/"), "POST", Map.of(), List.of("2xx"), PATIENCE, Secrets.NONE);
        HttpClient follows = HttpClient.newBuilder()
                .followRedirects(HttpClient.Redirect.ALWAYS)
                .build();
        assertThatIllegalStateException()
                .isThrownBy(() -> new HttpJob(target, () -> follows, Secrets.NONE)
                        .execute(context().build()))
                .withMessageContaining("follows redirects");
        assertThat(receiver.requests()).isEmpty();
    }

    @Test
    void anAnswerThatDoesNotEndIsNotWaitedFor() {
        CountDownLatch never = new CountDownLatch(1);
        receiver.answer(exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write('x');
            exchange.getResponseBody().flush();
            never.await();
        });
        assertThatThrownBy(() -> job("POST", "/", Map.of(), "2xx", Duration.ofMillis(300))
                        .execute(context().build()))
                .hasMessageContaining("did not answer within 300ms");
    }

    @Test
    void ofALongAnswerOnlyTheBeginningIsRead() {
        answer(500, "x".repeat(1_000_000));
        assertThatThrownBy(() -> post().execute(context().build()))
                .satisfies(failed -> assertThat(failed.getMessage()).hasSizeLessThan(400));
    }

    @Test
    void whereNothingListensItFailsWithWords() {
        String url = receiver.url("/secret-path");
        receiver.close();
        HttpJob job = new HttpJob(
                HttpTarget.declared("billing", url, "GET", Map.of(), List.of("2xx"), PATIENCE, SECRETS),
                () -> client,
                SECRETS);
        assertThatThrownBy(() -> job.execute(context().build()))
                .hasMessageContaining("cannot be reached")
                .hasMessageNotContaining("secret-path");
    }

    @Test
    void aCancelledCallEnds() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        receiver.answer(exchange -> {
            asked.countDown();
            never.await();
        });
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread thread = new Thread(() -> {
            try {
                post().execute(context().build());
            } catch (Throwable ended) {
                thrown.set(ended);
            }
        });
        thread.start();
        asked.await();
        thread.interrupt();
        thread.join();
        assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
    }

    // ---- Secrets ----------------------------------------------------------------------------------------------------

    @Test
    void aSecretIsSentAndNeverShown() {
        receiver.answer(exchange -> {
            headers.add(exchange.getRequestHeaders());
            Receiver.status(403, "not with " + exchange.getRequestHeaders().getFirst("Authorization"))
                    .to(exchange);
        });
        HttpJob job = job("POST", "/", Map.of("authorization", "Bearer {secret:token}"), "2xx", PATIENCE);

        assertThatThrownBy(() -> job.execute(context().build()))
                .hasMessageContaining("not with Bearer ***")
                .hasMessageNotContaining("horse");
        assertThat(headers.element().getFirst("Authorization")).isEqualTo("Bearer correct horse");
    }

    @Test
    void aPlaceholderInAParameterIsAText() throws Exception {
        post().execute(context().jobParameter("{secret:token}").build());

        assertThat(receiver.requests().get(0).body()).contains("{secret:token}").doesNotContain("horse");
    }

    // ---- What cannot be declared ------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "../x | http://h/ | POST | A | 2xx | elasticjob.http.targets: \"../x\" is no name of a target",
                "x | '' | POST | A | 2xx | elasticjob.http.targets.x.url: \"\" is missing",
                "x | ftp://h/ | POST | A | 2xx | elasticjob.http.targets.x.url: \"ftp://h/…\" must begin with https:// or http://",
                "x | /only/a/path | POST | A | 2xx | elasticjob.http.targets.x.url",
                "x | http://u:pw@h/ | POST | A | 2xx | elasticjob.http.targets.x.url: \"(14 characters, not shown)\" must have neither a user",
                "x | http://h/#f | POST | A | 2xx | elasticjob.http.targets.x.url: \"http://h/…\" must have neither",
                "x | http://h/?k={secret:tokn} | POST | A | 2xx | elasticjob.http.targets.x.url: \"{secret:tokn}\" names no secret",
                "x | http://h/ | TRACE | A | 2xx | elasticjob.http.targets.x.method: \"TRACE\" must be one of",
                "x | http://h/ | POST | Host | 2xx | elasticjob.http.targets.x.headers.Host",
                "x | http://h/ | POST | a b | 2xx | elasticjob.http.targets.x.headers.a b",
                "x | http://h/ | POST | Idempotency-Key | 2xx | elasticjob.http.targets.x.headers.Idempotency-Key: \"(text)\" cannot be set",
                "x | http://h/ | POST | A | ok | elasticjob.http.targets.x.expected-status: \"ok\" must be statuses",
                "x | http://h/ | POST | A | 299-200 | elasticjob.http.targets.x.expected-status"
            })
    void whatCannotBeMeantIsRefusedByKeyValueAndRule(
            String name, String url, String method, String header, String expected, String message) {
        assertThatThrownBy(() -> HttpTarget.declared(
                        name, url, method, Map.of(header, "v"), List.of(expected), PATIENCE, SECRETS))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageStartingWith(message)
                .hasMessageNotContaining("pw@");
    }

    @Test
    void aTimeoutHasItsBounds() {
        for (Duration timeout : List.of(Duration.ZERO, Duration.ofDays(2))) {
            assertThatThrownBy(() -> HttpTarget.declared(
                            "x", "http://h/", "GET", Map.of(), List.of("2xx"), timeout, Secrets.NONE))
                    .hasMessageStartingWith("elasticjob.http.targets.x.timeout");
        }
    }
}
