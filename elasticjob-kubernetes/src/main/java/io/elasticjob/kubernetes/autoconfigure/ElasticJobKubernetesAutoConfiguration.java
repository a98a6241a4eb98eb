package io.elasticjob.kubernetes.autoconfigure;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.boot.autoconfigure.ElasticJobAutoConfiguration;
import io.elasticjob.kubernetes.JobTemplate;
import io.elasticjob.kubernetes.KubernetesCluster;
import io.elasticjob.kubernetes.KubernetesOptions;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Map;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.util.StringUtils;

/** Kubernetes as a cluster, where {@code elasticjob.kubernetes.enabled=true}. */
@AutoConfiguration(before = ElasticJobAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "elasticjob.enabled", matchIfMissing = true)
@ConditionalOnBooleanProperty(name = "elasticjob.kubernetes.enabled")
@EnableConfigurationProperties(ElasticJobKubernetesProperties.class)
@Import(KubernetesClientConfiguration.class)
public final class ElasticJobKubernetesAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    DeclaredTemplates elasticJobKubernetesTemplates(
            Map<String, JobTemplate> beans, ElasticJobKubernetesProperties properties) {
        return DeclaredTemplates.of(beans, properties);
    }

    @Bean
    @ConditionalOnMissingBean
    KubernetesCluster elasticJobKubernetesCluster(
            KubernetesClient client, DeclaredTemplates templates, ElasticJobKubernetesProperties properties) {
        return new KubernetesCluster(client, options(client, properties), templates);
    }

    private static KubernetesOptions options(KubernetesClient client, ElasticJobKubernetesProperties properties) {
        String given = properties.getNamespace();
        String namespace = StringUtils.hasText(given) ? given : client.getNamespace();
        if (!StringUtils.hasText(namespace)) {
            throw new InvalidSettingException(
                    "elasticjob.kubernetes.namespace",
                    "",
                    "must be set: this application runs in no pod, and no context of a kubeconfig names a namespace");
        }
        try {
            return new KubernetesOptions(properties.getName(), namespace, properties.getCallsPerSecond());
        } catch (IllegalArgumentException e) {
            String rule = String.valueOf(e.getMessage());
            boolean name = rule.startsWith("name ");
            boolean calls = rule.startsWith("callsPerSecond ");
            throw new InvalidSettingException(
                    "elasticjob.kubernetes." + (name ? "name" : calls ? "calls-per-second" : "namespace"),
                    name ? properties.getName() : calls ? "" + properties.getCallsPerSecond() : namespace,
                    rule.substring(rule.indexOf(' ') + 1));
        }
    }
}
