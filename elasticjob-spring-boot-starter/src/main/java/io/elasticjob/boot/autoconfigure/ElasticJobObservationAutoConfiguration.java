package io.elasticjob.boot.autoconfigure;

import io.elasticjob.boot.observation.ExecutionObservationConvention;
import io.elasticjob.boot.observation.ObservedExecutions;
import io.elasticjob.engine.JobEngine;
import io.elasticjob.view.EngineStatus;
import io.micrometer.observation.ObservationRegistry;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/** The observation of executions. */
@AutoConfiguration(
        after = ElasticJobAutoConfiguration.class,
        afterName = "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration")
@ConditionalOnClass(ObservationRegistry.class)
@ConditionalOnBean({JobEngineLifecycle.class, ObservationRegistry.class})
public final class ElasticJobObservationAutoConfiguration {

    /** Outside of the application's scopes, so that what those do is observed as well. */
    @Bean
    @Lazy
    @Order(Ordered.HIGHEST_PRECEDENCE)
    @ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
    @Conditional(NotInheritedCondition.class)
    ObservedExecutions elasticJobObservedExecutions(
            ObservationRegistry observations,
            ObjectProvider<ExecutionObservationConvention> convention,
            JobEngineLifecycle lifecycle) {
        return new ObservedExecutions(
                observations,
                convention.getIfAvailable(),
                () -> lifecycle.engine().map(JobEngine::status).flatMap(EngineStatus::instance));
    }
}
