package io.elasticjob.console.autoconfigure;

import io.elasticjob.console.ConsoleFiles;
import io.elasticjob.console.ConsoleHeaders;
import io.elasticjob.console.MvcConsoleHeaders;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.web.ManagementContextConfiguration;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;

/** Headers of the console under Spring MVC, where the endpoints are: in the application, or on a port of their own. */
@ManagementContextConfiguration(proxyBeanMethods = false)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnBean(ConsoleFiles.class)
final class MvcConsoleConfiguration {

    @Bean
    @ConditionalOnMissingBean
    MvcConsoleHeaders elasticJobMvcConsoleHeaders(ObjectProvider<PathMappedEndpoints> endpoints, ConsoleFiles files) {
        return new MvcConsoleHeaders(new ConsoleHeaders(endpoints::getIfAvailable, files));
    }
}
