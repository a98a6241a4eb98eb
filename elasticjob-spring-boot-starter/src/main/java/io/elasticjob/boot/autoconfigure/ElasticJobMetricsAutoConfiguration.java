package io.elasticjob.boot.autoconfigure;

import io.elasticjob.boot.JobEngineCustomizer;
import io.elasticjob.boot.actuate.metrics.ArrayMeters;
import io.elasticjob.boot.actuate.metrics.ElasticJobMetrics;
import io.elasticjob.boot.actuate.metrics.ItemMeters;
import io.elasticjob.engine.JobEngine;
import io.elasticjob.kind.ArrayRuns;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.Supplier;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.context.annotation.Bean;
import org.springframework.util.function.SingletonSupplier;

/** The engine's meters. Registered as the engine is made, and so in an application with jobs only. */
@AutoConfiguration(
        after = ElasticJobAutoConfiguration.class,
        afterName = "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration")
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBean(JobEngineLifecycle.class)
@ConditionalOnSingleCandidate(MeterRegistry.class)
public final class ElasticJobMetricsAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
    ItemMeters elasticJobItemMeters(MeterRegistry meters) {
        return new ItemMeters(meters);
    }

    @Bean
    @ConditionalOnMissingBean(name = "elasticJobArrayMeters", search = SearchStrategy.CURRENT)
    JobEngineCustomizer elasticJobArrayMeters(MeterRegistry meters, ArrayRuns arrays) {
        Supplier<ArrayMeters> all =
                SingletonSupplier.of(() -> new ArrayMeters(meters, arrays)); // for each engine that starts
        return engine -> arrays.onChange(all.get());
    }

    @Bean
    @ConditionalOnMissingBean(name = "elasticJobMetrics", search = SearchStrategy.CURRENT)
    JobEngineCustomizer elasticJobMetrics(MeterRegistry meters, JobEngineLifecycle lifecycle) {
        Supplier<ElasticJobMetrics> metrics = SingletonSupplier.of(() -> new ElasticJobMetrics(
                meters,
                () -> lifecycle.engine().map(JobEngine::status),
                () -> lifecycle.engine().map(JobEngine::untoldEvents).orElse(0L)));
        return engine -> engine.listener(metrics.get()).registryObserver(metrics.get());
    }
}
