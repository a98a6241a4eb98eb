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

    private record Waiting(ShardCell cell, Instant due, int rank, long order) {}

    private final PriorityQueue<Waiting> queue = new PriorityQueue<>(
            Comparator.comparing(Waiting::due).thenComparingInt(Waiting::rank).thenComparingLong(Waiting::order));
    private long order;

    /** The cell says by its phase, {@code WAITING} or {@code POISED}, for how long it wants to wait. */
    void add(ShardCell cell, Instant due) {
        cell.waitingSince = due;
        queue.add(new Waiting(cell, due, cell.job.enqueue(), order++));
    }

    /** Takes the next one that still waits, and is due. */
    Optional<ShardCell> poll(Instant now) {
        Waiting next;
        while ((next = queue.peek()) != null && !next.due().isAfter(now)) {
            queue.remove();
            next.cell().job.dequeue();
            boolean waits = next.cell().phase == ShardCell.Phase.WAITING || next.cell().phase == ShardCell.Phase.POISED;
            if (waits && next.due() == next.cell().waitingSince) {
                return Optional.of(next.cell());
            }
        }
        return Optional.empty();
    }
}
