package io.elasticjob;

import java.time.Instant;
import java.util.List;

/**
 * Decides for each firing of a job into which parts it is split: the partitions of a table, the files of a day. Jobs name it by
 * {@link JobKey#PLANNER}. Each part becomes a shard of that firing, in this order, and reaches the handler as
 * {@link ShardingContext#shardingParameter()}.
 *
 * <p>It is called once the fire time has come, on a thread of its own, by one instance in the cluster: the first plan that is
 * stored holds, for all instances and all attempts. It may be called again for the same firing where that instance dies on the
 * way. It is interrupted after {@link JobKey#PLANNER_TIMEOUT}. Where it throws, or takes longer, the firing ends as failed
 * ({@link ElasticJobEvent.FiringNotPlanned}); where there are no parts, it ends at once as skipped.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface ShardPlanner {

    /** A firing has this many parts at most. */
    int MOST_PARTS = JobDefinition.MAX_SHARDS;

    /** All parts of a firing together have this many bytes at most, in UTF-8. */
    int MOST_BYTES = 512 * 1024;

    /**
     * @return the parts, each of which runs once
     * @throws Exception so that the firing ends as failed
     */
    List<String> parts(Request firing) throws Exception;

    /**
     * A firing that is to be split.
     *
     * @param id the same for each call for this firing, and for no other one
     * @param fireTime as the handler will be told
     * @param jobParameter as the handler will be told
     */
    record Request(String id, String job, Firing firing, Instant fireTime, String jobParameter) {

        /** Without the parameter, which may be secret. */
        @Override
        public String toString() {
            return "Request[" + id + "]";
        }
    }
}
