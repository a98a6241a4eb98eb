package io.elasticjob.alert;

import io.elasticjob.text.Durations;
import java.io.IOException;
import java.net.Authenticator;
import java.net.ConnectException;
import java.net.ProxySelector;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Posts alerts to a URL. What it throws and what it is printed as holds neither path nor query of that URL, which are as
 * good as a password. Redirects are not followed.
 */
public final class WebhookAlertChannel implements AlertChannel {

    private static final int LONGEST_REASON = 200;

    private final WebhookAddress address;
    private final WebhookFormat format;
    private final @Nullable String secret;
    private final AlertTemplate template;
    private final Duration timeout;
    private final InstantSource clock;
    private final Supplier<@Nullable WebhookTls> tls;

    // Confined to the thread that sends.
    private @Nullable WebhookTls used;
    private HttpClient client;

    /**
     * As the other, with what the JVM trusts.
     *
     * @param url with http or https
     * @param secret to sign with; null when messages are not signed
     * @param template of the text for people
     * @param timeout for the whole exchange, from connecting to the last byte of the answer
     * @param clock for signatures
     * @throws IllegalArgumentException when the URL cannot be used; the message has nothing of it in it, and continues a
     *     sentence about it
     */
    public WebhookAlertChannel(
            String url,
            WebhookFormat format,
            @Nullable String secret,
            AlertTemplate template,
            Duration timeout,
            InstantSource clock) {
        this(url, format, secret, template, timeout, clock, () -> null);
    }

    /**
     * @param url with http or https
     * @param secret to sign with; null when messages are not signed
     * @param template of the text for people
     * @param timeout for the whole exchange, from connecting to the last byte of the answer
     * @param clock for signatures
     * @param tls asked for each message; null for what the JVM trusts
     * @throws IllegalArgumentException when the URL cannot be used; the message has nothing of it in it, and continues a
     *     sentence about it
     */
    public WebhookAlertChannel(
            String url,
            WebhookFormat format,
            @Nullable String secret,
            AlertTemplate template,
            Duration timeout,
            InstantSource clock,
            Supplier<@Nullable WebhookTls> tls) {
        this.address = WebhookAddress.of(url);
        this.format = format;
        this.secret = secret;
        this.template = template;
        this.timeout = timeout;
        this.clock = clock;
        this.tls = tls;
        this.used = tls.get();
        this.client = client(used, timeout);
    }

    /** Through the proxy that the JVM's system properties name, if they name one, and as its authenticator says. */
    private static HttpClient client(@Nullable WebhookTls tls, Duration timeout) {
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(timeout);
        if (ProxySelector.getDefault() != null) {
            builder.proxy(ProxySelector.getDefault());
        }
        if (Authenticator.getDefault() != null) {
            builder.authenticator(Authenticator.getDefault());
        }
        if (tls != null) {
            builder.sslContext(tls.context()).sslParameters(tls.parameters());
        }
        return builder.build();
    }

    private HttpClient client() {
        WebhookTls now = tls.get();
        if (now != used) { // it was renewed
            used = now;
            client = client(now, timeout);
        }
        return client;
    }

    @Override
    public void send(Alert alert) throws IOException, InterruptedException {
        HttpResponse<byte[]> answer = exchange(alert);
        if (answer.statusCode() / 100 != 2) {
            throw failure("answered " + answer.statusCode() + ": " + new String(answer.body(), StandardCharsets.UTF_8));
        }
        String refusal;
        try {
            refusal = format.refusal(answer.body()).orElse(null);
        } catch (IllegalArgumentException other) {
            throw failure("answered what no receiver of the format " + format + " does, " + other.getMessage() + ": "
                    + new String(answer.body(), StandardCharsets.UTF_8));
        }
        if (refusal != null) {
            throw failure("refused it with " + refusal);
        }
    }

    private HttpResponse<byte[]> exchange(Alert alert) throws IOException, InterruptedException {
        Instant now = clock.instant();
        HttpRequest request = HttpRequest.newBuilder(format.address(address.uri(), secret, now))
                .header("Content-Type", "application/json; charset=utf-8")
                .POST(BodyPublishers.ofByteArray(format.body(alert, template.of(alert), secret, now)))
                .build();
        // The request's own time-out ends with the headers of the answer.
        CompletableFuture<HttpResponse<byte[]>> answer = client().sendAsync(request, head -> new ShortAnswer());
        try {
            return answer.get(TimeUnit.NANOSECONDS.convert(timeout), TimeUnit.NANOSECONDS);
        } catch (TimeoutException tooSlow) {
            throw failure("did not answer within " + Durations.format(timeout));
        } catch (ExecutionException failed) {
            Throwable cause = failed.getCause() == null ? failed : failed.getCause();
            throw failure("cannot be reached: " + words(cause));
        } finally {
            answer.cancel(true);
        }
    }

    private static String words(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnresolvedAddressException || cause instanceof UnknownHostException) {
                return "there is no host of that name";
            }
            if (cause instanceof SSLException) {
                return "there is no connection under TLS (" + cause.getMessage() + ")";
            }
            if (cause instanceof ConnectException && cause.getCause() == null) {
                return "nothing listens there (" + cause.getMessage() + ")";
            }
        }
        return failure instanceof ConnectException ? "nothing listens there" : failure.toString();
    }

    /** Without a cause: whatever a client throws may have the address in its message. */
    private IOException failure(String reason) {
        String line = address.masked(secret == null ? reason : reason.replace(secret, "…"))
                .replaceAll("[\\s\\p{Cntrl}]+", " ");
        return new IOException(
                address + " " + (line.length() <= LONGEST_REASON ? line : line.substring(0, LONGEST_REASON) + "…"));
    }

    @Override
    public String toString() {
        return format + " webhook at " + address;
    }
}
