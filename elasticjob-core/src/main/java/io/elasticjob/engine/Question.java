package io.elasticjob.engine;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Something that is asked from outside, on any thread, and answered once, in three steps. The machine decides the answer and
 * hands it to the {@link Outbox}. Then it is told: a thread that waits for it goes on. Last, {@link Replies} runs what hangs
 * on it, which is somebody else's code, and may take as long as it likes: off the loop.
 */
final class Question<T> {

    private final Promise<T> promise = new Promise<>();
    private final AtomicBoolean settled = new AtomicBoolean();
    private final @Nullable Question<?> sequel;

    /** @param sequel what is refused with it; null when nothing is */
    Question(@Nullable Question<?> sequel) {
        this.sequel = sequel;
    }

    Question() {
        this(null);
    }

    /** One that is refused before anybody can hang anything on it. */
    static <T> Question<T> refused(Throwable why) {
        Question<T> question = new Question<>();
        question.settle();
        question.fail(why);
        question.release();
        return question;
    }

    /** What whoever asked waits for. */
    CompletionStage<T> stage() {
        return promise;
    }

    /** Whether the answer is decided; perhaps it is not told yet. */
    boolean isSettled() {
        return settled.get();
    }

    /** True for the first that decides the answer; what others decide counts no more. */
    boolean settle() {
        return settled.compareAndSet(false, true);
    }

    /** Lets whoever waits for the answer go on; null only where there is nothing to be told. From any thread; runs nobody's code. */
    void tell(@Nullable T answer) {
        promise.told.complete(answer);
    }

    /** As {@link #tell}, of a question that is refused. */
    void fail(Throwable why) {
        promise.told.completeExceptionally(why);
        if (sequel != null && sequel.settle()) {
            sequel.fail(why);
        }
    }

    /** Runs what hangs on the answer, which was told. For {@link Replies} alone. */
    void release() {
        promise.release();
        if (sequel != null && promise.isCompletedExceptionally()) {
            sequel.release();
        }
    }

    /**
     * A future that is done for those who wait for it before it is for what hangs on it. So nobody waits for somebody else's
     * callback, and an answer that is told before an interruption is heard before it.
     */
    private static final class Promise<T> extends CompletableFuture<T> {

        /** Nothing ever hangs on it: to complete it wakes threads, and runs nothing. */
        private final CompletableFuture<T> told = new CompletableFuture<>();

        private void release() {
            if (told.isDone()) {
                told.whenComplete((answer, why) -> {
                    if (why == null) {
                        super.complete(answer);
                    } else {
                        super.completeExceptionally(why);
                    }
                });
            }
        }

        /** What is made of it is a future as any other. */
        @Override
        public <U> CompletableFuture<U> newIncompleteFuture() {
            return new CompletableFuture<>();
        }

        // ---- For those who wait, or look

        @Override
        public T get() throws InterruptedException, ExecutionException {
            return told.get();
        }

        @Override
        public T get(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
            return told.get(timeout, unit);
        }

        @Override
        public T join() {
            return told.join();
        }

        @Override
        public T getNow(T valueIfAbsent) {
            return told.getNow(valueIfAbsent);
        }

        @Override
        public boolean isDone() {
            return told.isDone();
        }

        @Override
        public boolean isCancelled() {
            return told.isCancelled();
        }

        @Override
        public boolean isCompletedExceptionally() {
            return told.isCompletedExceptionally();
        }

        // ---- For whoever was given it and answers it himself, as by a time-out

        @Override
        public boolean complete(T value) {
            boolean first = told.complete(value);
            release();
            return first;
        }

        @Override
        public boolean completeExceptionally(Throwable why) {
            boolean first = told.completeExceptionally(why);
            release();
            return first;
        }

        @Override
        public CompletableFuture<T> completeAsync(Supplier<? extends T> supplier, Executor executor) {
            executor.execute(() -> {
                try {
                    complete(supplier.get());
                } catch (Throwable failed) {
                    completeExceptionally(failed);
                }
            });
            return this;
        }

        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            boolean cancelled = told.cancel(mayInterruptIfRunning);
            release();
            return cancelled;
        }

        @Override
        public void obtrudeValue(T value) {
            told.obtrudeValue(value);
            super.obtrudeValue(value);
        }

        @Override
        public void obtrudeException(Throwable why) {
            told.obtrudeException(why);
            super.obtrudeException(why);
        }
    }
}
