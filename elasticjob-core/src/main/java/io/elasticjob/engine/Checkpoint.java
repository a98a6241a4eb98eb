package io.elasticjob.engine;

import io.elasticjob.Cancellation;
import io.elasticjob.CheckpointUnconfirmedException;
import io.elasticjob.ShardLostException;

/** A checkpoint on its way from a handler that waits for it into the shard's record. Answered once. */
final class Checkpoint {

    private final String text;
    private final Question<Void> question = new Question<>();

    /** When the loop heard of it; written by the loop. */
    long askedNanos;

    Checkpoint(String text) {
        this.text = text;
    }

    String text() {
        return text;
    }

    /** What the handler waits for. */
    Question<Void> question() {
        return question;
    }

    boolean isAnswered() {
        return question.isSettled();
    }

    void acknowledged(Outbox outbox) {
        outbox.done(question);
    }

    /** The execution no longer holds its shard. */
    void lost(Outbox outbox, Cancellation why) {
        outbox.refuse(question, new ShardLostException(why));
    }

    void unconfirmed(Outbox outbox, String why) {
        outbox.refuse(question, new CheckpointUnconfirmedException(why));
    }
}
