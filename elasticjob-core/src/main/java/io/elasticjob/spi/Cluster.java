package io.elasticjob.spi;

import io.elasticjob.Indexes;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * A cluster manager that runs all tasks of an execution: Kubernetes, Slurm.
 *
 * <p><b>Two phases.</b> A run is {@link #prepare prepared}, which starts nothing. Then the engine proves by a write of the
 * shard's record that the execution is still its own, and stores the identity of what was created. Only then it {@link #release
 * releases} it, by that identity. So a process that was frozen cannot start what others have finished meanwhile. An adapter
 * keeps its part of this: nothing starts before its release, and a release, a cancellation or an end of keeping that was meant
 * for one creation never hits another one of the same name.
 *
 * <p><b>Threads.</b> Each method may be called from any thread, also from several at once. It returns at once and does no I/O
 * on the caller's thread. Stages complete on any thread.
 *
 * <p><b>Errors.</b> Methods throw nothing; stages fail. {@link ClusterException.Refused} and {@link ClusterException.Gone} are
 * answers. {@link ClusterException} itself, and any other exception, means that it cannot be told: what was asked for may have
 * been done, or may yet be done. The caller then asks again, after a pause, so an adapter does not repeat requests for long.
 * Each stage completes within a minute.
 *
 * <p>{@code io.elasticjob.test.ClusterContract} tests all this.
 *
 * @since 0.1.0
 */
public interface Cluster extends AutoCloseable {

    /** What not each cluster can do. */
    enum Ability {
        /** It begins failed tasks again by itself: {@link ArrayRules#retries()} may be more than 0. */
        RETRY,
        /** It cancels single tasks: {@link #cancel(Created, Indexes)}. */
        CANCEL_TASKS
    }

    /**
     * Which cluster it is, as applications call it: lower-case letters, digits and {@code -}, at most 40 characters, the first
     * a letter. The same in all processes that use the same cluster, and for ever: it is kept in records.
     */
    String name();

    /** The same for ever. */
    Set<Ability> abilities();

    /**
     * Names of what it can run, as the application declares them, each of letters, digits, {@code .}, {@code -} and {@code _}.
     * Answered at once, from memory. May change while the process lives, as with templates in a file.
     */
    Set<String> templates();

    /**
     * Creates a run, so that nothing of it starts yet. The same run twice is one: if something with its {@link RunId} is there,
     * whatever its phase and whoever created it, that is the answer, and it is left as it is.
     *
     * @return completes when the cluster has it, with its identity. Fails with {@link ClusterException.Refused} when it will not
     *     take such a run, also when something that is not ours has its name
     */
    CompletionStage<Created> prepare(ArrayRun run);

    /**
     * Lets a run start that was prepared. Again is harmless, also when it has ended meanwhile.
     *
     * @return completes when the cluster has noted it. Fails with {@link ClusterException.Gone} when what was created is not
     *     there any more, or something of another identity is
     */
    CompletionStage<Void> release(Created run);

    /**
     * What is there of a run, caught up with everything that the cluster had acknowledged to anybody when this was called.
     *
     * @return empty when nothing is there and nothing of it runs; fails when that cannot be told
     */
    CompletionStage<Optional<RunStatus>> find(RunId run);

    /**
     * All runs of a namespace that are there, whoever created them, caught up as {@link #find}. What is not ours, or cannot be
     * read, is left out.
     */
    CompletionStage<List<RunStatus>> list(String namespace);

    /**
     * Tells from now on how runs of a namespace change, at most a few seconds late. After the connection was away, and at the
     * beginning, everything that is there is told. What changes often may be told in fewer steps; the last state is always
     * told. An older state may be told after a newer one was read by {@link #find}. Called once for a namespace.
     *
     * @param changes called one at a time, on a thread of the adapter; returns at once and throws nothing
     */
    void watch(String namespace, Consumer<RunStatus> changes);

    /**
     * Ends a run for good: what runs is stopped, as gently as the template says, and nothing more starts. Of what was not
     * released nothing ever starts. Again is harmless; so is the cancellation of what has ended or is gone. What succeeded
     * before stays told until the run is gone.
     *
     * @return completes when the cluster has noted it. That nothing runs any more is told by {@link #find} and {@link #watch}
     */
    CompletionStage<Void> cancel(Created run);

    /**
     * Ends single tasks: they have failed then. Those that have ended already stay as they are.
     *
     * @return completes when the cluster has noted it; fails with {@link ClusterException.Gone} as {@link #release}, and with
     *     {@link ClusterException.Refused} where the cluster cannot do it
     */
    default CompletionStage<Void> cancel(Created run, Indexes tasks) {
        return CompletableFuture.failedFuture(new ClusterException.Refused(
                "The cluster " + name() + " does not cancel single tasks: cancel the whole execution"));
    }

    /**
     * The result of a run is recorded, so the cluster may delete it: not before {@code keep} has passed, and soon after it.
     * Never deletes a run of another identity. Harmless when it is gone. Said again, the earliest end of keeping holds. Before this is called, an adapter keeps a run that has
     * ended for at least a day, since one that is not there any more counts as lost.
     */
    CompletionStage<Void> forget(Created run, Duration keep);

    /**
     * The end of what a task has printed, standard output and standard error, of its latest beginning.
     *
     * @param index place of the task in {@link ArrayRun#tasks()}
     * @param bytes the most that is wanted, up to 64 KiB; cut at the front, between characters
     * @return "" when it has printed nothing, or has not begun; fails with {@link ClusterException.Gone} when it is not kept
     *     any more
     */
    CompletionStage<String> log(Created run, int index, int bytes);

    /** Ends threads and connections. Runs go on. Returns within five seconds. */
    @Override
    void close();
}
