package io.elasticjob.sharding;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * {@code round-robin}: {@link AverageStrategy average} over the instances in ascending order, begun at the one whose
 * index is the absolute value of the job name's {@link String#hashCode()}, modulo the number of instances; so that the
 * jobs, not the shards, go round the instances.
 */
final class RoundRobinStrategy implements BuiltInStrategy {

    @Override
    public Assignment assign(String jobName, int shardingTotalCount, List<String> instances) {
        // As long: the absolute value of Integer.MIN_VALUE is no int.
        int first = (int) (Math.abs((long) jobName.hashCode()) % instances.size());
        var rotated = new ArrayList<>(instances.stream().sorted().toList());
        Collections.rotate(rotated, -first);
        return AverageStrategy.inOrder(shardingTotalCount, rotated);
    }
}
