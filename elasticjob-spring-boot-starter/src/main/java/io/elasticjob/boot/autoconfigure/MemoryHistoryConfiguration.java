package io.elasticjob.boot.autoconfigure;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.history.ExecutionHistory;
import io.elasticjob.history.MemoryExecutionHistory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.Environment;

/** The history of an application without JDBC. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnMissingBean(ExecutionHistory.class)
class MemoryHistoryConfiguration {

    private static final String JDBC_ENABLED = "elasticjob.history.jdbc.enabled";

    @Bean
    @Lazy
    ExecutionHistory elasticJobExecutionHistory(ElasticJobHistoryProperties kept, Environment environment) {
        if (environment.getProperty(JDBC_ENABLED, Boolean.class, false)) {
            throw new InvalidSettingException(
                    JDBC_ENABLED, "true", "needs spring-boot-starter-jdbc, which is not on the class path");
        }
        return new MemoryExecutionHistory(kept.getMemory().getCapacity());
    }
}
