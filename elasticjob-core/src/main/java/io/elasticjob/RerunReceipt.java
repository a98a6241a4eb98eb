package io.elasticjob;

import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * A request to run past firings again is stored in ZooKeeper: they run, even if this process dies.
 *
 * @param id of the request
 * @param reruns one for each firing; of a request that was made before, those that have not come to their end
 * @param repeated whether a request of this id was made before, so that this one changed nothing
 * @since 0.1.0
 */
public record RerunReceipt(String job, String id, List<Rerun> reruns, boolean repeated) {

    /**
     * A firing that runs again.
     *
     * @param trigger number of the trigger that runs it, by which it can be followed and cancelled
     * @param shards that run again
     */
    public record Rerun(Firing.Past firing, long trigger, SortedSet<Integer> shards) {

        public Rerun {
            shards = Collections.unmodifiableSortedSet(new TreeSet<>(shards));
        }
    }

    public RerunReceipt {
        reruns = List.copyOf(reruns);
    }
}
