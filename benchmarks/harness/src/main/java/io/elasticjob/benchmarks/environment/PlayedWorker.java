package io.elasticjob.benchmarks.environment;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A worker of a gateway that ends at once what it is given. It waits for each answer before it asks again, as clients do.
 * Waits on no thread of its own.
 */
public final class PlayedWorker {

    private static final JsonMapper JSON = JsonMapper.shared();

    /**
     * Something that it was given.
     *
     * @param id what tells it from all others
     * @param due when it was due
     * @param given when the answer with it had come
     */
    public record Given(String id, Instant due, Instant given) {}

    private final HttpClient http;
    private final URI base;
    private final int slots;
    private final Consumer<Given> taken;
    private final String id;
    private final List<String> ended = new ArrayList<>();
    private final CompletableFuture<Void> over = new CompletableFuture<>();
    private volatile boolean isLeaving;
    private long seq;

    /**
     * Attaches it.
     *
     * @param gateway address of the gateway's application
     * @param taken told of all that it is given
     */
    public PlayedWorker(HttpClient http, URI gateway, String name, int slots, Consumer<Given> taken)
            throws IOException, InterruptedException {
        this.http = http;
        this.base = gateway.resolve("/elasticjob/workers/v1");
        this.slots = slots;
        this.taken = taken;
        HttpResponse<byte[]> answer = http.send(
                request(
                        "",
                        Map.of(
                                "name", name,
                                "crew", "work",
                                "handlers", List.of("work"),
                                "slots", slots,
                                "process", name)),
                HttpResponse.BodyHandlers.ofByteArray());
        if (answer.statusCode() != 201) {
            throw new IOException(
                    "attaching was answered with " + answer.statusCode() + " " + new String(answer.body()));
        }
        id = JSON.readTree(answer.body()).get("worker").asString();
    }

    /** Begins to exchange, again and again. */
    public PlayedWorker start() {
        exchange();
        return this;
    }

    /** Takes nothing more. Completes when it has told all ends. */
    public CompletableFuture<Void> leave() {
        isLeaving = true;
        return over;
    }

    private void exchange() {
        if (isLeaving && ended.isEmpty()) {
            over.complete(null);
            return;
        }
        Map<String, Object> said = new LinkedHashMap<>();
        said.put("seq", ++seq);
        said.put("free", isLeaving ? 0 : slots);
        said.put("waitMs", isLeaving ? 0 : 20_000);
        said.put(
                "results",
                ended.stream()
                        .map(one -> Map.of("id", one, "outcome", "SUCCEEDED"))
                        .toList());
        http.sendAsync(request("/" + id + "/exchange", said), HttpResponse.BodyHandlers.ofByteArray())
                .whenComplete((answer, failed) -> {
                    try {
                        if (failed != null) {
                            throw new CompletionException(failed);
                        }
                        if (answer.statusCode() != 200) {
                            throw new IllegalStateException(
                                    "the gateway answered " + answer.statusCode() + " " + new String(answer.body()));
                        }
                        Instant came = Instant.now();
                        take(JSON.readTree(answer.body()), came);
                        exchange();
                    } catch (RuntimeException broken) {
                        over.completeExceptionally(broken);
                    }
                });
    }

    private void take(JsonNode answer, Instant now) {
        answer.get("acks").forEach(ack -> ended.remove(ack.asString()));
        answer.get("executions").forEach(task -> {
            ended.add(task.get("id").asString());
            String named = task.get("execution").asString() + "#"
                    + task.get("fencingToken").asString();
            taken.accept(new Given(named, Instant.parse(task.get("fireTime").asString()), now));
        });
    }

    private HttpRequest request(String path, Map<String, ?> body) {
        return HttpRequest.newBuilder(URI.create(base + path))
                .timeout(Duration.ofSeconds(60))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body)))
                .build();
    }
}
