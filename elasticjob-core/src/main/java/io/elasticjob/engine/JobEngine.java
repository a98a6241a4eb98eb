package io.elasticjob.engine;

import io.elasticjob.Cancellation;
import io.elasticjob.EngineBusyException;
import io.elasticjob.Instance;
import io.elasticjob.JobOperations;
import io.elasticjob.RegistryException;
import io.elasticjob.registry.RegistryLocation;
import io.elasticjob.sharding.StrategyCatalog;
import io.elasticjob.spi.RegistryObserver;
import io.elasticjob.spi.SystemTimekeeper;
import io.elasticjob.text.Thrown;
import io.elasticjob.view.EngineStatus;
import io.elasticjob.view.EngineStatus.Phase;
import io.elasticjob.view.JobDetail;
import io.elasticjob.view.NamespaceChanges;
import io.elasticjob.view.NamespaceView;
import io.elasticjob.view.SessionProof;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One process's part in the running of all jobs of a namespace. Built once, started once, closed once; safe to use from
 * any thread.
 *
 * @since 0.1.0
 */
public final class JobEngine implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(JobEngine.class);

    /** How long the end of interrupted executions and their records are waited for. */
    static final Duration LAST_WORDS = Duration.ofSeconds(1);

    private static final Cancellation SHUTDOWN = new Cancellation(
            Cancellation.Reason.SHUTDOWN, "", "The instance shuts down, and has waited for as long as it may");

    private final Machine machine;
    private final Ports ports;
    private final EventFeed events;
    private final Questions questions;
    private final Shutdown shutdown;
    private final Loop loop;
    private final JobOperations operations;
    private final List<AutoCloseable> own = new ArrayList<>();

    private final AtomicBoolean started = new AtomicBoolean();
    private final AtomicBoolean closed = new AtomicBoolean();

    /** Only where that is asked for, or the loop is this engine's own: it may be stepped by hand, or in virtual time. */
    private final @Nullable Watchdog watchdog;

    /**
     * What the loop is to the engine.
     *
     * @param time the timekeeper among the ports, if it is closed with the engine; else null
     * @param isLoopWatched whether it is watched though it is shared
     */
    record Owned(@Nullable SystemTimekeeper time, boolean isLoopWatched) {}

    /**
     * @param observers of the requests to the registry
     */
    JobEngine(
            Machine machine,
            Ports ports,
            Owned owned,
            List<RegistryObserver> observers,
            EventFeed events,
            Replies replies) {
        this.machine = machine;
        this.ports = ports;
        this.events = events;
        this.questions = new Questions(replies, this::phase);
        this.shutdown = new Shutdown(this::giveUpWhatShutsDown, this::isHeldByWhatShutsDown, replies);
        this.loop = new Loop(machine, ports, observers, events, replies, shutdown, this::phase);
        this.operations = new EngineJobOperations(questions, loop, machine);
        SystemTimekeeper ownTime = owned.time();
        this.watchdog = owned.isLoopWatched() || ownTime != null ? loop.watchdog() : null;
        if (watchdog != null) {
            own.add(watchdog);
        }
        if (ownTime != null) {
            own.add(ownTime);
        }
        own.add(events);
    }

    /** Begins to build an engine. */
    public static JobEngineBuilder builder() {
        return new JobEngineBuilder();
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
        loop.start(watchdog);
    }

    /** How this instance is doing, as of the last turn of the loop. Never blocks, costs nothing. */
    public EngineStatus status() {
        return loop.status();
    }

    /** Where this instance meets the others. */
    public String namespaceName() {
        return machine.namespaceName();
    }

    /** Which registry it uses. */
    public RegistryLocation registryLocation() {
        return ports.registry().location();
    }

    /** This process as it shows itself to the others, but for what each session gives it: the id is "". */
    public Instance self() {
        return machine.self();
    }

    /** How many requests this engine has sent to the registry. */
    public long registryRequests() {
        return loop.requests();
    }

    /** How many events were told to nobody, because listeners were too slow or the engine was closed. */
    public long untoldEvents() {
        return events.untold();
    }

    /**
     * Everything this instance knows of the namespace; no request is made for it. It is made once for all who ask at about
     * the same time, off the loop, and completed on a thread for answers, where what hangs on it may block. Fails with
     * {@link EngineBusyException} when too many wait for it already.
     */
    public CompletionStage<NamespaceView> namespace() {
        Question<NamespaceView> question = questions.view();
        if (!question.isSettled()) {
            loop.post(() -> machine.views().namespace(question));
        }
        return question.stage();
    }

    /**
     * One job, its records freshly read. Empty when there is no such job; fails with {@link RegistryException} when the
     * registry cannot be reached. Completed as {@link #namespace()} is.
     */
    public CompletionStage<Optional<JobDetail>> job(String name) {
        Question<Optional<JobDetail>> question = questions.view();
        if (!question.isSettled()) {
            loop.post(() -> machine.whenKnown(question, () -> machine.views().job(name, question)));
        }
        return question.stage();
    }

    /**
     * What has changed of the namespace after a transaction of the registry, whichever instance has told of that, as far as this
     * instance remembers. No request is made for it, unless this instance is behind. Completed as {@link #namespace()} is.
     */
    public CompletionStage<NamespaceChanges> changes(long after) {
        Question<NamespaceChanges> question = questions.view();
        if (!question.isSettled()) {
            loop.post(() -> machine.changes(after, question));
        }
        return question.stage();
    }

    /**
     * Asks ZooKeeper for a proof that this instance lives. Fails with {@link RegistryException} when this instance takes no
     * part, or is not answered. Completed as {@link #namespace()} is.
     */
    public CompletionStage<SessionProof> prove() {
        Question<SessionProof> question = questions.view();
        if (!question.isSettled()) {
            loop.post(() -> machine.prove(question));
        }
        return question.stage();
    }

    /**
     * Takes an instance out that is proven to be dead: its process has ended, and cannot come back. Its shards are failed over now,
     * and not when its session ends. One that lives all the same gives up what it runs; but until it has, a shard can run twice. So
     * an instance that nobody can reach, or whose machine is not known to be off, is not proven to be dead.
     *
     * @param instance id of the instance, as {@link #namespace()} tells it
     * @return whether it was taken out by this; not when it is gone already, or has shown itself again meanwhile. Fails with
     *     {@link RegistryException} when that cannot be told. Completed as {@link #namespace()} is
     */
    public CompletionStage<Boolean> confirmDeath(String instance) {
        Question<Boolean> question = questions.view();
        if (!question.isSettled()) {
            loop.post(() -> machine.confirmDeath(instance, question));
        }
        return question.stage();
    }

    /** Steers the jobs of the namespace; safe to use from any thread. */
    public JobOperations operations() {
        return operations;
    }

    /** The sharding strategies that this instance knows. */
    public StrategyCatalog strategies() {
        return machine.strategies();
    }

    /**
     * Shows the others that this instance takes nothing new, so that they take over at once. Does not block.
     *
     * @return completes when nothing runs here any more and every end is recorded, as {@link #namespace()} does
     */
    public CompletionStage<Void> drain() {
        if (phase() == Phase.LATENT) {
            return CompletableFuture.completedFuture(null);
        }
        if (shutdown.begin()) {
            loop.post(machine::drain);
        }
        return shutdown.drained();
    }

    /**
     * Drains, interrupts what still runs after {@code patience}, records what has ended by then, and leaves. Blocks for
     * little longer than {@code patience}; an interruption ends the patience. Closing again does nothing.
     *
     * <p>May be called by a handler: its execution is not waited for, and counts as failed.
     */
    public void close(Duration patience) {
        boolean wasStarted = phase() == Phase.STARTED;
        drain();
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        boolean interrupted = false;
        if (wasStarted) {
            interrupted = !shutdown.await(patience, true);
            loop.post(() -> machine.cancelAll(SHUTDOWN));
            interrupted |= !shutdown.await(LAST_WORDS, false);
        }
        end(ports.fireSource());
        end(() -> ports.runner().close(LAST_WORDS));
        end(ports.registry());
        own.forEach(JobEngine::end);
        loop.end();
        shutdown.end();
        questions.end();
        loop.refuseCheckpoints();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isHeldByWhatShutsDown() {
        return loop.isHeldByWhatShutsDown();
    }

    private void giveUpWhatShutsDown() {
        ports.runner().giveUpWhatShutsDown();
        loop.giveUpWhatShutsDown();
    }

    private static void end(AutoCloseable part) {
        try {
            part.close();
        } catch (Throwable failed) {
            log.warn(
                    "A part of the engine could not be closed; the rest is closed all the same",
                    Thrown.tellable(failed));
        }
    }

    /** {@link #close(Duration)} without patience. */
    @Override
    public void close() {
        close(Duration.ZERO);
    }

    Loop loop() {
        return loop;
    }

    private Phase phase() {
        if (closed.get()) {
            return Phase.CLOSED;
        }
        return started.get() ? Phase.STARTED : Phase.LATENT;
    }
}
