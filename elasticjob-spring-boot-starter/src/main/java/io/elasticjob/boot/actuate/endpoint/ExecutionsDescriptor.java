package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.Progress;
import io.elasticjob.history.ExecutionHistory;
import io.elasticjob.history.ExecutionRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Predicate;
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

    /** Those of some jobs; the page may have become shorter, and goes on all the same. */
    ExecutionsDescriptor only(Predicate<String> visible) {
        return new ExecutionsDescriptor(
                scope,
                executions.stream()
                        .filter(one ->
                                visible.test(one.id().substring(0, one.id().indexOf('/'))))
                        .toList(),
                next);
    }

    /**
     * One of them. What has not happened, or is not known, is null.
     *
     * @param id {@code job/firing/shard/attempt}
     * @param life tells executions of jobs of the same name apart, of which one was removed before the other was created
     * @param fireTime when its firing was due, or was asked for
     * @param cause what made its firing: {@code SCHEDULE} or {@code TRIGGER}
     * @param outcome how it ended; null while it runs
     * @param progress that it has shown last; null when it has ended or has shown none
     */
    record ExecutionDescriptor(
            String id,
            String life,
            String firing,
            Instant fireTime,
            String cause,
            int shard,
            int attempt,
            String instance,
            @Nullable Long fencingToken,
            Instant startedAt,
            @Nullable Instant endedAt,
            @Nullable Duration duration,
            @Nullable String outcome,
            @Nullable String error,
            @Nullable String message,
            @Nullable Progress progress) {

        static ExecutionDescriptor of(ExecutionRecord record) {
            Instant endedAt = record.endedAt();
            return new ExecutionDescriptor(
                    record.identity().shown(),
                    record.identity().life(),
                    record.firing(),
                    record.fireTime(),
                    record.cause(),
                    record.shard(),
                    record.attempt(),
                    record.instance(),
                    record.fencingToken(),
                    record.startedAt(),
                    endedAt,
                    endedAt == null ? null : Duration.between(record.startedAt(), endedAt),
                    record.outcome(),
                    record.error(),
                    record.message(),
                    record.progress());
        }
    }
}
