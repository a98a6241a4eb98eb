package io.elasticjob.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.elasticjob.SimpleJob;
import io.elasticjob.boot.ElasticJob;
import io.elasticjob.boot.actuate.endpoint.ElasticJobEndpoint;
import io.elasticjob.boot.actuate.health.ElasticJobHealthIndicator;
import io.elasticjob.boot.actuate.info.ElasticJobInfoContributor;
import io.elasticjob.boot.observation.ObservedExecutions;
import io.elasticjob.engine.JobEngine;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.actuate.info.Info;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
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
                    ElasticJobInfoContributorAutoConfiguration.class,
                    ElasticJobMetricsAutoConfiguration.class,
                    ElasticJobAlertAutoConfiguration.class,
                    ElasticJobAlertMetricsAutoConfiguration.class,
                    ObservationAutoConfiguration.class,
                    ElasticJobObservationAutoConfiguration.class))
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
                "org.springframework.mail",
                "org.springframework.boot.actuate.autoconfigure"
            })
    void jobsRunWithoutAnyOfTheOptionalModules(String missing) {
        withJob.withClassLoader(new FilteredClassLoader(missing)).run(context -> {
            assertThat(context).hasNotFailed();
            await().until(() -> context.getBean(JobEngine.class).status().isConnected());
        });
    }

    @Test
    void withAllOfThemThereAreEndpointHealthInfoAndObservation() {
        withJob.run(context -> assertThat(context)
                .hasSingleBean(ElasticJobEndpoint.class)
                .hasSingleBean(ElasticJobHealthIndicator.class)
                .hasSingleBean(ElasticJobInfoContributor.class)
                .hasSingleBean(ObservedExecutions.class)
                .doesNotHaveBean("elasticJobMetrics"));
    }

    @Test
    void eachOfThemCanBeSwitchedOff() {
        withJob.withPropertyValues(
                        "management.health.elasticjob.enabled=false",
                        "management.info.elasticjob.enabled=false",
                        "management.endpoint.elasticjob.access=NONE")
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .doesNotHaveBean(ElasticJobEndpoint.class)
                        .doesNotHaveBean(ElasticJobInfoContributor.class)
                        .doesNotHaveBean(ElasticJobHealthIndicator.class));
    }

    @Test
    void switchedOffAsAWholeNoneOfThemIsThere() {
        withJob.withPropertyValues("elasticjob.enabled=false")
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .doesNotHaveBean(ElasticJobEndpoint.class)
                        .doesNotHaveBean(ElasticJobInfoContributor.class)
                        .doesNotHaveBean(ObservedExecutions.class)
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
                                == 1
                        && context.getBean(MeterRegistry.class)
                                        .get("elasticjob.registry.requests")
                                        .tags("kind", "commit", "result", "answered")
                                        .timer()
                                        .count()
                                > 0));
    }

    @Test
    void withoutJobsHealthSaysNothingAndTheEndpointIsEmpty() {
        runner.run(context -> {
            assertThat(context.getBean(ElasticJobHealthIndicator.class).health())
                    .isNull();
            assertThat(info(context)).isEmpty();
            assertThat(context.getBean(ElasticJobEndpoint.class).list("jobs"))
                    .hasToString("JobsDescriptor[jobs=[], total=0, next=null, at=null]");
        });
    }

    @Test
    void theInfoSaysWhichJobsAreDeclaredHereAndWhere() {
        boolean packaged = JobEngine.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .getPath()
                .endsWith(".jar");
        withJob.withPropertyValues("elasticjob.namespace=retail", "elasticjob.instance.name=till-7")
                .run(context -> {
                    Map<String, Object> details = elasticjob(info(context));
                    Object version = details.remove("version");
                    if (packaged) { // classes outside of a jar have no manifest to tell it
                        assertThat(version).asString().matches("\\d+\\.\\d+\\.\\d+.*");
                    } else {
                        assertThat(version).isNull();
                    }
                    assertThat(details)
                            .isEqualTo(Map.of(
                                    "namespace", "retail",
                                    "registry",
                                            Map.of("address", "io.elasticjob.memory.MemoryRegistry", "embedded", false),
                                    "application", "shop",
                                    "instanceName", "till-7",
                                    "jobs", List.of("orders")));
                });
    }

    private static Map<String, Object> info(ApplicationContext context) {
        Info.Builder info = new Info.Builder();
        context.getBean(ElasticJobInfoContributor.class).contribute(info);
        return info.build().getDetails();
    }

    private static Map<String, Object> elasticjob(Map<String, Object> info) {
        Map<String, Object> details = new TreeMap<>();
        ((Map<?, ?>) info.get("elasticjob")).forEach((key, value) -> details.put((String) key, value));
        return details;
    }
}
