package io.elasticjob.gateway;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.elasticjob.codec.Json;
import io.elasticjob.gateway.wire.WireLimits;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/** A gateway that says to one worker what a test says. Refuses, as a real one, what is too long. */
final class ScriptedGateway implements AutoCloseable {

    /**
     * An answer to an exchange.
     *
     * @param members beside those that every answer has
     */
    record Answer(int status, Map<String, ?> members) {

        static Answer of(Map<String, ?> members) {
            return new Answer(200, members);
        }
    }

    /** What was asked so far: attachments by their bodies. */
    final Queue<Map<String, Object>> attached = new ConcurrentLinkedQueue<>();

    /** What exchanges carried to show who they are of. */
    final Queue<String> shown = new ConcurrentLinkedQueue<>();

    /** Counted down once a worker has left. */
    final CountDownLatch left = new CountDownLatch(1);

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Function<Map<String, Object>, Answer> script;

    /** @param script answers each exchange, given its body; on several threads */
    ScriptedGateway(Function<Map<String, Object>, Answer> script) throws IOException {
        this.script = script;
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    private void answer(HttpExchange request) throws IOException {
        byte[] body = request.getRequestBody().readAllBytes();
        if (body.length > WireLimits.BODY_BYTES) {
            send(request, 413, Map.of("detail", "too large"));
        } else if (request.getRequestURI().getPath().endsWith("/exchange")) {
            Map<String, Object> asked = Json.read(body);
            shown.add(String.valueOf(request.getRequestHeaders().getFirst("Authorization")));
            Answer answer = script.apply(asked);
            Map<String, Object> members = new LinkedHashMap<>(Map.of(
                    "seq", asked.get("seq"), "heldMs", 0, "leaseMs", 60_000, "drain", false, "moveTo", List.of()));
            List.of("acks", "notes", "executions", "cancel").forEach(member -> members.put(member, List.of()));
            members.putAll(answer.members());
            send(request, answer.status(), members);
        } else if (request.getRequestMethod().equals("DELETE")) {
            left.countDown();
            request.sendResponseHeaders(204, -1);
            request.close();
        } else {
            attached.add(Json.read(body));
            send(request, 201, Map.of("worker", "w.1", "leaseMs", 60_000, "beatMs", 300));
        }
    }

    private static void send(HttpExchange request, int status, Map<String, ?> answer) throws IOException {
        byte[] json = Json.write(answer);
        request.sendResponseHeaders(status, json.length);
        request.getResponseBody().write(json);
        request.close();
    }

    /** Something to do, as a gateway gives it. */
    static Map<String, Object> task(String handler, int shard, int shards) {
        return Map.ofEntries(
                Map.entry("id", "id-" + shard),
                Map.entry("job", handler),
                Map.entry("handler", handler),
                Map.entry("execution", handler + "/" + shard),
                Map.entry("shard", shard),
                Map.entry("shardingTotalCount", shards),
                Map.entry("shardingParameter", ""),
                Map.entry("jobParameter", ""),
                Map.entry("fireTime", "2027-01-01T00:00:00Z"),
                Map.entry("attempt", 1));
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
