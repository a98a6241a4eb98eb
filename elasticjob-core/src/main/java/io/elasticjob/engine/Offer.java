package io.elasticjob.engine;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.spi.ShardRunner;
import java.time.Duration;
import java.util.Collections;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * What a runner can run at present.
 *
 * @param handlers names of those to show to the other instances: without a slot there are none
 * @param slots that all jobs share which have no group here
 * @param groups slots of each group
 * @param clusters as of {@link ShardRunner#clusters}
 * @param lease as of {@link ShardRunner#lease}
 */
record Offer(
        Set<String> handlers,
        int slots,
        SortedMap<String, Integer> groups,
        Set<String> clusters,
        UnaryOperator<Duration> lease) {

    /** Of a runner whose executions end with it. */
    Offer(Set<String> handlers, int slots, SortedMap<String, Integer> groups) {
        this(handlers, slots, groups, Set.of(), session -> Duration.ZERO);
    }

    Offer {
        handlers = Set.copyOf(handlers);
        clusters = Set.copyOf(clusters);
        groups = Collections.unmodifiableSortedMap(new TreeMap<>(groups));
    }

    /** @throws InvalidSettingException when the number of slots is none */
    static Offer of(ShardRunner runner) {
        int slots = runner.slots();
        if (slots < 0) {
            throw new InvalidSettingException("slots", String.valueOf(slots), "must be at least 0");
        }
        SortedMap<String, Integer> groups = new TreeMap<>(runner.groups());
        groups.forEach(Offer::check);
        return new Offer(slots == 0 ? Set.of() : runner.handlers(), slots, groups, runner.clusters(), runner::lease);
    }

    private static void check(String group, Integer slots) {
        if (group.isBlank()) {
            throw new InvalidSettingException("execution group", group, "must not be blank");
        }
        if (slots < 1) {
            throw new InvalidSettingException(
                    "slots of the execution group " + group, String.valueOf(slots), "must be at least 1");
        }
    }

    /** Slots of all groups together, and the common ones. */
    int allSlots() {
        return Math.toIntExact(
                slots + groups.values().stream().mapToLong(Integer::longValue).sum());
    }
}
