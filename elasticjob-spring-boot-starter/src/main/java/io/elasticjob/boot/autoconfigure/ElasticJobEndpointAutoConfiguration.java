package io.elasticjob.boot.autoconfigure;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobOperations;
import io.elasticjob.boot.actuate.endpoint.AccessRules;
import io.elasticjob.boot.actuate.endpoint.CapabilitiesDescriptor;
import io.elasticjob.boot.actuate.endpoint.ChangeWatch;
import io.elasticjob.boot.actuate.endpoint.ElasticJobEndpoint;
import io.elasticjob.boot.actuate.endpoint.ElasticJobEndpointWebExtension;
import io.elasticjob.boot.actuate.endpoint.Grant;
import io.elasticjob.boot.actuate.endpoint.HistoryReader;
import io.elasticjob.boot.actuate.endpoint.LaterAnswers;
import io.elasticjob.boot.actuate.endpoint.MvcLaterAnswers;
import io.elasticjob.boot.actuate.endpoint.NamespaceReader;
import io.elasticjob.boot.actuate.endpoint.WebFluxLaterAnswers;
import io.elasticjob.boot.actuate.endpoint.WorkersReader;
import io.elasticjob.history.ExecutionHistory;
import io.elasticjob.history.ExecutionLogs;
import io.elasticjob.kind.ArrayRuns;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.EndpointAccessResolver;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.Sanitizer;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.DispatcherHandler;
import org.springframework.web.servlet.DispatcherServlet;

/** The endpoint {@code elasticjob}. */
@AutoConfiguration(after = {ElasticJobAutoConfiguration.class, ElasticJobHistoryAutoConfiguration.class})
@ConditionalOnClass({Endpoint.class, ConditionalOnAvailableEndpoint.class})
@ConditionalOnBean(JobEngineLifecycle.class)
@EnableConfigurationProperties({ElasticJobConsoleAccessProperties.class, ElasticJobEndpointProperties.class})
public final class ElasticJobEndpointAutoConfiguration {

    @Bean
    @ConditionalOnAvailableEndpoint // not on the class, which is looked at without the actuator as well
    @ConditionalOnMissingBean
    ElasticJobEndpoint elasticJobEndpoint(
            JobEngineLifecycle lifecycle,
            ListableBeanFactory beans,
            ObjectProvider<HistoryReader> history,
            ExecutionLogs logs,
            AccessRules rules,
            ApplicationEventPublisher publisher,
            ObjectProvider<EndpointAccessResolver> access,
            ObjectProvider<Audit> audit,
            ObjectProvider<WorkersReader> workers,
            ArrayRuns arrays) {
        HistoryReader kept = history.getIfAvailable();
        return new ElasticJobEndpoint(
                () -> lifecycle.engine().map(NamespaceReader::of),
                new ApplicationJobOperations(() -> ofTheApplication(beans)
                        .or(() -> lifecycle.engine().map(engine -> AuditedJobOperations.of(engine, audit, true)))),
                new ElasticJobEndpoint.Beside(kept, logs, workers.getIfAvailable(), arrays),
                publisher,
                rules,
                new CapabilitiesDescriptor.Source(
                        () -> isChangeable(access.getIfAvailable()), () -> kept == null ? null : kept.scope()),
                InstantSource.system());
    }

    private static boolean isChangeable(@Nullable EndpointAccessResolver access) {
        return access != null && access.accessFor(EndpointId.of("elasticjob"), Access.READ_ONLY) == Access.UNRESTRICTED;
    }

    /** Checked as the application starts. */
    @Bean
    @ConditionalOnAvailableEndpoint(endpoint = ElasticJobEndpoint.class)
    @ConditionalOnMissingBean
    AccessRules elasticJobAccessRules(
            ElasticJobConsoleAccessProperties access,
            ElasticJobEndpointProperties shown,
            ObjectProvider<SanitizingFunction> sanitizing) {
        List<Grant> grants = new ArrayList<>();
        for (ElasticJobConsoleAccessProperties.Grant grant : access.getGrants()) {
            grants.add(grant("elasticjob.console.grants[" + grants.size() + "]", grant));
        }
        return new AccessRules(
                new AccessRules.Roles(access.getViewerRoles(), access.getOperatorRoles()),
                grants,
                new AccessRules.Values(
                        shown.getShowValues(),
                        shown.getRoles(),
                        new Sanitizer(sanitizing.orderedStream().toList())));
    }

    private static Grant grant(String key, ElasticJobConsoleAccessProperties.Grant grant) {
        if (grant.getRole().isBlank()) {
            throw new InvalidSettingException(key + ".role", grant.getRole(), "must name the role that has the grant");
        }
        if (grant.getApplications().isEmpty() && grant.getLabels().isEmpty()) {
            throw new InvalidSettingException(
                    key + ".applications",
                    "",
                    "must name applications, or labels must be set: for all jobs there are"
                            + " elasticjob.console.viewer-roles and operator-roles");
        }
        return new Grant(
                grant.getRole(),
                grant.getAccess() == ElasticJobConsoleAccessProperties.Grant.Access.OPERATOR,
                grant.getApplications(),
                grant.getLabels());
    }

    /** Those that it has in the place of ours; ours are not asked for, which would start an engine. */
    private static Optional<JobOperations> ofTheApplication(ListableBeanFactory beans) {
        boolean own = Arrays.stream(beans.getBeanNamesForType(JobOperations.class, true, false))
                .anyMatch(name -> !name.equals("elasticJobOperations"));
        return own ? Optional.of(beans.getBean(JobOperations.class)) : Optional.empty();
    }

    @Bean
    @ConditionalOnAvailableEndpoint(endpoint = ElasticJobEndpoint.class)
    @ConditionalOnBean(ExecutionHistory.class)
    @ConditionalOnMissingBean
    HistoryReader elasticJobHistoryReader(ObjectProvider<ExecutionHistory> history, ObjectProvider<Audit> audit) {
        return new HistoryReader(
                history::getObject,
                () -> Optional.ofNullable(audit.getIfAvailable())
                        .flatMap(Audit::kept)
                        .orElse(null),
                ElasticJobEndpoint.PATIENCE);
    }

    @Bean
    @ConditionalOnAvailableEndpoint(endpoint = ElasticJobEndpoint.class)
    @ConditionalOnMissingBean
    ChangeWatch elasticJobChangeWatch(JobEngineLifecycle lifecycle) {
        return new ChangeWatch(() -> lifecycle.engine().map(NamespaceReader::of));
    }

    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnBean(ElasticJobEndpoint.class)
    ElasticJobEndpointWebExtension elasticJobEndpointWebExtension(
            ElasticJobEndpoint endpoint, ChangeWatch watch, ObjectProvider<LaterAnswers> later) {
        return new ElasticJobEndpointWebExtension(endpoint, watch, later.getIfAvailable(() -> CompletableFuture::join));
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
    @ConditionalOnClass(DispatcherServlet.class)
    static class OnMvc {

        @Bean
        @ConditionalOnAvailableEndpoint(endpoint = ElasticJobEndpoint.class)
        @ConditionalOnMissingBean
        LaterAnswers elasticJobLaterAnswers() {
            return new MvcLaterAnswers();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
    @ConditionalOnClass(DispatcherHandler.class)
    static class OnWebFlux {

        @Bean
        @ConditionalOnAvailableEndpoint(endpoint = ElasticJobEndpoint.class)
        @ConditionalOnMissingBean
        LaterAnswers elasticJobLaterAnswers() {
            return new WebFluxLaterAnswers();
        }
    }
}
