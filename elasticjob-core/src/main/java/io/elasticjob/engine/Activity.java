package io.elasticjob.engine;

import io.elasticjob.ShardRecord;
import io.elasticjob.coordination.SessionDeadline;
import io.elasticjob.coordination.Waiter;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What this instance does with a shard. What is under way about its record is its {@link Traffic}. */
sealed interface Activity {

    Activity RESTING = new Resting();
    Activity WATCHING = new Watching();
    Activity CLEARING = new Clearing();

    /** Nothing: nobody is known to run it, and nothing is due, or what to do is being found out. */
    record Resting() implements Activity {}

    /**
     * It is due, and waits for a slot.
     *
     * @param since when it began to
     */
    record Waiting(Instant due, Instant since) implements Activity {}

    /**
     * It is due, a slot was free, and it waits until limits have room.
     *
     * @param since when it began to
     * @param as what the others see of it
     */
    record Limited(Instant due, Instant since, Waiter as) implements Activity {}

    /**
     * It is ready to begin, and claimed where that is needed: its fire time has not come, or no slot is free.
     *
     * @param token of the claim, which was acknowledged; null when the job is not monitored, so that nothing was claimed
     * @param otherwise what is left to do if it does not begin
     * @param until up to when it is sure that nobody else can have taken it over, whatever this process has missed
     */
    record Poised(RecordWrite.Claim claim, @Nullable Long token, Activity otherwise, SessionDeadline until)
            implements Activity {}

    /** It runs here, or has run and its end is not recorded. */
    record Running(Run run) implements Activity {}

    /** A live instance runs it: the record is watched. */
    record Watching() implements Activity {}

    /** What could not be ended here has ended, and the record says that it goes on: that has to be put right. */
    record Clearing() implements Activity {}

    /**
     * A claim that was written came to nothing: it has to be given back.
     *
     * @param claimed the record as the claim has written it
     * @param givenBack the record to be put there
     */
    record Owing(ShardRecord claimed, ShardRecord givenBack) implements Activity {

        /** Of a claim of which it is not known any more what it was written over, or which is not to be there again. */
        static Owing of(ShardRecord claimed) {
            return new Owing(claimed, claimed.givenBack(null));
        }

        /** @param before the record that the claim was written over, which is put there again where nobody ran it */
        static Owing of(ShardRecord claimed, ShardRecord before) {
            return before.isRunning() ? of(claimed) : new Owing(claimed, before);
        }
    }
}
