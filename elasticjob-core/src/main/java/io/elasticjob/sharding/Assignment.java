package io.elasticjob.sharding;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which instance should run which shard of a job. Every shard has an owner but those that no instance has room for; while
 * nobody is eligible, none has. Immutable; two assignments are equal when each shard has the same owner in both.
 *
 * @since 0.1.0
 */
public final class Assignment {

    private static final String[] NOBODY = {};

    private final int shardingTotalCount;

    /** The owner at the index of each shard, null for one without; or {@link #NOBODY}. */
    private final @Nullable String[] owners;

    private Assignment(int shardingTotalCount, @Nullable String[] owners) {
        this.shardingTotalCount = shardingTotalCount;
        this.owners = owners;
    }

    /**
     * The assignment that gives each shard to the instance at its index.
     *
     * @throws IllegalArgumentException if there are no shards
     * @throws NullPointerException if a shard has no owner
     */
    public static Assignment of(List<String> ownerOfEachShard) {
        return ofOwners(ownerOfEachShard.toArray(String[]::new));
    }

    /** {@link #of(List)} without the copy: the array is handed over. */
    static Assignment ofOwners(String[] owners) {
        for (int shard = 0; shard < owners.length; shard++) {
            if (owners[shard] == null) {
                throw new NullPointerException("shard " + shard + " has no owner");
            }
        }
        return new Assignment(checkedCount(owners.length), owners);
    }

    /**
     * The assignment that gives each instance its shards. An instance without shards may be listed or left out.
     *
     * @throws IllegalArgumentException if a shard is given to nobody or twice, or is not in 0 to
     *     {@code shardingTotalCount - 1}; the message names it
     */
    public static Assignment ofShards(
            int shardingTotalCount, Map<String, ? extends Collection<Integer>> shardsOfEachInstance) {
        var ownerOf = new LinkedHashMap<Integer, String>();
        shardsOfEachInstance.forEach((instance, shards) -> {
            for (int shard : shards) {
                if (shard < 0 || shard >= shardingTotalCount) {
                    throw new IllegalArgumentException("shard %d is given to \"%s\", but shards are 0 to %d"
                            .formatted(shard, instance, shardingTotalCount - 1));
                }
                String other = ownerOf.putIfAbsent(shard, instance);
                if (other != null) {
                    throw new IllegalArgumentException(
                            "shard %d is given twice: to \"%s\" and to \"%s\"".formatted(shard, other, instance));
                }
            }
        });
        var owners = new String[checkedCount(shardingTotalCount)];
        for (int shard = 0; shard < shardingTotalCount; shard++) {
            String owner = ownerOf.get(shard);
            if (owner == null) {
                throw new IllegalArgumentException("shard %d is given to nobody".formatted(shard));
            }
            owners[shard] = owner;
        }
        return new Assignment(shardingTotalCount, owners);
    }

    /** The assignment of a job that is not split: no shard is assigned, as each instance has its own. */
    public static Assignment unsplit() {
        return new Assignment(0, NOBODY);
    }

    /** The assignment of a job for which no instance is eligible: no shard has an owner. */
    public static Assignment none(int shardingTotalCount) {
        return new Assignment(checkedCount(shardingTotalCount), NOBODY);
    }

    public int shardingTotalCount() {
        return shardingTotalCount;
    }

    /**
     * The same with at most so many shards to an instance. What an instance has too much, its highest shards, goes to those
     * that have the fewest, in the order of their ids; what nobody has room for has no owner. Wire format, like the results of
     * strategies.
     *
     * @param most from 1
     * @param ids of all eligible instances
     */
    Assignment atMost(int most, Collection<String> ids) {
        Map<String, Integer> load = new TreeMap<>();
        ids.forEach(id -> load.put(id, 0));
        @Nullable String[] next = new @Nullable String[owners.length];
        for (int shard = 0; shard < owners.length; shard++) {
            String owner = owners[shard];
            if (owner != null && load.merge(owner, 1, Integer::sum) <= most) {
                next[shard] = owner;
            }
        }
        load.replaceAll((id, shards) -> Math.min(shards, most));
        for (int shard = 0; shard < next.length; shard++) {
            if (next[shard] == null) {
                next[shard] = load.entrySet().stream()
                        .filter(entry -> entry.getValue() < most)
                        .min(Map.Entry.comparingByValue())
                        .map(Map.Entry::getKey)
                        .orElse(null);
                load.computeIfPresent(String.valueOf(next[shard]), (id, shards) -> shards + 1);
            }
        }
        return new Assignment(shardingTotalCount, next);
    }

    /**
     * The instance that should run the shard; empty for every shard when nobody is eligible, and for those that no instance
     * has room for.
     *
     * @throws IndexOutOfBoundsException if there is no such shard
     */
    public Optional<String> owner(int shard) {
        Objects.checkIndex(shard, shardingTotalCount);
        return owners == NOBODY ? Optional.empty() : Optional.ofNullable(owners[shard]);
    }

    /** The shards that the instance should run, ascending; empty when it has none or is not known here. */
    public List<Integer> shardsOf(String instance) {
        var shards = new ArrayList<Integer>();
        for (int shard = 0; shard < owners.length; shard++) {
            if (instance.equals(owners[shard])) {
                shards.add(shard);
            }
        }
        return List.copyOf(shards);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Assignment that
                && shardingTotalCount == that.shardingTotalCount
                && Arrays.equals(owners, that.owners);
    }

    @Override
    public int hashCode() {
        return 31 * shardingTotalCount + Arrays.hashCode(owners);
    }

    /** For people: {@code {a=[0, 1], b=[2]}}, without the shards that have no owner. */
    @Override
    public String toString() {
        var shards = new LinkedHashMap<String, List<Integer>>();
        for (int shard = 0; shard < owners.length; shard++) {
            String owner = owners[shard];
            if (owner != null) {
                shards.computeIfAbsent(owner, any -> new ArrayList<>()).add(shard);
            }
        }
        return shards.toString();
    }

    private static int checkedCount(int shardingTotalCount) {
        if (shardingTotalCount < 1) {
            throw new IllegalArgumentException("shardingTotalCount: %d is not a number of shards: a job has at least 1"
                    .formatted(shardingTotalCount));
        }
        return shardingTotalCount;
    }
}
