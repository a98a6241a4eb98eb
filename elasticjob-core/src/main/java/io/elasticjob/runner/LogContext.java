package io.elasticjob.runner;

import io.elasticjob.ExecutionId;
import io.elasticjob.ExecutionScope;
import io.elasticjob.Outcome;
import io.elasticjob.ShardingContext;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * Names the job, the execution and its parts in every line that is logged on the handler's thread, in SLF4J's mapped diagnostic
 * context; puts back what was there before.
 */
final class LogContext implements ExecutionScope {

    static final String JOB = "elasticjob.job";
    static final String EXECUTION = "elasticjob.execution";
    static final String SHARD = "elasticjob.shard";
    static final String FIRING = "elasticjob.firing";
    static final String ATTEMPT = "elasticjob.attempt";

    @Override
    public Open open(ShardingContext context) {
        ExecutionId id = context.executionId();
        List<Open> opened = List.of(
                put(JOB, id.job()),
                put(EXECUTION, id.toString()),
                put(SHARD, String.valueOf(id.shard())),
                put(FIRING, id.job() + "/" + id.firing().text()),
                put(ATTEMPT, String.valueOf(id.attempt())));
        return (outcome, thrown) -> opened.forEach(open -> open.close(outcome, thrown));
    }

    private static Open put(String key, String value) {
        String before = MDC.get(key);
        MDC.put(key, value);
        return (Outcome outcome, @Nullable Throwable thrown) -> {
            if (before == null) {
                MDC.remove(key);
            } else {
                MDC.put(key, before);
            }
        };
    }
}
