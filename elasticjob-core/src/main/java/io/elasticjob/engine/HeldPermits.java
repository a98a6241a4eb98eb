package io.elasticjob.engine;

import io.elasticjob.ShardRecord;
import io.elasticjob.coordination.Layout;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Write;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Which of a shard's claims are counted in limits. The record says so; where the registry has said otherwise since, because
 * the leader took out what nobody seemed to run any more, that holds until the record is written. Confined to the loop.
 */
final class HeldPermits {

    private final Set<String> gone = new HashSet<>();
    private final Set<String> there = new HashSet<>();

    /** Limits in which the shard is counted when this is its record. */
    SortedSet<String> of(ShardRecord record) {
        if (record.permits().isEmpty() && there.isEmpty()) {
            return Collections.emptySortedSet();
        }
        SortedSet<String> held = new TreeSet<>(record.permits());
        held.addAll(there);
        held.removeAll(gone);
        return held;
    }

    /** Limits in which it has to be counted for this to be written, and is not. */
    SortedSet<String> toTake(ShardRecord now, ShardRecord next) {
        if (next.permits().isEmpty()) {
            return Collections.emptySortedSet();
        }
        SortedSet<String> toTake = new TreeSet<>(next.permits());
        toTake.removeAll(of(now));
        return toTake;
    }

    /** Limits in which it is not counted any more once this is written. */
    SortedSet<String> toLeave(ShardRecord now, ShardRecord next) {
        SortedSet<String> held = of(now);
        if (held.isEmpty()) {
            return held;
        }
        held.removeAll(next.permits());
        return held;
    }

    /** Limits in which a claim stays counted that takes over another one. */
    SortedSet<String> toKeep(ShardRecord now, ShardRecord next) {
        SortedSet<String> held = of(now);
        if (held.isEmpty()) {
            return held;
        }
        held.retainAll(next.permits());
        return held;
    }

    /** A write was refused, perhaps because the shard is counted otherwise than its record says. */
    void refused(Layout layout, Layout.ShardOf shard, Write first, Answer.Reason reason) {
        Layout.OfLimit of = layout.ofLimit(first.path()).orElse(null);
        if (of == null || !of.name().equals(shard.name())) {
            return;
        }
        boolean isThere = reason == Answer.Reason.PRESENT;
        (isThere ? there : gone).add(of.limit());
        (isThere ? gone : there).remove(of.limit());
    }

    /** The record was written, and with it what is counted. */
    void written() {
        gone.clear();
        there.clear();
    }
}
