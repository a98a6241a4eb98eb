package io.elasticjob.sharding;

import java.util.List;

/**
 * {@code average}: equal runs of neighbouring shards to the instances in ascending order of their ids; what does not
 * divide goes, from the first instance on, one more to each. 8 shards on 3 instances: {@code [0,1,6] [2,3,7] [4,5]}.
 * With more instances than shards the last ones stay idle.
 */
final class AverageStrategy implements BuiltInStrategy {

    @Override
    public Assignment assign(Sharding sharding) {
        return inOrder(sharding.shardingTotalCount(), sharding.sortedIds());
    }

    /** The same with the instances taken as they come. */
    static Assignment inOrder(int shardingTotalCount, List<String> instances) {
        int run = shardingTotalCount / instances.size();
        int inRuns = run * instances.size();
        var owners = new String[shardingTotalCount];
        for (int shard = 0; shard < shardingTotalCount; shard++) {
            owners[shard] = instances.get(shard < inRuns ? shard / run : shard - inRuns);
        }
        return Assignment.ofOwners(owners);
    }
}
