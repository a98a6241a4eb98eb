package io.elasticjob.engine;

import io.elasticjob.ExecutionId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What a shutdown waits for.
 *
 * @param running executions whose handlers have not ended
 * @param unrecorded how many ends, and claims that came to nothing, ZooKeeper has not confirmed
 * @param firings jobs of which a firing is being planned, or told to its listeners, or is to be recorded
 */
record Remaining(List<ExecutionId> running, int unrecorded, List<String> firings) {

    static final Remaining NOTHING = new Remaining(List.of(), 0);

    /** So many jobs are named. */
    private static final int MOST_NAMED = 20;

    Remaining {
        running = List.copyOf(running);
        firings = List.copyOf(firings);
    }

    Remaining(List<ExecutionId> running, int unrecorded) {
        this(running, unrecorded, List.of());
    }

    Remaining with(List<String> ofFirings) {
        return new Remaining(running, unrecorded, ofFirings);
    }

    /** Such as {@code 3 executions (orders shards 0, 1; reports shard 2) and 1 record to be written to ZooKeeper}. */
    String inWords() {
        List<String> all = new ArrayList<>();
        if (!running.isEmpty()) {
            all.add(running.size() + (running.size() == 1 ? " execution" : " executions") + " (" + named() + ")");
        }
        if (unrecorded > 0) {
            all.add(unrecorded + (unrecorded == 1 ? " record" : " records") + " to be written to ZooKeeper");
        }
        if (!firings.isEmpty()) {
            all.add("listeners, a planner or the record of a firing (" + namedFirings() + ")");
        }
        return all.isEmpty() ? "its last answers from ZooKeeper" : String.join(" and ", all);
    }

    private String namedFirings() {
        String first = firings.stream().limit(MOST_NAMED).collect(Collectors.joining(", "));
        int more = firings.size() - MOST_NAMED;
        return more <= 0 ? first : first + " and of " + more + (more == 1 ? " other job" : " other jobs");
    }

    private String named() {
        SortedMap<String, SortedSet<Integer>> shards = new TreeMap<>();
        running.forEach(execution ->
                shards.computeIfAbsent(execution.job(), any -> new TreeSet<>()).add(execution.shard()));
        String first = shards.entrySet().stream()
                .limit(MOST_NAMED)
                .map(Remaining::named)
                .collect(Collectors.joining("; "));
        int more = shards.size() - MOST_NAMED;
        return more <= 0 ? first : first + "; and of " + more + (more == 1 ? " other job" : " other jobs");
    }

    private static String named(Map.Entry<String, SortedSet<Integer>> ofJob) {
        Collection<Integer> shards = ofJob.getValue();
        String numbers = shards.stream().limit(MOST_NAMED).map(String::valueOf).collect(Collectors.joining(", "));
        int more = shards.size() - MOST_NAMED;
        return ofJob.getKey()
                + (shards.size() == 1 ? " shard " : " shards ")
                + numbers
                + (more <= 0 ? "" : " and " + more + " more");
    }

    /** Such as {@code 12 s}; never less than there is. */
    static String seconds(Duration left) {
        return (left.toMillis() + 999) / 1000 + " s";
    }
}
