package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.PlanStatus;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * Firings by hand that are to come.
 *
 * @param id of the request, by which it can be cancelled
 * @param notBefore when its one firing may begin; null for a backfill
 * @param from the first fire time of a backfill; null for one firing
 * @param to the last one
 * @param firings how many there are in all
 * @param begun for how many of them triggers were made
 * @param who asked for it; "" when nobody is known
 */
record PlanDescriptor(
        String id,
        Instant requestedAt,
        @Nullable Instant notBefore,
        @Nullable Instant from,
        @Nullable Instant to,
        int firings,
        int begun,
        String who,
        String why)
        implements OperationResponseBody {

    static PlanDescriptor of(PlanStatus plan) {
        boolean isBackfill = !plan.fireTimes().isEmpty();
        return new PlanDescriptor(
                plan.id(),
                plan.requestedAt(),
                plan.notBefore(),
                isBackfill ? plan.fireTimes().get(0) : null,
                isBackfill ? plan.fireTimes().get(plan.fireTimes().size() - 1) : null,
                Math.max(1, plan.fireTimes().size()),
                plan.begun(),
                plan.by().who(),
                plan.by().why());
    }
}
