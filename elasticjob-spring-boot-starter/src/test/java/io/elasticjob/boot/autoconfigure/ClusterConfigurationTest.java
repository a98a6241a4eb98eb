package io.elasticjob.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.elasticjob.ArrayKind;
import io.elasticjob.ElasticJobEvent;
import io.elasticjob.JobKey;
import io.elasticjob.JobOperations;
import io.elasticjob.Operator;
import io.elasticjob.Outcome;
import io.elasticjob.history.ExecutionLogs;
import io.elasticjob.spi.ArrayRun;
import io.elasticjob.spi.Cluster;
import io.elasticjob.test.LocalCluster;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;

/** Jobs that run on a cluster which is a bean. */
class ClusterConfigurationTest {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(
                    AutoConfigurations.of(LifecycleAutoConfiguration.class, ElasticJobAutoConfiguration.class))
            .withUserConfiguration(InMemoryRegistry.class, Ends.class)
            .withPropertyValues("spring.application.name=shop");

    static class Ends {
        final Queue<ElasticJobEvent.ExecutionEnded> heard = new ConcurrentLinkedQueue<>();

        @EventListener
        void on(ElasticJobEvent.ExecutionEnded ended) {
            heard.add(ended);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class WithCluster {

        final Queue<String> parameters = new ConcurrentLinkedQueue<>();

        @Bean
        Cluster batch() {
            return LocalCluster.of("batch", Map.of("resize", (environment, printed) -> {
                String parameter = environment.get(ArrayRun.SHARD_PARAMETER);
                parameters.add(environment.get("EJ_JOB") + ":" + parameter);
                printed.append("no such region\n");
                return OptionalInt.of(parameter.equals("mars") ? 3 : 0);
            }));
        }
    }

    @Test
    void aJobInAFileAndOneThatIsMadeAtRunTimeRunOnACluster() {
        runner.withUserConfiguration(WithCluster.class)
                .withPropertyValues(
                        "elasticjob.jobs.images.array=resize",
                        "elasticjob.jobs.images.array-size=3",
                        "elasticjob.jobs.images.array-parameters=0=eu,1=us",
                        "elasticjob.jobs.images.every=1s")
                .run(context -> {
                    WithCluster cluster = context.getBean(WithCluster.class);
                    await().untilAsserted(
                                    () -> assertThat(cluster.parameters).contains("images:eu", "images:us", "images:"));
                    context.getBean(JobOperations.class)
                            .create(
                                    "made",
                                    Map.of(
                                            ArrayKind.ARRAY,
                                            "resize",
                                            ArrayKind.ARRAY_PARAMETERS,
                                            "0=mars",
                                            JobKey.EVERY,
                                            "1s"),
                                    Operator.UNKNOWN)
                            .toCompletableFuture()
                            .join();

                    Ends ends = context.getBean(Ends.class);
                    await().until(() -> ends.heard.stream()
                            .anyMatch(end -> end.execution().job().equals("images")
                                    && end.outcome() instanceof Outcome.Succeeded));
                    await().until(() -> ends.heard.stream()
                            .anyMatch(end -> end.execution().job().equals("made")
                                    && end.outcome().equals(new Outcome.Failed("1 of 1 tasks failed: 0"))));
                    assertThat(context).hasSingleBean(ExecutionLogs.class);
                });
    }

    @Test
    void aTemplateThatNoClusterHasIsRefusedWithTheNearestOne() {
        runner.withUserConfiguration(WithCluster.class)
                .withPropertyValues("elasticjob.jobs.images.array=resiez", "elasticjob.jobs.images.every=1s")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .hasMessageContaining("is no template of a cluster of this application"));
    }

    @Test
    void withoutAClusterNoJobIsAnArray() {
        runner.withPropertyValues("elasticjob.jobs.images.array=resize", "elasticjob.jobs.images.every=1s")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .hasMessageContaining("is no template of a cluster of this application"));
    }
}
