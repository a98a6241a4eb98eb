package io.elasticjob.engine;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** The shards that concern this instance, by job. Confined to the loop. */
final class ShardCells {

    private final Map<JobState, SortedMap<Integer, ShardCell>> cells = new LinkedHashMap<>();

    List<ShardCell> all() {
        return cells.values().stream().flatMap(of -> of.values().stream()).toList();
    }

    /** In the order of their shards. */
    List<ShardCell> of(JobState job) {
        SortedMap<Integer, ShardCell> of = cells.get(job);
        return of == null ? List.of() : List.copyOf(of.values());
    }

    Optional<ShardCell> cell(JobState job, int shard) {
        SortedMap<Integer, ShardCell> of = cells.get(job);
        return of == null ? Optional.empty() : Optional.ofNullable(of.get(shard));
    }

    ShardCell obtain(JobState job, int shard) {
        return cells.computeIfAbsent(job, any -> new TreeMap<>())
                .computeIfAbsent(shard, item -> new ShardCell(job, item));
    }

    void remove(ShardCell cell) {
        SortedMap<Integer, ShardCell> of = cells.get(cell.job);
        if (of != null) {
            of.remove(cell.shard, cell);
            if (of.isEmpty()) {
                cells.remove(cell.job);
            }
        }
    }
}
