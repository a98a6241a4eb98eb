package io.elasticjob.boot.autoconfigure;

import io.elasticjob.JobOperations;
import io.elasticjob.history.ExecutionHistory;
import io.elasticjob.history.MemoryExecutionHistory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;

/**
 * What is left of the job engine with {@code elasticjob.enabled=false}: the beans that an application has injected, so that
 * it starts without a scheduler. None of them does anything.
 */
@AutoConfiguration
@ConditionalOnBooleanProperty(name = "elasticjob.enabled", havingValue = false)
public final class ElasticJobDisabledAutoConfiguration {

    @Bean
    @Lazy
    @ConditionalOnMissingBean
    JobOperations elasticJobOperations() {
        return new DisabledJobOperations();
    }

    /** So that a group of health contributors may name it, whether or not jobs are switched on. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
    static class DisabledHealthConfiguration {

        @Bean
        @ConditionalOnEnabledHealthIndicator("elasticjob")
        @ConditionalOnMissingBean(name = {"elasticjobHealthIndicator", "elasticjobHealthContributor"})
        HealthIndicator elasticjobHealthContributor() {
            return () -> Health.unknown()
                    .withDetail("reason", "elasticjob.enabled is false: this application runs no jobs")
                    .build();
        }
    }

    /** In which nothing is written. */
    @Bean
    @Lazy
    @ConditionalOnMissingBean
    ExecutionHistory elasticJobExecutionHistory() {
        return new MemoryExecutionHistory(1);
    }
}
