package io.elasticjob.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What is to be done at the end of a turn: which shards are considered, and what the traffic does about their records. What
 * happens during the turn only marks them, each for one thing. Confined to the loop.
 */
final class Agenda {

    private static final Duration LONGEST_REST = Duration.ofMinutes(1);

    private final Predicate<Connection> isUsable;
    private final Outbox outbox;

    private final Set<ShardCell> toConsider = new LinkedHashSet<>();
    private final Set<ShardCell> toRead = new LinkedHashSet<>();
    private final Set<ShardCell> toSettle = new LinkedHashSet<>();
    private final Set<ShardCell> toWrite = new LinkedHashSet<>();
    private final Set<ShardCell> toWatch = new LinkedHashSet<>();
    private final Map<String, List<ShardCell>> toAsk = new LinkedHashMap<>();

    /** @param isUsable whether this is the present connection */
    Agenda(Predicate<Connection> isUsable, Outbox outbox) {
        this.isUsable = isUsable;
        this.outbox = outbox;
    }

    // ---- What is wanted -------------------------------------------------------------------------------------------

    /**
     * Has it decided what to do about the shard: what is known of it is another than before, or what can be done is. Only
     * for cells about whose records nothing is under way any more.
     */
    void consider(ShardCell cell) {
        cell.settleDown();
        toConsider.add(cell);
    }

    /**
     * Has it decided again at this time what to do about the shard, which rests. By then it may be about something else, or
     * gone: what is decided, is decided from what is known then. The local clock may be set meanwhile, so that a time that is
     * far is not waited for at one go.
     */
    void considerAt(ShardCell cell, Instant until) {
        Duration left = outbox.time().until(until);
        Duration rest = left.compareTo(LONGEST_REST) < 0 ? left : LONGEST_REST;
        long wakes = outbox.nanos() + rest.toNanos();
        if (!cell.wakesAt(wakes)) {
            return;
        }
        outbox.alarm(rest, () -> {
            if (cell.isAwakened(wakes) && cell.isResting()) {
                consider(cell);
            }
        });
    }

    /** Has the record read. */
    void read(ShardCell cell) {
        cell.unread();
        toRead.add(cell);
    }

    /** Has the record read after a pause, unless the connection is lost, so that there is a pause anyway. */
    void readLater(Connection over, ShardCell cell, Duration pause) {
        cell.unread();
        later(over, pause, () -> {
            if (cell.isUnread()) {
                toRead.add(cell);
            }
        });
    }

    /** What is known of the record may be wrong by now: has it read where executions are recorded. */
    void doubt(ShardCell cell) {
        if (cell.isRunning() || cell.isMonitored()) {
            read(cell);
        } else {
            cell.assume(outbox.now());
            consider(cell);
        }
    }

    /** Has this written over the record. */
    void write(ShardCell cell, RecordWrite write) {
        cell.toWrite(write);
        toWrite.add(cell);
    }

    /** Takes back what was not sent. */
    void withdraw(ShardCell cell) {
        toWrite.remove(cell);
        cell.settleDown();
    }

    /** Has it found out what became of the pending write, whose outcome is unknown. */
    void settle(ShardCell cell) {
        settle(cell, cell.write());
    }

    /** Has it found out what became of this write, which may have been overwritten by others. */
    void settle(ShardCell cell, RecordWrite write) {
        cell.doubt(write);
        toSettle.add(cell);
    }

    /** As {@link #settle(ShardCell)}, after a pause, as {@link #readLater} says. */
    void settleLater(Connection over, List<ShardCell> cells, Duration pause) {
        cells.forEach(cell -> cell.pending().ifPresent(cell::doubt));
        later(over, pause, () -> toSettle.addAll(cells));
    }

    /** So that a registry that refuses to serve is not asked without end. */
    private void later(Connection over, Duration pause, Runnable task) {
        if (isUsable.test(over)) {
            outbox.alarm(pause, task);
        } else {
            task.run();
        }
    }

    /** Has it found out whether this owner of the record is dead. */
    void ask(ShardCell cell, String owner) {
        cell.asking();
        toAsk.computeIfAbsent(owner, any -> new ArrayList<>()).add(cell);
    }

    /** Has the record watched: a live instance runs the shard. */
    void watch(ShardCell cell) {
        cell.watch();
        toWatch.add(cell);
    }

    /** As {@link #watch}, for so long: then the shard is considered again. */
    void watchFor(ShardCell cell, Duration left) {
        watch(cell);
        long wakes = outbox.nanos() + left.toNanos();
        if (cell.wakesAt(wakes)) {
            outbox.alarm(left, () -> {
                if (cell.isAwakened(wakes) && (cell.isWatching() || cell.isResting())) {
                    consider(cell);
                }
            });
        }
    }

    /** Has the record watched, which this version cannot read. */
    void leaveAlone(ShardCell cell) {
        cell.unreadable();
        toWatch.add(cell);
    }

    /** Has the record watched of what runs here, which others may take. */
    void watchOver(ShardCell cell) {
        toWatch.add(cell);
    }

    /** The shard is no longer this instance's. */
    void forget(ShardCell cell) {
        toConsider.remove(cell);
        toRead.remove(cell);
        toWrite.remove(cell);
        toWatch.remove(cell);
    }

    /** Connected again: what was to be asked over the former connection is decided again. */
    void reconnected() {
        toRead.clear();
        toAsk.clear();
        toWatch.clear();
    }

    // ---- What is done ---------------------------------------------------------------------------------------------

    /** Whether there is something to decide. */
    boolean isToConsider() {
        return !toConsider.isEmpty();
    }

    List<ShardCell> takeToConsider() {
        return take(toConsider);
    }

    List<ShardCell> takeToRead() {
        return take(toRead);
    }

    List<ShardCell> takeToSettle() {
        return take(toSettle).stream().filter(ShardCell::isDoubtful).toList();
    }

    List<ShardCell> takeToWatch() {
        return take(toWatch);
    }

    /** Cells by the owner whom they ask for. */
    Map<String, List<ShardCell>> takeToAsk() {
        Map<String, List<ShardCell>> taken = new LinkedHashMap<>(toAsk);
        toAsk.clear();
        return taken;
    }

    /** What is to be written, without taking it. */
    Set<ShardCell> toWrite() {
        return toWrite;
    }

    List<ShardCell> takeToWrite() {
        return take(toWrite);
    }

    private static List<ShardCell> take(Set<ShardCell> all) {
        List<ShardCell> taken = List.copyOf(all);
        all.clear();
        return taken;
    }
}
