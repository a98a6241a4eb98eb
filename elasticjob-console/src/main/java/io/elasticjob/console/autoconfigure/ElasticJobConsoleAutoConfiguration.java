package io.elasticjob.console.autoconfigure;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.boot.autoconfigure.ElasticJobEndpointAutoConfiguration;
import io.elasticjob.boot.autoconfigure.JobEngineLifecycle;
import io.elasticjob.console.ConsoleFiles;
import io.elasticjob.console.ConsoleSettings;
import io.elasticjob.console.ElasticJobConsoleEndpoint;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.EndpointAccessResolver;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/** The console, where its endpoint is exposed. */
@AutoConfiguration(after = ElasticJobEndpointAutoConfiguration.class)
@ConditionalOnWebApplication
@ConditionalOnBean(JobEngineLifecycle.class)
@ConditionalOnAvailableEndpoint(endpoint = ElasticJobConsoleEndpoint.class)
@EnableConfigurationProperties(ElasticJobConsoleProperties.class)
public final class ElasticJobConsoleAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    ConsoleFiles elasticJobConsoleFiles() {
        return ConsoleFiles.read(ElasticJobConsoleEndpoint.class.getClassLoader());
    }

    @Bean
    @ConditionalOnMissingBean
    ElasticJobConsoleEndpoint elasticJobConsoleEndpoint(
            ConsoleFiles files,
            ElasticJobConsoleProperties properties,
            JobEngineLifecycle lifecycle,
            ObjectProvider<PathMappedEndpoints> endpoints,
            EndpointAccessResolver access) {
        return new ElasticJobConsoleEndpoint(
                files, settings(properties), lifecycle::engine, endpoints::getIfAvailable, access);
    }

    private static ConsoleSettings settings(ElasticJobConsoleProperties properties) {
        Map<String, String> links = new LinkedHashMap<>();
        properties.getLinks().forEach((name, url) -> links.put(name, checked("links." + name, url)));
        return new ConsoleSettings(
                properties.getTitle(),
                links,
                checked("log-url", properties.getLogUrl()),
                checked("trace-url", properties.getTraceUrl()));
    }

    /** A page must not be led to what runs in it. */
    private static String checked(String name, String url) {
        if (!url.isEmpty() && !url.matches("(?i)(https?://|\\.{0,2}/).*")) {
            throw new InvalidSettingException(
                    "elasticjob.console." + name, url, "must begin with http://, https:// or /, or with ./ or ../");
        }
        return url;
    }
}
