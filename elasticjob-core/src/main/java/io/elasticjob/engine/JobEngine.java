package io.elasticjob.engine;

import io.elasticjob.Durations;
import io.elasticjob.ElasticJobEvent;
import io.elasticjob.Instance;
import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobOperations;
import io.elasticjob.Outcome;
import io.elasticjob.coordination.Layout;
import io.elasticjob.engine.EngineStatus.Phase;
import io.elasticjob.registry.Registry;
import io.elasticjob.registry.RegistryException;
import io.elasticjob.registry.RegistryListener;
import io.elasticjob.registry.Session;
import io.elasticjob.sharding.StrategyCatalog;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One process's part in the running of all jobs of a namespace. Built once, started once, closed once; safe to use from
 * any thread.
 */
public final class JobEngine implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(JobEngine.class);
    /** After so many happenings a turn carries out what was decided, however many wait. */
    private static final int MOST_AT_ONCE = 10_000;
    /** How long the end of interrupted executions and their records are waited for. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(1);

    private final Registry registry;
    private final FireSource fireSource;
    private final ShardRunner runner;
    private final Timekeeper timekeeper;
    private final EventFeed events;
    private final RegistryCalls calls;
    private final List<AutoCloseable> own = new ArrayList<>();
    private final String namespace;
    private final Instance self;
    private final Machine machine;
    private final JobOperations operations;

    private final Queue<Runnable> mailbox = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean ringing = new AtomicBoolean();
    private final AtomicBoolean started = new AtomicBoolean();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final AtomicBoolean draining = new AtomicBoolean();
    private final CompletableFuture<Void> drained = new CompletableFuture<>();
    private final Set<Checkpoint> checkpoints = ConcurrentHashMap.newKeySet();

    /** The stopwatch at the beginning of the turn. Confined to the loop. */
    private long turnNanos;

    // Written by the loop alone.
    private volatile EngineStatus status;
    private volatile long turns;
    private volatile @Nullable Thread loop;

    /** Since when the loop has not turned, once the watchdog has noticed. Written by the watchdog and the loop. */
    private volatile @Nullable Instant stuckSince;

    /** Of the present session. Written by the registry's thread alone: for the watchdog, when the loop can not say. */
    private volatile @Nullable Session session;

    /** Only where the loop is this engine's own: somebody else's may be stepped by hand, or in virtual time. */
    private final @Nullable Watchdog watchdog;

    /** After it the loop does nothing more. */
    private volatile boolean ended;

    /** Asked from outside and not answered yet. */
    private final Set<CompletableFuture<?>> questions = ConcurrentHashMap.newKeySet();

    private JobEngine(Builder builder) {
        this.registry = required("registry", builder.registry);
        this.fireSource = required("fireSource", builder.fireSource);
        this.runner = required("runner", builder.runner);
        Layout layout = new Layout(builder.namespace);
        Map<String, JobDefinition> jobs = new LinkedHashMap<>(builder.jobs);
        jobs.values().forEach(job -> builder.check(job, runner));
        this.timekeeper = builder.timekeeper != null ? builder.timekeeper : keep(new SystemTimekeeper());
        this.namespace = builder.namespace;
        this.self = builder.self(runner, timekeeper.now());
        this.events = keep(new EventFeed(withLog(builder.listeners), builder.eventExecutor, LAST_WORDS));
        this.calls = new RegistryCalls(registry, builder.observers, timekeeper, this::post);
        this.machine = new Machine(
                layout,
                self,
                builder.ids(self.name()),
                jobs,
                builder.strategies,
                runner.slots(),
                builder.maxTimeDiff,
                builder.forgetAfter);
        this.operations = new EngineOperations(this, machine);
        this.status = machine.status(Phase.LATENT);
        this.watchdog = builder.timekeeper == null ? keepFirst(watchdog()) : null;
    }

    /** Begins to build an engine. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Starts to connect, and returns at once: jobs begin when the registry appears.
     *
     * @throws IllegalStateException when it was started before
     */
    public void start() {
        if (!started.compareAndSet(false, true)) {
            throw new IllegalStateException("The engine was started before");
        }
        fireSource.open((schedule, fireTime) -> post(() -> machine.fired(schedule, fireTime)));
        post(machine::started);
        if (watchdog != null) {
            watchdog.start();
        }
        registry.open(new RegistryListener() {
            @Override
            public void connected(Session session) {
                JobEngine.this.session = session;
                post(() -> machine.connected(session));
            }

            @Override
            public void suspended() {
                post(machine::suspended);
            }

            @Override
            public void lost(Session session) {
                JobEngine.this.session = null;
                post(() -> machine.lost(session));
            }

            @Override
            public void changed(String path) {
                post(() -> machine.changed(path));
            }

            @Override
            public void unreachable(String why) {
                post(() -> machine.unreachable(why));
            }
        });
    }

    /** How this instance is doing, as of the last turn of the loop. Never blocks, costs nothing. */
    public EngineStatus status() {
        Instant stuck = stuckSince;
        EngineStatus last = status;
        return ended ? last.closed() : stuck == null ? last : last.stuckSince(stuck);
    }

    /** Where this instance meets the others. */
    public String namespaceName() {
        return namespace;
    }

    /** This process as it shows itself to the others, but for what each session gives it: the id is "". */
    public Instance self() {
        return self;
    }

    /** How many requests this engine has sent to the registry. */
    public long registryRequests() {
        return calls.count();
    }

    /** How many events were told to nobody, because listeners were too slow or the engine was closed. */
    public long untoldEvents() {
        return events.untold();
    }

    /** Everything this instance knows of the namespace; no request is made for it. Completed on the loop's thread. */
    public CompletionStage<NamespaceView> namespace() {
        CompletableFuture<NamespaceView> answer = question();
        post(() -> answer.complete(machine.namespace(Phase.STARTED)));
        return answer;
    }

    /**
     * One job, its records freshly read. Empty when there is no such job; fails with {@link RegistryException} when the
     * registry can not be reached. Completed on the loop's thread.
     */
    public CompletionStage<Optional<JobDetail>> job(String name) {
        CompletableFuture<Optional<JobDetail>> answer = question();
        post(() -> machine.detail(name, answer));
        return answer;
    }

    /** Steers the jobs of the namespace; safe to use from any thread. */
    public JobOperations operations() {
        return operations;
    }

    /** The sharding strategies that this instance knows. */
    public StrategyCatalog strategies() {
        return machine.strategies();
    }

    /** A question that is answered in any case, be it by the end of the engine. */
    <T> CompletableFuture<T> question() {
        CompletableFuture<T> question = new CompletableFuture<>();
        questions.add(question);
        question.whenComplete((answer, failure) -> questions.remove(question));
        if (phase() != Phase.STARTED) {
            question.completeExceptionally(notRunning());
        }
        return question;
    }

    /**
     * Shows the others that this instance takes nothing new, so that they take over at once. Does not block.
     *
     * @return completes when nothing runs here any more and every end is recorded; on the loop's thread
     */
    public CompletionStage<Void> drain() {
        if (phase() == Phase.LATENT) {
            return CompletableFuture.completedFuture(null);
        }
        if (draining.compareAndSet(false, true)) {
            post(machine::drain);
        }
        return drained;
    }

    /**
     * Drains, interrupts what still runs after {@code patience}, records what has ended by then, and leaves. Blocks for
     * little longer than {@code patience}; an interruption ends the patience. Closing again does nothing.
     */
    public void close(Duration patience) {
        boolean wasStarted = phase() == Phase.STARTED;
        drain();
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        boolean interrupted = false;
        if (wasStarted) {
            interrupted = !awaitDrained(patience);
            post(machine::cancelAll);
            interrupted |= !awaitDrained(LAST_WORDS);
        }
        fireSource.close();
        runner.close(LAST_WORDS);
        registry.close();
        for (AutoCloseable closeable : own) {
            try {
                closeable.close();
            } catch (Exception failed) {
                log.warn("{} could not be closed; the rest is closed all the same", closeable, failed);
            }
        }
        ended = true;
        drained.complete(null); // whatever still runs is beyond this engine
        questions.forEach(question -> question.completeExceptionally(notRunning()));
        checkpoints.forEach(JobEngine::tooLate);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** {@link #close(Duration)} without patience. */
    @Override
    public void close() {
        close(Duration.ZERO);
    }

    /** Waits until nothing runs and all is recorded, or the time is over. False when interrupted. */
    private boolean awaitDrained(Duration atMost) {
        try {
            drained.get(atMost.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException goesOn) {
            log.debug("Still not drained after {}", atMost);
        } catch (InterruptedException impatient) {
            return false;
        }
        return true;
    }

    private Phase phase() {
        if (closed.get()) {
            return Phase.CLOSED;
        }
        return started.get() ? Phase.STARTED : Phase.LATENT;
    }

    // ---- The loop -------------------------------------------------------------------------------------------------

    /** Hands something that happened to the loop. From any thread; never blocks. */
    void post(Runnable happening) {
        mailbox.add(happening);
        ring();
    }

    private void ring() {
        if (ringing.compareAndSet(false, true)) {
            timekeeper.execute(this::turn);
        }
    }

    /** One turn: everything that has happened by now is decided on together, then carried out together. */
    private void turn() {
        ringing.set(false);
        if (ended) {
            return;
        }
        loop = Thread.currentThread();
        turnNanos = timekeeper.nanoTime();
        machine.turn(timekeeper.now(), turnNanos);
        for (int dealtWith = 0; dealtWith < MOST_AT_ONCE && !mailbox.isEmpty(); dealtWith++) {
            guarded(mailbox.remove());
        }
        guarded(() -> machine.endTurn().forEach(effect -> guarded(() -> carryOut(effect))));
        status = machine.status(phase());
        turns++;
        stuckSince = null;
        if (machine.isDrained()) {
            drained.complete(null);
        }
        if (!mailbox.isEmpty()) {
            ring();
        }
    }

    private Watchdog watchdog() {
        return new Watchdog(
                timekeeper,
                () -> turns,
                () -> {
                    Session present = session;
                    return present == null ? Duration.ZERO : present.timeout();
                },
                this::stuck);
    }

    /** On the watchdog's thread: leaves the loop to itself, and lets the others have its shards. */
    private void stuck(Duration silence) {
        Thread stuck = loop;
        List<StackTraceElement> where = stuck == null ? List.of() : List.of(stuck.getStackTrace());
        stuckSince = timekeeper.now().minus(silence);
        events.publish(new ElasticJobEvent.LoopStuck(silence, where));
        Session present = session;
        if (present != null) {
            registry.renew(present);
        }
    }

    private static void guarded(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | Error unexpected) { // one step more must not cost the steps after it
            log.error("A step of the engine failed; it goes on with the next", unexpected);
        }
    }

    private void carryOut(Effect effect) {
        if (effect instanceof Effect.Publish publish) {
            events.publish(publish.event());
        } else if (effect instanceof Effect.Commit commit) {
            calls.make(commit);
        } else if (effect instanceof Effect.ReadAll read) {
            calls.make(read);
        } else if (effect instanceof Effect.ReadAndWatch read) {
            calls.make(read);
        } else if (effect instanceof Effect.Children children) {
            calls.make(children);
        } else if (effect instanceof Effect.WatchTree watch) {
            calls.make(watch);
        } else if (effect instanceof Effect.Renew renew) {
            registry.renew(renew.session());
        } else if (effect instanceof Effect.Start start) {
            start(start);
        } else if (effect instanceof Effect.Cancel cancel) {
            runner.cancel(cancel.execution());
        } else if (effect instanceof Effect.Follow follow) {
            fireSource.follow(follow.schedule());
        } else if (effect instanceof Effect.Forget forget) {
            fireSource.forget(forget.schedule());
        } else if (effect instanceof Effect.Alarm alarm) {
            Duration sinceTurn = Duration.ofNanos(timekeeper.nanoTime() - turnNanos);
            timekeeper.after(alarm.delay().minus(sinceTurn), () -> post(alarm.then()));
        }
    }

    private void start(Effect.Start start) {
        Consumer<Outcome> told = outcome -> post(() -> start.ended().accept(outcome));
        try {
            runner.start(start.handler(), start.context(), text -> checkpoint(start, text), told);
        } catch (RuntimeException refused) {
            log.error(
                    "The runner could not start handler {}: its execution has failed, and the next firing is tried",
                    start.handler(),
                    refused);
            told.accept(Outcome.Failed.because(refused));
        }
    }

    private CompletionStage<Void> checkpoint(Effect.Start start, String text) {
        Checkpoint checkpoint = new Checkpoint(text);
        checkpoints.add(checkpoint);
        checkpoint.answer().whenComplete((acknowledged, failed) -> checkpoints.remove(checkpoint));
        post(() -> start.checkpoint().accept(checkpoint));
        if (ended) { // looked at after it was added: either close() finds it there, or it is answered here
            tooLate(checkpoint);
        }
        return checkpoint.answer();
    }

    private static void tooLate(Checkpoint checkpoint) {
        checkpoint.lost("This instance has been closed: nothing is recorded any more");
    }

    private static List<Consumer<ElasticJobEvent>> withLog(List<Consumer<ElasticJobEvent>> listeners) {
        List<Consumer<ElasticJobEvent>> all = new ArrayList<>(listeners);
        all.add(0, new EventLog());
        return all;
    }

    private <T extends AutoCloseable> T keep(T closeable) {
        own.add(closeable);
        return closeable;
    }

    /** Closed before what is kept already. */
    private <T extends AutoCloseable> T keepFirst(T closeable) {
        own.add(0, closeable);
        return closeable;
    }

    private static <T> T required(String what, @Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("An engine needs a " + what);
        }
        return value;
    }

    private static RegistryException notRunning() {
        return new RegistryException("This instance is not running, so that nothing can be told");
    }

    /** Collects what an engine is made of. */
    public static final class Builder {

        String namespace = "";
        String application = "";

        @Nullable
        String name;

        Map<String, String> labels = Map.of();
        String version = "";
        StrategyCatalog strategies = StrategyCatalog.builtIn();
        Duration maxTimeDiff = Duration.ofSeconds(10);

        @Nullable
        Duration forgetAfter;

        final Map<String, JobDefinition> jobs = new LinkedHashMap<>();
        final List<Consumer<ElasticJobEvent>> listeners = new ArrayList<>();
        final List<RegistryObserver> observers = new ArrayList<>();

        @Nullable
        Registry registry;

        @Nullable
        FireSource fireSource;

        @Nullable
        ShardRunner runner;

        @Nullable
        Timekeeper timekeeper;

        @Nullable
        Executor eventExecutor;

        @Nullable
        Supplier<String> idSource;

        private Builder() {}

        /** Where instances that belong together meet. Required. */
        public Builder namespace(String value) {
            namespace = JobDefinition.checkedName("elasticjob.namespace", value);
            return this;
        }

        /** The application that this process is a copy of; the namespace, when not set. */
        public Builder application(String value) {
            application = value;
            return this;
        }

        /** Name of this process, unique among those that live at the same time; made from host and chance, when not set. */
        public Builder instanceName(String value) {
            name = JobDefinition.checkedName("elasticjob.instance.name", value);
            return this;
        }

        public Builder labels(Map<String, String> value) {
            labels = Map.copyOf(value);
            return this;
        }

        /** Version of the application, for display. */
        public Builder version(String value) {
            version = value;
            return this;
        }

        public Builder strategies(StrategyCatalog value) {
            strategies = value;
            return this;
        }

        /**
         * How far the clock of this process may be from the registry's; beyond it this instance takes nothing new, and
         * others take over. The default is 10 s. The same for all instances of a namespace.
         *
         * @throws InvalidSettingException when it is shorter than a second
         */
        public Builder maxTimeDiff(Duration value) {
            if (value.compareTo(Duration.ofSeconds(1)) < 0) {
                throw new InvalidSettingException(
                        "elasticjob.max-time-diff",
                        Durations.format(value),
                        "must be at least 1s: clocks that are told the time over a network are never closer for sure");
            }
            maxTimeDiff = value;
            return this;
        }

        /**
         * Has the leader delete jobs that no live instance of any application has declared for so long. Never touches a job
         * that an operator made, or has changed a setting of. Without it no job is ever deleted. The same for all instances
         * of a namespace; longer than an application may be away with all its instances.
         *
         * @throws InvalidSettingException when it is shorter than an hour
         */
        public Builder forgetUndeclaredAfter(Duration value) {
            if (value.compareTo(Duration.ofHours(1)) < 0) {
                throw new InvalidSettingException(
                        "elasticjob.leftovers.forget-jobs-after",
                        Durations.format(value),
                        "must be at least 1h, or jobs are forgotten while their application is being restarted");
            }
            forgetAfter = value;
            return this;
        }

        /**
         * Declares a job. Its handler has to be one of the runner's.
         *
         * @throws InvalidSettingException when another job of this name was declared
         */
        public Builder job(JobDefinition definition) {
            if (jobs.putIfAbsent(definition.name(), definition) != null) {
                throw new InvalidSettingException(
                        "job name", definition.name(), "is taken by another job of this application");
            }
            return this;
        }

        /** Hears of everything that happens here, on the event executor, in order. */
        public Builder listener(Consumer<ElasticJobEvent> listener) {
            listeners.add(listener);
            return this;
        }

        /** Hears what became of every request to the registry, and how long it took. */
        public Builder registryObserver(RegistryObserver observer) {
            observers.add(observer);
            return this;
        }

        /** Required. Closed by the engine. */
        public Builder registry(Registry value) {
            registry = value;
            return this;
        }

        /** Required. Closed by the engine. */
        public Builder fireSource(FireSource value) {
            fireSource = value;
            return this;
        }

        /** Required. Closed by the engine. */
        public Builder runner(ShardRunner value) {
            runner = value;
            return this;
        }

        /** Time and the loop's thread; a thread of the engine's own, when not set. */
        public Builder timekeeper(Timekeeper value) {
            timekeeper = value;
            return this;
        }

        /** Where listeners are called; has to keep the order. A thread of the engine's own, when not set. */
        public Builder eventExecutor(Executor value) {
            eventExecutor = value;
            return this;
        }

        /**
         * Where the ids of instances come from, one for each session; made from the name and chance, when not set. An id
         * must never be given twice, not even by another process: a dead instance's id must stay dead.
         */
        public Builder instanceIds(Supplier<String> value) {
            idSource = value;
            return this;
        }

        private Supplier<String> ids(String instanceName) {
            return idSource != null ? idSource : () -> instanceName + "." + unique();
        }

        private Instance self(ShardRunner runner, Instant now) {
            String host = hostName();
            String instanceName = name != null ? name : host + "-" + unique().substring(0, 5);
            Set<String> offered = new TreeSet<>(strategies.names());
            offered.removeAll(StrategyCatalog.builtIn().names());
            return new Instance(
                    "",
                    instanceName,
                    application.isEmpty() ? namespace : application,
                    host,
                    ProcessHandle.current().pid(),
                    labels,
                    runner.handlers(),
                    jobs.keySet(),
                    offered,
                    Instance.State.UP,
                    0,
                    now,
                    version);
        }

        private void check(JobDefinition job, ShardRunner runner) {
            if (!runner.handlers().contains(job.handler())) {
                throw new InvalidSettingException(
                        job.name() + ".handler",
                        job.handler(),
                        "is not the name of a handler; there are " + new TreeSet<>(runner.handlers()));
            }
            try {
                strategies.strategy(job.shardingStrategy());
            } catch (IllegalArgumentException unknown) {
                throw new InvalidSettingException(
                        job.name() + ".shardingStrategy",
                        job.shardingStrategy(),
                        "is not the name of a sharding strategy; there are " + strategies.names());
            }
        }

        private static String hostName() {
            try {
                return InetAddress.getLocalHost().getHostName();
            } catch (UnknownHostException nameless) {
                return "localhost";
            }
        }

        /** Some characters that are not given twice: 50 random bits. */
        private static String unique() {
            return Long.toString(new SecureRandom().nextLong(1L << 50), Character.MAX_RADIX);
        }

        /**
         * @throws IllegalStateException when something required is missing
         * @throws InvalidSettingException when a job names a handler or strategy that is not there
         */
        public JobEngine build() {
            return new JobEngine(this);
        }
    }
}
