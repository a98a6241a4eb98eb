package io.elasticjob.boot.autoconfigure;

import io.elasticjob.boot.actuate.health.ElasticJobHealthIndicator;
import io.elasticjob.engine.JobEngine;
import java.time.InstantSource;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;

/** The health contributor {@code elasticjob}. */
@AutoConfiguration(after = ElasticJobAutoConfiguration.class)
@ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
@ConditionalOnBean(JobEngineLifecycle.class)
public final class ElasticJobHealthContributorAutoConfiguration {

    @Bean
    @ConditionalOnEnabledHealthIndicator("elasticjob")
    @ConditionalOnMissingBean(name = {"elasticjobHealthIndicator", "elasticjobHealthContributor"})
    ElasticJobHealthIndicator elasticjobHealthContributor(
            JobEngineLifecycle lifecycle, ElasticJobProperties properties) {
        return new ElasticJobHealthIndicator(
                lifecycle::status,
                () -> lifecycle.engine().map(JobEngine::registryLocation),
                properties.getHealth().getDownAfter(),
                InstantSource.system());
    }
}
