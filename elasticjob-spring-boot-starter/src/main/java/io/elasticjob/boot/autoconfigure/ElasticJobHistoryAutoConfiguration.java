package io.elasticjob.boot.autoconfigure;

import io.elasticjob.boot.JobEngineCustomizer;
import io.elasticjob.history.ExecutionHistory;
import io.elasticjob.history.ExecutionLogs;
import io.elasticjob.history.HistoryWriter;
import io.elasticjob.history.Retention;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Lazy;
import org.springframework.util.PatternMatchUtils;
import org.springframework.util.function.SingletonSupplier;

/** The history of executions: in a database that is named for it, or else the latest of this instance in memory. */
@AutoConfiguration(
        after = ElasticJobAutoConfiguration.class,
        afterName = "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration")
@ConditionalOnBooleanProperty(name = "elasticjob.history.enabled", matchIfMissing = true)
@ConditionalOnBean(JobEngineLifecycle.class)
@EnableConfigurationProperties(ElasticJobHistoryProperties.class)
@Import({JdbcHistoryConfiguration.class, MemoryHistoryConfiguration.class})
public final class ElasticJobHistoryAutoConfiguration {

    /** Its thread starts as the engine is made, and ends when the engine has ended, before the data source is closed. */
    @Bean
    @Lazy
    @ConditionalOnMissingBean
    HistoryWriter elasticJobHistoryWriter(
            ExecutionHistory history, ElasticJobHistoryProperties kept, ExecutionLogs logs) {
        Retention retention = new Retention(
                kept.getRetention().getMaxAge(), kept.getRetention().getMaxCount());
        return new HistoryWriter(
                history,
                new HistoryWriter.Bounds(kept.getBufferSize(), kept.getBatchSize(), retention),
                InstantSource.system(),
                logs);
    }

    @Bean
    @ConditionalOnMissingBean(name = "elasticJobHistoryListener")
    JobEngineCustomizer elasticJobHistoryListener(
            ObjectProvider<HistoryWriter> writer, ElasticJobHistoryProperties kept) {
        Predicate<String> jobs = kept(kept.getIncludeJobNames(), kept.getExcludeJobNames());
        return engine -> engine.listener(writer.getObject().listener(jobs));
    }

    private static Predicate<String> kept(Set<String> included, Set<String> excluded) {
        String[] include = included.isEmpty() ? new String[] {"*"} : included.toArray(String[]::new);
        String[] exclude = excluded.toArray(String[]::new);
        return job -> PatternMatchUtils.simpleMatch(include, job) && !PatternMatchUtils.simpleMatch(exclude, job);
    }

    /** The meters of the writer. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(MeterRegistry.class)
    @ConditionalOnSingleCandidate(MeterRegistry.class)
    static class MetersConfiguration {

        @Bean
        @ConditionalOnMissingBean(name = "elasticJobHistoryMeters")
        JobEngineCustomizer elasticJobHistoryMeters(MeterRegistry meters, ObjectProvider<HistoryWriter> writers) {
            Supplier<HistoryWriter> registered = SingletonSupplier.of(() -> {
                HistoryWriter writer = writers.getObject();
                FunctionCounter.builder("elasticjob.history.dropped", writer, HistoryWriter::dropped)
                        .description("Records of executions that did not reach the history")
                        .register(meters);
                Gauge.builder("elasticjob.history.buffered", writer, HistoryWriter::buffered)
                        .description("Executions that wait to be written to the history")
                        .register(meters);
                return writer;
            });
            return engine -> registered.get();
        }
    }
}
