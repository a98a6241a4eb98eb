package io.elasticjob.boot.autoconfigure;

import io.elasticjob.boot.actuate.info.ElasticJobInfoContributor;
import org.springframework.boot.actuate.autoconfigure.info.ConditionalOnEnabledInfoContributor;
import org.springframework.boot.actuate.info.InfoContributor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** What the endpoint {@code info} says of the job engine. */
@AutoConfiguration(after = ElasticJobAutoConfiguration.class)
@ConditionalOnClass({InfoContributor.class, ConditionalOnEnabledInfoContributor.class})
@ConditionalOnBean(JobEngineLifecycle.class)
public final class ElasticJobInfoContributorAutoConfiguration {

    @Bean
    @ConditionalOnEnabledInfoContributor("elasticjob") // on the class it would be looked at without the actuator
    @ConditionalOnMissingBean
    ElasticJobInfoContributor elasticJobInfoContributor(JobEngineLifecycle lifecycle) {
        return new ElasticJobInfoContributor(lifecycle::engine);
    }
}
