package io.elasticjob.spi;

import io.elasticjob.ArrayPlace;
import io.elasticjob.Cancellation;
import io.elasticjob.ExecutionId;
import io.elasticjob.JobDefinition;
import io.elasticjob.Outcome;
import io.elasticjob.ShardingContext;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Runs executions: in this process, or wherever an implementation takes them. It belongs to one engine, which calls
 * {@link #open} once before anything is started, and {@link #close(Duration)} last.
 *
 * <p><b>Threads.</b> The engine calls {@link #start}, {@link #cancel}, {@link #move}, {@link #handlers}, {@link #slots} and
 * {@link #groups} on its loop,
 * one at a time; all jobs wait meanwhile. So each returns at once: it takes a note, or hands the work to another thread,
 * and does no I/O. {@link #giveUpWhatShutsDown} and {@link #close(Duration)} are called on the thread that closes the
 * engine, perhaps beside the others; {@code handlers} and {@code slots} also on the one that builds it.
 *
 * <p><b>Errors.</b> What {@code start} throws is the failure of that execution. What any other method throws is logged,
 * and the engine goes on.
 *
 * <p><b>Deadlines.</b> There are none but that of {@code close}: an order is the runner's until it tells the end, however
 * long that takes, and holds a slot and its shard so long. A runner that works elsewhere has to find out itself when the
 * end is never to come, and to tell {@link Outcome.Lost} then.
 *
 * @since 0.1.0
 */
public interface ShardRunner extends AutoCloseable {

    /**
     * What is to be run, with all that is needed to run it elsewhere. It is immutable, and its identity is that of the
     * object: two orders are never the same execution.
     */
    final class Order {

        private final JobDefinition settings;
        private final ShardingContext context;
        private final @Nullable ArrayPlace array;

        private Order(JobDefinition settings, ShardingContext context, @Nullable ArrayPlace array) {
            this.settings = settings;
            this.context = context;
            this.array = array;
        }

        /**
         * @param settings that the execution was claimed under
         * @param context what its handler is told; of its checkpoints, its progress and its cancellation nothing is used
         */
        public static Order of(JobDefinition settings, ShardingContext context) {
            return of(settings, context, null);
        }

        /** @param array of what runs as an array of tasks, what its record says; null where it says nothing */
        public static Order of(JobDefinition settings, ShardingContext context, @Nullable ArrayPlace array) {
            ShardingContext data = context.toBuilder()
                    .cancelled(() -> false)
                    .moving(() -> false)
                    .settings(settings)
                    .checkpoints(Order::refuse)
                    .progress(shown -> {})
                    .build();
            return new Order(Objects.requireNonNull(settings), data, array);
        }

        private static void refuse(String checkpoint) {
            throw new IllegalStateException(
                    "This context is an order's and only to be read. A runner makes its own from"
                            + " context().toBuilder(), which takes checkpoints");
        }

        /** Name of the handler, one of {@link ShardRunner#handlers()} as they were read last. */
        public String handler() {
            return settings.handler();
        }

        /** Settings of the job; later changes of the job do not concern this execution. */
        public JobDefinition settings() {
            return settings;
        }

        /**
         * What the handler is told, as data: {@link ShardingContext#isCancelled()} is false for ever, and it takes no
         * checkpoint. A runner in this process makes the handler's context from {@link ShardingContext#toBuilder()}.
         * One that works elsewhere sends what this says; {@link ShardingContext#fencingToken()} is there when
         * {@link ShardingContext#isMonitored()}, and is 64 bits long.
         */
        public ShardingContext context() {
            return context;
        }

        /**
         * What the record said, when the execution was handed over, of the array of tasks as which it runs on a cluster; empty
         * where it said nothing.
         */
        public Optional<ArrayPlace> array() {
            return Optional.ofNullable(array);
        }

        /** The execution's id; parameters may be secret. */
        @Override
        public String toString() {
            return context.toString();
        }
    }

    /**
     * An execution that whoever runs it holds although its instance is gone, or was left.
     *
     * @param fencingToken of its claim
     * @param running for how long it has been running, or has run
     * @param ended how it ended; null while it runs
     */
    record Holding(
            ExecutionId execution,
            long fencingToken,
            Duration running,
            @Nullable Outcome ended) {}

    /** What becomes of a {@link Holding}. */
    enum Adopted {
        /** It goes on under this instance, as if that had begun it. */
        GOES_ON,
        /** It has ended, and that is recorded. */
        RECORDED,
        /** Its claim does not hold any more, or its job is gone: it has to end, and nothing of it is recorded. */
        LOST
    }

    /** What the runner tells the engine, from any thread. Each method returns at once and throws nothing. */
    interface Listener {

        /**
         * The execution has really ended, and nothing of it goes on. To be told exactly once for each order, perhaps
         * before {@link ShardRunner#start} returns. What is told of an order that has ended already is ignored.
         *
         * @param outcome {@link Outcome.Succeeded}; {@link Outcome.Skipped}; {@link Outcome.Failed}; {@link Outcome.Abandoned} when it was cut off
         *     after it was cancelled, or was never begun; {@link Outcome.Moved} when it stopped on its way after {@link
         *     ShardRunner#move}; {@link Outcome.Lost} when it cannot be told how it ended
         */
        void ended(Order order, Outcome outcome);

        /**
         * As {@link #ended}, for a runner whose executions are told when their end is recorded.
         *
         * @return completes when the registry has acknowledged the end, on a thread for answers; at once for what is not
         *     monitored, and for an order that has ended already. Fails with {@link io.elasticjob.ShardLostException} when
         *     the end is not recorded: the execution has lost its shard, or the engine is closed
         */
        CompletionStage<Void> recordEnd(Order order, Outcome outcome);

        /**
         * The handler notes how far it has come.
         *
         * @return completes when the registry has acknowledged it, on a thread for answers; fails with
         *     {@link io.elasticjob.ShardLostException} when the execution has lost its shard or has ended, with
         *     {@link io.elasticjob.CheckpointUnconfirmedException} when there was no answer for half a minute, and with
         *     {@link IllegalArgumentException} when the checkpoint is too long, or no text
         */
        CompletionStage<Void> reached(Order order, String checkpoint);

        /**
         * Where the execution runs on a cluster, and how far it has come. The write proves that the execution still holds its
         * claim: what it has created is released only after that.
         *
         * @return completes when the registry has acknowledged it; fails as of {@link #reached}
         */
        default CompletionStage<Void> placed(Order order, ArrayPlace place) {
            return CompletableFuture.failedFuture(new UnsupportedOperationException("placed"));
        }

        /**
         * Which of these executions the registry says to run, by a read that has caught up with all that was written before this
         * was called. One whose record cannot be understood counts as running.
         *
         * @param executions at most 100
         * @return completes on a thread for answers; fails with {@link io.elasticjob.RegistryException} when it cannot be told
         */
        default CompletionStage<Set<ExecutionId>> running(Set<ExecutionId> executions) {
            return CompletableFuture.failedFuture(new UnsupportedOperationException("running"));
        }

        /**
         * Executions on a cluster whose instance is dead, by a read of its node that was issued after one of their records.
         * Each is to be adopted by an instance that has the cluster; the one that has the shard need not have it.
         *
         * @param executions at most 100, which are looked at first; besides, some of all that the engine knows are looked at,
         *     others each time
         * @param cluster name of the cluster
         * @return completes on a thread for answers; fails with {@link io.elasticjob.RegistryException} when it cannot be told
         */
        default CompletionStage<List<Holding>> abandoned(String cluster, Set<ExecutionId> executions) {
            return CompletableFuture.failedFuture(new UnsupportedOperationException("abandoned"));
        }

        /**
         * Something runs, or has run, that another instance has claimed: whoever runs it has turned to this runner. It becomes
         * this instance's, under the same token, if its claim still holds.
         *
         * @return completes on a thread for answers: {@link Adopted#GOES_ON} after {@link ShardRunner#resume}. Fails with
         *     {@link io.elasticjob.RegistryException} when that cannot be told, or done, at present: it may be asked again,
         *     here or elsewhere, and goes on meanwhile as long as its lease lasts
         */
        CompletionStage<Adopted> adopt(Holding holding);

        /**
         * {@link ShardRunner#handlers}, {@link ShardRunner#slots} or {@link ShardRunner#groups} give something else than
         * before: the engine reads them, on its loop, and lets the other instances know.
         */
        void changed();
    }

    /** Called once, before the first order. The runner tells this listener everything that happens. */
    void open(Listener listener);

    /**
     * Names of the handlers that it can run now. May change: {@link Listener#changed()} says so. An order for a handler
     * that has gone may still be on its way then; end it with {@link Outcome.Abandoned}, and it runs elsewhere.
     */
    Set<String> handlers();

    /**
     * How many executions it takes at once, from 0. May change: {@link Listener#changed()} says so. With fewer than run at
     * present, none is cancelled, and none is started until there is room again.
     */
    int slots();

    /**
     * Execution groups with slots of their own, beside {@link #slots()}: how many executions of each group it takes at once,
     * from 1. A job names its group; one whose group is not among them takes the common slots. May change like those.
     */
    default Map<String, Integer> groups() {
        return Map.of();
    }

    /** Begins an execution. Its end, and its failure to begin, are told to the listener. */
    void start(Order order);

    /**
     * Takes over an execution that goes on elsewhere, as asked by {@link Listener#adopt}; from now on it is as one that was
     * {@link #start started}. Called on the loop.
     */
    default void resume(Order order) {
        throw new IllegalStateException("This runner has not asked for " + order);
    }

    /**
     * An execution that was claimed under a session that is lost goes on under the present one of the same engine. Called on
     * the loop.
     *
     * @param order as it was given to {@link #start} or {@link #resume}
     */
    default void kept(Order order) {}

    /**
     * An execution goes on under another instance, which has adopted it: here it is over, and nothing more is to be told of
     * it. Called on the loop.
     *
     * @param order as it was given to {@link #start} or {@link #resume}
     */
    default void release(Order order) {
        cancel(
                order,
                new Cancellation(
                        Cancellation.Reason.SHARD_LOST,
                        "",
                        order + " goes on under another instance, which adopted it"));
    }

    /**
     * Names of the error handlers that jobs may name here, beside the built-in ones: the same for ever. None by default, as of a
     * runner that works elsewhere and knows only what it is told of a failure.
     */
    default Set<String> errorHandlers() {
        return Set.of();
    }

    /**
     * Names of the clusters on which it runs executions as arrays of tasks, and goes on with what is there: the same for ever.
     * None by default.
     */
    default Set<String> clusters() {
        return Set.of();
    }

    /**
     * For how long what was begun may go on once the session of this engine has ended, without another word of it: others
     * wait for so long before they take it over. Zero, as in a process that runs executions itself: they end with it. Called
     * on the loop, with the same result for the same session.
     *
     * @param session its timeout
     */
    default Duration lease(Duration session) {
        return Duration.ZERO;
    }

    /**
     * Asks an execution to end: its context says so, and why, and a handler in this process is interrupted. When it has
     * ended by an exception thereafter, its outcome is {@link Outcome.Abandoned}; one that has not begun ends so at once.
     * It holds its slot until its end is told. Does nothing when it has ended already.
     *
     * @param order as it was given to {@link #start}
     */
    void cancel(Order order, Cancellation why);

    /**
     * Asks an execution to stop where another one can continue: its shard is to run elsewhere, or is not wanted any more.
     * Nothing is wrong, and there is no hurry: nothing is interrupted, and one that does not ask its context runs to its
     * end. Called on the loop, once for an order at most. Does nothing when it has ended already, or cannot be asked.
     *
     * @param order as it was given to {@link #start}
     */
    default void move(Order order) {}

    /**
     * The engine is being closed, on this thread, and waits for the end of what runs. An execution that itself waits for
     * that, since it called for the end of its application or of the process, would be waited for in vain: its end is told
     * now, as a failure. Called again and again during the wait.
     */
    default void giveUpWhatShutsDown() {}

    /**
     * Cancels what still runs, waits for its end no longer than {@code atMost}, and releases the threads. What is told
     * later is ignored.
     */
    void close(Duration atMost);

    @Override
    default void close() {
        close(Duration.ZERO);
    }
}
