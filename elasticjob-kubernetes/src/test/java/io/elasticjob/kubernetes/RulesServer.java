package io.elasticjob.kubernetes;

import io.elasticjob.testing.kubernetes.ApiServer;
import io.elasticjob.testing.kubernetes.Given;
import io.elasticjob.testing.kubernetes.JobChange;
import io.elasticjob.testing.kubernetes.Problem;
import io.elasticjob.testing.kubernetes.Rule;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import io.fabric8.mockwebserver.dsl.HttpMethod;
import io.fabric8.mockwebserver.http.Buffer;
import io.fabric8.mockwebserver.http.Dispatcher;
import io.fabric8.mockwebserver.http.Headers;
import io.fabric8.mockwebserver.http.MockResponse;
import io.fabric8.mockwebserver.http.RecordedRequest;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * fabric8's mock of an API server, which takes whatever it is given, behind the rules of a real one: each object that is sent
 * is held against {@link ApiServer}, each change of a Job against {@link JobChange}, each
 * request against the Role of {@code deploy/kubernetes}, and preconditions count. What the
 * {@link LocalControl} sends, which stands for parts of Kubernetes itself, goes through as it is.
 */
final class RulesServer extends Dispatcher implements AutoCloseable {

    static final String INTERNAL = "local-control";
    static final String NAMESPACE = "jobs";

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final TypeReference<Map<String, Object>> TREE = new TypeReference<>() {};
    private static final Pattern ONE_JOB = Pattern.compile("/apis/batch/v1/namespaces/[^/]+/jobs/([^/?]+)(\\?.*)?");
    private static final Pattern LOG = Pattern.compile("/api/v1/namespaces/[^/]+/pods/([^/?]+)/log(\\?.*)?");

    /** It says each request. */
    private static final Logger LOUD = Logger.getLogger(MockWebServer.class.getName());

    static {
        LOUD.setLevel(Level.WARNING);
    }

    private final List<String> forbidden = new CopyOnWriteArrayList<>();
    private final AccessRules access;
    private final WholeWatches objects = new WholeWatches();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final KubernetesMockServer server;
    private volatile Function<String, Optional<byte[]>> logs = pod -> Optional.empty();
    private volatile Function<String, Optional<MockResponse>> faults = line -> Optional.empty();
    private volatile boolean told;

    RulesServer() {
        this("array-jobs");
    }

    /** @param component whose Role applications have */
    RulesServer(String component) {
        access = new AccessRules(component);
        server = new KubernetesMockServer(new Context(), new MockWebServer(), new HashMap<>(), this, false);
        server.init();
    }

    /** A client as an application has it. */
    KubernetesClient client() {
        return client("application");
    }

    KubernetesClient client(String who) {
        Config config = new ConfigBuilder(Config.empty())
                .withMasterUrl("http://127.0.0.1:" + server.getPort() + "/")
                .withNamespace(NAMESPACE)
                .withUserAgent(who)
                .withRequestTimeout(10_000)
                .withRequestRetryBackoffLimit(0)
                .withWatchReconnectInterval(100)
                .build();
        return new KubernetesClientBuilder()
                .withConfig(config)
                .withHttpClientFactory(new JdkHttpClientFactory())
                .build();
    }

    /** What applications have asked, method and path, without watches and lists for them. */
    List<String> requests() {
        return List.copyOf(requests);
    }

    /** What applications have asked that the Role does not allow. */
    List<String> forbidden() {
        return List.copyOf(forbidden);
    }

    /** What pods have printed, by their names. */
    void logs(Function<String, Optional<byte[]>> source) {
        logs = source;
    }

    /** Answers that are given instead of that of the server, by method and path. */
    void faults(Function<String, Optional<MockResponse>> instead) {
        faults = instead;
    }

    /** Ends all watches. */
    void cutWatches() {
        objects.cut();
    }

    /** Whether the request is done, and its answer lost: to be called within {@link #faults}. */
    MockResponse doneAndLost() {
        told = true;
        return new MockResponse().setResponseCode(504);
    }

    @Override
    public MockResponse dispatch(RecordedRequest request) {
        if (INTERNAL.equals(request.getHeader("User-Agent"))) {
            return objects.dispatch(request);
        }
        String line = request.getMethod() + " " + request.getPath();
        requests.add(line);
        synchronized (this) {
            told = false;
            Optional<MockResponse> instead = faults.apply(line);
            if (instead.isPresent() && !told) {
                return instead.get();
            }
            MockResponse answer = judge(request);
            return instead.orElse(answer);
        }
    }

    private MockResponse judge(RecordedRequest request) {
        Optional<String> missing = access.missing(request.getMethod(), request.getPath());
        if (missing.isPresent()) {
            forbidden.add(missing.get());
            return failure(403, "Forbidden", "the Role does not allow " + missing.get());
        }
        Matcher log = LOG.matcher(request.getPath());
        if (log.matches()) {
            return logs.apply(log.group(1))
                    .map(bytes -> cut(bytes, number(log.group(2), "tailLines"), number(log.group(2), "limitBytes")))
                    .map(bytes -> new MockResponse().setResponseCode(200).setBody(bytes))
                    .orElseGet(() -> failure(404, "NotFound", "there is no such pod"));
        }
        Matcher job = ONE_JOB.matcher(request.getPath());
        return switch (request.getMethod()) {
            case "POST" -> created(request);
            case "PATCH" -> job.matches() ? patched(request) : failure(405, "MethodNotAllowed", "no rules for it");
            case "PUT" -> failure(405, "MethodNotAllowed", "no rules for it");
            case "DELETE" -> job.matches() ? deleted(request) : failure(403, "Forbidden", "only Jobs are deleted");
            default -> objects.dispatch(request);
        };
    }

    /** The last lines, and of these the first bytes, as a kubelet does. */
    private static byte[] cut(byte[] log, int lines, int limit) {
        int from = log.length;
        for (int line = 0; from > 0 && line <= lines; from--) {
            if (log[from - 1] == '\n' && from < log.length && ++line == lines) {
                break;
            }
        }
        return Arrays.copyOfRange(log, from, Math.min(log.length, (int)
                Math.min(Integer.MAX_VALUE, (long) from + limit)));
    }

    private static int number(@Nullable String query, String name) {
        Matcher found = Pattern.compile("[?&]" + name + "=(\\d+)").matcher(query == null ? "" : query);
        return found.find() ? Integer.parseInt(found.group(1)) : Integer.MAX_VALUE;
    }

    private MockResponse created(RecordedRequest request) {
        boolean strict = request.getPath().contains("fieldValidation=Strict");
        Map<String, Object> tree = tree(request);
        List<Problem> problems = ApiServer.problems(List.of(tree), Given.NOTHING).stream()
                .filter(problem -> problem.rule().isRefused())
                .filter(problem -> strict || problem.rule() != Rule.FIELDS)
                .toList();
        if (!problems.isEmpty()) {
            boolean unreadable = problems.stream().anyMatch(problem -> problem.rule() == Rule.FIELDS);
            String all = problems.stream().map(Problem::toString).collect(Collectors.joining("; "));
            return unreadable ? failure(400, "BadRequest", all) : failure(422, "Invalid", all);
        }
        return objects.dispatch(request);
    }

    private MockResponse patched(RecordedRequest request) {
        Optional<Map<String, Object>> there = there(request);
        if (there.isEmpty()) {
            return failure(404, "NotFound", "jobs.batch not found");
        }
        List<Problem> problems = JobChange.problems(there.get(), tree(request));
        if (!problems.isEmpty()) {
            return failure(422, "Invalid", problems.toString());
        }
        return objects.handlePatch(request);
    }

    private MockResponse deleted(RecordedRequest request) {
        Optional<Map<String, Object>> there = there(request);
        if (there.isEmpty()) {
            return failure(404, "NotFound", "jobs.batch not found");
        }
        Map<String, Object> options = request.getBody().size() == 0 ? Map.of() : tree(request);
        Object uid = at(options, "preconditions", "uid");
        if (uid != null && !uid.equals(at(there.get(), "metadata", "uid"))) {
            return failure(409, "Conflict", "Precondition failed: UID in precondition: " + uid);
        }
        if ("Foreground".equals(options.get("propagationPolicy"))) {
            String path = request.getPath().replaceFirst("\\?.*", "");
            objects.handlePatch(new RecordedRequest(
                    "HTTP/1.1",
                    HttpMethod.PATCH,
                    path,
                    Headers.builder()
                            .add("Content-Type", "application/merge-patch+json")
                            .build(),
                    new Buffer("{\"metadata\":{\"finalizers\":[\"foregroundDeletion\"]}}"
                            .getBytes(StandardCharsets.UTF_8))));
        }
        return objects.dispatch(request);
    }

    private Optional<Map<String, Object>> there(RecordedRequest request) {
        MockResponse answer = objects.handleGet(request.getPath().replaceFirst("\\?.*", ""));
        return answer.code() == 200
                ? Optional.of(JSON.readValue(answer.getBody().readUtf8(), TREE))
                : Optional.empty();
    }

    private static Map<String, Object> tree(RecordedRequest request) {
        return JSON.readValue(request.getBody().getBytes(), TREE);
    }

    private static Object at(Map<String, Object> tree, String... path) {
        Object at = tree;
        for (String key : path) {
            at = at instanceof Map<?, ?> map ? map.get(key) : null;
        }
        return at;
    }

    static MockResponse failure(int code, String reason, String message) {
        Status status = new StatusBuilder()
                .withStatus("Failure")
                .withCode(code)
                .withReason(reason)
                .withMessage(message)
                .build();
        return new MockResponse().setResponseCode(code).setBody(JSON.writeValueAsString(status));
    }

    @Override
    public void close() {
        server.destroy();
    }
}
