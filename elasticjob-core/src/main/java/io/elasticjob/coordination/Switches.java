package io.elasticjob.coordination;

import java.time.Instant;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What operators have switched off of a job, beside the job as a whole: single shards, and instances for this job alone.
 *
 * @param shards by shard; one that was switched on again stays, since its earlier firings are not to be made up for
 * @param instances by the name of the instance, which outlives its sessions
 */
public record Switches(SortedMap<Integer, Switch> shards, SortedMap<String, Switch> instances) {

    public static final Switches NONE = new Switches(Collections.emptySortedMap(), Collections.emptySortedMap());

    /**
     * One switch.
     *
     * @param when registry time at which it was set
     */
    public record Switch(boolean on, String who, Instant when, String why) {}

    public Switches {
        shards = Collections.unmodifiableSortedMap(new TreeMap<>(shards));
        instances = Collections.unmodifiableSortedMap(new TreeMap<>(instances));
    }

    public boolean isEmpty() {
        return shards.isEmpty() && instances.isEmpty();
    }

    public boolean isOff(int shard) {
        Switch set = shards.get(shard);
        return set != null && !set.on();
    }

    /** The switch of an instance that is off for this job. */
    public Optional<Switch> off(String instanceName) {
        return Optional.ofNullable(instances.get(instanceName)).filter(set -> !set.on());
    }

    /** Since when a shard is on again; empty when it never was off, or still is. */
    public Optional<Instant> onSince(int shard) {
        return Optional.ofNullable(shards.get(shard)).filter(Switch::on).map(Switch::when);
    }

    /** Whether the same is off. */
    boolean areOffLike(Switches other) {
        return instances.keySet().equals(other.instances.keySet())
                && shards.keySet().stream().allMatch(shard -> isOff(shard) == other.isOff(shard))
                && other.shards.keySet().stream().allMatch(shard -> isOff(shard) == other.isOff(shard));
    }

    /** The same with a shard switched. */
    public Switches with(int shard, Switch set) {
        SortedMap<Integer, Switch> next = new TreeMap<>(shards);
        boolean wasOff = isOff(shard);
        if (!set.on() || wasOff) {
            next.put(shard, set);
        }
        return new Switches(next, instances);
    }

    /** The same with an instance switched. What is on is like what was never switched. */
    public Switches with(String instanceName, Switch set) {
        SortedMap<String, Switch> next = new TreeMap<>(instances);
        if (set.on()) {
            next.remove(instanceName);
        } else {
            next.put(instanceName, set);
        }
        return new Switches(shards, next);
    }

    /** The same without what no longer matters: shards that are on, once the whole job began again after that. */
    Switches since(Instant since) {
        SortedMap<Integer, Switch> next = new TreeMap<>(shards);
        next.values().removeIf(set -> set.on() && !set.when().isAfter(since));
        return new Switches(next, instances);
    }
}
