package io.elasticjob.boot.autoconfigure;

import io.elasticjob.boot.JobEngineCustomizer;
import io.elasticjob.boot.logs.LogCapture;
import io.elasticjob.history.ExecutionLogs;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/** What executions say of themselves: their progress and, unless it is switched off, what they log. */
@Configuration(proxyBeanMethods = false)
class ExecutionLogsConfiguration {

    /** Outside of all other scopes, so that what those log is shown as well. */
    @Bean
    @Lazy
    @Order(Ordered.HIGHEST_PRECEDENCE)
    @ConditionalOnMissingBean
    ExecutionLogs elasticJobExecutionLogs() {
        return new ExecutionLogs();
    }

    @Bean
    @ConditionalOnBooleanProperty(name = "elasticjob.execution.logs.enabled", matchIfMissing = true)
    @ConditionalOnMissingBean(name = "elasticJobLogging")
    JobEngineCustomizer elasticJobLogging(ObjectProvider<LogCapture> capture) {
        return engine -> capture.getObject();
    }

    @Bean
    @Lazy
    @ConditionalOnBooleanProperty(name = "elasticjob.execution.logs.enabled", matchIfMissing = true)
    @ConditionalOnMissingBean
    LogCapture elasticJobLogCapture(ExecutionLogs logs) {
        return LogCapture.into(logs);
    }
}
