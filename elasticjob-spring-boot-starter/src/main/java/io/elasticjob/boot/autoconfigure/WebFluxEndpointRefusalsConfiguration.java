package io.elasticjob.boot.autoconfigure;

import io.elasticjob.boot.actuate.endpoint.WebFluxEndpointRefusals;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.web.ManagementContextConfiguration;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.web.reactive.DispatcherHandler;

/** Refusals of the endpoint under Spring WebFlux, where the endpoints are: in the application, or on a port of their own. */
@ManagementContextConfiguration(proxyBeanMethods = false)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
@ConditionalOnClass({DispatcherHandler.class, PathMappedEndpoints.class})
final class WebFluxEndpointRefusalsConfiguration {

    @Bean
    @ConditionalOnMissingBean
    WebFluxEndpointRefusals elasticJobWebFluxEndpointRefusals(ObjectProvider<PathMappedEndpoints> endpoints) {
        return new WebFluxEndpointRefusals(endpoints::getIfAvailable);
    }
}
