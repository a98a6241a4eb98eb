package io.elasticjob;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request of firings to come that is stored in ZooKeeper: it is carried out even if this process dies.
 *
 * @param id of the request
 * @param requestedAt by ZooKeeper's clock
 * @param notBefore when its one firing may begin; null for a backfill
 * @param fireTimes of a backfill, ascending; empty for one firing that is to come
 * @param begun for how many of them triggers were made
 * @param by who asked for it, and why
 * @since 0.1.0
 */
public record PlanStatus(
        String job,
        String id,
        Instant requestedAt,
        @Nullable Instant notBefore,
        List<Instant> fireTimes,
        int begun,
        Operator by) {

    public PlanStatus {
        fireTimes = List.copyOf(fireTimes);
    }
}
