package io.elasticjob.boot.autoconfigure;

import io.elasticjob.alert.AlertNotifier;
import io.elasticjob.boot.JobEngineCustomizer;
import io.elasticjob.boot.actuate.metrics.ElasticJobAlertMetrics;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.Supplier;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;
import org.springframework.util.function.SingletonSupplier;

/** The meters of alerts. Registered as the engine is made, and so in an application with jobs only. */
@AutoConfiguration(
        after = ElasticJobAlertAutoConfiguration.class,
        afterName = "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration")
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBean(AlertNotifier.class)
@ConditionalOnSingleCandidate(MeterRegistry.class)
public final class ElasticJobAlertMetricsAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean(name = "elasticJobAlertMetrics")
    JobEngineCustomizer elasticJobAlertMetrics(
            MeterRegistry meters,
            ObjectProvider<AlertConfiguration> configuration,
            ObjectProvider<AlertNotifier> notifier) {
        Supplier<AlertNotifier> bound = SingletonSupplier.of(() -> {
            new ElasticJobAlertMetrics(notifier.getObject().counts()).bindTo(meters);
            return notifier.getObject();
        });
        return engine -> {
            if (ElasticJobAlertAutoConfiguration.isTold(configuration)) {
                bound.get();
            }
        };
    }
}
