package io.elasticjob.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.elasticjob.ExecutionScope;
import io.elasticjob.SimpleJob;
import io.elasticjob.boot.ElasticJob;
import io.elasticjob.boot.observation.DefaultExecutionObservationConvention;
import io.elasticjob.boot.observation.ElasticJobExecutionContext;
import io.elasticjob.boot.observation.ExecutionObservationConvention;
import io.elasticjob.engine.JobEngine;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

class ElasticJobObservationAutoConfigurationTest {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    LifecycleAutoConfiguration.class,
                    ObservationAutoConfiguration.class,
                    ElasticJobAutoConfiguration.class,
                    ElasticJobObservationAutoConfiguration.class))
            .withUserConfiguration(InMemoryRegistry.class, Observed.class)
            .withPropertyValues("spring.application.name=shop", "elasticjob.instance.name=till-7");

    @Configuration(proxyBeanMethods = false)
    static class Observed {

        @Bean
        @ElasticJob(every = "1s")
        SimpleJob orders(Seen seen) {
            return context -> seen.runs.incrementAndGet();
        }

        @Bean
        Seen seen() {
            return new Seen();
        }

        /** What an application wants around its jobs: here, to look whether it is observed. */
        @Bean
        ExecutionScope look(ObservationRegistry observations, Seen seen) {
            return context -> {
                Observation current = observations.getCurrentObservation();
                seen.inScopes.add(
                        current == null ? "nothing" : current.getContextView().getName());
                return (outcome, thrown) -> {};
            };
        }
    }

    static class Seen implements ObservationHandler<Observation.Context> {
        final AtomicInteger runs = new AtomicInteger();
        final Queue<Observation.Context> stopped = new ConcurrentLinkedQueue<>();
        final Queue<String> inScopes = new ConcurrentLinkedQueue<>();

        @Override
        public void onStop(Observation.Context context) {
            stopped.add(context);
        }

        @Override
        public boolean supportsContext(Observation.Context context) {
            return context instanceof ElasticJobExecutionContext;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnConvention {
        @Bean
        ExecutionObservationConvention convention() {
            return new DefaultExecutionObservationConvention() {
                @Override
                public String getContextualName(ElasticJobExecutionContext context) {
                    return "mine";
                }
            };
        }
    }

    @Test
    void executionsAreObservedWithTheInstanceThatRunsThemAndScopesOfTheApplicationInside() {
        runner.run(context -> {
            Seen seen = context.getBean(Seen.class);
            await().until(() -> !seen.stopped.isEmpty());

            assertThat(seen.stopped.element().getName()).isEqualTo("elasticjob.execution");
            assertThat(seen.stopped
                            .element()
                            .getHighCardinalityKeyValue("elasticjob.instance")
                            .getValue())
                    .isEqualTo(
                            context.getBean(JobEngine.class).status().instance().orElseThrow())
                    .startsWith("till-7.");
            assertThat(seen.inScopes.element()).isEqualTo("elasticjob.execution");
        });
    }

    @Test
    void aConventionOfTheApplicationIsUsed() {
        runner.withUserConfiguration(OwnConvention.class).run(context -> {
            Seen seen = context.getBean(Seen.class);
            await().until(() -> !seen.stopped.isEmpty());

            assertThat(seen.stopped.element().getContextualName()).isEqualTo("mine");
        });
    }

    @Test
    void whatBootSwitchesOffIsNotObservedAndRuns() {
        runner.withPropertyValues("management.observations.enable.elasticjob.execution=false")
                .run(context -> {
                    Seen seen = context.getBean(Seen.class);
                    await().until(() -> seen.runs.get() >= 2);

                    assertThat(seen.stopped).isEmpty();
                });
    }
}
