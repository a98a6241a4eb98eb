package io.elasticjob.boot.actuate.endpoint;

import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Has Reactor Netty close each connection after its answer. On a machine under load it now and then does not read the next
 * request of a connection that it keeps, until the client gives up.
 */
@Configuration(proxyBeanMethods = false)
class OneRequestAConnection {

    @Bean
    WebServerFactoryCustomizer<NettyReactiveWebServerFactory> noKeepAlive() {
        return factory -> factory.addServerCustomizers(server -> server.maxKeepAliveRequests(1));
    }
}
