package io.elasticjob.runner;

import io.elasticjob.ExecutionId;
import io.elasticjob.ExecutionScope;
import io.elasticjob.Outcome;
import io.elasticjob.ShardingContext;
import io.elasticjob.SimpleJob;
import io.elasticjob.engine.ShardRunner;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs executions in this JVM, each on a thread of an executor for as long as it lasts. During that time the thread's
 * name ends in the execution's id, and SLF4J's mapped diagnostic context holds {@code elasticjob.job} and
 * {@code elasticjob.execution}.
 *
 * <p>What a handler throws is logged here, with its stack trace; the outcome carries its text only. It counts no slots:
 * what is started beyond them waits in the executor, or runs, if the executor knows no bound.
 */
public final class InProcessShardRunner implements ShardRunner {

    private static final Logger log = LoggerFactory.getLogger(InProcessShardRunner.class);

    private final Map<String, SimpleJob> handlers;
    private final int slots;
    private final Executor executor;
    private final Runnable release;
    private final Surroundings surroundings;
    private final Set<Execution> unfinished = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    private InProcessShardRunner(
            Map<String, SimpleJob> handlers,
            int slots,
            Executor executor,
            Runnable release,
            Surroundings surroundings) {
        if (slots < 1) {
            throw new IllegalArgumentException(slots + " execution slots: there has to be at least 1");
        }
        this.handlers = Map.copyOf(handlers);
        this.slots = slots;
        this.executor = executor;
        this.release = release;
        this.surroundings = surroundings;
    }

    private InProcessShardRunner(Map<String, SimpleJob> handlers, int slots, Executor executor, Runnable release) {
        this(handlers, slots, executor, release, new Surroundings(List.of(new LogContext())));
    }

    /** On an executor that belongs to somebody else: it is not shut down here. */
    public static InProcessShardRunner on(Executor executor, Map<String, SimpleJob> handlers, int slots) {
        return new InProcessShardRunner(handlers, slots, executor, () -> {});
    }

    /** On at most {@code slots} daemon threads, {@code elasticjob-N}, that are made when needed and end when idle. */
    public static InProcessShardRunner platform(Map<String, SimpleJob> handlers, int slots) {
        PlatformThreads threads = new PlatformThreads(slots);
        return new InProcessShardRunner(handlers, slots, threads, threads::shutdown);
    }

    /**
     * On a new virtual thread, {@code elasticjob-N}, for each execution.
     *
     * @throws UnsupportedOperationException when {@link #virtualThreadsAvailable()} is false
     */
    public static InProcessShardRunner virtual(Map<String, SimpleJob> handlers, int slots) {
        return on(VirtualThreads.executor("elasticjob-"), handlers, slots);
    }

    /** This runner, not used yet, with these scopes around each execution: to be used in its stead. */
    public InProcessShardRunner within(List<ExecutionScope> scopes) {
        return new InProcessShardRunner(handlers, slots, executor, release, surroundings.with(scopes));
    }

    /** Whether this JVM has virtual threads: from Java 21. */
    public static boolean virtualThreadsAvailable() {
        return VirtualThreads.available();
    }

    @Override
    public Set<String> handlers() {
        return handlers.keySet();
    }

    @Override
    public int slots() {
        return slots;
    }

    /** {@inheritDoc} What can not be run at all, also after {@link #close(Duration)}, has failed when this returns. */
    @Override
    public void start(
            String handler,
            ShardingContext.Builder context,
            Function<String, CompletionStage<Void>> checkpoints,
            Consumer<Outcome> ended) {
        SimpleJob job = handlers.getOrDefault(handler, it -> {
            throw new IllegalArgumentException("There is no handler \"" + handler + "\" here");
        });
        Execution execution = new Execution(job, surroundings, context, checkpoints, ended);
        unfinished.add(execution);
        execution.end().whenComplete((nothing, never) -> unfinished.remove(execution));
        // Looked at after the execution was added: either close() finds it there, or it is refused here.
        if (closed) {
            execution.refuse(new RejectedExecutionException("the runner is closed"));
            return;
        }
        try {
            executor.execute(execution);
        } catch (RuntimeException | Error e) {
            execution.refuse(e);
        }
    }

    @Override
    public void cancel(ExecutionId execution) {
        unfinished.stream().filter(it -> it.id().equals(execution)).forEach(Execution::cancel);
    }

    /** {@inheritDoc} What has not begun by now never does. A thread that ignores its interrupt is left behind. */
    @Override
    public void close(Duration atMost) {
        closed = true;
        List<Execution> running = List.copyOf(unfinished);
        running.forEach(Execution::cancel);
        release.run();
        CompletableFuture<?>[] ends = running.stream().map(Execution::end).toArray(CompletableFuture<?>[]::new);
        try {
            CompletableFuture.allOf(ends).get(TimeUnit.NANOSECONDS.convert(atMost), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            log.warn("Interrupted but not ended, and left behind: {}", unfinished);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }
}
