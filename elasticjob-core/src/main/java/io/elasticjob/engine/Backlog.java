package io.elasticjob.engine;

import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.PriorityQueue;

/**
 * The shards that wait for a slot: those that are due, and those that are claimed for a fire time to come. Oldest firing
 * first, and among those of one instant each job's first shard before any job's second. Confined to the loop.
 */
final class Backlog {

    /** @param since what the cell was doing when it was added: it waits as long as it does nothing else */
    private record Entry(ShardCell cell, Activity since, Instant due, int rank, long order) {}

    private final PriorityQueue<Entry> queue = new PriorityQueue<>(
            Comparator.comparing(Entry::due).thenComparingInt(Entry::rank).thenComparingLong(Entry::order));
    private long order;

    /** The cell, which is waiting or poised, waits from now on. */
    void add(ShardCell cell, Instant due) {
        queue.add(new Entry(cell, cell.activity(), due, cell.job.enqueue(), order++));
    }

    /** Whether one may be due. */
    boolean isAnyDue(Instant now) {
        Entry next = queue.peek();
        return next != null && !next.due().isAfter(now);
    }

    /** Takes the next one that still waits, and is due. */
    Optional<ShardCell> poll(Instant now) {
        Entry next;
        while ((next = queue.peek()) != null && !next.due().isAfter(now)) {
            queue.remove();
            next.cell().job.dequeue();
            if (next.cell().activity() == next.since()) {
                return Optional.of(next.cell());
            }
        }
        return Optional.empty();
    }
}
