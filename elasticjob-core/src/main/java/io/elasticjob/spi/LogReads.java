package io.elasticjob.spi;

import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/**
 * Reads logs of tasks for an adapter of a {@link Cluster}: on two threads of its own, so that a log that hangs holds up nobody who
 * creates, releases or cancels. What takes longer than 20 s is interrupted, which is to close what it reads. Thread-safe.
 *
 * @since 0.1.0
 */
public final class LogReads implements AutoCloseable {

    private static final int THREADS = 2;
    private static final int WAITING = 8;
    private static final Duration LONGEST = Duration.ofSeconds(20);

    private final String name;
    private final Duration longest;
    private final UnaryOperator<Throwable> asAnswer;
    private final ThreadPoolExecutor threads;
    /** A thread of its own: to close what hangs can hang. */
    private final ExecutorService ends;

    /**
     * @param name of the cluster manager, for threads and errors
     * @param asAnswer what is told of a failure
     */
    public LogReads(String name, UnaryOperator<Throwable> asAnswer) {
        this(name, asAnswer, LONGEST);
    }

    LogReads(String name, UnaryOperator<Throwable> asAnswer, Duration longest) {
        this.name = name;
        this.longest = longest;
        this.asAnswer = asAnswer;
        AtomicInteger number = new AtomicInteger();
        ThreadFactory factory = task -> {
            Thread thread = new Thread(task, "elasticjob-" + name + "-logs-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
        threads = new ThreadPoolExecutor(
                THREADS, THREADS, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(WAITING), factory);
        ends = Executors.newSingleThreadExecutor(factory);
    }

    /**
     * Reads it soon. One deadline holds for the wait and all of the read.
     *
     * @return fails with a {@link ClusterException} when it takes too long, when too many wait already, and after {@link #close}
     */
    public CompletionStage<String> ask(Callable<String> read) {
        CompletableFuture<String> answer = new CompletableFuture<>();
        CompletableFuture<String> inTime = new CompletableFuture<>();
        FutureTask<Void> task = new FutureTask<>(() -> {
            try {
                inTime.complete(read.call());
            } catch (Throwable e) {
                inTime.completeExceptionally(asAnswer.apply(e));
            }
            return null;
        });
        inTime.whenComplete((text, failed) -> {
            if (failed instanceof TimeoutException) {
                answer.completeExceptionally(
                        new ClusterException("The log has not been read within " + longest.toSeconds() + " s"));
                end(task);
            } else if (failed != null) {
                answer.completeExceptionally(failed);
            } else {
                answer.complete(text);
            }
        });
        try {
            threads.execute(task);
            inTime.orTimeout(longest.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException full) {
            inTime.completeExceptionally(new ClusterException(
                    threads.isShutdown()
                            ? "The client of " + name + " is closed"
                            : "At present too many logs are read: this one can be asked for again later"));
        }
        return answer;
    }

    private void end(FutureTask<Void> task) {
        threads.remove(task);
        try {
            ends.execute(() -> task.cancel(true));
        } catch (RejectedExecutionException closed) {
            // all are interrupted
        }
    }

    @Override
    public void close() {
        ends.shutdownNow();
        threads.shutdownNow();
    }
}
