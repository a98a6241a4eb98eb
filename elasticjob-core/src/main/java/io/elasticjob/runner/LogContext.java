package io.elasticjob.runner;

import io.elasticjob.ExecutionScope;
import io.elasticjob.Outcome;
import io.elasticjob.ShardingContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * Names the job and the execution in every line that is logged on the handler's thread, in SLF4J's mapped diagnostic
 * context; puts back what was there before.
 */
final class LogContext implements ExecutionScope {

    static final String JOB = "elasticjob.job";
    static final String EXECUTION = "elasticjob.execution";

    @Override
    public Open open(ShardingContext context) {
        Open job = put(JOB, context.jobName());
        Open execution = put(EXECUTION, context.executionId().toString());
        return (outcome, thrown) -> {
            execution.close(outcome, thrown);
            job.close(outcome, thrown);
        };
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
