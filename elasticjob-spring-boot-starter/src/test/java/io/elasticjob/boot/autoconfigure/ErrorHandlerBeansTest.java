package io.elasticjob.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobErrorHandler;
import io.elasticjob.JobKey;
import io.elasticjob.JobOperations;
import io.elasticjob.Operator;
import io.elasticjob.ShardingContext;
import io.elasticjob.SimpleJob;
import io.elasticjob.TriggerRequest;
import io.elasticjob.boot.ElasticJob;
import java.io.IOException;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Error handlers of an application: of one job, be it annotated, configured or made at run time, and of all. */
class ErrorHandlerBeansTest {

    private static final Operator ANN = new Operator("ann", "to try it");

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(
                    AutoConfigurations.of(LifecycleAutoConfiguration.class, ElasticJobAutoConfiguration.class))
            .withUserConfiguration(InMemoryRegistry.class, Handlers.class)
            .withPropertyValues("spring.application.name=shop");

    @Configuration(proxyBeanMethods = false)
    static class Handlers {
        final Queue<String> heard = new ConcurrentLinkedQueue<>();

        @Bean
        JobErrorHandler pager() {
            return (context, failure) -> heard.add("pager " + context.jobName() + " " + failure.getMessage());
        }

        @Bean
        JobErrorHandler desk() {
            return (context, failure) -> heard.add("desk " + context.jobName() + " " + failure.getMessage());
        }
    }

    static class Failing implements SimpleJob {
        @Override
        public void execute(ShardingContext context) throws IOException {
            throw new IOException("away");
        }
    }

    @ElasticJob(errorHandler = "pager")
    static class Annotated extends Failing {}

    @ElasticJob
    static class Plain extends Failing {}

    private static void trigger(JobOperations operations, String job) {
        operations.trigger(TriggerRequest.of(job)).toCompletableFuture().join();
    }

    @Test
    void annotatedConfiguredAndMadeJobsNameABeanAndAllOthersHaveThatOfTheApplication() {
        runner.withBean("annotated", Annotated.class)
                .withBean("plain", Plain.class)
                .withPropertyValues(
                        "elasticjob.jobs.configured.handler=plain",
                        "elasticjob.jobs.configured.error-handler=pager",
                        "elasticjob.execution.error-handler=desk")
                .run(context -> {
                    JobOperations operations = context.getBean(JobOperations.class);
                    await().ignoreExceptions()
                            .untilAsserted(() -> operations
                                    .create("made", Map.of(JobKey.HANDLER, "plain", JobKey.ERROR_HANDLER, "pager"), ANN)
                                    .toCompletableFuture()
                                    .join());
                    for (String job : new String[] {"annotated", "plain", "configured", "made"}) {
                        await().ignoreExceptions().untilAsserted(() -> trigger(operations, job));
                    }
                    Queue<String> heard = context.getBean(Handlers.class).heard;
                    await().untilAsserted(() -> assertThat(heard)
                            .contains(
                                    "pager annotated away",
                                    "pager configured away",
                                    "pager made away",
                                    "desk plain away"));
                    assertThat(heard).doesNotContain("desk annotated away", "pager plain away");
                });
    }

    @Test
    void aNameOfNoBeanIsRefusedAtTheStart() {
        runner.withBean("plain", Plain.class)
                .withPropertyValues("elasticjob.jobs.plain.error-handler=piper")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .hasMessageContaining("plain.errorHandler")
                        .hasMessageContaining("piper")
                        .hasMessageContaining("[desk, ignore, log, pager, throw]"));
        runner.withBean("plain", Plain.class)
                .withPropertyValues("elasticjob.execution.error-handler=piper")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .hasMessageContaining("elasticjob.execution.error-handler")
                        .hasMessageContaining("piper"));
    }

    @Test
    void aNameThatNoLiveInstanceKnowsIsRefusedAtRunTime() {
        runner.withBean("plain", Plain.class).run(context -> {
            JobOperations operations = context.getBean(JobOperations.class);
            await().ignoreExceptions()
                    .untilAsserted(() -> operations
                            .configure("plain", Map.of(JobKey.ERROR_HANDLER, "pager"), ANN)
                            .toCompletableFuture()
                            .join());
            assertThatThrownBy(() -> operations
                            .configure("plain", Map.of(JobKey.ERROR_HANDLER, "piper"), ANN)
                            .toCompletableFuture()
                            .join())
                    .cause()
                    .isInstanceOf(InvalidSettingException.class)
                    .hasMessageContaining("is not the name of an error handler that a live instance offers");
        });
    }
}
