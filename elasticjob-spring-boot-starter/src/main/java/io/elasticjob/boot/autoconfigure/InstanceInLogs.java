package io.elasticjob.boot.autoconfigure;

import io.elasticjob.ExecutionScope;
import io.elasticjob.ShardingContext;
import io.elasticjob.engine.JobEngine;
import io.elasticjob.view.EngineStatus;
import org.slf4j.MDC;
import org.springframework.beans.factory.ObjectProvider;

/** Names the instance in every line that is logged on the handler's thread, beside what the runner says of the execution. */
final class InstanceInLogs implements ExecutionScope {

    private static final String KEY = "elasticjob.instance";

    private final ObjectProvider<JobEngineLifecycle> lifecycle;

    InstanceInLogs(ObjectProvider<JobEngineLifecycle> lifecycle) {
        this.lifecycle = lifecycle;
    }

    @Override
    public Open open(ShardingContext context) {
        String before = MDC.get(KEY);
        lifecycle
                .getObject()
                .engine()
                .map(JobEngine::status)
                .flatMap(EngineStatus::instance)
                .ifPresent(id -> MDC.put(KEY, id));
        return (outcome, thrown) -> {
            if (before == null) {
                MDC.remove(KEY);
            } else {
                MDC.put(KEY, before);
            }
        };
    }
}
