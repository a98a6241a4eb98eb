package io.elasticjob.engine;

import io.elasticjob.CheckpointUnconfirmedException;
import io.elasticjob.ShardLostException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A checkpoint on its way from a handler that waits for it into the shard's record. Answered once. */
final class Checkpoint {

    private final String text;
    private final CompletableFuture<Void> answer = new CompletableFuture<>();

    /** When the loop heard of it; written by the loop. */
    long askedNanos;

    Checkpoint(String text) {
        this.text = text;
    }

    String text() {
        return text;
    }

    CompletionStage<Void> answer() {
        return answer;
    }

    boolean isAnswered() {
        return answer.isDone();
    }

    void acknowledged() {
        answer.complete(null);
    }

    /** The execution no longer holds its shard. */
    void lost(String why) {
        answer.completeExceptionally(new ShardLostException(why));
    }

    void unconfirmed(String why) {
        answer.completeExceptionally(new CheckpointUnconfirmedException(why));
    }
}
