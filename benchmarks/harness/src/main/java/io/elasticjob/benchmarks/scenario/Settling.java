package io.elasticjob.benchmarks.scenario;

import io.elasticjob.benchmarks.worker.Execution;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * How a job that fires each second came to a new assignment after an event, judged by its executions alone. The owner of a
 * shard is who ran it last. A shard is in place at its first execution, after the event, of the last unbroken row by its
 * owner; the job is when the last of its shards is. So the moment includes the wait for the next fire time, of up to a
 * second.
 *
 * @param inPlace in microseconds since the epoch; empty when some shard did not run after the event
 * @param missed executions that were due after the event and did not come, of whole seconds
 * @param twice executions of the same shard in the same second, after the event
 * @param owners ordinals of the instances
 */
record Settling(OptionalLong inPlace, int missed, int twice, Set<Integer> owners) {

    private static final long SECOND = 1_000_000;

    /**
     * @param executions of this job, by their begin
     * @param event in microseconds since the epoch
     * @param end likewise; later executions are not looked at
     */
    static Settling of(List<Execution> executions, int shards, long event, long end) {
        Map<Integer, List<Execution>> byShard = executions.stream()
                .filter(execution -> execution.begun() < end)
                .collect(Collectors.groupingBy(Execution::shard));
        Set<Integer> owners = new TreeSet<>();
        long inPlace = event;
        boolean all = byShard.size() == shards;
        for (List<Execution> shard : byShard.values()) {
            Execution last = shard.get(shard.size() - 1);
            all &= last.begun() >= event;
            owners.add(last.instance());
            inPlace = Math.max(inPlace, beginOfLastRow(shard, event));
        }
        Set<List<Long>> ran = new HashSet<>();
        int after = 0;
        long from = event / SECOND + 1;
        long to = end / SECOND - 1;
        for (Execution execution : executions) {
            long second = second(execution);
            if (second >= from && second <= to) {
                ran.add(List.of(second, (long) execution.shard()));
                after++;
            }
        }
        int due = (int) Math.max(0, to - from + 1) * shards;
        return new Settling(
                all ? OptionalLong.of(inPlace) : OptionalLong.empty(), due - ran.size(), after - ran.size(), owners);
    }

    private static long second(Execution execution) {
        return execution.fireTime().isPresent() ? execution.fireTime().getAsLong() / 1_000 : execution.begun() / SECOND;
    }

    private static long beginOfLastRow(List<Execution> shard, long event) {
        int owner = shard.get(shard.size() - 1).instance();
        long begun = event;
        for (int i = shard.size() - 1;
                i >= 0 && shard.get(i).instance() == owner && shard.get(i).begun() >= event;
                i--) {
            begun = shard.get(i).begun();
        }
        return begun;
    }

    /** Milliseconds after the event; NaN when it never was in place. */
    double millisAfter(long event) {
        return inPlace.isPresent() ? (inPlace.getAsLong() - event) / 1_000.0 : Double.NaN;
    }
}
