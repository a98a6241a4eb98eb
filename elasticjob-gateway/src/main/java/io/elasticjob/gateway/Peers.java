package io.elasticjob.gateway;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.gateway.wire.ProblemException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * The gateways of a namespace, as they reach one another. Behind a load balancer an exchange may come to another gateway than
 * the one that the worker is attached to; that one passes it on, so that the worker stays where it is. Which gateway it is
 * stands in the id of the attachment, as a mark; addresses come from the configuration only.
 */
public final class Peers {

    /** A gateway that knows of no others. */
    public static final Peers NONE = new Peers("", Map.of(), null);

    /** A request that comes from another gateway is not passed on again. */
    public static final String PASSED = "ElasticJob-Passed";

    private static final char BEFORE_MARK = '-';
    private static final Duration CONNECT = Duration.ofSeconds(2);

    /** Longer than any exchange is parked. */
    private static final Duration ANSWER = Duration.ofSeconds(45);

    private final String own;
    private final Map<String, String> addresses;
    private final @Nullable HttpClient http;

    private Peers(String own, Map<String, String> addresses, @Nullable HttpClient http) {
        this.own = own;
        this.addresses = addresses;
        this.http = http;
    }

    /**
     * As configured.
     *
     * @param self address of this gateway; one of all of them
     * @param all addresses of the gateways, such as {@code http://s1:8080}; empty where there is one only
     * @param tls that the others are believed by; null for that of the JVM
     * @throws InvalidSettingException when it cannot be told from them which is which
     */
    public static Peers of(@Nullable String self, List<String> all, @Nullable SSLContext tls) {
        if (all.isEmpty()) {
            return NONE;
        }
        Map<String, String> byMark = new LinkedHashMap<>();
        for (int i = 0; i < all.size(); i++) {
            String address = checked("elasticjob.gateway.peers[" + i + "]", all.get(i));
            if (byMark.put(mark(address), address) != null) {
                throw new InvalidSettingException(
                        "elasticjob.gateway.peers[" + i + "]", address, "must not be listed twice");
            }
        }
        String own = self == null || self.isBlank() ? "" : checked("elasticjob.gateway.self", self);
        if (!byMark.containsValue(own)) {
            throw new InvalidSettingException(
                    "elasticjob.gateway.self",
                    own,
                    "must be one of elasticjob.gateway.peers, the address at which the others reach this gateway");
        }
        HttpClient.Builder http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT)
                .followRedirects(HttpClient.Redirect.NEVER);
        if (tls != null) {
            http.sslContext(tls);
        }
        return new Peers(mark(own), Map.copyOf(byMark), http.build());
    }

    private static String checked(String key, String text) {
        String address = text.strip().replaceAll("/$", "");
        try {
            URI uri = URI.create(address);
            boolean isHttp = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            if (isHttp && uri.getHost() != null && uri.getRawPath().isEmpty() && uri.getRawQuery() == null) {
                return address;
            }
        } catch (IllegalArgumentException noAddress) {
            // said below
        }
        throw new InvalidSettingException(key, text, "must be an address without a path, such as http://s1:8080");
    }

    private static String mark(String address) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(address.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, 4);
        } catch (NoSuchAlgorithmException everyPlatformHasIt) {
            throw new IllegalStateException(everyPlatformHasIt);
        }
    }

    /** An id of an attachment that says that it is this gateway's. */
    String marked(String nonce) {
        return own.isEmpty() ? nonce : nonce + BEFORE_MARK + own;
    }

    /** Address of the other gateway that a worker is attached to; empty when it is this one, or nobody can tell. */
    Optional<String> holder(String workerId) {
        String mark = workerId.substring(workerId.lastIndexOf(BEFORE_MARK) + 1);
        return mark.equals(own) ? Optional.empty() : Optional.ofNullable(addresses.get(mark));
    }

    /**
     * Passes a request on. Never blocks.
     *
     * @param address of {@link #holder}
     * @param path of the request, with the gateways' own
     * @return what the other gateway answers; fails with a {@link ProblemException} when it does not
     */
    CompletionStage<HttpGateway.Reply> pass(String address, String path, HttpGateway.Request request) {
        HttpClient client = http;
        if (client == null) {
            throw new IllegalStateException("There is nobody to pass anything to");
        }
        HttpRequest.Builder passed = HttpRequest.newBuilder(URI.create(address + path))
                .timeout(ANSWER)
                .header("Content-Type", "application/json")
                .header(PASSED, "1")
                .method(request.method(), HttpRequest.BodyPublishers.ofByteArray(request.body()));
        if (request.authorization() != null) {
            passed.header("Authorization", request.authorization());
        }
        return client.sendAsync(passed.build(), HttpResponse.BodyHandlers.ofByteArray())
                .handle((response, failed) -> {
                    if (failed != null) {
                        throw notPassed(request, Gateway.unwrapped(failed));
                    }
                    return new HttpGateway.Reply(
                            response.statusCode(),
                            response.statusCode() >= 400,
                            response.headers()
                                    .firstValue("Retry-After")
                                    .filter(seconds -> seconds.matches("\\d{1,6}"))
                                    .map(Integer::valueOf)
                                    .orElse(0),
                            response.body());
                });
    }

    /** Where nobody listens, there is no such worker any more; of one that does not answer that cannot be told. */
    private static ProblemException notPassed(HttpGateway.Request request, Throwable why) {
        if (why instanceof ConnectException || why instanceof HttpConnectTimeoutException) {
            return ProblemException.notAttached(request.worker());
        }
        return ProblemException.notPassed(
                why instanceof IOException ? String.valueOf(why.getMessage()) : why.toString());
    }
}
