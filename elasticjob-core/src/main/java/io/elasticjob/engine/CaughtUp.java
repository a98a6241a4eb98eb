package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.coordination.DueFiring;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/** Tells of firings that nobody ran in time, once for all of their shards that begin in a turn. Confined to the loop. */
final class CaughtUp {

    /** A firing that begins though it is late. */
    private record Late(JobState job, Instant fireTime) {}

    private final Outbox outbox;
    private final Map<Late, SortedSet<Integer>> begun = new LinkedHashMap<>();

    /** When the present instance connected. */
    private Instant newSince = Instant.MIN;

    CaughtUp(Outbox outbox) {
        this.outbox = outbox;
    }

    /** The process has become another instance. */
    void newInstance() {
        newSince = outbox.now();
    }

    /** A misfire begins. It is told unless the shard itself was busy, which is how long jobs are. */
    void begun(ShardCell cell, RecordWrite.Claim claim) {
        Instant fireTime = claim.step().fireTime();
        Instant freeSince = outbox.time().horizon().ifPast(claim.freeSince());
        boolean wasBusy = freeSince != null && fireTime.isBefore(freeSince);
        if (!wasBusy && DueFiring.isTooLate(claim.definition(), fireTime, outbox.now())) {
            begun.computeIfAbsent(new Late(cell.job, fireTime), any -> new TreeSet<>())
                    .add(cell.shard);
        }
    }

    /** Ends the turn. */
    void tell() {
        begun.forEach((late, shards) -> outbox.publish(new ElasticJobEvent.FiringCaughtUp(
                late.job().name(),
                shards,
                late.fireTime(),
                Duration.between(late.fireTime(), outbox.now()),
                late.fireTime().isBefore(newSince)
                        ? "it came due before this instance connected, at " + newSince + ", and no instance ran it"
                        : "it could not begin before, for want of a slot, of ZooKeeper or of an instance")));
        begun.clear();
    }
}
