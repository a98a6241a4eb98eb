package io.elasticjob.sharding;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code static}: each shard runs on the instance that bears the name of its home. Where none does, and for shards without a
 * home, {@code sticky} says who runs them. So a join moves nothing, and an instance that comes back under its name finds its
 * shards. Of several instances of one name the one with the lowest id has the shards.
 */
final class StaticStrategy implements BuiltInStrategy {

    private final StickyStrategy sticky = new StickyStrategy();

    @Override
    public Assignment assign(Sharding sharding) {
        Map<String, String> byName = new HashMap<>();
        List<Candidate> sorted = sharding.instances().stream()
                .sorted(Comparator.comparing(Candidate::id))
                .toList();
        sorted.forEach(instance -> byName.putIfAbsent(instance.name(), instance.id()));
        Assignment elsewhere = sticky.assign(sharding);
        String[] owners = new String[sharding.shardingTotalCount()];
        for (int shard = 0; shard < owners.length; shard++) {
            String home = byName.get(sharding.homes().getOrDefault(shard, ""));
            owners[shard] = home != null ? home : elsewhere.owner(shard).orElseThrow();
        }
        return Assignment.ofOwners(owners);
    }
}
