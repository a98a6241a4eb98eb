package io.elasticjob.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.elasticjob.JobOperations;
import io.elasticjob.ShardingContext;
import io.elasticjob.SimpleJob;
import io.elasticjob.TriggerRequest;
import io.elasticjob.boot.ElasticJob;
import io.elasticjob.boot.JobEngineCustomizer;
import io.elasticjob.engine.JobEngine;
import io.elasticjob.memory.MemoryEnsemble;
import io.elasticjob.registry.Registry;
import io.elasticjob.spi.SystemTimekeeper;
import io.elasticjob.view.EngineStatus;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** A context that is stopped and started, or paused and restarted, runs its jobs again. */
@Timeout(120)
class RestartTest {

    private final ApplicationContextRunner empty = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    LifecycleAutoConfiguration.class,
                    ElasticJobAutoConfiguration.class,
                    ElasticJobHistoryAutoConfiguration.class,
                    ElasticJobMetricsAutoConfiguration.class))
            .withBean(MeterRegistry.class, SimpleMeterRegistry::new)
            .withPropertyValues("spring.application.name=shop");

    private final ApplicationContextRunner runner = empty.withUserConfiguration(InMemoryRegistry.class);

    static class Counting implements SimpleJob {
        final AtomicInteger runs = new AtomicInteger();

        @Override
        public void execute(ShardingContext context) {
            runs.incrementAndGet();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class EverySoOften {
        @Bean
        @ElasticJob(every = "200ms")
        Counting orders() {
            return new Counting();
        }
    }

    private static ConfigurableApplicationContext context(AssertableApplicationContext context) {
        return context.getSourceApplicationContext(ConfigurableApplicationContext.class);
    }

    private static String runsUnder(AssertableApplicationContext context) {
        Counting orders = context.getBean(Counting.class);
        int before = orders.runs.get();
        await().until(() -> orders.runs.get() > before + 1);
        return context.getBean(JobEngine.class).status().instance().orElseThrow();
    }

    private static void cycles(
            AssertableApplicationContext context,
            Consumer<ConfigurableApplicationContext> stop,
            Consumer<ConfigurableApplicationContext> start) {
        Set<String> instances = ConcurrentHashMap.newKeySet();
        instances.add(runsUnder(context));
        for (int cycle = 0; cycle < 3; cycle++) {
            JobEngine former = context.getBean(JobEngine.class);
            stop.accept(context(context));
            assertThat(former.status().phase()).isEqualTo(EngineStatus.Phase.CLOSED);

            start.accept(context(context));

            instances.add(runsUnder(context));
        }
        assertThat(instances).as("an id that is gone never returns").hasSize(4);
    }

    @Test
    void aContextThatIsStoppedAndStartedRunsItsJobsAgain() {
        runner.withUserConfiguration(EverySoOften.class)
                .run(context ->
                        cycles(context, ConfigurableApplicationContext::stop, ConfigurableApplicationContext::start));
    }

    @Test
    void soDoesOneThatIsPausedAndRestarted() {
        runner.withUserConfiguration(EverySoOften.class)
                .run(context -> cycles(
                        context, ConfigurableApplicationContext::pause, ConfigurableApplicationContext::restart));
    }

    @Test
    void soDoesOneWithAnEmbeddedZooKeeper(@TempDir Path directory) {
        empty.withUserConfiguration(EverySoOften.class)
                .withPropertyValues("elasticjob.registry.embedded.data-dir=" + directory.resolve("zookeeper"))
                .run(context ->
                        cycles(context, ConfigurableApplicationContext::stop, ConfigurableApplicationContext::start));
    }

    @Test
    void whatOthersHoldGoesOn() {
        Queue<String> customized = new ConcurrentLinkedQueue<>();
        runner.withUserConfiguration(EverySoOften.class)
                .withBean("naming", JobEngineCustomizer.class, () -> engine -> customized.add("again"))
                .run(context -> {
                    JobOperations operations = context.getBean(JobOperations.class);
                    MeterRegistry meters = context.getBean(MeterRegistry.class);
                    runsUnder(context);

                    context(context).stop();
                    assertThatThrownBy(() -> operations
                                    .trigger(TriggerRequest.of("orders"))
                                    .toCompletableFuture()
                                    .join())
                            .hasMessageContaining("not running");
                    assertThat(meters.get("elasticjob.registry.connected")
                                    .gauge()
                                    .value())
                            .isZero();
                    context(context).start();

                    runsUnder(context);
                    operations
                            .trigger(TriggerRequest.of("orders"))
                            .toCompletableFuture()
                            .join()
                            .completion()
                            .toCompletableFuture()
                            .join();
                    assertThat(meters.get("elasticjob.registry.connected")
                                    .gauge()
                                    .value())
                            .isOne();
                    assertThat(customized).hasSize(2);
                });
    }

    // ---- While something runs ----

    @Configuration(proxyBeanMethods = false)
    static class LongJob {
        final CountDownLatch begun = new CountDownLatch(1);
        final CountDownLatch goOn = new CountDownLatch(1);
        final AtomicInteger runs = new AtomicInteger();

        @ElasticJob(every = "200ms")
        void work() throws InterruptedException {
            begun.countDown();
            if (!goOn.await(60, TimeUnit.SECONDS)) {
                throw new AssertionError("nobody said so");
            }
            runs.incrementAndGet();
        }
    }

    @Test
    void aStartDuringAStopWaitsForItAndRunsJobsAgain() {
        runner.withUserConfiguration(LongJob.class).run(context -> {
            LongJob job = context.getBean(LongJob.class);
            JobEngineLifecycle lifecycle = context.getBean(JobEngineLifecycle.class);
            JobEngine former = context.getBean(JobEngine.class);
            job.begun.await();
            CountDownLatch stopped = new CountDownLatch(1);
            lifecycle.stop(stopped::countDown);
            assertThat(lifecycle.isRunning())
                    .as("so that a context that is started starts it")
                    .isFalse();

            CompletableFuture<Void> started = CompletableFuture.runAsync(lifecycle::start);
            await().until(() -> former.status().phase() != EngineStatus.Phase.STARTED);
            assertThat(started).isNotDone();
            job.goOn.countDown();

            started.join();
            stopped.await();
            int soFar = job.runs.get();
            await().until(() -> job.runs.get() > soFar + 1);
            assertThat(lifecycle.engine())
                    .hasValueSatisfying(now -> assertThat(now).isNotSameAs(former));
        });
    }

    @Test
    void aShardThatIsCutOffByAStopRunsAgainAfterTheStart() {
        runner.withUserConfiguration(LongJob.class)
                .withPropertyValues("spring.lifecycle.timeout-per-shutdown-phase=400ms")
                .run(context -> {
                    LongJob job = context.getBean(LongJob.class);
                    job.begun.await();
                    context(context).stop();
                    assertThat(job.runs).hasValue(0);
                    job.goOn.countDown();

                    context(context).start();

                    await().until(() -> job.runs.get() > 1);
                });
    }

    @Test
    void anotherStartOrStopChangesNothing() {
        runner.withUserConfiguration(EverySoOften.class).run(context -> {
            JobEngineLifecycle lifecycle = context.getBean(JobEngineLifecycle.class);
            JobEngine engine = context.getBean(JobEngine.class);
            lifecycle.start();
            lifecycle.start();
            assertThat(lifecycle.engine()).containsSame(engine);

            lifecycle.stop();
            lifecycle.stop();
            CountDownLatch called = new CountDownLatch(1);
            lifecycle.stop(called::countDown);

            assertThat(called.getCount()).isZero();
            assertThat(lifecycle.isRunning()).isFalse();
        });
    }

    @Test
    void whatIsStartedByHandCanBeStartedAgain() {
        runner.withUserConfiguration(EverySoOften.class)
                .withPropertyValues("elasticjob.auto-startup=false")
                .run(context -> {
                    JobEngineLifecycle lifecycle = context.getBean(JobEngineLifecycle.class);
                    lifecycle.start();
                    runsUnder(context);
                    lifecycle.stop();
                    lifecycle.start();
                    runsUnder(context);
                });
    }

    @Test
    void withoutJobsThereIsNothingToStopOrStart() {
        empty.run(context -> {
            context(context).stop();
            context(context).start();
            assertThat(context.getBean(JobEngineLifecycle.class).engine()).isEmpty();
        });
    }

    @Test
    void aPartThatCanNotBeMadeAgainIsNamed() {
        Registry only = new MemoryEnsemble(new SystemTimekeeper()).client(Duration.ofSeconds(15));
        empty.withUserConfiguration(EverySoOften.class)
                .withBean("theOnlyOne", Registry.class, () -> only)
                .run(context -> {
                    runsUnder(context);
                    context(context).stop();

                    assertThatThrownBy(() -> context(context).start())
                            .rootCause()
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessageContaining("The Registry")
                            .hasMessageContaining("cannot be opened again")
                            .hasMessageContaining("scope \"elasticjob\"");
                });
    }
}
