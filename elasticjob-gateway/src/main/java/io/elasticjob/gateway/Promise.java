package io.elasticjob.gateway;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** An answer that is decided on the loop, and told off it: what hangs on it is the web server's code. */
final class Promise<T> {

    private final CompletableFuture<T> told = new CompletableFuture<>();
    private final Executor telling;

    Promise(Executor telling) {
        this.telling = telling;
    }

    CompletionStage<T> stage() {
        return told;
    }

    void tell(T answer) {
        telling.execute(() -> told.complete(answer));
    }

    /** Does it; what it throws is the answer. */
    void tryTo(Runnable deed) {
        try {
            deed.run();
        } catch (RuntimeException | Error refused) {
            fail(refused);
        }
    }

    void fail(Throwable why) {
        telling.execute(() -> told.completeExceptionally(why));
    }
}
