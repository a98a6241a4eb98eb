package io.elasticjob.engine;

import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.PriorityQueue;

/**
 * The shards that are due and wait for a slot: oldest firing first, and among those of one instant each job's first shard
 * before any job's second. Confined to the loop.
 */
final class Backlog {

    private record Waiting(ShardCell cell, Instant due, int rank, long order) {}

    private final PriorityQueue<Waiting> queue = new PriorityQueue<>(
            Comparator.comparing(Waiting::due).thenComparingInt(Waiting::rank).thenComparingLong(Waiting::order));
    private long order;

    void add(ShardCell cell, Instant due) {
        cell.phase = ShardCell.Phase.WAITING;
        cell.waitingSince = due;
        queue.add(new Waiting(cell, due, cell.job.enqueue(), order++));
    }

    /** Takes the next one that still waits. */
    Optional<ShardCell> poll() {
        Waiting next;
        while ((next = queue.poll()) != null) {
            next.cell().job.dequeue();
            boolean still = next.cell().phase == ShardCell.Phase.WAITING && next.due() == next.cell().waitingSince;
            if (still) {
                return Optional.of(next.cell());
            }
        }
        return Optional.empty();
    }
}
