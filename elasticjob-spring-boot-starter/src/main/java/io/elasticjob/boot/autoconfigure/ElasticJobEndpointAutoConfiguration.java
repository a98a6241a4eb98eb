package io.elasticjob.boot.autoconfigure;

import io.elasticjob.boot.actuate.endpoint.ElasticJobEndpoint;
import io.elasticjob.boot.actuate.endpoint.ElasticJobEndpointWebExtension;
import io.elasticjob.boot.actuate.endpoint.HistoryReader;
import io.elasticjob.boot.actuate.endpoint.NamespaceReader;
import io.elasticjob.history.ExecutionHistory;
import java.time.InstantSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;

/** The endpoint {@code elasticjob}. */
@AutoConfiguration(after = {ElasticJobAutoConfiguration.class, ElasticJobHistoryAutoConfiguration.class})
@ConditionalOnClass({Endpoint.class, ConditionalOnAvailableEndpoint.class})
@ConditionalOnBean(JobEngineLifecycle.class)
public final class ElasticJobEndpointAutoConfiguration {

    @Bean
    @ConditionalOnAvailableEndpoint // not on the class, which is looked at without the actuator as well
    @ConditionalOnMissingBean
    ElasticJobEndpoint elasticJobEndpoint(
            JobEngineLifecycle lifecycle, ObjectProvider<HistoryReader> history, ApplicationEventPublisher publisher) {
        return new ElasticJobEndpoint(
                () -> lifecycle.engine().map(NamespaceReader::of),
                new ApplicationOperations(lifecycle::engine), // a bean that was asked for would start an engine
                history.getIfAvailable(),
                publisher,
                InstantSource.system());
    }

    @Bean
    @ConditionalOnAvailableEndpoint(endpoint = ElasticJobEndpoint.class)
    @ConditionalOnBean(ExecutionHistory.class)
    @ConditionalOnMissingBean
    HistoryReader elasticJobHistoryReader(ObjectProvider<ExecutionHistory> history) {
        return new HistoryReader(history::getObject, ElasticJobEndpoint.PATIENCE);
    }

    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnBean(ElasticJobEndpoint.class)
    ElasticJobEndpointWebExtension elasticJobEndpointWebExtension(ElasticJobEndpoint endpoint) {
        return new ElasticJobEndpointWebExtension(endpoint);
    }
}
