package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.view.LimitView;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A limit that counts shards of a job.
 *
 * @param key {@code maxConcurrentShards} or {@code limits}
 * @param name of the limit; of the job's own one, that of the job
 * @param most how many shards it lets run at the same time; null where no instance has declared it
 * @param running the shards that it counts, as {@code job/shard}
 * @param waiting the shards that wait for it, in the order in which they start
 */
record LimitDescriptor(String key, String name, @Nullable Integer most, List<String> running, List<String> waiting) {

    static LimitDescriptor of(LimitView limit) {
        return new LimitDescriptor(
                limit.own() ? "maxConcurrentShards" : "limits",
                limit.name(),
                limit.most(),
                limit.running().stream().map(LimitView.Counted::toString).toList(),
                limit.waiting().stream().map(LimitView.Counted::toString).toList());
    }
}
