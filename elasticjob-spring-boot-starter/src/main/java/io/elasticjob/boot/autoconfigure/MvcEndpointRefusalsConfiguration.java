package io.elasticjob.boot.autoconfigure;

import io.elasticjob.boot.actuate.endpoint.MvcEndpointRefusals;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.web.ManagementContextConfiguration;
import org.springframework.boot.actuate.autoconfigure.web.ManagementContextType;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.mvc.support.DefaultHandlerExceptionResolver;

/** Refusals of the endpoint under Spring MVC, where the endpoints are: in the application, or on a port of their own. */
@ManagementContextConfiguration(proxyBeanMethods = false)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass({DispatcherServlet.class, PathMappedEndpoints.class})
final class MvcEndpointRefusalsConfiguration {

    @Bean
    @ConditionalOnMissingBean
    MvcEndpointRefusals elasticJobMvcEndpointRefusals(ObjectProvider<PathMappedEndpoints> endpoints) {
        return new MvcEndpointRefusals(endpoints::getIfAvailable);
    }

    /** On a port of their own the endpoints have Spring's resolver only as long as there is no other. */
    @ManagementContextConfiguration(value = ManagementContextType.CHILD, proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
    @ConditionalOnClass({DispatcherServlet.class, PathMappedEndpoints.class})
    static final class OnAPortOfTheirOwn {

        @Bean
        @ConditionalOnMissingBean(name = "elasticJobOtherRefusals")
        DefaultHandlerExceptionResolver elasticJobOtherRefusals() {
            return new DefaultHandlerExceptionResolver();
        }
    }
}
