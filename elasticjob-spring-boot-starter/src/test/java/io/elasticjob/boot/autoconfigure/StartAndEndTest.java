package io.elasticjob.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.elasticjob.ElasticJobEvent.ExecutionEnded;
import io.elasticjob.JobOperations;
import io.elasticjob.Outcome;
import io.elasticjob.ShardingContext;
import io.elasticjob.TriggerReceipt;
import io.elasticjob.TriggerRequest;
import io.elasticjob.boot.ElasticJob;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.CommandLineRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.context.event.ApplicationStartedEvent;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.context.event.EventListener;

/** Whole applications: what they may ask of their jobs as they start, and jobs that end their application. */
@ResourceLock("applications") // each sets up the logging of the whole process
class StartAndEndTest {

    private ConfigurableApplicationContext application;

    @AfterEach
    void close() {
        if (application != null) {
            application.close();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @Import(InMemoryRegistry.class)
    @ImportAutoConfiguration({LifecycleAutoConfiguration.class, ElasticJobAutoConfiguration.class})
    static class Basis {}

    private static ConfigurableApplicationContext start(Class<?> sources, String... properties) {
        return new SpringApplicationBuilder(Basis.class, sources)
                .web(WebApplicationType.NONE)
                .registerShutdownHook(false)
                .properties("spring.application.name=shop", "spring.lifecycle.timeout-per-shutdown-phase=10m")
                .properties(properties)
                .run();
    }

    // ---- As it starts ---------------------------------------------------------------------------------------------

    /** Triggers its own job wherever an application gets hold of a thread after the engine has been started. */
    static class Triggers {
        final Queue<Long> accepted = new ConcurrentLinkedQueue<>();
        private final JobOperations jobs;

        Triggers(JobOperations jobs) {
            this.jobs = jobs;
        }

        private void trigger() {
            TriggerReceipt receipt = jobs.trigger(TriggerRequest.of("orders"))
                    .toCompletableFuture()
                    .orTimeout(40, TimeUnit.SECONDS)
                    .join();
            accepted.add(receipt.number());
        }

        @EventListener(ContextRefreshedEvent.class)
        void refreshed() {
            trigger();
        }

        @EventListener(ApplicationStartedEvent.class)
        void started() {
            trigger();
        }

        @EventListener(ApplicationReadyEvent.class)
        void ready() {
            trigger();
        }
    }

    static class Starting {
        @Bean
        Triggers triggers(JobOperations jobs) {
            return new Triggers(jobs);
        }

        @Bean
        ApplicationRunner runner(Triggers triggers) {
            return arguments -> triggers.trigger();
        }

        @Bean
        CommandLineRunner commandLineRunner(Triggers triggers) {
            return arguments -> triggers.trigger();
        }

        @ElasticJob(name = "orders", cron = "-")
        void work(ShardingContext context) {}
    }

    @Test
    void anApplicationTriggersItsOwnJobsAsItStarts() {
        application = start(Starting.class);

        assertThat(application.getBean(Triggers.class).accepted).containsExactly(0L, 1L, 2L, 3L, 4L);
    }

    // ---- As it ends -----------------------------------------------------------------------------------------------

    static class Ending {
        final Queue<ExecutionEnded> ended = new ConcurrentLinkedQueue<>();
        final CountDownLatch both = new CountDownLatch(2);
        final CompletableFuture<ConfigurableApplicationContext> application = new CompletableFuture<>();
        volatile Consumer<ConfigurableApplicationContext> end = context -> {};

        @ElasticJob(name = "orders", cron = "-", shardingTotalCount = 2)
        void work(ShardingContext context) throws Exception {
            both.countDown();
            both.await();
            if (context.shardingItem() == 0) {
                end.accept(application.get());
            } else { // drained as usual
                await().until(() -> !ended.isEmpty());
            }
        }

        @EventListener
        void ended(ExecutionEnded event) {
            ended.add(event);
        }
    }

    static Iterable<Named<Consumer<ConfigurableApplicationContext>>> waysToEnd() {
        return java.util.List.of(
                Named.of("close", ConfigurableApplicationContext::close),
                Named.of("exit", application -> SpringApplication.exit(application, () -> 3)),
                Named.of("a thread that closes", application -> join(new Thread(application::close))),
                Named.of(
                        "a future of a thread of its own",
                        application -> CompletableFuture.runAsync(application::close, task -> new Thread(task).start())
                                .join()));
    }

    private static void join(Thread thread) {
        thread.start();
        try {
            thread.join();
        } catch (InterruptedException unexpected) {
            throw new AssertionError(unexpected);
        }
    }

    @ParameterizedTest
    @MethodSource("waysToEnd")
    void aHandlerThatEndsItsApplicationIsNotWaitedForAndTheOthersAre(Consumer<ConfigurableApplicationContext> end) {
        for (boolean virtual : new boolean[] {false, true}) {
            application = start(Ending.class, "spring.threads.virtual.enabled=" + virtual);
            Ending ending = application.getBean(Ending.class);
            ending.end = end;
            application
                    .getBean(JobOperations.class)
                    .trigger(TriggerRequest.of("orders"))
                    .toCompletableFuture()
                    .join();

            ending.application.complete(application);
            await().untilAsserted(() -> assertThat(ending.ended).hasSize(2));
            await().until(() -> !application.getBeanFactory().containsSingleton("ensemble"));

            assertThat(ending.ended)
                    .extracting(ExecutionEnded::outcome)
                    .containsExactly(
                            new Outcome.Failed("It shut down its own application before it had ended"),
                            new Outcome.Succeeded());
            assertThat(ending.ended.element().execution().shard()).isZero();
        }
    }

    // ---- What an execution finds ----------------------------------------------------------------------------------

    static class Looking {
        final CompletableFuture<ClassLoader> found = new CompletableFuture<>();

        @ElasticJob(name = "orders", every = "1s")
        void work(ShardingContext context) {
            found.complete(Thread.currentThread().getContextClassLoader());
        }
    }

    @Test
    void executionsHaveTheClassLoaderOfTheApplicationWhoeverStartsIt() {
        Thread starter = Thread.currentThread();
        ClassLoader before = starter.getContextClassLoader();
        ClassLoader own = new ClassLoader(before) {};
        starter.setContextClassLoader(own);
        try {
            application = start(Looking.class);
        } finally {
            starter.setContextClassLoader(before);
        }

        assertThat(application.getBean(Looking.class).found.join()).isSameAs(own);
    }
}
