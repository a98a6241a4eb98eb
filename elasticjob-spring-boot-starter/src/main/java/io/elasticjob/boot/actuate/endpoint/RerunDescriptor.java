package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.RerunReceipt;
import java.time.Instant;
import java.util.List;
import java.util.SortedSet;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * Past firings that run again.
 *
 * @param id of the request
 * @param firings that run again; of a request that was made before, those that have not come to their end
 * @param repeated whether a request of this id was made before
 */
record RerunDescriptor(String id, List<Rerun> firings, boolean repeated) implements OperationResponseBody {

    /**
     * One of them.
     *
     * @param trigger number of the trigger that runs it
     */
    record Rerun(String firing, Instant fireTime, long trigger, SortedSet<Integer> shards) {}

    static RerunDescriptor of(RerunReceipt receipt) {
        return new RerunDescriptor(
                receipt.id(),
                receipt.reruns().stream()
                        .map(one -> new Rerun(
                                one.firing().firing().text(), one.firing().fireTime(), one.trigger(), one.shards()))
                        .toList(),
                receipt.repeated());
    }
}
