package io.elasticjob.gateway.autoconfigure;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.boot.JobEngineFactory;
import io.elasticjob.boot.RemoteHandlers;
import io.elasticjob.boot.actuate.endpoint.WorkersReader;
import io.elasticjob.boot.autoconfigure.ElasticJobAutoConfiguration;
import io.elasticjob.boot.autoconfigure.ElasticJobProperties;
import io.elasticjob.gateway.Grants;
import io.elasticjob.gateway.Peers;
import io.elasticjob.gateway.Whereabouts;
import io.elasticjob.gateway.WorkerGateway;
import io.elasticjob.gateway.web.Callers;
import io.elasticjob.gateway.web.GrantedCallers;
import io.elasticjob.gateway.web.LoopbackCallers;
import io.elasticjob.gateway.web.MvcGateway;
import io.elasticjob.gateway.web.WebFluxGateway;
import io.elasticjob.history.ExecutionLogs;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.audit.listener.AuditApplicationEvent;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.ssl.NoSuchSslBundleException;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.util.ClassUtils;
import org.springframework.util.StringUtils;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.ServerResponse;

/** The gateway for workers, where {@code elasticjob.gateway.enabled=true}. */
@AutoConfiguration(
        after = ElasticJobAutoConfiguration.class,
        afterName = {
            "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration",
            "org.springframework.boot.security.oauth2.server.resource.autoconfigure.servlet.OAuth2ResourceServerAutoConfiguration"
        })
@ConditionalOnBooleanProperty(name = "elasticjob.enabled", matchIfMissing = true)
@ConditionalOnBooleanProperty(name = "elasticjob.gateway.enabled")
@ConditionalOnWebApplication
@EnableConfigurationProperties(ElasticJobGatewayProperties.class)
@Import({ServletGatewaySecurity.class, ReactiveGatewaySecurity.class})
public final class ElasticJobGatewayAutoConfiguration {

    private static final Logger log = LoggerFactory.getLogger(ElasticJobGatewayAutoConfiguration.class);

    private static final String SECURITY = "org.springframework.security.core.Authentication";

    /** Workers have left by then, or their leases are over. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @Bean(destroyMethod = "") // closed by its lifecycle
    @ConditionalOnMissingBean
    WorkerGateway elasticJobGateway(
            ElasticJobGatewayProperties properties,
            ElasticJobProperties jobs,
            JobEngineFactory engines,
            ExecutionLogs logs,
            ObjectProvider<WorkerEvents> listeners,
            ObjectProvider<SslBundles> bundles) {
        String name = jobs.getInstance().getName();
        String shown = StringUtils.hasText(name)
                ? name.substring(0, Math.min(name.length(), 30))
                : "gateway-" + UUID.randomUUID().toString().substring(0, 5);
        GatewayBounds.addresses(properties.getAddresses());
        return new WorkerGateway(
                new Whereabouts(shown, properties::getAddresses, peers(properties, bundles)),
                engines::begin,
                GatewayBounds.limits(properties.getLimits()),
                jobs.getRegistry().getSessionTimeout(),
                logs,
                event -> listeners.orderedStream().forEach(listener -> listener.on(event)));
    }

    private static Peers peers(ElasticJobGatewayProperties properties, ObjectProvider<SslBundles> bundles) {
        String bundle = properties.getPeerBundle();
        try {
            return Peers.of(
                    properties.getSelf(),
                    properties.getPeers(),
                    StringUtils.hasText(bundle)
                            ? bundles.getObject().getBundle(bundle).createSslContext()
                            : null);
        } catch (NoSuchSslBundleException missing) {
            throw new InvalidSettingException(
                    "elasticjob.gateway.peer-bundle", String.valueOf(bundle), "must be the name of an SSL bundle");
        }
    }

    @Bean
    @ConditionalOnMissingBean(name = "elasticJobGatewayHandlers")
    RemoteHandlers elasticJobGatewayHandlers(ElasticJobGatewayProperties properties) {
        return new RemoteHandlers(properties.getHandlers());
    }

    @Bean
    @ConditionalOnMissingBean
    WorkersReader elasticJobGatewayWorkers(ElasticJobGatewayProperties properties, WorkerGateway gateway) {
        return new WorkersReader() {
            @Override
            public CompletionStage<List<Attached>> workers() {
                return gateway.workers();
            }

            @Override
            public Set<String> handlers() {
                return properties.getHandlers();
            }
        };
    }

    @Bean
    @ConditionalOnMissingBean
    GatewayLifecycle elasticJobGatewayLifecycle(WorkerGateway gateway) {
        return new GatewayLifecycle(gateway, PATIENCE);
    }

    @Bean
    @ConditionalOnMissingBean
    Callers elasticJobGatewayCallers(ElasticJobGatewayProperties properties) {
        if (properties.isInsecure()) {
            log.warn("elasticjob.gateway.insecure=true: each process on this machine can attach as a worker");
            return new LoopbackCallers();
        }
        if (!ClassUtils.isPresent(SECURITY, ElasticJobGatewayAutoConfiguration.class.getClassLoader())) {
            throw new InvalidSettingException(
                    "elasticjob.gateway.enabled",
                    "true",
                    "needs Spring Security, so that not everybody can run jobs as a worker: add"
                            + " spring-boot-starter-security and elasticjob.gateway.clients, or set"
                            + " elasticjob.gateway.insecure=true on a machine for development");
        }
        if (properties.getClients().isEmpty()) {
            throw new InvalidSettingException(
                    "elasticjob.gateway.clients",
                    "",
                    "must say who may attach: nobody can. Set elasticjob.gateway.clients.<name>.handlers, and token-hashes,"
                            + " token-files, subjects or certificates; or set elasticjob.gateway.insecure=true on a machine"
                            + " for development");
        }
        Map<String, Grants> grants = new LinkedHashMap<>();
        properties.getClients().forEach((name, client) -> grants.put(name, grants(name, client)));
        return new GrantedCallers(grants);
    }

    private static Grants grants(String name, ElasticJobGatewayProperties.Client client) {
        if (client.getHandlers().isEmpty() || client.getCrews().isEmpty()) {
            String what = client.getHandlers().isEmpty() ? "handlers" : "crews";
            throw new InvalidSettingException(
                    "elasticjob.gateway.clients." + name + "." + what,
                    "",
                    "must name at least one of the " + what + ", or * for all: its workers could never attach");
        }
        return new Grants(client.getHandlers(), client.getCrews());
    }

    static String path(ElasticJobGatewayProperties properties) {
        String path = properties.getPath();
        if (!path.startsWith("/") || path.length() < 2 || path.endsWith("/") || path.matches(".*[*?{}\\s].*")) {
            throw new InvalidSettingException(
                    "elasticjob.gateway.path", path, "must begin with a slash, not end with one, and have no wildcard");
        }
        return path;
    }

    @Bean
    @ConditionalOnMissingBean(name = "elasticJobGatewayLog")
    WorkerEvents elasticJobGatewayLog() {
        return new LoggedWorkerEvents(System::nanoTime);
    }

    @Bean
    @ConditionalOnMissingBean(name = "elasticJobGatewayEvents")
    WorkerEvents elasticJobGatewayEvents(ApplicationEventPublisher publisher) {
        return publisher::publishEvent;
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(AuditApplicationEvent.class)
    static class Auditing {

        @Bean
        @ConditionalOnMissingBean(name = "elasticJobGatewayAudit")
        WorkerEvents elasticJobGatewayAudit(ApplicationEventPublisher publisher) {
            return new AuditedWorkerEvents(publisher);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
    @ConditionalOnEnabledHealthIndicator("elasticjob-gateway")
    static class Looking {

        @Bean
        @ConditionalOnMissingBean(name = "elasticJobGatewayHealthIndicator")
        HealthIndicator elasticJobGatewayHealthIndicator(WorkersReader gateway) {
            return new GatewayHealthIndicator(gateway);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(MeterRegistry.class)
    static class Metering {

        @Bean
        @ConditionalOnSingleCandidate(MeterRegistry.class)
        @ConditionalOnMissingBean(name = "elasticJobGatewayMeters")
        WorkerEvents elasticJobGatewayMeters(MeterRegistry meters) {
            return new CountedWorkerEvents(meters);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
    static class Mvc {

        @Bean
        @ConditionalOnMissingBean(name = "elasticJobGatewayRoutes")
        RouterFunction<ServerResponse> elasticJobGatewayRoutes(
                ElasticJobGatewayProperties properties, WorkerGateway gateway, Callers callers) {
            return MvcGateway.routes(path(properties), gateway.http(), callers);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
    static class WebFlux {

        @Bean
        @ConditionalOnMissingBean(name = "elasticJobGatewayRoutes")
        org.springframework.web.reactive.function.server.RouterFunction<
                        org.springframework.web.reactive.function.server.ServerResponse>
                elasticJobGatewayRoutes(
                        ElasticJobGatewayProperties properties, WorkerGateway gateway, Callers callers) {
            return WebFluxGateway.routes(path(properties), gateway.http(), callers);
        }
    }
}
