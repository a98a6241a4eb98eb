package io.elasticjob.kind;

import io.elasticjob.ArrayPlace;
import io.elasticjob.spi.Cluster;
import io.elasticjob.spi.Created;
import io.elasticjob.spi.RunId;
import io.elasticjob.spi.RunStatus.Phase;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How the arrays stand that this process looks after, and what single tasks have printed, whoever looks after them. Safe to use
 * from any thread.
 */
public final class ArrayRuns {

    /** What is read of a task at most, in bytes. */
    public static final int MOST_BYTES = 64 * 1024;

    /**
     * How an array stands.
     *
     * @param phase that the cluster has told last; null before it has told one
     * @param running how many tasks run
     * @param message what keeps it from going on, as the cluster says; "" for nothing
     */
    public record Standing(
            RunId run, ArrayPlace place, @Nullable Phase phase, int running, String message) {}

    /** What the tasks of an array do. */
    public enum Tasks {
        SUCCEEDED,
        FAILED,
        RUNNING,
        WAITING
    }

    private final Supplier<? extends Collection<Cluster>> clusters;
    private final Map<RunId, Standing> standing = new ConcurrentHashMap<>();
    private volatile Consumer<String> heard = job -> {};

    /** @param clusters of this process */
    public ArrayRuns(Supplier<? extends Collection<Cluster>> clusters) {
        this.clusters = clusters;
    }

    /** @param job told the name of a job whose arrays stand otherwise than before; on any thread, and returns at once */
    public void onChange(Consumer<String> job) {
        heard = job;
    }

    /** An array stands so. */
    public void stands(Standing now) {
        standing.put(now.run(), now);
        heard.accept(now.run().job());
    }

    /** This process does not look after it any more. */
    public void over(RunId run) {
        if (standing.remove(run) != null) {
            heard.accept(run.job());
        }
    }

    /** How it stands; empty where this process does not look after it. */
    public Optional<Standing> of(RunId run) {
        return Optional.ofNullable(standing.get(run));
    }

    /** Whether this process looks after an array of the job. */
    public boolean isThereOne(String job) {
        return standing.keySet().stream().anyMatch(run -> run.job().equals(job));
    }

    /** What the tasks of all arrays of a job do that this process looks after. */
    public Map<Tasks, Integer> tasks(String job) {
        Map<Tasks, Integer> all = new EnumMap<>(Tasks.class);
        for (Standing one : standing.values()) {
            if (one.run().job().equals(job)) {
                int ended = one.place().done() + one.place().failed().size();
                int running = Math.min(one.running(), one.place().size() - ended);
                all.merge(Tasks.SUCCEEDED, one.place().done(), Integer::sum);
                all.merge(Tasks.FAILED, one.place().failed().size(), Integer::sum);
                all.merge(Tasks.RUNNING, running, Integer::sum);
                all.merge(Tasks.WAITING, one.place().size() - ended - running, Integer::sum);
            }
        }
        return all;
    }

    /** Whether this process has a cluster of this name. */
    public boolean has(String cluster) {
        return cluster(cluster).isPresent();
    }

    private Optional<Cluster> cluster(String name) {
        return clusters.get().stream().filter(one -> one.name().equals(name)).findFirst();
    }

    /**
     * The end of what a task of the attempt has printed that the place tells of.
     *
     * @param task number of the task
     * @return as {@link Cluster#log}
     * @throws IllegalArgumentException when this process does not have the cluster, or the task is not one of this attempt, or
     *     nothing was created for it
     */
    public CompletionStage<String> log(RunId run, ArrayPlace place, int task) {
        int index = ArrayOrder.index(place, task);
        Cluster cluster = cluster(place.cluster())
                .orElseThrow(() -> new IllegalArgumentException("There is no cluster " + place.cluster() + " here"));
        if (index < 0 || place.released().isEmpty()) {
            throw new IllegalArgumentException("Task " + task + " is not part of " + run);
        }
        Created created = new Created(run, place.released().get());
        return Asked.of(() -> cluster.log(created, index, MOST_BYTES));
    }
}
