package io.elasticjob.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.elasticjob.SimpleJob;
import io.elasticjob.boot.ElasticJob;
import io.elasticjob.boot.actuate.endpoint.ElasticJobEndpoint;
import io.elasticjob.boot.actuate.health.ElasticJobHealthIndicator;
import io.elasticjob.engine.JobEngine;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

class OptionalDependenciesTest {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    LifecycleAutoConfiguration.class,
                    ElasticJobAutoConfiguration.class,
                    ElasticJobHistoryAutoConfiguration.class,
                    ElasticJobEndpointAutoConfiguration.class,
                    ElasticJobHealthContributorAutoConfiguration.class,
                    ElasticJobMetricsAutoConfiguration.class))
            .withPropertyValues("spring.application.name=shop", "management.endpoints.web.exposure.include=elasticjob");

    private final ApplicationContextRunner withJob = runner.withUserConfiguration(InMemoryRegistry.class, OneJob.class);

    @Configuration(proxyBeanMethods = false)
    static class OneJob {
        @Bean
        @ElasticJob
        SimpleJob orders() {
            return context -> {};
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "org.springframework.boot.actuate",
                "org.springframework.boot.health",
                "io.micrometer",
                "org.springframework.boot.actuate.autoconfigure"
            })
    void jobsRunWithoutAnyOfTheOptionalModules(String missing) {
        withJob.withClassLoader(new FilteredClassLoader(missing)).run(context -> {
            assertThat(context).hasNotFailed();
            await().until(() -> context.getBean(JobEngine.class).status().isConnected());
        });
    }

    @Test
    void withAllOfThemThereAreEndpointAndHealth() {
        withJob.run(context -> assertThat(context)
                .hasSingleBean(ElasticJobEndpoint.class)
                .hasSingleBean(ElasticJobHealthIndicator.class)
                .doesNotHaveBean("elasticJobMetrics"));
    }

    @Test
    void eachOfThemCanBeSwitchedOff() {
        withJob.withPropertyValues(
                        "management.health.elasticjob.enabled=false", "management.endpoint.elasticjob.access=NONE")
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .doesNotHaveBean(ElasticJobEndpoint.class)
                        .doesNotHaveBean(ElasticJobHealthIndicator.class));
    }

    @Test
    void switchedOffAsAWholeNoneOfThemIsThere() {
        withJob.withPropertyValues("elasticjob.enabled=false")
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .doesNotHaveBean(ElasticJobEndpoint.class)
                        .doesNotHaveBean(ElasticJobHealthIndicator.class));
    }

    @Test
    void metersAreThereOnlyWhereThereAreJobs() {
        ApplicationContextRunner metered = runner.withBean(MeterRegistry.class, SimpleMeterRegistry::new);

        metered.run(context ->
                assertThat(context.getBean(MeterRegistry.class).getMeters()).isEmpty());
        metered.withUserConfiguration(InMemoryRegistry.class, OneJob.class)
                .run(context -> await().until(() -> context.getBean(MeterRegistry.class)
                                .get("elasticjob.registry.connected")
                                .gauge()
                                .value()
                        == 1));
    }

    @Test
    void withoutJobsHealthSaysNothingAndTheEndpointIsEmpty() {
        runner.run(context -> {
            assertThat(context.getBean(ElasticJobHealthIndicator.class).health())
                    .isNull();
            assertThat(context.getBean(ElasticJobEndpoint.class).list("jobs")).hasToString("JobsDescriptor[jobs=[]]");
        });
    }
}
