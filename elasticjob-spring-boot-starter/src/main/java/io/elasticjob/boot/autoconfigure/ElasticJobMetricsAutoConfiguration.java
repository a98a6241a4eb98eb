package io.elasticjob.boot.autoconfigure;

import io.elasticjob.boot.JobEngineCustomizer;
import io.elasticjob.boot.actuate.metrics.ElasticJobMetrics;
import io.elasticjob.engine.JobEngine;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;

/** The engine's meters. Registered as the engine is made, and so in an application with jobs only. */
@AutoConfiguration(
        after = ElasticJobAutoConfiguration.class,
        afterName = "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration")
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBean(JobEngineLifecycle.class)
@ConditionalOnSingleCandidate(MeterRegistry.class)
public final class ElasticJobMetricsAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean(name = "elasticJobMetrics")
    JobEngineCustomizer elasticJobMetrics(MeterRegistry meters, JobEngineLifecycle lifecycle) {
        return engine -> {
            ElasticJobMetrics metrics = new ElasticJobMetrics(
                    meters,
                    () -> lifecycle.engine().map(JobEngine::status),
                    () -> lifecycle.engine().map(JobEngine::untoldEvents).orElse(0L));
            engine.listener(metrics).registryObserver(metrics);
        };
    }
}
