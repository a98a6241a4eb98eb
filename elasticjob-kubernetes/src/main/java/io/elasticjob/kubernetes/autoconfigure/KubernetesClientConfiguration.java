package io.elasticjob.kubernetes.autoconfigure;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The client of all that asks the API server. */
@Configuration(proxyBeanMethods = false)
class KubernetesClientConfiguration {

    /** What the engine asks for again soon needs no long patience here. */
    private static final int REQUEST_MILLIS = 10_000;

    private static final int REPEATED = 1;

    @Bean
    @ConditionalOnMissingBean
    KubernetesClient elasticJobKubernetesClient() {
        Config config = new ConfigBuilder()
                .withRequestTimeout(REQUEST_MILLIS)
                .withConnectionTimeout(REQUEST_MILLIS)
                .withRequestRetryBackoffLimit(REPEATED)
                .build();
        return new KubernetesClientBuilder()
                .withConfig(config)
                .withHttpClientFactory(new JdkHttpClientFactory())
                .build();
    }
}
