package io.elasticjob.boot.actuate.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.elasticjob.SimpleJob;
import io.elasticjob.boot.ElasticJob;
import io.elasticjob.boot.autoconfigure.ElasticJobAutoConfiguration;
import io.elasticjob.boot.autoconfigure.ElasticJobDisabledAutoConfiguration;
import io.elasticjob.boot.autoconfigure.ElasticJobHealthContributorAutoConfiguration;
import io.elasticjob.boot.autoconfigure.InMemoryRegistry;
import io.elasticjob.engine.JobEngine;
import io.elasticjob.memory.MemoryEnsemble;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.availability.ApplicationAvailabilityAutoConfiguration;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.LivenessState;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.boot.health.actuate.endpoint.HealthEndpoint;
import org.springframework.boot.health.autoconfigure.actuate.endpoint.AvailabilityProbesAutoConfiguration;
import org.springframework.boot.health.autoconfigure.actuate.endpoint.HealthEndpointAutoConfiguration;
import org.springframework.boot.health.autoconfigure.application.AvailabilityHealthContributorAutoConfiguration;
import org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What Boot's probes make of an engine whose registry is away. */
class ProbesTest {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    LifecycleAutoConfiguration.class,
                    ApplicationAvailabilityAutoConfiguration.class,
                    HealthContributorRegistryAutoConfiguration.class,
                    HealthEndpointAutoConfiguration.class,
                    AvailabilityHealthContributorAutoConfiguration.class,
                    AvailabilityProbesAutoConfiguration.class,
                    ElasticJobAutoConfiguration.class,
                    ElasticJobHealthContributorAutoConfiguration.class))
            .withUserConfiguration(InMemoryRegistry.class, OneJob.class)
            .withPropertyValues(
                    "spring.application.name=shop",
                    "elasticjob.health.down-after=0s",
                    "management.endpoints.web.exposure.include=health",
                    "management.endpoint.health.probes.enabled=true");

    @Configuration(proxyBeanMethods = false)
    static class OneJob {
        @Bean
        @ElasticJob
        SimpleJob orders() {
            return context -> {};
        }
    }

    @Test
    void theRegistryIsNoReasonToEndAProcessNorByItselfToSendNoRequests() {
        runner.run(context -> {
            started(context);
            loseTheRegistry(context);

            assertThat(status(context)).isEqualTo(Status.DOWN);
            assertThat(status(context, "liveness")).isEqualTo(Status.UP);
            assertThat(status(context, "readiness")).isEqualTo(Status.UP);
        });
    }

    @Test
    void readinessHearsOfItWhereTheApplicationSaysSo() {
        runner.withPropertyValues("management.endpoint.health.group.readiness.include=readinessState,elasticjob")
                .run(context -> {
                    started(context);
                    assertThat(status(context, "readiness")).isEqualTo(Status.UP);

                    loseTheRegistry(context);
                    assertThat(status(context, "readiness")).isEqualTo(Status.DOWN);
                    assertThat(status(context, "liveness")).isEqualTo(Status.UP);
                });
    }

    @Test
    void readinessMayNameItWhereJobsAreSwitchedOff() {
        runner.withConfiguration(AutoConfigurations.of(ElasticJobDisabledAutoConfiguration.class))
                .withPropertyValues(
                        "elasticjob.enabled=false",
                        "management.endpoint.health.group.readiness.include=readinessState,elasticjob")
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    AvailabilityChangeEvent.publish(context, ReadinessState.ACCEPTING_TRAFFIC);

                    assertThat(status(context, "readiness")).isEqualTo(Status.UP);
                    assertThat(status(context, "elasticjob")).isEqualTo(Status.UNKNOWN);
                });
    }

    @Test
    void anInstanceThatDrainsStaysReady() {
        runner.withPropertyValues("management.endpoint.health.group.readiness.include=readinessState,elasticjob")
                .run(context -> {
                    started(context);
                    JobEngine engine = context.getBean(JobEngine.class);
                    engine.drain();
                    await().until(() -> engine.status().intake().isDraining());

                    assertThat(status(context, "readiness")).isEqualTo(Status.UP);
                });
    }

    /** As an application tells it that has started. */
    private static void started(ApplicationContext context) {
        await().until(() -> context.getBean(JobEngine.class).status().isConnected());
        AvailabilityChangeEvent.publish(context, LivenessState.CORRECT);
        AvailabilityChangeEvent.publish(context, ReadinessState.ACCEPTING_TRAFFIC);
    }

    private static void loseTheRegistry(ApplicationContext context) {
        JobEngine engine = context.getBean(JobEngine.class);
        context.getBean(MemoryEnsemble.class).stop();
        await().until(() -> !engine.status().isConnected());
    }

    private static Status status(ApplicationContext context, String... path) {
        HealthEndpoint endpoint = context.getBean(HealthEndpoint.class);
        return (path.length == 0 ? endpoint.health() : endpoint.healthForPath(path)).getStatus();
    }
}
