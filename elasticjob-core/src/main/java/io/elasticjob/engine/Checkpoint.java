package io.elasticjob.engine;

import io.elasticjob.ArrayPlace;
import io.elasticjob.Cancellation;
import io.elasticjob.CheckpointUnconfirmedException;
import io.elasticjob.ShardLostException;
import io.elasticjob.ShardRecord;
import java.util.function.UnaryOperator;

/**
 * A checkpoint, or where an execution runs on a cluster, on its way from whoever waits for it into the shard's record. Answered
 * once.
 */
final class Checkpoint {

    private final UnaryOperator<ShardRecord> written;
    private final Question<Void> question = new Question<>();

    /** When the loop heard of it; written by the loop. */
    long askedNanos;

    Checkpoint(String text) {
        this.written = record -> record.withCheckpoint(text);
    }

    Checkpoint(ArrayPlace place) {
        this.written = record -> record.withArray(place);
    }

    /** The record with it. */
    ShardRecord in(ShardRecord record) {
        return written.apply(record);
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
