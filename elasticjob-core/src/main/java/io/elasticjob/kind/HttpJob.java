package io.elasticjob.kind;

import io.elasticjob.ShardingContext;
import io.elasticjob.SimpleJob;
import io.elasticjob.text.Durations;
import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;

/**
 * Calls a declared target, and waits for its answer. A target with a body is sent one JSON object that tells of the execution;
 * one without is told the same in the query, each value encoded. {@code Idempotency-Key} is the execution's own; {@code
 * EJ-Execution} says the same for people, {@code EJ-Fencing-Token} is there where there is one. Another status than expected,
 * a redirect too, is a failure. What it throws has neither path nor query nor headers of the request.
 */
public final class HttpJob implements SimpleJob {

    static final Set<String> OWN_HEADERS = Set.of("idempotency-key", "ej-execution", "ej-fencing-token");

    private static final int LONGEST_REASON = 200;

    private final HttpTarget target;
    private final Supplier<HttpClient> client;
    private final Secrets secrets;

    /** @param client asked for each request; it must not follow redirects */
    public HttpJob(HttpTarget target, Supplier<HttpClient> client, Secrets secrets) {
        this.target = target;
        this.client = client;
        this.secrets = secrets;
    }

    @Override
    public void execute(ShardingContext context) throws Exception {
        HttpResponse<byte[]> answer = exchange(request(context));
        int status = answer.statusCode();
        if (!target.expected().includes(status)) {
            String body = new String(answer.body(), StandardCharsets.UTF_8);
            throw failure("answered " + status + (status / 100 == 3 ? ", and no redirect is followed" : "")
                    + ", which is none of " + target.expected() + (body.isBlank() ? "" : ": " + body));
        }
    }

    private HttpRequest request(ShardingContext context) {
        HttpRequest.Builder request = HttpRequest.newBuilder(address(context)).method(target.method(), body(context));
        if (target.hasBody()) {
            request.setHeader("Content-Type", "application/json; charset=utf-8");
        }
        target.headers().forEach(request::setHeader);
        String key = ExecutionFacts.key(context.executionId());
        request.setHeader("Idempotency-Key", key).setHeader("EJ-Execution", key);
        if (context.isMonitored()) {
            request.setHeader("EJ-Fencing-Token", String.valueOf(context.fencingToken()));
        }
        return request.build();
    }

    private URI address(ShardingContext context) {
        if (target.hasBody()) {
            return target.url();
        }
        String declared = target.url().toString();
        return URI.create(declared + (declared.contains("?") ? "&" : "?") + ExecutionFacts.query(context));
    }

    private BodyPublisher body(ShardingContext context) {
        return target.hasBody() ? BodyPublishers.ofByteArray(ExecutionFacts.json(context)) : BodyPublishers.noBody();
    }

    private HttpResponse<byte[]> exchange(HttpRequest request) throws Exception {
        HttpClient present = client.get();
        if (present.followRedirects() != HttpClient.Redirect.NEVER) {
            throw new IllegalStateException(
                    "The client of the " + target + " follows redirects, which may lead anywhere");
        }
        // The request's own time-out ends with the headers of the answer.
        CompletableFuture<HttpResponse<byte[]>> answer = present.sendAsync(request, head -> new ShortBody());
        try {
            return answer.get(TimeUnit.NANOSECONDS.convert(target.timeout()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException tooSlow) {
            throw failure("did not answer within " + Durations.format(target.timeout()));
        } catch (ExecutionException failed) {
            throw failure("cannot be reached: " + words(failed.getCause() == null ? failed : failed.getCause()));
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
        }
        return failure instanceof ConnectException ? "nothing listens there" : failure.toString();
    }

    private HttpFailedException failure(String reason) {
        String line = secrets.masked(reason).replaceAll("[\\s\\p{Cntrl}]+", " ");
        return new HttpFailedException("The " + target + " "
                + (line.length() <= LONGEST_REASON ? line : line.substring(0, LONGEST_REASON) + "…"));
    }
}
