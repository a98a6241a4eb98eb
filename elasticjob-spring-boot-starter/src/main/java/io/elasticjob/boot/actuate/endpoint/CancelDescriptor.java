package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.CancelReceipt;
import java.util.List;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/** What is asked to end. It has ended when its record says so. */
record CancelDescriptor(List<Shard> shards) implements OperationResponseBody {

    /** @param firing that it runs, or was to run */
    record Shard(int item, String firing) {}

    static CancelDescriptor of(CancelReceipt receipt) {
        return new CancelDescriptor(receipt.shards().entrySet().stream()
                .map(shard -> new Shard(shard.getKey(), shard.getValue().text()))
                .toList());
    }
}
