package io.elasticjob.sharding;

import java.util.Comparator;

/**
 * {@code odevity}: {@link AverageStrategy average} over the instances in ascending order if the job name's
 * {@link String#hashCode()} is odd, in descending order if it is even; so that jobs with fewer shards than instances do
 * not all meet on the first instances.
 */
final class OdevityStrategy implements BuiltInStrategy {

    @Override
    public Assignment assign(Sharding sharding) {
        boolean odd = sharding.jobName().hashCode() % 2 != 0;
        Comparator<String> order = odd ? Comparator.naturalOrder() : Comparator.reverseOrder();
        return AverageStrategy.inOrder(
                sharding.shardingTotalCount(),
                sharding.ids().stream().sorted(order).toList());
    }
}
