package io.elasticjob.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.elasticjob.DataflowJob;
import io.elasticjob.ElasticJobEvent;
import io.elasticjob.JobKey;
import io.elasticjob.JobOperations;
import io.elasticjob.Operator;
import io.elasticjob.Outcome;
import io.elasticjob.ShardingContext;
import io.elasticjob.SimpleJob;
import io.elasticjob.boot.ElasticJob;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.aopalliance.intercept.MethodInterceptor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.aop.framework.autoproxy.BeanNameAutoProxyCreator;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.scheduling.annotation.Async;

/** Jobs that work in batches, in an application. */
class DataflowTest {

    private static final int ROWS = 25;

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    LifecycleAutoConfiguration.class,
                    ElasticJobAutoConfiguration.class,
                    ElasticJobMetricsAutoConfiguration.class))
            .withUserConfiguration(InMemoryRegistry.class, Meters.class, Ends.class)
            .withPropertyValues("spring.application.name=shop");

    /** Rows in batches of 10, after the position. */
    static class Rows implements DataflowJob<Integer> {
        final Queue<List<Integer>> batches = new ConcurrentLinkedQueue<>();

        @Override
        public List<Integer> fetch(ShardingContext context) {
            int from = context.checkpoint().map(Integer::parseInt).orElse(0);
            return IntStream.range(from, Math.min(ROWS, from + 10)).boxed().toList();
        }

        @Override
        public void process(ShardingContext context, List<Integer> rows) {
            batches.add(new ArrayList<>(rows));
        }

        @Override
        public String position(List<Integer> rows) {
            return String.valueOf(rows.get(rows.size() - 1) + 1);
        }
    }

    @ElasticJob(every = "1s", keepCheckpoint = true, settings = "streaming=true")
    static class Annotated extends Rows {}

    @ElasticJob(every = "1s", keepCheckpoint = true)
    static class OneShot extends Rows {}

    static class Ends {
        final Queue<ElasticJobEvent.ExecutionEnded> heard = new ConcurrentLinkedQueue<>();

        @EventListener
        void on(ElasticJobEvent.ExecutionEnded ended) {
            heard.add(ended);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Meters {
        @Bean
        MeterRegistry meters() {
            return new SimpleMeterRegistry();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Proxied {
        static final Queue<String> CALLS = new ConcurrentLinkedQueue<>();

        @Bean
        static BeanNameAutoProxyCreator proxies() {
            BeanNameAutoProxyCreator proxies = new BeanNameAutoProxyCreator();
            proxies.setBeanNames("rows");
            proxies.setInterceptorNames("counting");
            return proxies;
        }

        @Bean
        MethodInterceptor counting() {
            return invocation -> {
                CALLS.add(invocation.getMethod().getName());
                return invocation.proceed();
            };
        }

        @Bean
        Annotated rows() {
            return new Annotated();
        }
    }

    @Test
    void anAnnotatedBeanStreamsUntilNothingIsFetchedAndItsItemsAreCounted() {
        runner.withBean("rows", Annotated.class).run(context -> {
            Rows rows = context.getBean(Rows.class);
            await().until(() -> context.getBean(Ends.class).heard.size() > 1);

            assertThat(rows.batches).extracting(List::size).containsExactly(10, 10, 5);
            assertThat(context.getBean(Ends.class).heard)
                    .extracting(ElasticJobEvent.ExecutionEnded::outcome)
                    .containsOnly(new Outcome.Succeeded());
            MeterRegistry meters = context.getBean(MeterRegistry.class);
            for (String kind : List.of("fetched", "processed")) {
                assertThat(meters.get("elasticjob.items")
                                .tags("job", "rows", "kind", kind)
                                .counter()
                                .count())
                        .as(kind)
                        .isEqualTo(ROWS);
            }
        });
    }

    @Test
    void withoutStreamingEachFiringRunsOneBatch() {
        runner.withBean("rows", OneShot.class).run(context -> {
            Rows rows = context.getBean(Rows.class);
            await().until(() -> context.getBean(Ends.class).heard.size() > 3);

            assertThat(rows.batches).extracting(List::size).containsExactly(10, 10, 5);
        });
    }

    @Test
    void propertiesOverrideWhatTheAnnotationSays() {
        runner.withBean("rows", Annotated.class)
                .withPropertyValues("elasticjob.jobs.rows.streaming=false")
                .run(context -> {
                    await().until(() -> !context.getBean(Ends.class).heard.isEmpty());
                    assertThat(context.getBean(Rows.class).batches)
                            .as("of the first firing")
                            .first()
                            .extracting(List::size)
                            .isEqualTo(10);
                    await().until(() -> context.getBean(Ends.class).heard.size() > 3);
                });
    }

    @Test
    void aJobThatIsMadeAtRunTimeOrInAFileStreamsAsWell() {
        runner.withBean("rows", Rows.class)
                .withPropertyValues(
                        "elasticjob.jobs.declared.handler=rows",
                        "elasticjob.jobs.declared.every=1s",
                        "elasticjob.jobs.declared.keep-checkpoint=true",
                        "elasticjob.jobs.declared.streaming=true")
                .run(context -> {
                    Rows rows = context.getBean(Rows.class);
                    await().until(() -> rows.batches.size() == 3);
                    context.getBean(JobOperations.class)
                            .create(
                                    "made",
                                    Map.of(
                                            JobKey.HANDLER,
                                            "rows",
                                            JobKey.EVERY,
                                            "1s",
                                            JobKey.KEEP_CHECKPOINT,
                                            "true",
                                            DataflowJob.STREAMING,
                                            "true"),
                                    Operator.UNKNOWN)
                            .toCompletableFuture()
                            .join();
                    await().until(() -> rows.batches.size() == 6);
                });
    }

    @Test
    void eachBatchIsFetchedAndProcessedThroughTheProxyOfTheBean() {
        Proxied.CALLS.clear();
        runner.withUserConfiguration(Proxied.class).run(context -> {
            await().until(() -> !context.getBean(Ends.class).heard.isEmpty());
            assertThat(Proxied.CALLS)
                    .startsWith(
                            "fetch",
                            "position",
                            "process",
                            "fetch",
                            "position",
                            "process",
                            "fetch",
                            "position",
                            "process",
                            "fetch")
                    .doesNotContain("execute");
        });
    }

    /** Fetches for ever, as long as there is one. */
    @ElasticJob(every = "1s", settings = "streaming=true")
    static class Endless implements DataflowJob<Integer> {

        @Override
        public List<Integer> fetch(ShardingContext context) {
            return List.of(1);
        }

        @Override
        public void process(ShardingContext context, List<Integer> items) {}
    }

    @Test
    void anApplicationThatEndsHandsItsStreamsOverInsteadOfWaitingForThem() {
        List<ElasticJobEvent.ExecutionEnded> ends = new ArrayList<>();
        runner.withBean("endless", Endless.class)
                .withBean(JobEngineCustomizerOf.class, () -> new JobEngineCustomizerOf(ends))
                .run(context -> await().until(() -> context.getBean(MeterRegistry.class)
                                .find("elasticjob.items")
                                .counter()
                        != null));

        assertThat(ends).extracting(ElasticJobEvent.ExecutionEnded::outcome).containsExactly(new Outcome.Moved());
    }

    /** Hears of what ends after the context has stopped telling its own listeners. */
    record JobEngineCustomizerOf(List<ElasticJobEvent.ExecutionEnded> ends)
            implements io.elasticjob.boot.JobEngineCustomizer {

        @Override
        public void customize(io.elasticjob.engine.JobEngineBuilder engine) {
            engine.listener(event -> {
                if (event instanceof ElasticJobEvent.ExecutionEnded ended) {
                    ends.add(ended);
                }
            });
        }
    }

    // ---- What cannot be meant ---------------------------------------------------------------------------------------

    @ElasticJob(every = "1s", settings = "streaming=true")
    static class NoDataflow implements SimpleJob {
        @Override
        public void execute(ShardingContext context) {}
    }

    static class NoDataflowMethod {
        @ElasticJob(every = "1s", settings = "streaming=true")
        void work(ShardingContext context) {}
    }

    @ParameterizedTest
    @ValueSource(classes = {NoDataflow.class, NoDataflowMethod.class})
    void streamingNeedsAHandlerThatWorksInBatches(Class<?> bean) {
        runner.withUserConfiguration(bean)
                .run(context -> assertThat(context)
                        .hasFailed()
                        .getFailure()
                        .rootCause()
                        .hasMessageContaining("@ElasticJob(settings: streaming)")
                        .hasMessageContaining("needs a handler that implements DataflowJob"));
    }

    static class Plain implements SimpleJob {
        @Override
        public void execute(ShardingContext context) {}
    }

    @Test
    void aJobThatIsMadeAtRunTimeForAnotherHandlerFailsWithWords() {
        runner.withBean("plain", Plain.class).run(context -> {
            context.getBean(JobOperations.class)
                    .create(
                            "made",
                            Map.of(JobKey.HANDLER, "plain", JobKey.EVERY, "1s", DataflowJob.STREAMING, "true"),
                            Operator.UNKNOWN)
                    .toCompletableFuture()
                    .join();
            await().until(() -> !context.getBean(Ends.class).heard.isEmpty());
            assertThat(context.getBean(Ends.class).heard.element().outcome().toString())
                    .contains("The job made has streaming=true")
                    .contains("is no DataflowJob");
        });
    }

    @ElasticJob(every = "1s")
    static class Asynchronous extends Rows {
        @Async
        @Override
        public void process(ShardingContext context, List<Integer> rows) {}
    }

    @Test
    void aBatchThatIsHandedToAnotherThreadIsRefused() {
        runner.withBean("rows", Asynchronous.class)
                .run(context -> assertThat(context)
                        .hasFailed()
                        .getFailure()
                        .rootCause()
                        .hasMessageContaining("@Async")
                        .hasMessageContaining("process"));
    }
}
