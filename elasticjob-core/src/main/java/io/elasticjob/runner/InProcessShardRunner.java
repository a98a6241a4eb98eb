package io.elasticjob.runner;

import io.elasticjob.Cancellation;
import io.elasticjob.ExecutionScope;
import io.elasticjob.JobErrorHandler;
import io.elasticjob.SimpleJob;
import io.elasticjob.spi.ShardRunner;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs executions in this JVM, each on a thread of an executor for as long as it lasts. During that time the thread's
 * name ends in the execution's id, and SLF4J's mapped diagnostic context holds {@code elasticjob.job} and
 * {@code elasticjob.execution}, and nothing else. The thread has the application's class loader and normal priority, and
 * is not interrupted, whatever ran there before; on threads of this runner's own, all thread locals are empty as well.
 *
 * <p>What a handler throws is told to the error handler of its job, which logs it with its stack trace unless something else is
 * said; the outcome carries its text only. It counts no slots:
 * what is started beyond them waits in the executor, or runs, if the executor knows no bound.
 */
public final class InProcessShardRunner implements ShardRunner {

    private static final Logger log = LoggerFactory.getLogger(InProcessShardRunner.class);

    private static final Cancellation CLOSED =
            new Cancellation(Cancellation.Reason.SHUTDOWN, "", "The instance shuts down, and waits no longer");

    private final Map<String, SimpleJob> handlers;
    private final Room room;
    private final Executor executor;
    private final Runnable release;
    private final Surroundings surroundings;
    private final @Nullable ClassLoader loader;
    private final Predicate<StackTraceElement> closing;
    private final Map<Order, Execution> unfinished = new ConcurrentHashMap<>();
    private volatile @Nullable Listener listener;
    private volatile boolean closed;

    /** How many executions there are at once: of all that have no group, and of each group. */
    private record Room(int slots, Map<String, Integer> groups) {}

    private InProcessShardRunner(
            Map<String, SimpleJob> handlers,
            Room room,
            Executor executor,
            Runnable release,
            Surroundings surroundings,
            @Nullable ClassLoader loader,
            Predicate<StackTraceElement> closing) {
        if (room.slots() < 1) {
            throw new IllegalArgumentException(room.slots() + " execution slots: there has to be at least 1");
        }
        this.handlers = Map.copyOf(handlers);
        this.room = room;
        this.executor = executor;
        this.release = release;
        this.surroundings = surroundings;
        this.loader = loader;
        this.closing = closing;
    }

    private InProcessShardRunner(Map<String, SimpleJob> handlers, int slots, Executor executor, Runnable release) {
        this(
                handlers,
                new Room(slots, Map.of()),
                executor,
                release,
                new Surroundings(List.of(new LogContext()), ErrorHandlers.NONE),
                Thread.currentThread().getContextClassLoader(),
                elsewhere -> false);
    }

    /** On an executor that belongs to somebody else: it is not shut down here. */
    public static InProcessShardRunner on(Executor executor, Map<String, SimpleJob> handlers, int slots) {
        return new InProcessShardRunner(handlers, slots, executor, () -> {});
    }

    /** On at most {@code slots} daemon threads, {@code elasticjob-N}, that are made when needed and end when idle. */
    public static InProcessShardRunner platform(Map<String, SimpleJob> handlers, int slots) {
        return platform(handlers, slots, Map.of());
    }

    /**
     * The same with execution groups.
     *
     * @param groups how many slots of its own each group has, at least 1
     */
    public static InProcessShardRunner platform(
            Map<String, SimpleJob> handlers, int slots, Map<String, Integer> groups) {
        PlatformThreads threads = new PlatformThreads(
                slots + groups.values().stream().mapToInt(Integer::intValue).sum());
        return new InProcessShardRunner(handlers, slots, threads, threads::shutdown).withGroups(groups);
    }

    /**
     * On a new virtual thread, {@code elasticjob-N}, for each execution.
     *
     * @throws UnsupportedOperationException when {@link #virtualThreadsAvailable()} is false
     */
    public static InProcessShardRunner virtual(Map<String, SimpleJob> handlers, int slots) {
        return on(VirtualThreads.executor("elasticjob-"), handlers, slots);
    }

    /**
     * This runner, not used yet, with execution groups: to be used in its stead. Its executor has to take what they add.
     *
     * @param groups how many slots of its own each group has, at least 1
     */
    public InProcessShardRunner withGroups(Map<String, Integer> groups) {
        return new InProcessShardRunner(
                handlers, new Room(room.slots(), Map.copyOf(groups)), executor, release, surroundings, loader, closing);
    }

    /** This runner, not used yet, with these scopes around each execution: to be used in its stead. */
    public InProcessShardRunner within(List<ExecutionScope> scopes) {
        return new InProcessShardRunner(handlers, room, executor, release, surroundings.with(scopes), loader, closing);
    }

    /**
     * This runner, not used yet, as part of an application: to be used in its stead.
     *
     * @param loader the context class loader of all executions; without it, that of the thread that made this runner
     * @param closes the methods by which the application is closed, which waits for executions: one that waits there for
     *     somebody else's call is not waited for
     */
    public InProcessShardRunner inApplication(@Nullable ClassLoader loader, Predicate<StackTraceElement> closes) {
        return new InProcessShardRunner(handlers, room, executor, release, surroundings, loader, closes);
    }

    /**
     * This runner, not used yet, with error handlers: to be used in its stead.
     *
     * @param byName those that jobs can name, beside the built-in ones
     * @param otherwise name of the one for jobs that name none
     * @throws io.elasticjob.InvalidSettingException when a name is one of {@link JobErrorHandler#BUILT_IN}, or {@code
     *     otherwise} is the name of none
     */
    public InProcessShardRunner withErrorHandlers(Map<String, JobErrorHandler> byName, String otherwise) {
        return new InProcessShardRunner(
                handlers,
                room,
                executor,
                release,
                surroundings.with(new ErrorHandlers(byName, otherwise)),
                loader,
                closing);
    }

    @Override
    public Set<String> errorHandlers() {
        return surroundings.errors().names();
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
        return room.slots();
    }

    @Override
    public Map<String, Integer> groups() {
        return room.groups();
    }

    /** @throws IllegalStateException when it was opened before: a runner belongs to one engine */
    @Override
    public void open(Listener opening) {
        if (listener != null) {
            throw new IllegalStateException("The runner was opened before: each engine needs one of its own");
        }
        listener = opening;
    }

    /**
     * {@inheritDoc} What cannot be run at all, also after {@link #close(Duration)}, has failed when this returns.
     *
     * @throws IllegalStateException before {@link #open}
     */
    @Override
    public void start(Order order) {
        Listener told = listener;
        if (told == null) {
            throw new IllegalStateException(
                    "The runner was not opened, so that nobody would hear of the end of " + order);
        }
        SimpleJob job = handlers.getOrDefault(order.handler(), it -> {
            throw new IllegalArgumentException("There is no handler \"" + order.handler() + "\" here");
        });
        Execution execution = new Execution(job, surroundings, order, told, loader, closing);
        unfinished.put(order, execution);
        execution.end().whenComplete((nothing, never) -> unfinished.remove(order));
        // Looked at after the execution was added: either close() finds it there, or it is refused here.
        if (closed) {
            execution.refuse(new RejectedExecutionException("the runner is closed"));
            return;
        }
        try {
            executor.execute(execution);
        } catch (Throwable e) {
            execution.refuse(e);
        }
    }

    @Override
    public void cancel(Order order, Cancellation why) {
        Execution execution = unfinished.get(order);
        if (execution != null) {
            execution.cancel(why);
        }
    }

    @Override
    public void move(Order order) {
        Execution execution = unfinished.get(order);
        if (execution != null) {
            execution.move();
        }
    }

    @Override
    public void giveUpWhatShutsDown() {
        for (Execution execution : unfinished.values()) {
            if (execution.waitsForTheEnd()) {
                execution.giveUp();
            }
        }
    }

    /** {@inheritDoc} What has not begun by now never does. A thread that ignores its interrupt is left behind. */
    @Override
    public void close(Duration atMost) {
        closed = true;
        List<Execution> running = List.copyOf(unfinished.values());
        running.forEach(execution -> execution.cancel(CLOSED));
        release.run();
        CompletableFuture<?>[] ends = running.stream().map(Execution::end).toArray(CompletableFuture<?>[]::new);
        try {
            CompletableFuture.allOf(ends).get(TimeUnit.NANOSECONDS.convert(atMost), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            log.warn("Interrupted but not ended, and left behind: {}", unfinished.keySet());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }
}
