package io.elasticjob.kind;

import io.elasticjob.ArrayKind;
import io.elasticjob.ArrayPlace;
import io.elasticjob.Cancellation;
import io.elasticjob.Outcome;
import io.elasticjob.spi.Cluster;
import io.elasticjob.spi.RunId;
import io.elasticjob.spi.RunStatus;
import io.elasticjob.spi.ShardRunner;
import io.elasticjob.spi.SystemTimekeeper;
import io.elasticjob.spi.Timekeeper;
import java.time.Duration;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the executions of jobs that name a template of a cluster there, each as an array of tasks, and hands all others to
 * another runner. An array goes on without this process: who takes it over finds it on the cluster.
 */
public final class ArrayRunner implements ShardRunner {

    private static final Logger log = LoggerFactory.getLogger(ArrayRunner.class);

    /** After so long what could not be gone on with is tried again. */
    private static final Duration AGAIN = Duration.ofSeconds(5);

    private final String namespace;
    private final ShardRunner others;
    private final Map<String, Cluster> clusters = new LinkedHashMap<>();
    private final Timekeeper time;
    private final ArrayJournal journal;

    /** On the thread of the timekeeper alone. */
    private final Map<Order, ArrayExecution> running = new IdentityHashMap<>();

    private final Map<RunId, ArrayExecution> byId = new LinkedHashMap<>();
    private volatile boolean closed;

    private final Runnable release;

    /**
     * On a thread of its own.
     *
     * @param namespace of the jobs
     * @param others runs everything else
     * @param clusters of different names; they belong to somebody else, and are not closed here
     * @throws IllegalArgumentException when two clusters have the same name
     */
    public ArrayRunner(String namespace, ShardRunner others, Collection<Cluster> clusters, ArrayJournal journal) {
        this(namespace, others, clusters, SystemTimekeeper.daemon("elasticjob-clusters"), journal);
    }

    private ArrayRunner(
            String namespace,
            ShardRunner others,
            Collection<Cluster> clusters,
            SystemTimekeeper own,
            ArrayJournal journal) {
        this(namespace, others, clusters, own, own::close, journal);
    }

    /**
     * As {@link #ArrayRunner(String, ShardRunner, Collection, ArrayJournal)}, on the thread of somebody else.
     *
     * @param time whose thread does all the work
     * @param release called when this runner is closed
     */
    public ArrayRunner(
            String namespace,
            ShardRunner others,
            Collection<Cluster> clusters,
            Timekeeper time,
            Runnable release,
            ArrayJournal journal) {
        this.release = release;
        this.namespace = namespace;
        this.others = others;
        this.time = time;
        this.journal = journal;
        for (Cluster cluster : clusters) {
            if (this.clusters.put(cluster.name(), cluster) != null) {
                throw new IllegalArgumentException("Two clusters have the name " + cluster.name());
            }
        }
    }

    /** Names of the handlers that run the templates of these clusters. */
    public static Set<String> handlers(Collection<Cluster> clusters) {
        Set<String> names = new LinkedHashSet<>();
        clusters.forEach(cluster -> cluster.templates().forEach(name -> names.add(ArrayOrder.handler(name))));
        return names;
    }

    private volatile @Nullable Listener engine;

    private Listener engine() {
        return Objects.requireNonNull(engine, "open");
    }

    @Override
    public void open(Listener listener) {
        engine = listener;
        others.open(listener);
        for (Cluster cluster : clusters.values()) {
            cluster.watch(namespace, status -> time.execute(() -> tell(status)));
            time.after(ArraySweep.FIRST, new ArraySweep(namespace, cluster, listener, time, byId::containsKey)::sweep);
        }
    }

    private void tell(RunStatus status) {
        Optional.ofNullable(byId.get(status.run().run())).ifPresent(execution -> execution.tell(status));
    }

    @Override
    public Set<String> handlers() {
        Set<String> all = new LinkedHashSet<>(others.handlers());
        all.addAll(handlers(clusters.values()));
        return all;
    }

    @Override
    public Set<String> clusters() {
        return Set.copyOf(clusters.keySet());
    }

    // ---- Executions -----------------------------------------------------------------------------------------------

    @Override
    public void start(Order order) {
        if (ArrayOrder.isOne(order)) {
            time.execute(() -> begin(order, true));
        } else {
            others.start(order);
        }
    }

    @Override
    public void resume(Order order) {
        if (order.array().isPresent() || ArrayOrder.isOne(order)) {
            time.execute(() -> begin(order, false));
        } else {
            others.resume(order);
        }
    }

    /** What an adapter throws here, which it is not to do, costs a new execution; another one is looked at again. */
    private void begin(Order order, boolean isNew) {
        try {
            tryToBegin(order, isNew);
        } catch (RuntimeException | Error thrown) {
            ArrayExecution begun = running.get(order);
            if (begun != null) {
                forget(order, begun);
            }
            if (isNew) {
                engine().ended(order, Outcome.Failed.because(thrown));
            } else {
                log.warn("{} is looked at again in {} s", order, AGAIN.toSeconds(), thrown);
                time.after(AGAIN, () -> begin(order, false));
            }
        }
    }

    private void tryToBegin(Order order, boolean isNew) {
        ArrayPlace place = order.array().orElseGet(() -> ArrayPlace.none(ArrayKind.size(order.settings())));
        Cluster cluster = cluster(order, place).orElse(null);
        if (closed) {
            return;
        }
        if (cluster == null) {
            place.released()
                    .ifPresentOrElse(
                            placed -> log.error(
                                    "{} runs on the cluster {}, which this instance does not have: it goes on there",
                                    order,
                                    place.cluster()),
                            () -> engine().ended(
                                            order, new Outcome.Abandoned())); // its template is gone, and nothing runs
            return;
        }
        ArrayExecution.Surroundings surroundings =
                new ArrayExecution.Surroundings(namespace, engine(), time, over -> forget(order, over));
        ArrayExecution execution =
                new ArrayExecution(order, isNew, place, cluster, journal.open(order.context()), surroundings);
        running.put(order, execution);
        byId.put(execution.id, execution);
        execution.advance();
    }

    private void forget(Order order, ArrayExecution execution) {
        running.remove(order);
        byId.remove(execution.id, execution);
    }

    /** Where it is; else where its template is, the first by name. */
    private Optional<Cluster> cluster(Order order, ArrayPlace place) {
        if (place.released().isPresent()) {
            return Optional.ofNullable(clusters.get(place.cluster()));
        }
        return clusters.values().stream()
                .filter(cluster -> cluster.templates().contains(ArrayOrder.template(order)))
                .findFirst();
    }

    private void with(Order order, Act act, Runnable otherwise) {
        time.execute(() -> {
            ArrayExecution execution = running.get(order);
            if (execution != null) {
                act.on(execution);
            } else if (!ArrayOrder.isOne(order)) {
                otherwise.run();
            }
        });
    }

    private interface Act {
        void on(ArrayExecution execution);
    }

    private static boolean mayBeArray(Order order) {
        return ArrayOrder.isOne(order) || order.array().isPresent();
    }

    @Override
    public void cancel(Order order, Cancellation why) {
        if (mayBeArray(order)) {
            with(order, execution -> execution.cancel(why), () -> others.cancel(order, why));
        } else {
            others.cancel(order, why);
        }
    }

    @Override
    public void release(Order order) {
        if (mayBeArray(order)) {
            with(order, ArrayExecution::letGo, () -> others.release(order));
        } else {
            others.release(order);
        }
    }

    @Override
    public void kept(Order order) {
        if (!mayBeArray(order)) {
            others.kept(order);
        }
    }

    /** An array goes on where it is, whoever has the shard. */
    @Override
    public void move(Order order) {
        if (!mayBeArray(order)) {
            others.move(order);
        }
    }

    // ---- All else is the other runner's ----------------------------------------------------------------------------

    @Override
    public int slots() {
        return others.slots();
    }

    @Override
    public Map<String, Integer> groups() {
        return others.groups();
    }

    @Override
    public Set<String> errorHandlers() {
        return others.errorHandlers();
    }

    @Override
    public Duration lease(Duration session) {
        return others.lease(session);
    }

    @Override
    public void giveUpWhatShutsDown() {
        others.giveUpWhatShutsDown();
    }

    /** Arrays go on. */
    @Override
    public void close(Duration atMost) {
        closed = true;
        time.execute(() -> List.copyOf(running.values()).forEach(ArrayExecution::letGo));
        release.run();
        others.close(atMost);
    }
}
