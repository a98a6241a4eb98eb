package io.elasticjob.kubernetes;

import io.elasticjob.spi.ClusterException;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Where requests to the API server are made: on a few threads, and not faster than allowed. What has waited for too long is
 * not begun, as whoever asked has given up by then.
 */
final class Calls implements AutoCloseable {

    private static final int THREADS = 4;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    /** Each answer is there within a minute. */
    private static final Duration LONGEST = Duration.ofSeconds(55);

    private static final int UNAUTHORIZED = 401;
    private static final int NOT_FOUND = 404;
    private static final int TIMEOUT = 408;
    private static final int CONFLICT = 409;
    private static final int GONE = 410;
    private static final int TOO_MANY = 429;
    private static final int SERVER = 500;

    private final ScheduledThreadPoolExecutor threads;
    private final Pace pace;

    Calls(String name, int perSecond) {
        pace = new Pace(perSecond);
        AtomicInteger number = new AtomicInteger();
        ThreadFactory factory = task -> {
            Thread thread = new Thread(task, "elasticjob-" + name + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
        threads = new ScheduledThreadPoolExecutor(THREADS, factory);
        threads.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        threads.setRemoveOnCancelPolicy(true);
    }

    /** Runs it on one of the threads. Each request in it is made by {@link #request}. */
    <T extends @Nullable Object> CompletionStage<T> ask(Callable<? extends T> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        long asked = System.nanoTime();
        try {
            threads.execute(() -> {
                if (System.nanoTime() - asked > PATIENCE.toNanos()) {
                    answer.completeExceptionally(
                            new ClusterException(
                                    "There are more requests to Kubernetes than allowed in a second: this one waited for too long"));
                    return;
                }
                try {
                    answer.complete(question.call());
                } catch (Throwable e) {
                    answer.completeExceptionally(asAnswer(e));
                }
            });
        } catch (RejectedExecutionException closed) {
            answer.completeExceptionally(new ClusterException("The connection to Kubernetes is closed"));
        }
        return answer.orTimeout(LONGEST.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Does something on one of the threads, after a while. Nothing once all is closed. */
    void later(Duration delay, Runnable task) {
        try {
            threads.schedule(task, delay.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException closed) {
            // nobody is left to be told
        }
    }

    /** One request, when it is its turn. */
    <T extends @Nullable Object> T request(Callable<T> request) throws Exception {
        long start = System.nanoTime();
        long wait = pace.take(start);
        while (System.nanoTime() - start < wait) {
            LockSupport.parkNanos(wait - (System.nanoTime() - start));
            if (Thread.interrupted()) {
                throw new ClusterException("The connection to Kubernetes is closed");
            }
        }
        return request.call();
    }

    static boolean isNotFound(KubernetesClientException e) {
        return e.getCode() == NOT_FOUND || e.getCode() == GONE;
    }

    static boolean isConflict(KubernetesClientException e) {
        return e.getCode() == CONFLICT;
    }

    /** The server has read the request, has not done it, and would say the same again. */
    static boolean isRefusal(KubernetesClientException e) {
        int code = e.getCode();
        return code >= 400
                && code < SERVER
                && code != UNAUTHORIZED
                && code != TIMEOUT
                && code != CONFLICT
                && code != GONE
                && code != TOO_MANY;
    }

    static Throwable asAnswer(Throwable e) {
        if (!(e instanceof KubernetesClientException answer)) {
            return e;
        }
        String says = said(answer);
        return isRefusal(answer)
                ? new ClusterException.Refused("Kubernetes refuses it (" + answer.getCode() + "): " + says)
                : new ClusterException("Kubernetes gave no answer: " + says, e);
    }

    static String said(KubernetesClientException e) {
        String status = e.getStatus() == null ? null : e.getStatus().getMessage();
        return String.valueOf(status != null ? status : e.getMessage());
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
