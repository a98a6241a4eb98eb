package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.history.ExecutionHistory;
import io.elasticjob.history.ExecutionRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * Executions of a job, latest first.
 *
 * @param scope whose executions these are
 * @param next what to give as {@code before} to get the next page; null when there is none
 */
record ExecutionsDescriptor(
        ExecutionHistory.Scope scope,
        List<ExecutionDescriptor> executions,
        @Nullable String next) implements OperationResponseBody {

    /**
     * One of them. What has not happened, or is not known, is null.
     *
     * @param id {@code job/firing/shard/attempt}
     * @param outcome how it ended; null while it runs
     */
    record ExecutionDescriptor(
            String id,
            String firing,
            int shard,
            int attempt,
            String instance,
            @Nullable Long fencingToken,
            Instant startedAt,
            @Nullable Instant endedAt,
            @Nullable Duration duration,
            @Nullable String outcome,
            @Nullable String error,
            @Nullable String message) {

        static ExecutionDescriptor of(ExecutionRecord record) {
            Instant endedAt = record.endedAt();
            return new ExecutionDescriptor(
                    record.id(),
                    record.firing(),
                    record.shard(),
                    record.attempt(),
                    record.instance(),
                    record.fencingToken(),
                    record.startedAt(),
                    endedAt,
                    endedAt == null ? null : Duration.between(record.startedAt(), endedAt),
                    record.outcome(),
                    record.error(),
                    record.message());
        }
    }
}
