// Copyright: the authors of ElasticJob for Spring Boot. Licensed under the Apache License, Version 2.0.

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.Reader;
import java.net.InetAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A worker for ElasticJob gateways, for applications that reach a gateway but no ZooKeeper: a library, and a command that runs
 * another command for each shard. One file that needs nothing but a JDK, 17 or newer.
 *
 * <pre>
 * ElasticJobWorker worker = ElasticJobWorker.at("https://s1:8443", "https://s2:8443")
 *         .handler("resize", execution -> {
 *             for (String page : pages(execution.shard(), execution.shardingTotalCount(), execution.checkpoint())) {
 *                 if (execution.isCancelled()) {
 *                     return;
 *                 }
 *                 workOn(page);
 *                 execution.save(page); // returns when the checkpoint is stored
 *             }
 *         })
 *         .crew("resize")
 *         .slots(4)
 *         .token(token);
 * worker.run(); // until stop() is called on another thread
 * </pre>
 *
 * As a command: {@code java ElasticJobWorker.java --gateway http://localhost:8080 --handler resize --slots 4 -- ./resize.sh}. What
 * the command writes into the file EJ_RESULT_FILE is its result. If it makes the file EJ_SKIP_FILE, there was nothing to do, for the
 * reason that it writes there.
 */
public final class ElasticJobWorker {

    private static final String VERSION = "0.1.0";
    private static final String PATH = "/elasticjob/workers/v1";
    private static final int LOG_TAIL = 16 * 1024;
    /** Milliseconds between two pieces of the log of a running execution. */
    private static final int LOG_EVERY = 2_000;
    /** Characters of the text of a failure. */
    private static final int ERROR = 2_000;
    private static final int MESSAGE = 200;
    /** Characters of the reason for having nothing to do. */
    private static final int REASON = 500;
    /** Bytes of a checkpoint. */
    private static final int CHECKPOINT = 4 * 1024;
    /** Bytes of a result. */
    private static final int RESULT = 1024;
    /** Milliseconds for the rest of the output of a command that has ended: what it left behind may hold it open. */
    private static final int OUTPUT_AFTER = 5_000;
    /** Characters of results in one request, and of notes; what does not fit goes with the next. */
    private static final int BODY = 300_000;

    /** Runs one shard. What it throws is the failure of its execution; while it is cancelled its thread is interrupted. */
    @FunctionalInterface
    public interface Handler {
        void run(Execution execution) throws Exception;
    }

    /** A gateway refuses a request. */
    public static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final int status;
        private final transient Map<String, Object> problem;

        private Refused(int status, Map<String, Object> problem) {
            super(status + " " + problem.getOrDefault("detail", ""));
            this.status = status;
            this.problem = problem;
        }

        private boolean isForGood() {
            return status == 400 || status == 401 || status == 403;
        }
    }

    /** The execution no longer holds its shard: nothing more of it is recorded. */
    public static final class ShardLost extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private ShardLost(String why) {
            super(why);
        }
    }

    /** Time that has passed, by the clock that says more: a machine that slept does not notice by one of them alone. */
    private static final class Stopwatch {
        private final long nanos = System.nanoTime();
        private final long wall = System.currentTimeMillis();

        long millis() {
            return Math.max((System.nanoTime() - nanos) / 1_000_000, System.currentTimeMillis() - wall);
        }
    }

    /** One shard of one firing, as its handler sees it. */
    public final class Execution {
        private final Map<String, Object> task;
        private final Stopwatch begun = new Stopwatch();
        private volatile String why;
        private volatile Thread thread;
        private volatile String result;
        private volatile String skipped;
        private long notes;

        // Under the lock.
        private final StringBuilder said = new StringBuilder();
        private Stopwatch saidSince;
        private boolean telling;

        private Execution(Map<String, Object> task) {
            this.task = task;
        }

        private String text(String key) {
            Object value = task.get(key);
            return value == null ? "" : String.valueOf(value);
        }

        private String id() {
            return text("id");
        }

        public String job() {
            return text("job");
        }

        /** The id of the execution that people read. */
        public String name() {
            return text("execution");
        }

        public int shard() {
            return ((Number) task.get("shard")).intValue();
        }

        public int shardingTotalCount() {
            return ((Number) task.get("shardingTotalCount")).intValue();
        }

        public String shardingParameter() {
            return text("shardingParameter");
        }

        public String jobParameter() {
            return text("jobParameter");
        }

        /** When it was due, such as {@code 2027-01-01T00:00:00Z}. */
        public String fireTime() {
            return text("fireTime");
        }

        /** The fire time before this one by the schedule; "" if it has none. */
        public String intervalStart() {
            return text("intervalStart");
        }

        /** The fire time of the firing with which the chain began; "" outside of a chain. */
        public String originFireTime() {
            return text("originFireTime");
        }

        /** The firings after which this one runs, each as it comes from the gateway: {@code job}, {@code result}, {@code results} by shard. */
        public List<Map<String, Object>> causes() {
            return list(task, "causes").stream().map(ElasticJobWorker::object).toList();
        }

        public int attempt() {
            return ((Number) task.get("attempt")).intValue();
        }

        /** Larger for each later execution of the shard; "" for a job that is not monitored. */
        public String fencingToken() {
            return text("fencingToken");
        }

        /** What an earlier attempt left; "" when none did. */
        public String checkpoint() {
            return text("checkpoint");
        }

        /** Whether the handler should end as soon as it can. */
        public boolean isCancelled() {
            return why != null;
        }

        /**
         * Stores how far the work has come, for the next attempt. Returns when the scheduler has it.
         *
         * @throws ShardLost when this execution has lost its shard
         */
        public void save(String checkpoint) throws InterruptedException {
            if (checkpoint.getBytes(StandardCharsets.UTF_8).length > CHECKPOINT) {
                throw new IllegalArgumentException("checkpoint: must have at most " + CHECKPOINT + " bytes");
            }
            try {
                String refused = note(Map.of("checkpoint", checkpoint)).get(30, TimeUnit.SECONDS);
                if (!refused.isEmpty()) {
                    throw new ShardLost(refused);
                }
            } catch (ExecutionException | TimeoutException unconfirmed) {
                throw new IllegalStateException("The checkpoint was not acknowledged; it may have been stored", unconfirmed);
            }
        }

        /** Leaves a result, which is recorded with the end if that is a success. The last call counts. */
        public void result(String text) {
            int size = text.getBytes(StandardCharsets.UTF_8).length;
            if (size > RESULT) {
                throw new IllegalArgumentException("result: must have at most " + RESULT + " bytes, and has " + size);
            }
            result = text;
        }

        /** Says that there is nothing to do: the end is then neither a success nor a failure. The last call counts. */
        public void skip(String reason) {
            skipped = reason.substring(0, Math.min(REASON, reason.length()));
        }

        /** Tells how far the work has come, for people. Does not wait. */
        public void progress(int percent, String message) {
            note(Map.of(
                    "percent", Math.max(0, Math.min(100, percent)),
                    "message", message.substring(0, Math.min(MESSAGE, message.length()))));
        }

        /** Adds to the log of the execution, for people. Does not wait; of what comes faster than it is sent, the end is kept. */
        public void log(String text) {
            synchronized (lock) {
                said.append(text);
                said.delete(0, Math.max(0, said.length() - LOG_TAIL));
                saidSince = saidSince == null ? new Stopwatch() : saidSince;
            }
        }

        /** Under the lock: what was logged and not sent. */
        private String takeLog() {
            String all = said.toString();
            said.setLength(0);
            saidSince = null;
            return all;
        }

        /** Under the lock: sends what is logged along with the next exchange, unless the piece before is on its way. */
        private void tellLog() {
            if (!said.isEmpty() && !telling) {
                telling = true;
                add(Map.of("log", takeLog())).whenComplete((told, never) -> telling = false);
            }
        }

        /** Under the lock: whether something is logged that should be sent while it runs. */
        private boolean hasToSay() {
            return saidSince != null && saidSince.millis() > LOG_EVERY && !telling;
        }

        private CompletableFuture<String> note(Map<String, Object> content) {
            synchronized (lock) {
                CompletableFuture<String> told = add(content);
                wake();
                return told;
            }
        }

        private CompletableFuture<String> add(Map<String, Object> content) {
            Map<String, Object> wire = new LinkedHashMap<>(content);
            wire.put("id", id());
            wire.put("seq", ++notes);
            Note note = new Note(wire, new CompletableFuture<>());
            ElasticJobWorker.this.notes.put(id() + " " + notes, note);
            return note.told();
        }

        private void cancel(String reason) {
            if (why == null) {
                why = reason;
                Thread running = thread;
                if (running != null) {
                    running.interrupt();
                }
            }
        }
    }

    private record Note(Map<String, Object> wire, CompletableFuture<String> told) {}

    private record Lease(Stopwatch sent, long millis) {}

    private final Object lock = new Object();
    private final Map<String, Handler> handlers = new LinkedHashMap<>();
    private final Map<String, String> labels = new LinkedHashMap<>();
    private final Deque<String> gateways = new ArrayDeque<>();
    private final String process = UUID.randomUUID().toString();
    private final Map<String, Execution> running = new LinkedHashMap<>();
    private final Map<String, Map<String, Object>> results = new LinkedHashMap<>();
    private final Map<String, Note> notes = new LinkedHashMap<>();
    private HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private String name = host() + "-" + process.substring(0, 6);
    private String crew = "";
    private Supplier<String> token = () -> "";
    private int slots = 1;
    private Duration patience = Duration.ofSeconds(20);
    private Duration grace = Duration.ofSeconds(30);
    private String attachment;
    private long seq;
    private Lease lease;
    private CompletableFuture<Void> wake = new CompletableFuture<>();
    private volatile boolean stopping;

    private ElasticJobWorker(List<String> addresses) {
        gateways.addAll(addresses);
    }

    /** Begins a worker that takes shards from the first of these gateways that answers. */
    public static ElasticJobWorker at(String... addresses) {
        if (addresses.length == 0) {
            throw new IllegalArgumentException("name at least one gateway");
        }
        return new ElasticJobWorker(List.of(addresses));
    }

    public ElasticJobWorker handler(String handlerName, Handler handler) {
        handlers.put(handlerName, handler);
        return this;
    }

    /** Unique among the workers that live; made of host and chance, when not set. */
    public ElasticJobWorker name(String value) {
        name = value;
        return this;
    }

    /** Workers of one crew take whatever is next; without one a worker has shards of its own. */
    public ElasticJobWorker crew(String value) {
        crew = value;
        return this;
    }

    public ElasticJobWorker label(String key, String value) {
        labels.put(key, value);
        return this;
    }

    /** How many run at once; 1, when not set. */
    public ElasticJobWorker slots(int value) {
        slots = value;
        return this;
    }

    public ElasticJobWorker token(String value) {
        token = () -> value;
        return this;
    }

    /** A file with the token, which is read again before each request. */
    public ElasticJobWorker tokenFile(Path file) {
        AtomicReference<String> last = new AtomicReference<>("");
        token = () -> {
            try {
                String read = Files.readString(file).strip();
                if (!read.isEmpty()) {
                    last.set(read);
                }
            } catch (IOException unreadable) {
                System.err.println("The token file cannot be read: " + unreadable);
            }
            return last.get();
        };
        return this;
    }

    /** How long what runs has after {@link #stop}; 30 s, when not set. */
    public ElasticJobWorker grace(Duration value) {
        grace = value;
        return this;
    }

    /** For TLS: certificates to trust, keys of its own. */
    public ElasticJobWorker ssl(SSLContext value) {
        http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).sslContext(value).build();
        return this;
    }

    private static String host() {
        try {
            String host = InetAddress.getLocalHost().getHostName();
            return host.substring(0, Math.min(host.length(), 40));
        } catch (IOException unknown) {
            return "worker";
        }
    }

    /**
     * Works until {@link #stop} is called, and what it was given has ended. Blocks.
     *
     * @throws Refused when a gateway refuses this worker for good
     */
    public void run() throws InterruptedException {
        Thread guard = new Thread(this::guard, "elasticjob-lease");
        guard.setDaemon(true);
        guard.start();
        int failures = 0;
        while (!(stopping && isFree())) {
            try {
                if (attachment == null) {
                    attach();
                }
                exchange();
                failures = 0;
                continue;
            } catch (Refused refused) {
                failures++;
                if (refused.isForGood()) {
                    endAll(); // nothing runs on without a lease
                    throw refused;
                }
                refused(refused);
            } catch (IOException unreachable) {
                failures++;
                if (gateways.size() > 1) {
                    move(List.of());
                }
            }
            if (stopping && failures > 20) {
                break;
            }
            long pause = Math.min(5_000, 100L << Math.min(failures, 6));
            Thread.sleep(pause / 2 + ThreadLocalRandom.current().nextLong(pause / 2 + 1));
        }
        detach();
    }

    /** Takes nothing new, lets what runs come to its end, and leaves. From any thread; does not wait. */
    public void stop() {
        stopping = true;
        Thread impatient = new Thread(
                () -> {
                    try {
                        Thread.sleep(grace.toMillis());
                        cancelAll("SHUTDOWN");
                    } catch (InterruptedException ended) {
                        Thread.currentThread().interrupt();
                    }
                },
                "elasticjob-grace");
        impatient.setDaemon(true);
        impatient.start();
        synchronized (lock) {
            wake();
        }
    }

    private boolean isFree() {
        synchronized (lock) {
            return running.isEmpty() && results.isEmpty();
        }
    }

    // ---- Talking

    private void attach() throws IOException, InterruptedException {
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("name", name);
        request.put("crew", crew.isEmpty() ? name : crew);
        request.put("handlers", List.copyOf(handlers.keySet()));
        request.put("labels", labels);
        request.put("slots", slots);
        request.put("client", "java/" + VERSION);
        request.put("process", process);
        synchronized (lock) {
            List<Map<String, Object>> holds = new ArrayList<>();
            running.values().forEach(one -> holds.add(
                    Map.of("id", one.id(), "state", "RUNNING", "runningMs", one.begun.millis())));
            fitting(results.values()).forEach(result -> {
                Map<String, Object> ended = new LinkedHashMap<>(result);
                ended.put("state", "ENDED");
                holds.add(ended);
            });
            request.put("holds", holds);
        }
        Map<String, Object> answer = join(send("POST", "", request, Duration.ofSeconds(10)));
        synchronized (lock) {
            attachment = String.valueOf(answer.get("worker"));
            for (Object address : list(answer, "gateways")) {
                if (!gateways.contains(String.valueOf(address))) {
                    gateways.add(String.valueOf(address));
                }
            }
            for (Object lost : list(answer, "lost")) {
                Execution one = running.remove(lost);
                if (one != null) {
                    one.cancel("SHARD_LOST");
                }
                over(lost);
            }
            list(answer, "recorded").forEach(this::over);
        }
    }

    /** One exchange. A result or a note that comes while it is parked is sent by the next one, at once. */
    private void exchange() throws IOException, InterruptedException {
        Map<String, Object> request = new LinkedHashMap<>();
        CompletableFuture<Void> woken;
        long number;
        synchronized (lock) {
            number = ++seq;
            wake = new CompletableFuture<>();
            woken = wake;
            request.put("seq", number);
            request.put("free", stopping ? 0 : Math.max(0, slots - running.size()));
            running.values().forEach(Execution::tellLog);
            List<Map<String, Object>> noted =
                    fitting(notes.values().stream().map(Note::wire).toList());
            Set<Object> unsaid = notes.values().stream()
                    .skip(noted.size())
                    .map(note -> note.wire().get("id"))
                    .collect(Collectors.toSet());
            // An end comes after all that was said before it. What does not fit has not ended yet, as far as the gateway
            // is told.
            List<Map<String, Object>> told = fitting(results.values().stream()
                    .filter(result -> !unsaid.contains(result.get("id")))
                    .toList());
            List<String> held = new ArrayList<>(running.keySet());
            results.values().stream()
                    .filter(result -> !told.contains(result))
                    .forEach(result -> held.add(String.valueOf(result.get("id"))));
            request.put("running", held);
            request.put("waitMs", told.size() < results.size() ? 0 : patience.toMillis());
            request.put("results", told);
            request.put("notes", noted);
        }
        Stopwatch sent = new Stopwatch();
        String path = "/" + URLEncoder.encode(attachment, StandardCharsets.UTF_8) + "/exchange";
        CompletableFuture<Map<String, Object>> sending = send("POST", path, request, patience.plusSeconds(10));
        CompletableFuture.anyOf(sending.handle((answer, failed) -> null), woken).join();
        if (!sending.isDone()) {
            Thread.sleep(1); // what comes together is sent together
        }
        if (!sending.isDone()) {
            return;
        }
        Map<String, Object> answer = join(sending);
        if (number(answer, "seq") != number) {
            return;
        }
        synchronized (lock) {
            if (!running.isEmpty() || !list(answer, "executions").isEmpty()) {
                // The gateway counts from a later instant: it gives up after this worker does.
                lease = new Lease(sent, (number(answer, "heldMs") + number(answer, "leaseMs")) * 999 / 1000);
            }
            list(answer, "acks").forEach(this::over);
            for (Object note : list(answer, "notes")) {
                Note told = notes.remove(object(note).get("id") + " " + number(object(note), "seq"));
                if (told != null) {
                    told.told().complete(String.valueOf(object(note).getOrDefault("refused", "")));
                }
            }
            for (Object cancel : list(answer, "cancel")) {
                Execution one = running.get(object(cancel).get("id"));
                if (one != null) {
                    one.cancel(String.valueOf(object(cancel).get("why")));
                }
            }
            for (Object task : list(answer, "executions")) {
                Execution execution = new Execution(object(task));
                if (!running.containsKey(execution.id()) && !results.containsKey(execution.id())) {
                    running.put(execution.id(), execution);
                    begin(execution);
                }
            }
        }
        List<String> moveTo = list(answer, "moveTo").stream().map(String::valueOf).toList();
        if (!moveTo.isEmpty()) {
            move(moveTo);
        }
    }

    /** As many as fit into one request, and one in any case. */
    private static List<Map<String, Object>> fitting(Collection<Map<String, Object>> all) {
        List<Map<String, Object>> some = new ArrayList<>();
        int size = 0;
        for (Map<String, Object> one : all) {
            size += Json.write(one).length();
            if (!some.isEmpty() && size > BODY) {
                break;
            }
            some.add(one);
        }
        return some;
    }

    private CompletableFuture<Map<String, Object>> send(
            String method, String path, Map<String, Object> body, Duration timeout) {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create(gateways.getFirst().replaceAll("/$", "") + PATH + path))
                .timeout(timeout)
                .header("Content-Type", "application/json")
                .method(
                        method,
                        body == null
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(Json.write(body)));
        String shown = token.get();
        if (!shown.isEmpty()) {
            request.header("Authorization", "Bearer " + shown);
        }
        return http.sendAsync(request.build(), HttpResponse.BodyHandlers.ofString()).thenApply(response -> {
            Map<String, Object> answer;
            try {
                answer = response.body().isEmpty() ? Map.of() : object(Json.read(response.body()));
            } catch (RuntimeException noJson) {
                String start = response.body().substring(0, Math.min(200, response.body().length()));
                answer = Map.of("detail", start);
            }
            if (response.statusCode() >= 400) {
                throw new Refused(response.statusCode(), answer);
            }
            return answer;
        });
    }

    private static <T> T join(CompletableFuture<T> future) throws IOException {
        try {
            return future.join();
        } catch (CompletionException failed) {
            if (failed.getCause() instanceof Refused refused) {
                throw refused;
            }
            throw failed.getCause() instanceof IOException away ? away : new IOException(failed.getCause());
        }
    }

    private void refused(Refused refused) {
        if (refused.status == 404) {
            attachment = null;
        } else if (refused.status == 503) {
            move(list(refused.problem, "gateways").stream().map(String::valueOf).toList());
        }
    }

    private void move(List<String> addresses) {
        attachment = null;
        List<String> others =
                addresses.stream().filter(one -> !one.equals(gateways.getFirst())).toList();
        if (others.isEmpty()) {
            gateways.addLast(gateways.removeFirst());
            return;
        }
        gateways.removeAll(others);
        for (int i = others.size() - 1; i >= 0; i--) {
            gateways.addFirst(others.get(i));
        }
    }

    private void detach() {
        if (attachment != null) {
            try {
                String path = "/" + URLEncoder.encode(attachment, StandardCharsets.UTF_8);
                join(send("DELETE", path, null, Duration.ofSeconds(5)));
            } catch (IOException | Refused leftWithoutAWord) {
                // its lease ends all the same
            }
        }
    }

    /** Under the lock. */
    private void wake() {
        wake.complete(null);
    }

    // ---- Running

    private void begin(Execution execution) {
        Thread thread = new Thread(() -> work(execution), execution.name());
        thread.setDaemon(true);
        execution.thread = thread;
        thread.start();
    }

    private void work(Execution execution) {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("id", execution.id());
        result.put("outcome", "SUCCEEDED");
        try {
            handlers.get(execution.text("handler")).run(execution);
            if (execution.skipped != null) {
                result.put("outcome", "SKIPPED");
                result.put("reason", execution.skipped);
            } else if (execution.result != null) {
                result.put("result", execution.result);
            }
        } catch (Throwable failed) {
            result.put("outcome", execution.isCancelled() ? "ABANDONED" : "FAILED");
            String text = String.valueOf(failed);
            result.put("error", text.substring(0, Math.min(ERROR, text.length())));
        }
        synchronized (lock) {
            result.put("log", execution.takeLog()); // what it wrote since its last note
            execution.thread = null;
            if (running.remove(execution.id(), execution)) {
                results.put(execution.id(), result);
            }
            dropNotes(execution.id(), note -> note.wire().containsKey("checkpoint"));
            wake();
        }
    }

    /** Under the lock: nothing more is told of it. */
    private void over(Object id) {
        results.remove(id);
        dropNotes(id, note -> true);
    }

    private void dropNotes(Object id, Predicate<Note> which) {
        List<Note> dropped = notes.values().stream()
                .filter(note -> note.wire().get("id").equals(id) && which.test(note))
                .toList();
        notes.values().removeAll(dropped);
        dropped.forEach(note -> note.told().complete("The execution has ended"));
    }

    /** Cancels what runs when the lease is over: another may run it from then on. */
    private void guard() {
        while (true) {
            synchronized (lock) {
                if (lease != null && !running.isEmpty() && lease.sent().millis() > lease.millis()) {
                    lease = null;
                    cancelAll("SESSION_LOSS");
                }
                if (running.values().stream().anyMatch(Execution::hasToSay)) {
                    wake();
                }
            }
            try {
                Thread.sleep(100);
            } catch (InterruptedException ended) {
                return;
            }
        }
    }

    /** Cancels what runs, and waits for its end: a handler that does not heed it is waited for no longer than the grace. */
    private void endAll() throws InterruptedException {
        cancelAll("SHUTDOWN");
        Stopwatch waited = new Stopwatch();
        while (waited.millis() < grace.toMillis()) {
            synchronized (lock) {
                if (running.isEmpty()) {
                    return;
                }
            }
            Thread.sleep(50);
        }
    }

    private void cancelAll(String why) {
        synchronized (lock) {
            running.values().forEach(one -> one.cancel(why));
            wake();
        }
    }

    // ---- As a command

    /** A handler that runs a command for each shard, and ends it with all that it has started when it is cancelled. */
    public static Handler command(List<String> line) {
        return execution -> {
            ProcessBuilder builder = new ProcessBuilder(line).redirectErrorStream(true);
            Map<String, String> environment = builder.environment();
            environment.remove("ELASTICJOB_TOKEN");
            environment.remove("ELASTICJOB_TOKEN_FILE");
            environment.put("EJ_JOB", execution.job());
            environment.put("EJ_SHARD", String.valueOf(execution.shard()));
            environment.put("EJ_SHARDS", String.valueOf(execution.shardingTotalCount()));
            environment.put("EJ_SHARD_PARAMETER", execution.shardingParameter());
            environment.put("EJ_JOB_PARAMETER", execution.jobParameter());
            environment.put("EJ_FIRE_TIME", execution.fireTime());
            environment.put("EJ_ATTEMPT", String.valueOf(execution.attempt()));
            environment.put("EJ_EXECUTION", execution.name());
            environment.put("EJ_FENCING_TOKEN", execution.fencingToken());
            environment.put("EJ_CHECKPOINT", execution.checkpoint());
            Path folder = Files.createTempDirectory("elasticjob-");
            Path result = folder.resolve("result");
            environment.put("EJ_RESULT_FILE", result.toString());
            Path skip = folder.resolve("skip");
            environment.put("EJ_SKIP_FILE", skip.toString());
            try {
                execute(builder, execution);
                if (Files.exists(result)) {
                    execution.result(written(result));
                }
                if (Files.exists(skip)) {
                    execution.skip(written(skip));
                }
            } finally {
                Files.deleteIfExists(result);
                Files.deleteIfExists(skip);
                Files.deleteIfExists(folder);
            }
        };
    }

    private static String written(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8).replaceAll("\n+$", "");
    }

    private static void execute(ProcessBuilder builder, Execution execution) throws IOException, InterruptedException {
        Process started = builder.start();
        Thread reader = new Thread(() -> read(started.getInputStream(), execution), "elasticjob-output");
        reader.setDaemon(true);
        reader.start();
        try (OutputStream input = started.getOutputStream()) {
            input.write(Json.write(execution.task).getBytes(StandardCharsets.UTF_8));
        } catch (IOException notInterested) {
            // it has closed its input
        }
        try {
            int code = started.waitFor();
            reader.join(OUTPUT_AFTER);
            if (code != 0) {
                throw new IllegalStateException("exit code " + code);
            }
        } catch (InterruptedException cancelled) {
            List<ProcessHandle> all = started.descendants().toList();
            all.forEach(ProcessHandle::destroy);
            started.destroy();
            if (!started.waitFor(10, TimeUnit.SECONDS)) {
                started.destroyForcibly();
            }
            all.forEach(ProcessHandle::destroyForcibly);
            throw cancelled;
        }
    }

    private static void read(InputStream output, Execution execution) {
        char[] buffer = new char[8192];
        try (Reader reader = new InputStreamReader(output, StandardCharsets.UTF_8)) {
            for (int size = reader.read(buffer); size >= 0; size = reader.read(buffer)) {
                execution.log(new String(buffer, 0, size));
            }
        } catch (IOException ended) {
            // so did the process
        }
    }

    public static void main(String[] arguments) throws Exception {
        List<String> all = Arrays.asList(arguments);
        int end = all.indexOf("--");
        List<String> line = end < 0 ? List.of() : all.subList(end + 1, all.size());
        Map<String, List<String>> options = new LinkedHashMap<>();
        List<String> flags = end < 0 ? all : all.subList(0, end);
        for (int i = 0; i + 1 < flags.size(); i += 2) {
            options.computeIfAbsent(flags.get(i), flag -> new ArrayList<>()).add(flags.get(i + 1));
        }
        if (flags.size() % 2 != 0 || line.isEmpty() || !options.containsKey("--gateway") || !options.containsKey("--handler")) {
            System.err.println("usage: ElasticJobWorker --gateway URL --handler NAME [--slots N] [--name NAME] [--crew NAME]"
                    + " [--label NAME=VALUE] [--trust-store FILE] [--grace SECONDS] -- COMMAND...");
            System.exit(2);
        }
        ElasticJobWorker worker = at(options.get("--gateway").toArray(String[]::new));
        options.get("--handler").forEach(handler -> worker.handler(handler, command(line)));
        worker.slots(Integer.parseInt(first(options, "--slots", "1")));
        worker.name(first(options, "--name", worker.name)).crew(first(options, "--crew", ""));
        worker.grace(Duration.ofSeconds(Long.parseLong(first(options, "--grace", "30"))));
        for (String label : options.getOrDefault("--label", List.of())) {
            worker.label(label.split("=", 2)[0], label.split("=", 2)[1]);
        }
        String token = System.getenv("ELASTICJOB_TOKEN");
        String tokenFile = System.getenv("ELASTICJOB_TOKEN_FILE");
        if (tokenFile != null && !tokenFile.isEmpty()) {
            worker.tokenFile(Path.of(tokenFile));
        } else if (token != null) {
            worker.token(token);
        }
        if (options.containsKey("--trust-store")) {
            worker.ssl(trusting(first(options, "--trust-store", "")));
        }
        Thread main = Thread.currentThread();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            worker.stop();
            try {
                main.join();
            } catch (InterruptedException impatient) {
                Thread.currentThread().interrupt();
            }
        }));
        try {
            worker.run();
        } catch (Refused refused) {
            System.err.println("The gateway refuses this worker: " + refused.getMessage());
            Runtime.getRuntime().halt(1);
        }
        Runtime.getRuntime().halt(0); // also where a signal has begun the end, which would be told as one by a signal
    }

    private static SSLContext trusting(String file) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream stream = new FileInputStream(file)) {
            store.load(stream, null);
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    private static String first(Map<String, List<String>> options, String name, String otherwise) {
        return options.containsKey(name) ? options.get(name).get(0) : otherwise;
    }

    // ---- JSON

    private static List<?> list(Map<String, Object> object, String key) {
        return object.get(key) instanceof List<?> list ? list : List.of();
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> object(Object value) {
        return (Map<String, Object>) value;
    }

    private static long number(Map<String, Object> object, String key) {
        return object.get(key) instanceof Number number ? number.longValue() : 0;
    }

    /** As much of JSON as gateways speak. */
    private static final class Json {
        private final String text;
        private int at;

        private Json(String text) {
            this.text = text;
        }

        static Object read(String text) {
            Json json = new Json(text);
            Object value = json.value();
            json.blanks();
            if (json.at != text.length()) {
                throw json.unexpected();
            }
            return value;
        }

        private IllegalArgumentException unexpected() {
            return new IllegalArgumentException("not JSON at character " + at);
        }

        private void blanks() {
            while (at < text.length() && text.charAt(at) <= ' ') {
                at++;
            }
        }

        private boolean take(char next) {
            blanks();
            if (at < text.length() && text.charAt(at) == next) {
                at++;
                return true;
            }
            return false;
        }

        private Object value() {
            if (take('{')) {
                Map<String, Object> object = new LinkedHashMap<>();
                for (boolean more = !take('}'); more; more = more()) {
                    if (!take('"')) {
                        throw unexpected();
                    }
                    String key = string();
                    if (!take(':')) {
                        throw unexpected();
                    }
                    object.put(key, value());
                }
                return object;
            }
            if (take('[')) {
                List<Object> array = new ArrayList<>();
                for (boolean more = !take(']'); more; more = more()) {
                    array.add(value());
                }
                return array;
            }
            if (take('"')) {
                return string();
            }
            int from = at;
            while (at < text.length() && ",]} \t\r\n".indexOf(text.charAt(at)) < 0) {
                at++;
            }
            String word = text.substring(from, at);
            return switch (word) {
                case "null" -> null;
                case "true" -> true;
                case "false" -> false;
                default -> word.matches("-?\\d+") ? (Object) Long.valueOf(word) : (Object) Double.valueOf(word);
            };
        }

        /** After an element: false when it was the last. */
        private boolean more() {
            if (take(',')) {
                return true;
            }
            if (take('}') || take(']')) {
                return false;
            }
            throw unexpected();
        }

        private String string() {
            StringBuilder string = new StringBuilder();
            while (at < text.length() && text.charAt(at) != '"') {
                char next = text.charAt(at++);
                if (next != '\\') {
                    string.append(next);
                    continue;
                }
                char escaped = text.charAt(at++);
                switch (escaped) {
                    case 'n' -> string.append('\n');
                    case 't' -> string.append('\t');
                    case 'r' -> string.append('\r');
                    case 'b' -> string.append('\b');
                    case 'f' -> string.append('\f');
                    case 'u' -> {
                        string.append((char) Integer.parseInt(text.substring(at, at + 4), 16));
                        at += 4;
                    }
                    default -> string.append(escaped);
                }
            }
            at++;
            return string.toString();
        }

        static String write(Object value) {
            StringBuilder json = new StringBuilder();
            write(value, json);
            return json.toString();
        }

        private static void write(Object value, StringBuilder json) {
            if (value instanceof Map<?, ?> object) {
                json.append('{');
                object.forEach((key, member) -> {
                    json.append(json.charAt(json.length() - 1) == '{' ? "" : ",");
                    write(String.valueOf(key), json);
                    json.append(':');
                    write(member, json);
                });
                json.append('}');
            } else if (value instanceof List<?> array) {
                json.append('[');
                for (int i = 0; i < array.size(); i++) {
                    json.append(i == 0 ? "" : ",");
                    write(array.get(i), json);
                }
                json.append(']');
            } else if (value instanceof Number || value instanceof Boolean || value == null) {
                json.append(value);
            } else {
                json.append('"');
                for (char next : value.toString().toCharArray()) {
                    if (next == '"' || next == '\\') {
                        json.append('\\').append(next);
                    } else if (next < ' ') {
                        json.append(String.format("\\u%04x", (int) next));
                    } else {
                        json.append(next);
                    }
                }
                json.append('"');
            }
        }
    }
}
