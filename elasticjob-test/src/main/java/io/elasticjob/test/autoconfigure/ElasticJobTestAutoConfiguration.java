package io.elasticjob.test.autoconfigure;

import io.elasticjob.boot.JobEngineCustomizer;
import io.elasticjob.boot.JobEngineFactory;
import io.elasticjob.boot.RegistryFactory;
import io.elasticjob.boot.RemoteHandlers;
import io.elasticjob.boot.ShardRunnerFactory;
import io.elasticjob.boot.autoconfigure.ElasticJobAutoConfiguration;
import io.elasticjob.boot.autoconfigure.ElasticJobProperties;
import io.elasticjob.boot.autoconfigure.JobEngineLifecycle;
import io.elasticjob.boot.discovery.DeclaredJobs;
import io.elasticjob.engine.JobEngine;
import io.elasticjob.engine.JobEngineBuilder;
import io.elasticjob.registry.Registry;
import io.elasticjob.spi.ShardRunner;
import io.elasticjob.test.ElasticJobTester;
import io.elasticjob.test.TestBed;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

/**
 * The job engine of a test: registry and time are in memory, and belong to this application context. Only where a test asks for
 * it by {@link AutoConfigureElasticJob}.
 */
@AutoConfiguration(before = ElasticJobAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "elasticjob.enabled", matchIfMissing = true)
public final class ElasticJobTestAutoConfiguration {

    static final String PREFIX = "test.elasticjob";

    @Bean
    TestBed elasticJobTestBed(BeanFactory beans, ElasticJobProperties properties, Environment environment) {
        Instant start = environment.getProperty(PREFIX + ".start-at", Instant.class, ElasticJobTester.START);
        Duration patience = DurationStyle.detectAndParse(environment.getProperty(PREFIX + ".patience", "10s"));
        return new TestBed(start, properties.getRegistry().getSessionTimeout(), patience, new Spring(beans));
    }

    @Bean(destroyMethod = "") // it is the test bed that ends
    ElasticJobTester elasticJobTester(TestBed bed) {
        return bed.tester();
    }

    /** What a test has broken works again before the engine leaves. */
    @Bean
    ApplicationListener<ContextClosedEvent> elasticJobTestEnd(TestBed bed) {
        return closed -> bed.makeWhole();
    }

    @Bean
    RegistryFactory elasticJobTestRegistryFactory(TestBed bed) {
        return bed::registry;
    }

    /** Never opened: each engine gets one of its own that the test can break. */
    @Bean
    @Lazy
    Registry elasticJobTestRegistry(RegistryFactory factory) {
        return factory.create();
    }

    @Bean
    @Order(Ordered.LOWEST_PRECEDENCE)
    JobEngineCustomizer elasticJobTestCustomizer(TestBed bed, BeanFactory beans) {
        return engine -> {
            if (bed.join(engine)) {
                engine.runner(bed.counted(beans.getBean(ShardRunner.class)));
            }
        };
    }

    private record Spring(BeanFactory beans) implements TestBed.Application {

        @Override
        public Optional<JobEngine> engine() {
            return lifecycle().engine();
        }

        private JobEngineLifecycle lifecycle() {
            return beans.getBean(JobEngineLifecycle.class);
        }

        @Override
        public JobEngineBuilder another() {
            JobEngineBuilder engine = beans.getBean(JobEngineFactory.class).begin();
            Set<String> remote = beans.getBeanProvider(RemoteHandlers.class).stream()
                    .flatMap(some -> some.names().stream())
                    .collect(Collectors.toSet());
            engine.remoteHandlers(remote);
            beans.getBean(DeclaredJobs.class).definitions().forEach(engine::job);
            return engine;
        }

        @Override
        public ShardRunner runner() {
            return beans.getBean(ShardRunnerFactory.class).create();
        }

        @Override
        public void restart() {
            lifecycle().stop();
            lifecycle().start();
        }
    }
}
