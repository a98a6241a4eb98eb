package io.elasticjob.coordination;

import io.elasticjob.ShardRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * What the leader should do about a job that is {@link Standing#UNDECLARED}: instances of its application are live, and none
 * of them declares it. How long that has been so is written with the job, a little at a time: a leader's memory dies with
 * it, and no time counts during which nobody looked, or no instance of the application was live. The mark is taken away by
 * the one who declares the job again.
 */
public sealed interface UndeclaredJob {

    /** Nothing. */
    record Keep() implements UndeclaredJob {}

    /**
     * Write the job with what has been counted.
     *
     * @param first whether it was not marked before
     */
    record Mark(StoredJob job, boolean first) implements UndeclaredJob {}

    /** Delete the job, if none of its shards is recorded as running. */
    record Forget(Instant undeclaredSince) implements UndeclaredJob {}

    /** What is counted is written this often at most. */
    Duration LONGEST_LOOK = Duration.ofMinutes(30);

    /**
     * Decides for one job. Only what an application has declared is ever forgotten, and only if no operator has laid
     * anything over it.
     *
     * @param after how long it must have been undeclared to be forgotten; null for never
     * @param now registry time
     */
    static UndeclaredJob decide(StoredJob stored, @Nullable Duration after, Instant now) {
        StoredJob.Undeclared mark = stored.marks().undeclared();
        if (mark == null) {
            return new Mark(stored.undeclared(now), true);
        }
        if (after == null || stored.isChangedByOperators()) {
            return new Keep();
        }
        Duration look = look(after);
        Duration gap = Duration.between(mark.seen(), now);
        boolean watched = !gap.isNegative() && gap.compareTo(look.multipliedBy(2)) <= 0;
        Duration counted = watched ? mark.counted().plus(gap) : mark.counted();
        if (counted.compareTo(after) >= 0) {
            return new Forget(mark.since());
        }
        boolean write = gap.abs().compareTo(look) >= 0;
        return write
                ? new Mark(stored.undeclared(new StoredJob.Undeclared(mark.since(), counted, now)), false)
                : new Keep();
    }

    /** How often what has been counted is written; twice as long without a look counts as not watched. */
    private static Duration look(Duration after) {
        Duration part = after.dividedBy(4);
        return part.compareTo(LONGEST_LOOK) < 0 ? part : LONGEST_LOOK;
    }

    /** Whether the records of a job's shards let it be forgotten: what is recorded as running may have to be run again. */
    static boolean mayBeForgotten(Collection<ShardRecord> records) {
        return records.stream().noneMatch(ShardRecord::isRunning);
    }
}
