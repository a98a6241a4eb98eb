package io.elasticjob.sharding;

import java.util.ArrayList;
import java.util.Collections;

/**
 * {@code round-robin}: {@link AverageStrategy average} over the instances in ascending order, begun at the one whose
 * index is the absolute value of the job name's {@link String#hashCode()}, modulo the number of instances; so that the
 * jobs, not the shards, go round the instances.
 */
final class RoundRobinStrategy implements BuiltInStrategy {

    @Override
    public Assignment assign(Sharding sharding) {
        // As long: the absolute value of Integer.MIN_VALUE is no int.
        int first = (int) (Math.abs((long) sharding.jobName().hashCode())
                % sharding.instances().size());
        var rotated = new ArrayList<>(sharding.sortedIds());
        Collections.rotate(rotated, -first);
        return AverageStrategy.inOrder(sharding.shardingTotalCount(), rotated);
    }
}
