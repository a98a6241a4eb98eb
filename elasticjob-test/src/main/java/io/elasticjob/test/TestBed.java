package io.elasticjob.test;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.FiringClock;
import io.elasticjob.engine.JobEngine;
import io.elasticjob.engine.JobEngineBuilder;
import io.elasticjob.memory.MemoryEnsemble;
import io.elasticjob.registry.Registry;
import io.elasticjob.spi.ShardRunner;
import io.elasticjob.spi.Timekeeper;
import io.elasticjob.view.EngineStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the engines of one test have in common: time, a registry in memory, and the list of what they have run. Nothing of it
 * is static, so that tests can run side by side.
 */
public final class TestBed implements AutoCloseable {

    /** How a ZooKeeper server rounds sessions, with its default tick: they last from 4 to 40 s. */
    private static final Duration TICK = Duration.ofSeconds(2);

    /** The application whose jobs are tested. */
    public interface Application {

        /** Its own engine; empty before it was made, and where nothing asks for one. */
        Optional<JobEngine> engine();

        /**
         * Begins another engine with the same jobs, in the same way as its own, which {@link TestBed#join joins} this test.
         * It lacks a name and a runner.
         */
        JobEngineBuilder another();

        /** A runner for another engine. */
        ShardRunner runner();

        /** Stops its own engine, and starts a new one. */
        void restart();
    }

    private record Ended(TestInstance instance, ElasticJobEvent.ExecutionEnded event) {}

    private final Duration sessionTimeout;
    private final Duration patience;
    private final Application application;
    private final SteppedTime time;
    private final MemoryEnsemble ensemble;
    private final ExecutorService listeners = threads("elasticjob-test-events", 1);
    private final ExecutorService answers =
            Executors.newCachedThreadPool(task -> daemon(task, "elasticjob-test-answers"));
    /** Listeners of firings, and planners of shards. */
    private final ExecutorService calls =
            Executors.newCachedThreadPool(task -> daemon(task, "elasticjob-test-firing-listener"));

    private final ElasticJobTester tester = new ElasticJobTester(this);
    private final List<Ended> ended = new CopyOnWriteArrayList<>();
    private final List<TestInstance> added = new CopyOnWriteArrayList<>();
    private final AtomicReference<@Nullable TestInstance> own = new AtomicReference<>();
    private final AtomicReference<@Nullable TestInstance> joined = new AtomicReference<>();

    private volatile boolean wasKilled;

    /** Whether this thread runs a listener, or what hangs on an answer: it cannot wait until there is none. */
    private final ThreadLocal<Boolean> callingBack = ThreadLocal.withInitial(() -> false);

    /** The engine that is being added; null while it is the application's own that joins. */
    private final ThreadLocal<AtomicReference<JobEngine>> adding = new ThreadLocal<>();

    /**
     * @param start the first instant
     * @param sessionTimeout of all instances
     * @param patience in real time, with what makes no progress
     */
    public TestBed(Instant start, Duration sessionTimeout, Duration patience, Application application) {
        this.sessionTimeout = sessionTimeout;
        this.patience = patience;
        this.application = application;
        this.time = new SteppedTime(start);
        this.ensemble = new MemoryEnsemble(time, TICK);
    }

    private static ExecutorService threads(String name, int count) {
        return Executors.newFixedThreadPool(count, task -> daemon(task, name));
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    /** What tests see of it. */
    public ElasticJobTester tester() {
        return tester;
    }

    /** A connection to the registry of this test. */
    public Registry registry() {
        return ensemble.client(sessionTimeout);
    }

    /**
     * Makes an engine in the making part of this test: gives it a registry, time and executors. Its runner has to be
     * {@link #counted}.
     *
     * @return whether it is the application's own, and not one that somebody adds
     */
    public boolean join(JobEngineBuilder engine) {
        AtomicReference<JobEngine> another = adding.get();
        boolean isOwn = another == null && !hasOwn();
        TestInstance instance = new TestInstance(
                time,
                ensemble.client(sessionTimeout),
                tester::settleWhileRunning,
                isOwn ? application::engine : () -> Optional.ofNullable(another == null ? null : another.get()));
        Timekeeper itsTime = instance.timekeeper();
        engine.registry(instance.client())
                .timekeeper(itsTime)
                .clock(FiringClock.LOCAL) // both are the time that the test moves: nothing starts later than on the
                // instant
                .fireSource(new SimulatedFireSource(itsTime))
                .eventExecutor(counting(listeners))
                .answerExecutor(counting(answers))
                .firingListenerExecutor(counting(calls)) // time waits for them, as for handlers
                .listener(event -> heard(instance, event));
        joined.set(instance);
        if (isOwn) {
            own.set(instance);
        }
        return isOwn;
    }

    /** Whether the application's own engine is there: the next one is another. */
    private boolean hasOwn() {
        return own.get() != null
                && application
                        .engine()
                        .filter(engine -> engine.status().phase() != EngineStatus.Phase.CLOSED)
                        .isPresent();
    }

    /** The runner to be used in the place of that of the engine that has joined last. */
    public ShardRunner counted(ShardRunner runner) {
        return joined().counted(runner);
    }

    private TestInstance joined() {
        TestInstance last = joined.get();
        if (last == null) {
            throw new IllegalStateException("No engine has joined");
        }
        return last;
    }

    private Executor counting(Executor executor) {
        return task -> {
            time.callbacks().begin();
            try {
                executor.execute(() -> {
                    callingBack.set(true);
                    try {
                        task.run();
                    } finally {
                        callingBack.remove();
                        time.callbacks().end();
                    }
                });
            } catch (RuntimeException refused) {
                time.callbacks().end();
                throw refused;
            }
        };
    }

    private void heard(TestInstance instance, ElasticJobEvent event) {
        if (event instanceof ElasticJobEvent.ExecutionEnded end) {
            ended.add(new Ended(instance, end));
        }
    }

    /** Somebody who has waited for an answer may be ahead of the listener by which an end is heard of here. */
    Executions executions() {
        if (!callingBack.get() && !time.isMovedByThisThread()) {
            time.awaitCallbacks(patience);
        }
        return new Executions(ended.stream()
                .map(one -> new TestExecution(
                        one.event().execution(),
                        one.event().start().fireTime(),
                        one.event().start().startedAt(),
                        one.event().duration(),
                        one.instance().nameOr(one.event().start().instance()),
                        one.event().outcome()))
                .toList());
    }

    SteppedTime time() {
        return time;
    }

    MemoryEnsemble ensemble() {
        return ensemble;
    }

    void pass(Duration duration, boolean holds) {
        time.pass(
                duration,
                holds,
                patience,
                () -> instances().stream()
                        .flatMap(instance -> instance.running().stream())
                        .collect(Collectors.joining(", ")));
    }

    Duration patience() {
        return patience;
    }

    TestInstance own() {
        TestInstance present = own.get();
        if (present == null) {
            throw new IllegalStateException(
                    "The application has no job engine: it declares no job, or elasticjob.auto-startup is false");
        }
        return present;
    }

    List<TestInstance> instances() {
        List<TestInstance> all = new ArrayList<>();
        TestInstance present = own.get();
        if (present != null) {
            all.add(present);
        }
        all.addAll(added);
        return all;
    }

    TestInstance add(String name) {
        AtomicReference<JobEngine> engine = new AtomicReference<>();
        adding.set(engine);
        try {
            JobEngineBuilder builder = application.another();
            TestInstance instance = joined();
            builder.instanceName(name).runner(instance.counted(application.runner()));
            engine.set(builder.build());
            added.add(instance);
            instance.engine().start();
            return instance;
        } finally {
            adding.remove();
        }
    }

    /** As at the beginning, but for the time: one instance, connected, and nothing known of what has run. */
    void reset() {
        makeWhole();
        for (TestInstance instance : added) {
            instance.engine().close(Duration.ZERO);
        }
        added.clear();
        TestInstance present = own.get();
        if (present != null && wasKilled) {
            wasKilled = false;
            application.restart();
        }
        if (present != null) {
            pass(Duration.ZERO, true);
        }
        ended.clear();
    }

    /** What was broken works again, so that all can end in order. */
    public void makeWhole() {
        wasKilled = instances().stream().anyMatch(TestInstance::isDead);
        ensemble.start();
        instances().forEach(TestInstance::revive);
    }

    @Override
    public void close() {
        makeWhole();
        added.forEach(instance -> instance.engine().close(Duration.ZERO));
        time.close();
        listeners.shutdown();
        answers.shutdown();
        calls.shutdown();
    }
}
