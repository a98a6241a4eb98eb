package io.elasticjob.coordination;

import io.elasticjob.Cancellation;
import io.elasticjob.Firing;
import io.elasticjob.Operator;
import io.elasticjob.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * That a firing of a job is to end for some shards. It never changes, and is there until the firing is over for each of them.
 *
 * @param requestedAt registry time at which it was asked for
 * @param shards that are to end; settled when it is asked for; empty for all, where nobody knew then into which it is split
 * @param by who asked, and why
 * @param unknown fields of the stored form that this version has no name for
 */
public record Cancel(
        Instant requestedAt, Firing firing, SortedSet<Integer> shards, Operator by, Map<String, Object> unknown) {

    /** After that what nobody runs is not waited for any more. */
    public static final Duration TIME_TO_LIVE = Duration.ofDays(1);

    /** So many of one job may be there. */
    public static final int MOST = 100;

    public Cancel {
        shards = Collections.unmodifiableSortedSet(new TreeSet<>(shards));
        unknown = Map.copyOf(unknown);
    }

    /** Whether the firing is to end with all its shards, whichever they are. */
    public boolean isWhole() {
        return shards.isEmpty();
    }

    boolean concerns(int shard, Firing other) {
        return (isWhole() || shards.contains(shard)) && firing.equals(other);
    }

    /** What an execution is told that is to end. */
    public Cancellation cancellation() {
        Outcome.Cancelled outcome = Outcome.Cancelled.by(by);
        return new Cancellation(Cancellation.Reason.OPERATOR, outcome.who(), outcome.text());
    }

    Outcome outcome() {
        return Outcome.Cancelled.by(by);
    }

    /** @param now registry time */
    boolean isTooOld(Instant now) {
        return !now.isBefore(requestedAt.plus(TIME_TO_LIVE));
    }
}
