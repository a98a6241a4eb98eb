package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.TriggerStatus;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * How far a firing by hand has come. Its parameter, which may be secret, is not shown.
 *
 * @param id of the request
 * @param who asked for it; "" when nobody is known
 */
record TriggerDescriptor(
        long number, String id, Instant requestedAt, String who, String why, boolean forced, List<Shard> shards)
        implements OperationResponseBody {

    /**
     * How far one shard has come with it.
     *
     * @param instance id of the one that runs it or ran it; null when that is not known (any more)
     * @param outcome null while it has none
     */
    record Shard(
            int item,
            TriggerStatus.State state,
            @Nullable String instance,
            @Nullable String outcome) {}

    static TriggerDescriptor of(TriggerStatus status) {
        return new TriggerDescriptor(
                status.number(),
                status.id(),
                status.requestedAt(),
                status.by().who(),
                status.by().why(),
                status.forced(),
                status.shards().entrySet().stream()
                        .map(shard -> new Shard(
                                shard.getKey(),
                                shard.getValue().state(),
                                shard.getValue().instance(),
                                shard.getValue().outcome()))
                        .toList());
    }

    /**
     * A trigger that is in the registry.
     *
     * @param id by which it can be asked for again
     * @param path below the endpoint's own, where it can be looked at until it is done
     */
    record Accepted(long number, String id, List<Integer> shards, String path) implements OperationResponseBody {

        static Accepted of(TriggerStatus status) {
            return new Accepted(
                    status.number(),
                    status.id(),
                    List.copyOf(status.shards().keySet()),
                    String.format(Locale.ROOT, "/jobs/%s/triggers/%d", segment(status.job()), status.number()));
        }

        private static String segment(String name) {
            return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
        }
    }
}
