package badly.elasticjob.engine;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Each method in its own way. */
class EngineThatAnswersInItsTurn {

    private final CompletableFuture<String> answer = new CompletableFuture<>();

    void value() {
        answer.complete("done");
    }

    Consumer<String> reference() {
        return answer::complete;
    }

    Runnable lambda() {
        return () -> answer.completeExceptionally(new IllegalStateException());
    }

    void elsewhere() {
        answer.completeAsync(() -> "done", Runnable::run);
    }

    void afterAWhile() {
        answer.orTimeout(1, TimeUnit.SECONDS);
    }

    void byDefault() {
        answer.completeOnTimeout("done", 1, TimeUnit.SECONDS);
    }

    void never() {
        answer.cancel(false);
    }

    void anotherTime() {
        answer.obtrudeValue("done");
    }

    void failedAnotherTime() {
        answer.obtrudeException(new IllegalStateException());
    }
}
