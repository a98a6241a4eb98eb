package io.elasticjob.gateway;

import io.elasticjob.boot.actuate.endpoint.WorkersReader;
import io.elasticjob.engine.JobEngine;
import io.elasticjob.engine.JobEngineBuilder;
import io.elasticjob.history.ExecutionLogs;
import io.elasticjob.spi.ShardRunner;
import io.elasticjob.spi.SystemTimekeeper;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Lets workers of any language run shards: a gateway with a loop of its own. To the namespace each crew of workers is an
 * instance. Made once, started once, closed once; safe to use from any thread.
 */
public final class WorkerGateway implements AutoCloseable {

    /** A label of instances that are crews, with the crew's name. */
    static final String CREW = "elasticjob.crew";

    /** A label of instances that are crews, with the gateway's name. */
    static final String GATEWAY = "elasticjob.gateway";

    private static final Duration LAST_WORDS = Duration.ofSeconds(5);
    private static final String LETTERS = "abcdefghijklmnopqrstuvwxyz234567";

    private final SystemTimekeeper time = SystemTimekeeper.daemon("elasticjob-gateway-loop");
    private final ExecutorService answers = Executors.newSingleThreadExecutor(daemon("elasticjob-gateway-answers"));
    private final ExecutorService closing = Executors.newCachedThreadPool(daemon("elasticjob-gateway-closing"));
    private final Set<CrewEngine> open = ConcurrentHashMap.newKeySet();
    private final SecureRandom random = new SecureRandom();
    private final Supplier<JobEngineBuilder> engines;
    private final String name;
    private final Gateway gateway;
    private final AuditTrail trail;
    private volatile boolean isClosed;
    private final HttpGateway http;

    /**
     * @param engines begins an engine for a crew: with registry and fire source of its own, and the namespace's rules
     * @param session timeout of the crews' sessions, as it is asked for
     * @param logs takes what workers tell of what they run
     * @param audit is told what becomes of attachments, on a thread of its own
     */
    public WorkerGateway(
            Whereabouts where,
            Supplier<JobEngineBuilder> engines,
            GatewayLimits limits,
            Duration session,
            ExecutionLogs logs,
            Consumer<WorkerEvent> audit) {
        this.name = where.name();
        this.engines = engines;
        this.trail = new AuditTrail(audit);
        Outside outside = new Outside(
                this::start,
                this::closeSoon,
                () -> where.peers().marked(nonce()),
                where.addresses(),
                new WorkerLogs(logs, limits.logs()),
                trail);
        Desk desk = new Desk(time, outside, limits, session);
        this.gateway = new Gateway(time, answers, desk);
        this.http = new HttpGateway(gateway, where.peers(), trail);
    }

    /** How it is spoken to. */
    public HttpGateway http() {
        return http;
    }

    /** Those that are attached now. Completes on a thread for answers. */
    public CompletionStage<List<WorkersReader.Attached>> workers() {
        return gateway.workers();
    }

    /** Looks for the name of the machine, and begins threads: nothing for the loop. */
    private CompletionStage<CrewEngine> start(CrewKey crew, ShardRunner runner) {
        return CompletableFuture.supplyAsync(() -> make(crew, runner), closing);
    }

    private CrewEngine make(CrewKey crew, ShardRunner runner) {
        JobEngine engine = engines.get()
                .instanceName(crew.name() + ":" + name + "-" + nonce())
                .labels(labels(crew))
                .runner(runner)
                .timekeeper(time)
                .watchLoop()
                .build();
        JobEngineOfCrew started = new JobEngineOfCrew(engine);
        open.add(started);
        engine.start();
        if (isClosed) { // looked at after it was added: either close() finds it there, or it is closed here
            close(started);
        }
        return started;
    }

    /** As others see it: placement of jobs may ask for them as for any label. */
    private Map<String, String> labels(CrewKey crew) {
        Map<String, String> labels = new TreeMap<>(crew.labels());
        labels.put(CREW, crew.name());
        labels.put(GATEWAY, name);
        return labels;
    }

    private void closeSoon(CrewEngine engine) {
        closing.execute(() -> close(engine));
    }

    private void close(CrewEngine engine) {
        engine.close(LAST_WORDS);
        open.remove(engine);
    }

    private String nonce() {
        StringBuilder nonce = new StringBuilder();
        for (int i = 0; i < 5; i++) {
            nonce.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        return nonce.toString();
    }

    /**
     * Sends all workers to other gateways, waits until they have gone or their leases are over, and leaves. Blocks for
     * little longer than the patience.
     */
    public void close(Duration patience) {
        gateway.close(patience);
        isClosed = true;
        List.copyOf(open).forEach(this::close);
        time.close();
        answers.shutdown();
        closing.shutdown();
        trail.close();
    }

    @Override
    public void close() {
        close(Duration.ZERO);
    }

    private static ThreadFactory daemon(String name) {
        return task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        };
    }
}
