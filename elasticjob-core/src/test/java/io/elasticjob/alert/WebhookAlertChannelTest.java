package io.elasticjob.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.elasticjob.alert.Alert.Subject;
import io.elasticjob.testing.http.Receiver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class WebhookAlertChannelTest {

    private static final Instant NOW = Instant.parse("2026-06-01T12:34:56.789Z");
    private static final String TOKEN = "4f1d0c9e7b6a58";
    private static final String SECRET = "SEC0123456789";
    private static final Alert ALERT = nasty();

    private Receiver receiver;

    @BeforeEach
    void start() throws IOException {
        receiver = new Receiver();
    }

    @AfterEach
    void stop() {
        receiver.close();
    }

    // ---- What is sent ----

    @Test
    void ourOwnFormatSaysAllThatIsKnown() throws Exception {
        channel(WebhookFormat.JSON, null).send(ALERT);

        Receiver.Request request = receiver.requests().get(0);
        assertThat(request.method()).isEqualTo("POST");
        assertThat(request.contentType()).isEqualTo("application/json; charset=utf-8");
        assertThat(request.uri()).hasToString("/hook?access_token=" + TOKEN);
        JsonNode document = json(request);
        assertThat(document.get("format").asInt()).isEqualTo(1);
        assertThat(document.get("state").asString()).isEqualTo("RAISED");
        assertThat(document.get("condition").asString()).isEqualTo("failures-in-a-row");
        assertThat(document.get("namespace").asString()).isEqualTo("retail");
        assertThat(document.get("application").asString()).isEqualTo("shop");
        assertThat(document.get("instance").asString()).isEqualTo("till-7.x");
        assertThat(document.get("job").asString()).isEqualTo("orders");
        assertThat(document.get("shard").asInt()).isEqualTo(2);
        assertThat(document.get("execution").asString()).isEqualTo("orders/2026-06-01T12:00:00Z/2/1");
        assertThat(document.get("what").asString()).isEqualTo("failed 3 times in a row");
        assertThat(document.get("detail").asString()).isEqualTo(ALERT.message().detail());
        assertThat(document.get("at").asString()).isEqualTo("2026-06-01T12:03:00Z");
        assertThat(document.get("since").asString()).isEqualTo("2026-06-01T12:00:00Z");
        assertThat(document.get("suppressed").asLong()).isEqualTo(4);
        assertThat(document.get("text").asString()).isEqualTo(ALERT.text());
    }

    @Test
    void slackIsSentATextWithItsThreeCharactersEscaped() throws Exception {
        channel(WebhookFormat.SLACK, null).send(ALERT);

        JsonNode document = json(receiver.requests().get(0));
        assertThat(document.propertyNames()).containsExactly("text");
        assertThat(document.get("text").asString())
                .isEqualTo(
                        ALERT.text().replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))
                .contains("&lt;@U1&gt; &amp; \"quotes\"");
    }

    @Test
    void dingTalkIsSentATextAndASignatureInTheQuery() throws Exception {
        receiver.answer(Receiver.status(200, "{\"errcode\":0,\"errmsg\":\"ok\"}"));
        channel(WebhookFormat.DINGTALK, SECRET).send(ALERT);

        Receiver.Request request = receiver.requests().get(0);
        assertThat(json(request))
                .isEqualTo(JsonMapper.shared()
                        .valueToTree(Map.of("msgtype", "text", "text", Map.of("content", ALERT.text()))));
        Map<String, String> query = Arrays.stream(request.uri().getRawQuery().split("&"))
                .collect(Collectors.toMap(
                        pair -> pair.substring(0, pair.indexOf('=')),
                        pair -> URLDecoder.decode(pair.substring(pair.indexOf('=') + 1), StandardCharsets.UTF_8)));
        assertThat(query)
                .containsOnly(
                        Map.entry("access_token", TOKEN),
                        Map.entry("timestamp", "1780317296789"),
                        Map.entry("sign", hmacSha256(SECRET, "1780317296789\n" + SECRET)));
    }

    @Test
    void withoutASecretNothingIsSigned() throws Exception {
        receiver.answer(Receiver.status(200, "{\"errcode\":0,\"errmsg\":\"ok\"}"));
        channel(WebhookFormat.DINGTALK, null).send(ALERT);

        assertThat(receiver.requests().get(0).uri()).hasToString("/hook?access_token=" + TOKEN);
    }

    @Test
    void feishuIsSentATextAndASignatureInTheDocument() throws Exception {
        receiver.answer(Receiver.status(200, "{\"code\":0,\"msg\":\"success\",\"data\":{}}"));
        channel(WebhookFormat.FEISHU, SECRET).send(ALERT);

        Receiver.Request request = receiver.requests().get(0);
        JsonNode document = json(request);
        assertThat(request.uri()).hasToString("/hook?access_token=" + TOKEN);
        assertThat(document.get("msg_type").asString()).isEqualTo("text");
        assertThat(document.get("content").get("text").asString())
                .contains("< at user_id=\"all\">")
                .doesNotContain("<at");
        assertThat(document.get("timestamp").asString()).isEqualTo("1780317296");
        assertThat(document.get("sign").asString()).isEqualTo(hmacSha256("1780317296\n" + SECRET, ""));
    }

    @Test
    void weComIsSentATextThatCallsNobodyAndIsNoLongerThanItTakes() throws Exception {
        receiver.answer(Receiver.status(200, "{\"errcode\":0,\"errmsg\":\"ok\"}"));
        WebhookAlertChannel channel = new WebhookAlertChannel(
                receiver.url("/hook"),
                WebhookFormat.WECOM,
                null,
                new AlertTemplate("{text}" + "盘".repeat(1000)),
                Duration.ofSeconds(20),
                () -> NOW);
        channel.send(ALERT);

        String content =
                json(receiver.requests().get(0)).get("text").get("content").asString();
        assertThat(content)
                .startsWith("[ElasticJob] orders: ")
                .contains("< @U1>")
                .endsWith("盘…");
        assertThat(content.getBytes(StandardCharsets.UTF_8).length).isBetween(2046, 2048);
    }

    @Test
    void theTextCanBeATemplateOfOnesOwn() throws Exception {
        AlertTemplate template = new AlertTemplate("{state} {job}#{shard} {unknown: {what} ({detail})");
        new WebhookAlertChannel(
                        receiver.url("/hook"), WebhookFormat.SLACK, null, template, Duration.ofSeconds(20), () -> NOW)
                .send(Samples.alert("orders"));

        assertThat(json(receiver.requests().get(0)).get("text").asString())
                .isEqualTo("RAISED orders#0 {unknown: failed 3 times in a row (java.io.IOException: disk full)");
    }

    @Test
    void aPlaceholderThatDoesNotExistIsRefused() {
        assertThatThrownBy(() -> new AlertTemplate("{job} {chard}"))
                .hasMessage("has the placeholder {chard}, which does not exist; did you mean \"shard\"?");
    }

    @ParameterizedTest
    @CsvSource({"abc, 3, abc", "abcd, 3, …", "abcde, 4, a…", "aé盘𝄞z, 9, aé盘…", "aé盘𝄞zzzz, 13, aé盘𝄞…"})
    void aTextIsCutBetweenCharacters(String text, int bytes, String cut) {
        assertThat(WebhookFormat.cut(text, bytes)).isEqualTo(cut);
    }

    // ---- What is answered ----

    @ParameterizedTest
    @ValueSource(ints = {301, 400, 403, 404, 429, 500, 503})
    void anyOtherStatusIsAFailure(int status) {
        receiver.answer(Receiver.status(status, "no_service"));

        assertThatThrownBy(() -> channel(WebhookFormat.SLACK, null).send(ALERT))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("answered " + status + ": no_service");
        assertThat(receiver.requests()).as("redirects are not followed").hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "DINGTALK | {\"errcode\":310000,\"errmsg\":\"sign not match\"} | errcode 310000: sign not match",
                "WECOM    | {\"errcode\":93000,\"errmsg\":\"invalid webhook url\"} | errcode 93000: invalid webhook url",
                "FEISHU   | {\"code\":19021,\"msg\":\"sign match fail\"} | code 19021: sign match fail",
                "FEISHU   | {\"StatusCode\":9499,\"StatusMessage\":\"bad\"} | StatusCode 9499: bad"
            })
    void anErrorInAnAnswerOfStatus200IsAFailure(WebhookFormat format, String answer, String reason) {
        receiver.answer(Receiver.status(200, answer));

        assertThatThrownBy(() -> channel(format, null).send(ALERT))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("refused it with " + reason);
    }

    @Test
    void theOlderAnswerOfFeishuIsUnderstood() throws Exception {
        receiver.answer(Receiver.status(200, "{\"StatusCode\":0,\"StatusMessage\":\"success\"}"));

        channel(WebhookFormat.FEISHU, null).send(ALERT);
        assertThat(receiver.requests()).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(names = {"DINGTALK", "WECOM", "FEISHU"})
    void anAnswerOfSomebodyElseIsAFailure(WebhookFormat format) {
        for (String answer : new String[] {"", "<html>Log in</html>", "{}", "[0]"}) {
            receiver.answer(Receiver.status(200, answer));
            assertThatThrownBy(() -> channel(format, null).send(ALERT))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("what no receiver of the format " + format);
        }
    }

    @Test
    void aReceiverThatDoesNotAnswerIsNotWaitedForForEver() {
        CountDownLatch never = new CountDownLatch(1);
        receiver.answer(exchange -> never.await());

        assertThatThrownBy(() -> impatient().send(ALERT))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("did not answer within 300ms");
    }

    @Test
    void neitherIsOneThatBeginsToAnswerAndStops() {
        CountDownLatch never = new CountDownLatch(1);
        receiver.answer(exchange -> {
            exchange.sendResponseHeaders(200, 10);
            exchange.getResponseBody().write('o');
            exchange.getResponseBody().flush();
            never.await();
        });

        assertThatThrownBy(() -> impatient().send(ALERT))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("did not answer within 300ms");
    }

    @Test
    void anAnswerWithoutEndIsNotReadToItsEnd() throws Exception {
        receiver.answer(exchange -> {
            exchange.sendResponseHeaders(200, 0);
            byte[] noise = new byte[8192];
            while (true) {
                exchange.getResponseBody().write(noise); // until nobody listens
            }
        });

        channel(WebhookFormat.SLACK, null).send(ALERT);
        assertThat(receiver.requests()).hasSize(1);
    }

    @Test
    void aReceiverThatIsNotThereIsAFailure() {
        String url = receiver.url("/hook?access_token=" + TOKEN);
        receiver.close();

        assertThatThrownBy(() -> new WebhookAlertChannel(
                                url, WebhookFormat.SLACK, null, AlertTemplate.WHOLE, Duration.ofSeconds(20), () -> NOW)
                        .send(ALERT))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("cannot be reached: nothing listens there");
    }

    @Test
    void aHostThatIsNotThereIsSaidInWords() {
        assertThatThrownBy(() -> to("http://nowhere.invalid/hook/" + TOKEN, WebhookFormat.SLACK)
                        .send(ALERT))
                .isInstanceOf(IOException.class)
                .hasMessage("http://nowhere.invalid/… cannot be reached: there is no host of that name");
    }

    @Test
    void aServerWithoutTlsIsSaidInWords() throws Exception {
        try (ServerSocket plain = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CompletableFuture<Void> answered = CompletableFuture.runAsync(() -> {
                try (Socket socket = plain.accept()) {
                    socket.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.UTF_8));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            String url = "https://127.0.0.1:" + plain.getLocalPort() + "/hook/" + TOKEN;
            assertThatThrownBy(() -> to(url, WebhookFormat.SLACK).send(ALERT))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("cannot be reached: there is no connection under TLS (")
                    .hasMessageNotContaining(TOKEN);
            assertThat(answered).succeedsWithin(Duration.ofSeconds(20));
        }
    }

    /** As for everything else in the JVM; what lies on this machine is asked directly, for the other tests. */
    @Test
    void theProxyOfTheJvmIsUsed() throws Exception {
        URI proxy = URI.create(receiver.url("/"));
        System.setProperty("http.proxyHost", proxy.getHost());
        System.setProperty("http.proxyPort", String.valueOf(proxy.getPort()));
        try {
            to("http://hooks.proxied.example/hook", WebhookFormat.SLACK).send(ALERT);
        } finally {
            System.clearProperty("http.proxyHost");
            System.clearProperty("http.proxyPort");
        }
        assertThat(receiver.requests().get(0).uri()).hasToString("http://hooks.proxied.example/hook");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "DINGTALK | {\"errcode\":\"0\",\"errmsg\":\"ok\"}",
                "WECOM    | {\"errcode\":0.0,\"errmsg\":\"ok\"}",
                "FEISHU   | {\"code\":\"0\"}",
                "FEISHU   | {\"StatusCode\":0.0}"
            })
    void zeroIsNoErrorHoweverItIsWritten(WebhookFormat format, String answer) throws Exception {
        receiver.answer(Receiver.status(200, answer));

        channel(format, null).send(ALERT);
        assertThat(receiver.requests()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "https://bücher.example/hook/é?a=ü  | https://xn--bcher-kva.example/hook/%C3%A9?a=%C3%BC",
                "HTTP://Hooks.Example:8080/a%20b     | http://Hooks.Example:8080/a%20b",
                "https://[::1]:8443/                 | https://[::1]:8443/",
                "https://host:/x                     | https://host/x",
                "https://host?token=1                | https://host?token=1"
            })
    void hostsAreLookedUpAsTheyAreRegistered(String url, String uri) {
        assertThat(WebhookAddress.of(url).uri()).hasToString(uri);
    }

    // ---- What is not given away ----

    @Test
    void noFailureGivesTheTokenOrTheSecretAway() {
        String path = "/services/T00000000/B11111111/XXXXXXXXXXXX";
        receiver.answer(Receiver.status(
                404, "no " + path + "?access_token=" + TOKEN + " nor " + TOKEN + " nor XXXXXXXXXXXX, " + SECRET));
        WebhookAlertChannel channel = new WebhookAlertChannel(
                receiver.url(path + "?access_token=" + TOKEN),
                WebhookFormat.DINGTALK,
                SECRET,
                AlertTemplate.WHOLE,
                Duration.ofSeconds(20),
                () -> NOW);

        assertThatThrownBy(() -> channel.send(ALERT)).satisfies(failure -> {
            assertThat(failure.getCause()).isNull();
            assertThat(failure.getMessage())
                    .contains("answered 404: no …")
                    .doesNotContain(TOKEN)
                    .doesNotContain("XXXX")
                    .doesNotContain("T00000000")
                    .doesNotContain(SECRET);
        });
        assertThat(channel).asString().isEqualTo("DINGTALK webhook at " + receiver.url("/…"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ftp://host/4f1d0c9e7b6a58        | must begin with https:// or http:// and a host",
                "hooks.example/4f1d0c9e7b6a58     | must begin with https:// or http:// and a host",
                "https:///4f1d0c9e7b6a58          | must begin with https:// or http:// and a host",
                "https://me:4f1d0c9e7b6a58@host/  | must have neither a user nor a fragment",
                "https://host/4f1d0c9e7b6a58#x    | must have neither a user nor a fragment",
                "https://my_host/4f1d0c9e7b6a58   | has an underscore in the name of its host, which Java's HTTP client does not take: use another name of that host, or its IP address",
                "https://host:65536/4f1d0c9e7b6a58 | must have a port from 1 to 65535, or none",
                "https://host:99999999999/4f1d0c9e | must have a port from 1 to 65535, or none",
                "https://host:0/4f1d0c9e7b6a58    | must have a port from 1 to 65535, or none",
                "https://host:http/4f1d0c9e7b6a58 | must have a host, and perhaps a port in figures, after ://",
                "https://host:-1/4f1d0c9e7b6a58   | must have a host, and perhaps a port in figures, after ://",
                "https://-/4f1d0c9e7b6a58         | must have a name of a host that can be one, or an IP address, after ://",
                "https://host/4f1d0c9e7b6a58 {x}  | is not a URL: Illegal character in path"
            })
    void aUrlThatIsNoneIsRefusedWithoutBeingShown(String url, String rule) {
        assertThatThrownBy(() -> WebhookAddress.of(url))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(rule)
                .hasNoCause();
    }

    private WebhookAlertChannel channel(WebhookFormat format, String secret) {
        return new WebhookAlertChannel(
                receiver.url("/hook?access_token=" + TOKEN),
                format,
                secret,
                AlertTemplate.WHOLE,
                Duration.ofSeconds(20),
                () -> NOW);
    }

    private static WebhookAlertChannel to(String url, WebhookFormat format) {
        return new WebhookAlertChannel(url, format, null, AlertTemplate.WHOLE, Duration.ofSeconds(20), () -> NOW);
    }

    private WebhookAlertChannel impatient() {
        return new WebhookAlertChannel(
                receiver.url("/hook"),
                WebhookFormat.SLACK,
                null,
                AlertTemplate.WHOLE,
                Duration.ofMillis(300),
                () -> NOW);
    }

    private static JsonNode json(Receiver.Request request) {
        return JsonMapper.shared().readTree(request.body());
    }

    /** With all that breaks a document which is put together by hand. */
    private static Alert nasty() {
        Alert plain = Samples.alert("orders");
        return new Alert(
                plain.condition(),
                Alert.State.RAISED,
                Subject.of(Samples.execution("orders", 2, 0)),
                new Alert.Message(
                        plain.message().what(),
                        "<@U1> & \"quotes\" \\ \t and\nlines, <at user_id=\"all\">, \u0001 und Grüße, 盘, 𝄞"),
                new Alert.Period(plain.period().since(), ManualTime.NOON.plusSeconds(180)),
                plain.origin(),
                4);
    }

    /** By RFC 2104, from SHA-256 alone, so that nothing of what is tested is used. */
    private static String hmacSha256(String key, String text) throws Exception {
        byte[] block = Arrays.copyOf(key.getBytes(StandardCharsets.UTF_8), 64); // none of the keys is longer
        byte[] inner = new byte[64];
        byte[] outer = new byte[64];
        for (int i = 0; i < 64; i++) {
            inner[i] = (byte) (block[i] ^ 0x36);
            outer[i] = (byte) (block[i] ^ 0x5c);
        }
        MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
        sha256.update(inner);
        byte[] hash = sha256.digest(text.getBytes(StandardCharsets.UTF_8));
        sha256.update(outer);
        return Base64.getEncoder().encodeToString(sha256.digest(hash));
    }
}
