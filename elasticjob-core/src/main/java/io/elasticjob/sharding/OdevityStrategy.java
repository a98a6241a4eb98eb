package io.elasticjob.sharding;

import java.util.Comparator;
import java.util.List;

/**
 * {@code odevity}: {@link AverageStrategy average} over the instances in ascending order if the job name's
 * {@link String#hashCode()} is odd, in descending order if it is even; so that jobs with fewer shards than instances do
 * not all meet on the first instances.
 */
final class OdevityStrategy implements BuiltInStrategy {

    @Override
    public Assignment assign(String jobName, int shardingTotalCount, List<String> instances) {
        boolean odd = jobName.hashCode() % 2 != 0;
        Comparator<String> order = odd ? Comparator.naturalOrder() : Comparator.reverseOrder();
        return AverageStrategy.inOrder(
                shardingTotalCount, instances.stream().sorted(order).toList());
    }
}
