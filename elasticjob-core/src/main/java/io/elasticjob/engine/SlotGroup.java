package io.elasticjob.engine;

import io.elasticjob.coordination.SlotTurnover;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The slots of one group, or the common ones: which shards hold them, and which wait for one. Confined to the loop. */
final class SlotGroup {

    private int most;
    private final Backlog backlog = new Backlog();

    /** Asked for single ones, and counted; nothing depends on their order. */
    private final Set<ShardCell> holders = new HashSet<>();

    private SlotTurnover turnover = SlotTurnover.UNKNOWN;

    SlotGroup(int most) {
        this.most = most;
    }

    int most() {
        return most;
    }

    /** So many may be held from now on; those that are held stay. */
    void most(int now) {
        most = now;
    }

    int held() {
        return holders.size();
    }

    boolean isHeldBy(ShardCell cell) {
        return holders.contains(cell);
    }

    void hold(ShardCell cell) {
        holders.add(cell);
    }

    void release(ShardCell cell) {
        holders.remove(cell);
    }

    /** An execution has ended here, and held its slot for so long. */
    void ended(Duration took) {
        turnover = turnover.then(took);
    }

    /** How many executions will probably have found a slot within this time. */
    int foundWithin(Duration time) {
        return turnover.begun(most - holders.size(), time);
    }

    /** The cell, which is waiting or poised, takes a slot when it is due and its turn has come. */
    void await(ShardCell cell, Instant due) {
        backlog.add(cell, due);
    }

    /** Takes the next one of those that wait, if it is due and a slot is free. */
    Optional<ShardCell> next(Instant now) {
        return holders.size() < most ? nextWithoutSlot(now) : Optional.empty();
    }

    /** Takes the next one of those that wait, if it is due: it is to wait elsewhere. */
    Optional<ShardCell> nextWithoutSlot(Instant now) {
        return backlog.poll(now);
    }

    /** Whether a slot is free that nobody waits for who is due. */
    boolean hasSpare(Instant now) {
        return holders.size() < most && !backlog.isAnyDue(now);
    }

    boolean isFull() {
        return holders.size() >= most;
    }

    /** Those that hold a slot and of which this is true, in no order. */
    Stream<ShardCell> holders(Predicate<ShardCell> condition) {
        return holders.stream().filter(condition);
    }

    /** Whether no slot is free, and each is held by one of which this is true. */
    boolean areAllHeldBy(Predicate<ShardCell> condition) {
        return holders.size() >= most && holders.stream().allMatch(condition);
    }
}
