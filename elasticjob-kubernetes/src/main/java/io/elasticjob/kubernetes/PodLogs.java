package io.elasticjob.kubernetes;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** The end of what a task has printed. */
final class PodLogs {

    private static final int LINES = 5_000;
    /** The most bytes of an answer: more than is ever wanted. */
    private static final int MOST = 2 * 1024 * 1024;

    private static final int FEWER = 16;
    private static final int BAD_REQUEST = 400;
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private final KubernetesClient client;
    private final String namespace;
    private final Calls calls;
    private final Pods pods;

    PodLogs(KubernetesClient client, String namespace, Calls calls, Pods pods) {
        this.client = client;
        this.namespace = namespace;
        this.calls = calls;
        this.pods = pods;
    }

    /** Empty when it has no pod: it has not begun, or its pod is gone. */
    Optional<String> last(String uid, int index, int bytes) throws Exception {
        Pod latest = pods.ofTask(uid, index).stream()
                .max(Comparator.comparing((Pod pod) -> pod.getMetadata().getCreationTimestamp())
                        .thenComparing(pod -> pod.getMetadata().getName()))
                .orElse(null);
        if (latest == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(calls.request(() -> read(latest, bytes)));
        } catch (KubernetesClientException e) {
            if (Calls.isNotFound(e)) {
                return Optional.empty();
            }
            if (e.getCode() == BAD_REQUEST) { // its container waits for its image, or for a node
                return Optional.of("");
            }
            throw e;
        }
    }

    /**
     * A server that limits an answer cuts it at its end, which is what is wanted: so of lines that are longer than usual, fewer
     * are asked for. Of a single line that is longer than {@link #MOST} its beginning is told.
     */
    private String read(Pod pod, int bytes) throws Exception {
        int lines = LINES;
        Tail tail = read(pod, lines, bytes);
        while (tail.length() >= MOST && lines > 1) {
            lines = Math.max(1, lines / FEWER);
            tail = read(pod, lines, bytes);
        }
        return tail.text();
    }

    /** What is wanted of an answer that has so many bytes. */
    private record Tail(String text, long length) {}

    /** Asked for as it is: the client's own way first waits until the pod is ready, by further requests. */
    private Tail read(Pod pod, int lines, int bytes) throws Exception {
        String server = client.getMasterUrl().toString();
        String path = "api/v1/namespaces/" + namespace + "/pods/"
                + pod.getMetadata().getName() + "/log?tailLines=" + lines + "&limitBytes=" + MOST + "&container="
                + pod.getSpec().getContainers().get(0).getName();
        HttpClient http = client.getHttpClient();
        HttpRequest request = http.newHttpRequestBuilder()
                .uri(server + (server.endsWith("/") ? "" : "/") + path)
                .timeout(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                .build();
        HttpResponse<InputStream> answer = answer(http.sendAsync(request, InputStream.class));
        try (InputStream log = answer.body()) {
            if (!answer.isSuccessful()) {
                throw new KubernetesClientException(
                        "The log of " + pod.getMetadata().getName() + " cannot be read", answer.code(), null);
            }
            Counting counting = new Counting(log);
            String text = end(counting, bytes);
            return new Tail(text, counting.count);
        }
    }

    private static HttpResponse<InputStream> answer(CompletableFuture<HttpResponse<InputStream>> asked)
            throws Exception {
        try {
            return asked.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException | TimeoutException e) {
            asked.thenAccept(late -> close(late.body())); // nobody reads it any more
            throw e;
        }
    }

    private static void close(InputStream unread) {
        try {
            unread.close();
        } catch (IOException closed) {
            // or as good as
        }
    }

    /** Counts what is read, in portions. */
    private static final class Counting extends FilterInputStream {

        private long count;

        Counting(InputStream in) {
            super(in);
        }

        @Override
        public int read(byte[] into, int from, int most) throws IOException {
            int read = super.read(into, from, most);
            count += Math.max(0, read);
            return read;
        }
    }

    /** The last bytes, from the beginning of a character on. */
    static String end(@Nullable InputStream log, int most) throws IOException {
        if (log == null || most <= 0) {
            return "";
        }
        byte[] kept = new byte[0];
        byte[] part = new byte[Math.max(most, 8_192)];
        int read;
        while ((read = log.readNBytes(part, 0, part.length)) > 0) {
            byte[] both = Arrays.copyOf(kept, kept.length + read);
            System.arraycopy(part, 0, both, kept.length, read);
            kept = both.length <= most ? both : Arrays.copyOfRange(both, both.length - most - 1, both.length);
        }
        int from = Math.max(0, kept.length - most);
        if (from > 0) {
            while (from < kept.length && (kept[from] & 0xC0) == 0x80) {
                from++;
            }
        }
        return new String(kept, from, kept.length - from, StandardCharsets.UTF_8);
    }
}
