package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.history.HistoryException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;

/**
 * An answer that all share who ask for it within a short time: one of them gets it, the others wait for that.
 *
 * @param <T> what is answered
 */
final class Shared<T> {

    private final Callable<T> question;
    private final Duration lasts;
    private final Duration patience;
    private final LongSupplier nanos;
    private final AtomicReference<Asked<T>> latest = new AtomicReference<>();

    private record Asked<T>(FutureTask<T> answer, long at) {}

    /**
     * @param lasts how long an answer is given again
     * @param patience with the one who gets it
     * @param nanos a stopwatch
     */
    Shared(Callable<T> question, Duration lasts, Duration patience, LongSupplier nanos) {
        this.question = question;
        this.lasts = lasts;
        this.patience = patience;
        this.nanos = nanos;
    }

    /**
     * The answer, or how it failed; a failure is shared as well, so that what gives no answer is not asked by everybody.
     *
     * @throws HistoryException or whatever else it fails with
     */
    T get() {
        return answer(current().answer());
    }

    private Asked<T> current() {
        long now = nanos.getAsLong();
        Asked<T> known = latest.get();
        if (known != null && now - known.at() <= lasts.toNanos()) {
            return known;
        }
        Asked<T> own = new Asked<>(new FutureTask<>(question), now);
        if (latest.compareAndSet(known, own)) {
            own.answer().run();
            return own;
        }
        return current();
    }

    private T answer(FutureTask<T> answer) {
        try {
            return answer.get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof RuntimeException told) {
                throw told;
            }
            throw new IllegalStateException("The question could not be answered", failed.getCause());
        } catch (TimeoutException slow) {
            throw new HistoryException("there was no answer within " + patience.toSeconds() + " s", slow);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new HistoryException("the request was interrupted", interrupted);
        }
    }
}
