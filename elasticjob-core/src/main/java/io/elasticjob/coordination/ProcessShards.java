package io.elasticjob.coordination;

import io.elasticjob.Instance;
import io.elasticjob.JobDefinition;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * The shards of a job that every instance runs as a whole: each process has one of its own, for as long as it may run the
 * job. Their numbers are those that no firing has that is split, so that no record ever means two things. A shard that is
 * taken back is given again, together with its record.
 *
 * @param byShard who has the shard, from {@link #FIRST} on
 */
public record ProcessShards(SortedMap<Integer, Holder> byShard) {

    /** The first number: firings that are split have those below it. */
    public static final int FIRST = JobDefinition.MAX_SHARDS;

    /** One more than the last number. */
    public static final int END = 2 * FIRST;

    /** No process has one. */
    public static final ProcessShards NONE = new ProcessShards(Collections.emptySortedMap());

    /**
     * A process, whatever instance it is at present.
     *
     * @param name of its instances
     * @param startedOrder as {@link Instance.Process#startedOrder()}
     */
    public record Process(String name, long startedOrder) {

        public static Process of(Instance instance) {
            return new Process(instance.name(), instance.startedOrder());
        }
    }

    /**
     * Who has a shard.
     *
     * @param since registry time at which it was given: firings before it are never due for the process
     */
    public record Holder(Process process, Instant since) {}

    public ProcessShards {
        byShard = byShard.isEmpty()
                ? Collections.emptySortedMap()
                : Collections.unmodifiableSortedMap(new TreeMap<>(byShard));
    }

    /** Whether a shard of this number is one of a process. */
    public static boolean isOne(int shard) {
        return shard >= FIRST;
    }

    public boolean isEmpty() {
        return byShard.isEmpty();
    }

    /** The shard of a process; empty when it has none. */
    public Optional<Integer> of(Process process) {
        return byShard.entrySet().stream()
                .filter(entry -> entry.getValue().process().equals(process))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    Optional<Instant> since(int shard) {
        return Optional.ofNullable(byShard.get(shard)).map(Holder::since);
    }

    /**
     * The shards with the ids of the instances that are to run them.
     *
     * @param eligible instances that may run the job, by id
     */
    public SortedMap<Integer, String> owners(Map<String, Process> eligible) {
        Map<Process, String> ids = eligible.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getValue,
                        Map.Entry::getKey,
                        (one, other) -> one.compareTo(other) > 0 ? one : other));
        SortedMap<Integer, String> owners = new TreeMap<>();
        byShard.forEach((shard, holder) -> {
            String id = ids.get(holder.process());
            if (id != null) {
                owners.put(shard, id);
            }
        });
        return owners;
    }

    /**
     * The same after each of these processes that has none was given the lowest number that is free, as long as there is one.
     *
     * @param now registry time
     */
    public ProcessShards with(Collection<Process> processes, Instant now) {
        SortedMap<Integer, Holder> next = new TreeMap<>(byShard);
        int free = FIRST;
        for (Process process :
                new LinkedHashSet<>(processes)) { // one may be two instances, of which one is about to go
            while (next.containsKey(free)) {
                free++;
            }
            if (free < END && of(process).isEmpty()) {
                next.put(free, new Holder(process, now));
            }
        }
        return new ProcessShards(next);
    }

    /** The same without these shards. */
    public ProcessShards without(Collection<Integer> shards) {
        SortedMap<Integer, Holder> next = new TreeMap<>(byShard);
        next.keySet().removeAll(shards);
        return new ProcessShards(next);
    }

    ProcessShards withTimes(UnaryOperator<Instant> corrected) {
        SortedMap<Integer, Holder> next = new TreeMap<>(byShard);
        next.replaceAll((shard, holder) -> new Holder(holder.process(), corrected.apply(holder.since())));
        return new ProcessShards(next);
    }
}
