package io.elasticjob.boot.alert;

import io.elasticjob.Durations;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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
    private final HttpClient client;

    /**
     * @param url with http or https
     * @param secret to sign with; null when messages are not signed
     * @param template of the text for people
     * @param timeout for the whole exchange, from connecting to the last byte of the answer
     * @param clock for signatures
     * @throws IllegalArgumentException when the URL can not be used; the message has nothing of it in it, and continues a
     *     sentence about it
     */
    public WebhookAlertChannel(
            String url,
            WebhookFormat format,
            @Nullable String secret,
            AlertTemplate template,
            Duration timeout,
            InstantSource clock) {
        this.address = WebhookAddress.of(url);
        this.format = format;
        this.secret = secret;
        this.template = template;
        this.timeout = timeout;
        this.clock = clock;
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(timeout)
                .build();
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
        CompletableFuture<HttpResponse<byte[]>> answer = client.sendAsync(request, head -> new ShortAnswer());
        try {
            return answer.get(TimeUnit.NANOSECONDS.convert(timeout), TimeUnit.NANOSECONDS);
        } catch (TimeoutException tooSlow) {
            throw failure("did not answer within " + Durations.format(timeout));
        } catch (ExecutionException failed) {
            Throwable cause = failed.getCause() == null ? failed : failed.getCause();
            throw failure("can not be reached: " + cause);
        } finally {
            answer.cancel(true);
        }
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
