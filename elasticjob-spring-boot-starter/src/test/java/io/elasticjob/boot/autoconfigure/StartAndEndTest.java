package io.elasticjob.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.elasticjob.ElasticJobEvent.ExecutionEnded;
import io.elasticjob.ExecutionScope;
import io.elasticjob.FiringListener;
import io.elasticjob.JobErrorHandler;
import io.elasticjob.JobKey;
import io.elasticjob.JobOperations;
import io.elasticjob.Operator;
import io.elasticjob.Outcome;
import io.elasticjob.Progress;
import io.elasticjob.ShardPlanner;
import io.elasticjob.ShardingContext;
import io.elasticjob.TriggerReceipt;
import io.elasticjob.TriggerRequest;
import io.elasticjob.boot.ElasticJob;
import io.elasticjob.history.ExecutionHistory;
import io.elasticjob.history.MemoryExecutionHistory;
import io.elasticjob.schedule.FireCalendar;
import io.elasticjob.sharding.Assignment;
import io.elasticjob.sharding.ShardingStrategy;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.MDC;
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
        return List.of(
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

    /** Whatever the application has written beside handlers, each of which ends the application once it is told to. */
    @ImportAutoConfiguration(ElasticJobHistoryAutoConfiguration.class)
    static class EndedByOthers {
        final Queue<ExecutionEnded> ended = new ConcurrentLinkedQueue<>();
        final AtomicReference<String> who = new AtomicReference<>("");
        final CompletableFuture<String> closed = new CompletableFuture<>();
        volatile Consumer<ConfigurableApplicationContext> end = context -> {};
        private final ConfigurableApplicationContext application;

        EndedByOthers(ConfigurableApplicationContext application) {
            this.application = application;
        }

        private void end(String me) {
            if (who.compareAndSet(me, "")) {
                end.accept(application);
                closed.complete(Thread.currentThread().isInterrupted() ? "interrupted" : me);
            }
        }

        @ElasticJob(
                name = "orders",
                every = "1s",
                calendar = "days",
                planner = "planner",
                firingListeners = "firings",
                shardingStrategy = "strategy",
                errorHandler = "errors")
        void work(ShardingContext context) {
            context.progress(50, "half");
            if (who.get().equals("error handler")) {
                throw new IllegalStateException("on purpose");
            }
        }

        @EventListener
        void ended(ExecutionEnded event) {
            ended.add(event);
            end("event listener");
        }

        @Bean
        FiringListener firings() {
            return new FiringListener() {
                @Override
                public void beforeFiring(Start firing) {
                    end("before the firing");
                }

                @Override
                public void afterFiring(End firing) {
                    end("after the firing");
                }
            };
        }

        @Bean
        ShardPlanner planner() {
            return firing -> {
                end("planner");
                return List.of("a");
            };
        }

        @Bean
        ShardingStrategy strategy() {
            return sharding -> {
                end("strategy");
                return Assignment.of(Collections.nCopies(
                        sharding.shardingTotalCount(),
                        sharding.instances().get(0).id()));
            };
        }

        @Bean
        FireCalendar days() {
            return day -> {
                end("calendar");
                return false;
            };
        }

        @Bean
        JobErrorHandler errors() {
            return (context, failure) -> end("error handler");
        }

        @Bean
        ExecutionScope scope() {
            return context -> {
                end("opening of a scope");
                return new ExecutionScope.Open() {
                    @Override
                    public void close(Outcome outcome, @Nullable Throwable thrown) {
                        end("closing of a scope");
                    }

                    @Override
                    public void progressed(Progress progress) {
                        end("progress");
                    }
                };
            };
        }

        @Bean
        ExecutionHistory history() {
            ExecutionHistory kept = new MemoryExecutionHistory(100);
            return (ExecutionHistory) Proxy.newProxyInstance(
                    ExecutionHistory.class.getClassLoader(),
                    new Class<?>[] {ExecutionHistory.class},
                    (any, method, given) -> {
                        if (method.getName().equals("record")) {
                            end("history");
                        }
                        return method.invoke(kept, given);
                    });
        }
    }

    static List<Arguments> whoEnds() {
        List<Arguments> all = new ArrayList<>();
        for (String who : List.of(
                "before the firing",
                "after the firing",
                "planner",
                "strategy",
                "calendar",
                "error handler",
                "opening of a scope",
                "progress",
                "closing of a scope",
                "event listener",
                "history")) {
            all.add(Arguments.of(who, waysToEnd().iterator().next()));
        }
        for (Named<Consumer<ConfigurableApplicationContext>> how : waysToEnd()) {
            all.add(Arguments.of("after the firing", how));
        }
        all.add(Arguments.of(
                "after the firing",
                Named.<Consumer<ConfigurableApplicationContext>>of("while another thread closes", application -> {
                    ELSEWHERE.execute(application::close);
                    await().until(application::isClosed);
                    application.close();
                })));
        return all;
    }

    /** Its thread is there before, so that it inherits nothing from who asks for something. */
    private static final ThreadPoolExecutor ELSEWHERE =
            new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>());

    @BeforeAll
    static void prepare() {
        ELSEWHERE.prestartAllCoreThreads();
    }

    @AfterAll
    static void endElsewhere() {
        ELSEWHERE.shutdown();
    }

    /** The shutdown has ten minutes, and waits for who asked for it not even one. */
    @ParameterizedTest
    @MethodSource("whoEnds")
    void whoeverEndsItsApplicationIsNotWaitedFor(String who, Consumer<ConfigurableApplicationContext> end) {
        application = start(EndedByOthers.class);
        EndedByOthers ending = application.getBean(EndedByOthers.class);
        await().until(() -> ending.ended.size() > 1);

        ending.end = end;
        ending.who.set(who);
        if (who.equals("strategy")) {
            application
                    .getBean(JobOperations.class)
                    .configure("orders", Map.of(JobKey.MAX_SHARDS_PER_INSTANCE, "7"), Operator.UNKNOWN);
        }
        await().until(() -> ending.closed.isDone());

        assertThat(ending.closed.join()).isEqualTo(who);
        assertThat(ending.ended)
                .filteredOn(ended -> !(ended.outcome() instanceof Outcome.Succeeded))
                .hasSizeLessThanOrEqualTo(
                        List.of("error handler", "opening of a scope", "progress")
                                        .contains(who)
                                ? 1
                                : 0);
    }

    // ---- What an execution finds ----------------------------------------------------------------------------------

    static class Looking {
        final Map<String, List<Object>> found = new ConcurrentHashMap<>();

        /** What the thread is like that this is called on; and leaves it otherwise. */
        private void look(String who) {
            Thread thread = Thread.currentThread();
            found.computeIfAbsent(who, any -> new CopyOnWriteArrayList<>())
                    .add(Arrays.asList(
                            thread.getContextClassLoader(), thread.getPriority(), MDC.get("left"), INHERITED.get()));
            thread.setContextClassLoader(null);
            thread.setPriority(Thread.MIN_PRIORITY);
            MDC.put("left", who);
        }

        boolean isComplete() {
            return Stream.of("handler", "planner", "before", "after", "event")
                    .allMatch(who -> found.getOrDefault(who, List.of()).size() > 1);
        }

        @ElasticJob(name = "orders", every = "1s", planner = "planner", firingListeners = "firings")
        void work(ShardingContext context) {
            look("handler");
        }

        @Bean
        ShardPlanner planner() {
            return firing -> {
                look("planner");
                return List.of("a");
            };
        }

        @Bean
        FiringListener firings() {
            return new FiringListener() {
                @Override
                public void beforeFiring(Start firing) {
                    look("before");
                }

                @Override
                public void afterFiring(End firing) {
                    look("after");
                }
            };
        }

        @EventListener
        void on(ExecutionEnded event) {
            look("event");
        }
    }

    private static final InheritableThreadLocal<String> INHERITED = new InheritableThreadLocal<>();

    @Test
    void executionsAndListenersFindACleanThreadWhoeverStartsTheApplication() throws Exception {
        Thread starter = Thread.currentThread();
        ClassLoader before = starter.getContextClassLoader();
        ClassLoader own = new ClassLoader(before) {};
        starter.setContextClassLoader(own);
        try {
            application = start(Looking.class);
        } finally {
            starter.setContextClassLoader(before);
        }
        application.stop();
        Looking looking = application.getBean(Looking.class);
        looking.found.clear();
        FutureTask<Void> again = new FutureTask<>(
                () -> { // as a checkpoint restores it, or an endpoint
                    Thread.currentThread().setContextClassLoader(new ClassLoader(null) {});
                    Thread.currentThread().setPriority(Thread.MAX_PRIORITY);
                    INHERITED.set("of who starts it");
                    application.start();
                    return null;
                });
        new Thread(again).start();
        again.get();

        await().until(looking::isComplete);
        looking.found.forEach((who, all) -> assertThat(all.subList(0, 2))
                .as(who)
                .allSatisfy(found -> {
                    List<?> parts = (List<?>) found;
                    assertThat(parts.get(0)).isSameAs(own);
                    assertThat(parts.get(2)).isNull();
                    if (!who.equals("event")) { // on a thread that is there for all events
                        assertThat(parts.get(1)).isEqualTo(Thread.NORM_PRIORITY);
                        assertThat(parts.get(3)).isNull();
                    }
                }));
    }
}
