package io.elasticjob.kubernetes.autoconfigure;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.boot.JobEngineCustomizer;
import io.elasticjob.boot.autoconfigure.ElasticJobAutoConfiguration;
import io.elasticjob.boot.autoconfigure.JobEngineLifecycle;
import io.elasticjob.kubernetes.OwnContainer;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;
import org.springframework.util.function.SingletonSupplier;

/** Deaths of instances that Kubernetes knows, where {@code elasticjob.kubernetes.known-deaths.enabled=true}. */
@AutoConfiguration(before = ElasticJobAutoConfiguration.class, after = ElasticJobKubernetesAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "elasticjob.enabled", matchIfMissing = true)
@ConditionalOnBooleanProperty(name = "elasticjob.kubernetes.known-deaths.enabled")
@EnableConfigurationProperties(KnownDeathsProperties.class)
@Import(KubernetesClientConfiguration.class)
public final class ElasticJobKnownDeathsAutoConfiguration {

    /** A kubelet reports a container a second or two after it has started. */
    private static final Duration UNTIL_REPORTED = Duration.ofSeconds(10);

    @Bean
    @ConditionalOnMissingBean(name = "elasticJobOwnContainer")
    JobEngineCustomizer elasticJobOwnContainer(
            KubernetesClient client, KnownDeathsProperties properties, Environment environment) {
        SingletonSupplier<Map<String, String>> labels = SingletonSupplier.of(() -> OwnContainer.labels(
                client,
                namespace(client),
                pod(properties, environment),
                given(properties.getContainer()),
                UNTIL_REPORTED));
        return engine -> engine.addLabels(labels.obtain());
    }

    @Bean
    @ConditionalOnMissingBean(name = "elasticJobKnownDeaths")
    KnownDeaths elasticJobKnownDeaths(
            KubernetesClient client, KnownDeathsProperties properties, JobEngineLifecycle engines) {
        return new KnownDeaths(client, namespace(client), given(properties.getSelector()), engines);
    }

    private static String given(@Nullable String text) {
        return text == null ? "" : text;
    }

    private static String namespace(KubernetesClient client) {
        String namespace = client.getNamespace();
        if (!StringUtils.hasText(namespace)) {
            throw new InvalidSettingException(
                    "elasticjob.kubernetes.known-deaths.enabled",
                    "true",
                    "needs an application that runs in a pod: there is no namespace of Kubernetes");
        }
        return namespace;
    }

    private static String pod(KnownDeathsProperties properties, Environment environment) {
        String given = properties.getPod();
        String pod = StringUtils.hasText(given) ? given : environment.getProperty("HOSTNAME", "");
        if (!StringUtils.hasText(pod)) {
            throw new InvalidSettingException(
                    "elasticjob.kubernetes.known-deaths.pod",
                    "",
                    "must be set: the name of the pod in which this application runs");
        }
        return pod;
    }
}
