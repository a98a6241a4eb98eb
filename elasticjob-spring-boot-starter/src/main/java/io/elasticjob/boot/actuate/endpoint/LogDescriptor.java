package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.Progress;
import io.elasticjob.history.ExecutionLog;
import io.elasticjob.history.ExecutionRecord;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * What an execution has said.
 *
 * @param id {@code job/firing/shard/attempt}
 * @param life tells executions of jobs of the same name apart, of which one was removed before the other was created
 * @param instance id of the one that runs it, or ran it; null when that is not known
 * @param source where the log is
 * @param progress that it has shown last; null when it has shown none, or has ended elsewhere
 * @param log lines; "" when it has logged nothing, null when it is elsewhere
 * @param message what else is to be said of it; null for nothing
 * @param task number of the one task whose log this is; null where it is that of the execution
 */
record LogDescriptor(
        String id,
        String life,
        String firing,
        int shard,
        int attempt,
        @Nullable Long fencingToken,
        @Nullable String instance,
        Source source,
        @Nullable Progress progress,
        @Nullable String log,
        @Nullable String message,
        @Nullable Integer task)
        implements OperationResponseBody {

    /** Where the log of an execution is. */
    enum Source {
        /** On the instance that answers, which runs it or ran it lately. */
        INSTANCE,
        /** In the history, which has the end of it. */
        HISTORY,
        /** On the cluster that runs the task, or ran it. */
        CLUSTER,
        /** On another instance, or nowhere any more. */
        ELSEWHERE
    }

    static LogDescriptor of(
            ExecutionRecord.Identity execution, @Nullable String instance, Source source, ExecutionLog log) {
        return of(execution, instance, source, log.progress(), log.text(), null);
    }

    /** Of one whose log is not here. */
    static LogDescriptor elsewhere(ExecutionRecord.Identity execution, @Nullable String instance, String message) {
        return of(execution, instance, Source.ELSEWHERE, null, null, message);
    }

    private static LogDescriptor of(
            ExecutionRecord.Identity execution,
            @Nullable String instance,
            Source source,
            @Nullable Progress progress,
            @Nullable String log,
            @Nullable String message) {
        return new LogDescriptor(
                execution.shown(),
                execution.life(),
                execution.firing(),
                execution.shard(),
                execution.attempt(),
                execution.fencingToken(),
                instance,
                source,
                progress,
                log,
                message,
                null);
    }

    /** Of a task on a cluster. */
    static LogDescriptor of(
            ExecutionRecord.Identity execution,
            @Nullable String instance,
            int task,
            @Nullable String text,
            @Nullable String message) {
        return new LogDescriptor(
                execution.shown(),
                execution.life(),
                execution.firing(),
                execution.shard(),
                execution.attempt(),
                execution.fencingToken(),
                instance,
                text == null ? Source.ELSEWHERE : Source.CLUSTER,
                null,
                text,
                message,
                task);
    }
}
