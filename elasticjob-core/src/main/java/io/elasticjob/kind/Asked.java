package io.elasticjob.kind;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A question to an adapter. One that throws, which it is not to do, has given no answer: what was asked may have been done. */
final class Asked {

    private Asked() {}

    static <T> CompletionStage<T> of(Supplier<? extends @Nullable CompletionStage<T>> question) {
        try {
            CompletionStage<T> answer = question.get();
            return answer != null
                    ? answer
                    : CompletableFuture.failedFuture(new IllegalStateException("The adapter has given no stage"));
        } catch (RuntimeException | Error thrown) {
            return CompletableFuture.failedFuture(thrown);
        }
    }
}
