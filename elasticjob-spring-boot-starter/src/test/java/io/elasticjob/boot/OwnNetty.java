package io.elasticjob.boot;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.client.ReactorResourceFactory;

/**
 * Event loops of an application's own. By default all applications of a JVM share theirs, and the first one to be closed
 * stops them for all: a WebFlux server of another test then answers nobody any more.
 */
@Configuration(proxyBeanMethods = false)
public class OwnNetty {

    @Bean
    ReactorResourceFactory reactorResourceFactory() {
        ReactorResourceFactory own = new ReactorResourceFactory();
        own.setUseGlobalResources(false);
        return own;
    }
}
