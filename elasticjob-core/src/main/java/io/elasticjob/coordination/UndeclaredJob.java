package io.elasticjob.coordination;

import java.time.Duration;
import java.time.Instant;

/**
 * What the leader should do about a job, according to whether a live instance declares it. How long nobody has declared a
 * job is written with the job, once, when a leader first sees it: a leader's memory dies with it. The mark is taken away
 * by whoever declares the job again, before it runs it, so that it does not hang on which leader sees that.
 */
public sealed interface UndeclaredJob {

    /** Nothing. */
    record Keep() implements UndeclaredJob {}

    /** Write that nobody declares the job, as of now. */
    record Mark(StoredJob job) implements UndeclaredJob {}

    /** Delete the job. */
    record Forget(Instant undeclaredSince) implements UndeclaredJob {}

    /**
     * Decides for one job. Only what an application has declared is ever forgotten, and only if no operator has laid
     * anything over it.
     *
     * @param declared whether some live instance declares it, or may
     * @param after how long nobody may have declared it
     * @param now registry time
     */
    static UndeclaredJob decide(StoredJob stored, boolean declared, Duration after, Instant now) {
        boolean changed = !stored.overrides().isEmpty() || !stored.switches().isEmpty();
        if (declared || stored.isMade() || changed) {
            return new Keep();
        }
        Instant since = stored.undeclaredSince();
        if (since == null) {
            return new Mark(stored.undeclared(now));
        }
        return now.isBefore(since.plus(after)) ? new Keep() : new Forget(since);
    }
}
