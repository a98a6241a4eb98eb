package io.elasticjob.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobKey;
import io.elasticjob.JobOperations;
import io.elasticjob.JobsDisabledException;
import io.elasticjob.NoSuchJobException;
import io.elasticjob.OperationRefusedException;
import io.elasticjob.Operator;
import io.elasticjob.RegistryException;
import io.elasticjob.Setting;
import io.elasticjob.ShardingContext;
import io.elasticjob.SimpleJob;
import io.elasticjob.TriggerReceipt;
import io.elasticjob.TriggerRequest;
import io.elasticjob.boot.ElasticJob;
import io.elasticjob.boot.JobEngineCustomizer;
import io.elasticjob.boot.UnusableJobException;
import io.elasticjob.boot.discovery.DeclaredJobs;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.engine.JobEngine;
import io.elasticjob.history.ExecutionHistory;
import io.elasticjob.registry.Registry;
import io.elasticjob.sharding.ShardingStrategy;
import io.elasticjob.sharding.StrategyCatalog;
import io.elasticjob.spi.FireSource;
import io.elasticjob.spi.ShardRunner;
import io.elasticjob.testing.machine.Java21;
import io.elasticjob.testing.machine.Needs;
import io.elasticjob.view.EngineStatus;
import io.elasticjob.view.NamespaceView;
import io.elasticjob.zookeeper.embedded.EmbeddedZooKeeper;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;
import org.springframework.context.event.EventListener;
import org.springframework.core.io.ByteArrayResource;

class ElasticJobAutoConfigurationTest {

    /** Beans of which an application without jobs must have none. */
    private static final List<Class<?>> PARTS = List.of(
            JobEngine.class,
            Registry.class,
            FireSource.class,
            ShardRunner.class,
            StrategyCatalog.class,
            EmbeddedZooKeeper.class);

    private final ApplicationContextRunner empty = new ApplicationContextRunner()
            .withConfiguration(
                    AutoConfigurations.of(LifecycleAutoConfiguration.class, ElasticJobAutoConfiguration.class));

    private final ApplicationContextRunner runner =
            empty.withUserConfiguration(InMemoryRegistry.class).withPropertyValues("spring.application.name=shop");

    static class Recorder implements SimpleJob {
        final Queue<ShardingContext> runs = new ConcurrentLinkedQueue<>();

        @Override
        public void execute(ShardingContext context) {
            runs.add(context);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class TwoShards {
        @Bean
        @ElasticJob(every = "1s", shardingTotalCount = 2, shardingItemParameters = "0=Beijing,1=Shanghai")
        Recorder orders() {
            return new Recorder();
        }

        @Bean
        Events events() {
            return new Events();
        }
    }

    static class Events {
        final Queue<ElasticJobEvent> heard = new ConcurrentLinkedQueue<>();

        @EventListener
        void on(ElasticJobEvent event) {
            heard.add(event);
        }
    }

    @Test
    void anAnnotatedBeanRunsAllItsShardsAndTellsOfItByApplicationEvents() {
        runner.withUserConfiguration(TwoShards.class).run(context -> {
            Recorder orders = context.getBean(Recorder.class);
            await().until(() -> orders.runs.size() >= 2);

            assertThat(orders.runs)
                    .extracting(ShardingContext::shardingParameter)
                    .contains("Beijing", "Shanghai");
            assertThat(orders.runs).extracting(ShardingContext::jobName).containsOnly("orders");
            await().untilAsserted(() -> assertThat(context.getBean(Events.class).heard)
                    .hasAtLeastOneElementOfType(ElasticJobEvent.InstanceRegistered.class)
                    .hasAtLeastOneElementOfType(ElasticJobEvent.ExecutionStarted.class)
                    .hasAtLeastOneElementOfType(ElasticJobEvent.ExecutionEnded.class));
        });
    }

    @Test
    void theInstanceIsWhatThePropertiesSay() {
        runner.withUserConfiguration(TwoShards.class)
                .withPropertyValues(
                        "elasticjob.namespace=retail",
                        "elasticjob.instance.name=till-7",
                        "elasticjob.instance.labels.zone=eu",
                        "elasticjob.execution.slots=3",
                        "spring.application.version=1.2")
                .run(context -> {
                    NamespaceView view = registered(context);
                    assertThat(view.namespace()).isEqualTo("retail");
                    assertThat(view.application()).isEqualTo("shop");
                    assertThat(view.status().executions().slots()).isEqualTo(3);
                    assertThat(view.instances().values()).singleElement().satisfies(it -> {
                        assertThat(it.instance().name()).isEqualTo("till-7");
                        assertThat(it.instance().labels()).containsExactly(Map.entry("zone", "eu"));
                        assertThat(it.instance().process().version()).isEqualTo("1.2");
                    });
                });
    }

    @Test
    @Needs(value = Java21.NAME, there = Java21.class)
    void shardsRunOnVirtualThreadsWhereTheApplicationDoes() {
        runner.withUserConfiguration(TwoShards.class)
                .withPropertyValues("spring.threads.virtual.enabled=true")
                .run(context -> {
                    assertThat(registered(context).status().executions().slots())
                            .isEqualTo(1024);
                    await().until(() -> !context.getBean(Recorder.class).runs.isEmpty());
                });
    }

    // ---- Does no harm ----

    @Test
    void anApplicationWithoutJobsGetsNothing() {
        empty.run(context -> {
            assertThat(context).hasNotFailed();
            PARTS.forEach(part -> assertThat(context.getBeanFactory().getBeanNamesForType(part, true, false))
                    .isNotEmpty()
                    .noneMatch(name -> isMade(name, context.getBeanFactory())));
            assertThat(context.getBean(JobEngineLifecycle.class).engine()).isEmpty();
        });
    }

    @Test
    void switchedOffThereIsNotEvenABean() {
        empty.withUserConfiguration(TwoShards.class)
                .withPropertyValues("elasticjob.enabled=false")
                .run(context -> {
                    assertThat(context).hasNotFailed().doesNotHaveBean(JobEngineLifecycle.class);
                    PARTS.forEach(part -> assertThat(context).doesNotHaveBean(part));
                });
    }

    private static final class Injected {
        final JobOperations operations;
        final ExecutionHistory history;

        Injected(JobOperations operations, ExecutionHistory history) {
            this.operations = operations;
            this.history = history;
        }
    }

    @Test
    void switchedOffWhatTheApplicationHasInjectedIsThereAndSaysSo() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        LifecycleAutoConfiguration.class,
                        ElasticJobAutoConfiguration.class,
                        ElasticJobDisabledAutoConfiguration.class,
                        ElasticJobHistoryAutoConfiguration.class))
                .withUserConfiguration(TwoShards.class)
                .withBean(Injected.class)
                .withPropertyValues("elasticjob.enabled=false")
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    Injected injected = context.getBean(Injected.class);
                    assertThat(injected.history).isNotNull();
                    for (Method operation : JobOperations.class.getMethods()) {
                        Object[] nothing = Arrays.stream(operation.getParameterTypes())
                                .map(type -> type == long.class ? (Object) 0L : null)
                                .toArray();
                        CompletableFuture<?> answer = ((CompletionStage<?>)
                                        operation.invoke(injected.operations, nothing))
                                .toCompletableFuture();
                        assertThat(answer).as(operation.getName()).isCompletedExceptionally();
                        assertThatThrownBy(answer::join)
                                .hasCauseInstanceOf(JobsDisabledException.class)
                                .hasCauseInstanceOf(OperationRefusedException.class)
                                .hasMessageContaining("elasticjob.enabled is false");
                    }
                    PARTS.forEach(part -> assertThat(context).doesNotHaveBean(part));
                });
    }

    @Test
    void allBeansAreOfItsOwnTypes() {
        Set<String> types = new TreeSet<>();
        empty.run(context -> {
            for (String name : context.getBeanFactory().getBeanDefinitionNames()) {
                String owner = context.getBeanFactory().getBeanDefinition(name).getFactoryBeanName();
                if (owner != null && owner.startsWith("io.elasticjob.")) {
                    types.add(context.getBeanFactory().getType(name, false).getName());
                }
            }
        });
        assertThat(types).isNotEmpty().allMatch(type -> type.startsWith("io.elasticjob."));
    }

    // ---- Properties ----

    @Test
    void yamlOverridesTheAnnotationAndTakesMapsForPairs() {
        runner.withUserConfiguration(TwoShards.class).withInitializer(yaml("""
                        elasticjob:
                          jobs:
                            Orders:
                              every: 1h
                              sharding-total-count: 3
                              sharding-item-parameters:
                                0: Berlin
                                2: Paris
                              labels: {}
                            "[orders.backfill]":
                              handler: orders
                              job-parameter: 2019
                        """)).run(context -> {
            assertThat(context).hasNotFailed();
            var jobs = context.getBean(DeclaredJobs.class).definitions();
            assertThat(jobs).hasSize(2);
            assertThat(jobs.get(0).shardingParameter(2)).isEqualTo("Paris");
            assertThat(jobs.get(0).setting(JobKey.EVERY)).contains(new Setting("1h", Setting.Source.PROPERTIES));
            assertThat(jobs.get(1).name()).isEqualTo("orders.backfill");
            assertThat(jobs.get(1).jobParameter()).isEqualTo("2019");
        });
    }

    @Test
    void anEnvironmentVariableOverridesYaml() {
        runner.withUserConfiguration(TwoShards.class)
                .withInitializer(yaml("elasticjob.jobs.orders.every: 1h"))
                .withInitializer(context -> context.getEnvironment()
                        .getPropertySources()
                        .replace(
                                "systemEnvironment",
                                new org.springframework.core.env.SystemEnvironmentPropertySource(
                                        "systemEnvironment",
                                        Map.of(
                                                "ELASTICJOB_JOBS_ORDERS_EVERY", "2h",
                                                "ELASTICJOB_JOBS_ORDERS_SHARDINGTOTALCOUNT", "5",
                                                "ELASTICJOB_JOBS_ORDERS_JOB_PARAMETER", "env"))))
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    var job = context.getBean(DeclaredJobs.class).definitions().get(0);
                    assertThat(job.setting(JobKey.EVERY).orElseThrow().value()).isEqualTo("2h");
                    assertThat(job.shardingTotalCount()).isEqualTo(5);
                    assertThat(job.jobParameter()).isEqualTo("env");
                });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "elasticjob.namespace=a/b                    | elasticjob.namespace: \"a/b\" must not contain",
                "elasticjob.namespace=                       | elasticjob.namespace: \"\" must not be blank",
                "spring.application.name=a/b                 | spring.application.name: \"a/b\" must not contain",
                "elasticjob.instance.name=a@b                | elasticjob.instance.name: \"a@b\"",
                "elasticjob.execution.slots=0                | elasticjob.execution.slots: \"0\" must be at least 1",
                "elasticjob.execution.slots=100001           | elasticjob.execution.slots: \"100001\" must be at least 1 and at most 100000",
                "elasticjob.max-time-diff=500ms              | elasticjob.max-time-diff: \"500ms\" must be at least 1s",
                "elasticjob.leftovers.forget-jobs-after=5m   | elasticjob.leftovers.forget-jobs-after: \"5m\" must be",
                "elasticjob.jobs.ordres.every=1s             | did you mean \"orders\"?",
                "elasticjob.jobs.orders.sharding-strategy=my | \"my\" is neither a built-in strategy nor",
            })
    void aPropertyThatCanNotBeUsedEndsTheStart(String property, String message) {
        runner.withUserConfiguration(TwoShards.class)
                .withPropertyValues(property)
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(InvalidSettingException.class)
                        .hasMessageContaining(message));
    }

    @Test
    void aMissingNamespaceEndsTheStartNamingTheProperty() {
        empty.withUserConfiguration(InMemoryRegistry.class, TwoShards.class)
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(InvalidSettingException.class)
                        .hasMessageContaining("elasticjob.namespace: \"\" must be set, since spring.application.name"));
    }

    @ParameterizedTest
    @CsvSource({
        "elasticjob.registry.connect-string=zk:abc, elasticjob.registry.connect-string",
        "elasticjob.registry.connect-string=, elasticjob.registry.connect-string",
        "elasticjob.registry.embedded.enabled=false, elasticjob.registry.embedded.enabled",
        "elasticjob.registry.embedded.port=70000, elasticjob.registry.embedded.port",
        "spring.main.cloud-platform=kubernetes, elasticjob.registry.connect-string",
    })
    void aRegistryThatCanNotBeUsedEndsTheStartNamingTheProperty(String property, String key) {
        empty.withUserConfiguration(TwoShards.class)
                .withPropertyValues("spring.application.name=shop", property)
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageStartingWith(key + ": "));
    }

    @Test
    void thePasswordIsNeverTold() {
        empty.withUserConfiguration(TwoShards.class)
                .withPropertyValues(
                        "spring.application.name=shop",
                        "elasticjob.registry.connect-string=zk:2181",
                        "elasticjob.registry.digest=sesame")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .hasMessageContaining("elasticjob.registry.digest")
                        .hasMessageNotContaining("sesame"));
    }

    // ---- Replacing and customizing ----

    @Configuration(proxyBeanMethods = false)
    static class OwnParts {
        @Bean
        ShardingStrategy mine() {
            return sharding -> io.elasticjob.sharding.Assignment.of(java.util.Collections.nCopies(
                    sharding.shardingTotalCount(), sharding.ids().get(0)));
        }

        @Bean
        FireSource silent() {
            return new FireSource() {
                @Override
                public void open(Listener listener) {}

                @Override
                public void follow(io.elasticjob.schedule.Schedule schedule) {}

                @Override
                public void forget(io.elasticjob.schedule.Schedule schedule) {}

                @Override
                public void close() {}
            };
        }

        @Bean
        JobEngineCustomizer renaming() {
            return engine -> engine.instanceName("renamed");
        }
    }

    @Test
    void beansOfTheApplicationReplacePartsAndCustomizersHaveTheLastWord() {
        runner.withUserConfiguration(TwoShards.class, OwnParts.class)
                .withPropertyValues(
                        "elasticjob.instance.name=configured", "elasticjob.jobs.orders.sharding-strategy=mine")
                .run(context -> {
                    assertThat(context).hasSingleBean(FireSource.class).hasBean("silent");
                    NamespaceView view = registered(context);
                    assertThat(view.status().instanceName()).isEqualTo("renamed");
                    assertThat(context.getBean(StrategyCatalog.class).names()).contains("mine", "average");
                });
    }

    // ---- Lifecycle ----

    @Test
    void underLazyInitializationJobsRunAllTheSame() {
        runner.withUserConfiguration(TwoShards.class)
                .withInitializer(context ->
                        context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
                .run(context -> {
                    registered(context);
                    await().until(() -> context.getBeanFactory().containsSingleton("orders"));
                    Recorder orders = context.getBean(Recorder.class);
                    await().until(() -> !orders.runs.isEmpty());
                });
    }

    @Configuration(proxyBeanMethods = false)
    static class HiddenJob {
        @Bean
        SimpleJob hidden() {
            return new Hidden();
        }

        @Bean
        @ElasticJob
        SimpleJob plain() {
            return context -> {};
        }
    }

    @Test
    void underLazyInitializationAJobBehindAnInterfaceIsFound() {
        runner.withUserConfiguration(HiddenJob.class)
                .withInitializer(context ->
                        context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
                .run(context -> {
                    await().untilAsserted(
                                    () -> assertThat(registered(context).jobs()).containsOnlyKeys("hidden", "plain"));
                    assertThat(context.getBeanFactory().containsSingleton("plain"))
                            .isFalse();
                });
    }

    @Test
    void withoutAutoStartupJobsWaitForTheLifecycleToBeStarted() {
        runner.withUserConfiguration(TwoShards.class)
                .withPropertyValues("elasticjob.auto-startup=false")
                .run(context -> {
                    JobEngineLifecycle lifecycle = context.getBean(JobEngineLifecycle.class);
                    assertThat(lifecycle.isRunning()).isFalse();
                    assertThat(lifecycle.engine()).isEmpty();

                    lifecycle.start();

                    registered(context);
                });
    }

    @Configuration(proxyBeanMethods = false)
    static class SlowJob {
        final CountDownLatch begun = new CountDownLatch(1);
        static final List<String> ORDER = java.util.Collections.synchronizedList(new ArrayList<>());

        @Autowired
        ObjectProvider<JobEngine> engine;

        @ElasticJob(every = "1s")
        void work(ShardingContext context) {
            begun.countDown();
            await().until(() -> engine.getObject().status().phase() == EngineStatus.Phase.CLOSED);
            ORDER.add("shard ended");
        }

        @Bean
        SmartLifecycle server() {
            return new SmartLifecycle() {
                private boolean running;

                @Override
                public void start() {
                    running = true;
                }

                @Override
                public void stop() {
                    ORDER.add("server stopped");
                    running = false;
                }

                @Override
                public boolean isRunning() {
                    return running;
                }

                @Override
                public int getPhase() {
                    return org.springframework.boot.web.server.context.WebServerApplicationContext
                            .GRACEFUL_SHUTDOWN_PHASE;
                }
            };
        }
    }

    @Test
    void atAStopRunningShardsEndBeforeTheWebServerDoes() {
        runner.withUserConfiguration(SlowJob.class).run(context -> {
            await().until(() -> context.getBean(SlowJob.class).begun.getCount() == 0);
            JobEngine engine = context.getBean(JobEngine.class);

            context.getSourceApplicationContext(ConfigurableApplicationContext.class)
                    .close();

            assertThat(SlowJob.ORDER).startsWith("shard ended").endsWith("server stopped");
            assertThat(engine.status().phase()).isEqualTo(EngineStatus.Phase.CLOSED);
        });
    }

    @Test
    void patienceIsLessThanAPhaseOfTheShutdown() {
        assertThat(ElasticJobAutoConfiguration.patience(Duration.ofSeconds(30))).isEqualTo(Duration.ofSeconds(28));
        assertThat(ElasticJobAutoConfiguration.patience(Duration.ofSeconds(4))).isEqualTo(Duration.ofSeconds(3));
    }

    // ---- Who asks early ----

    @Configuration(proxyBeanMethods = false)
    static class AsksEarly {
        @Bean
        Object early(JobEngine engine) {
            return engine.status().instanceName();
        }

        @Bean
        SimpleJob hidden() {
            return new Hidden();
        }

        @Bean
        @ElasticJob
        SimpleJob visible() {
            return context -> {};
        }
    }

    @ElasticJob
    static class Hidden extends Recorder {}

    // ---- What operators steer ----

    @Configuration(proxyBeanMethods = false)
    static class HandlersOnly {
        @Bean
        Recorder tidyUp() {
            return new Recorder();
        }

        @Bean
        @Scope("prototype")
        Recorder eachItsOwn(Recorder tidyUp) {
            return tidyUp;
        }
    }

    @Test
    void aBeanThatDeclaresNoJobRunsThoseThatAreMadeAtRunTime() {
        runner.withUserConfiguration(HandlersOnly.class).run(context -> {
            NamespaceView view = registered(context);
            assertThat(view.jobs()).isEmpty();
            assertThat(view.instances().values())
                    .singleElement()
                    .satisfies(it -> assertThat(it.instance().handlers()).containsOnly("tidyUp", "eachItsOwn"));

            JobOperations operations = context.getBean(JobOperations.class);
            operations
                    .create("nightly", Map.of(JobKey.HANDLER, "tidyUp", JobKey.EVERY, "1s"), Operator.UNKNOWN)
                    .toCompletableFuture()
                    .join();

            await().until(() -> context.getBean("tidyUp", Recorder.class).runs.stream()
                    .anyMatch(run -> run.jobName().equals("nightly")));
        });
    }

    static class Steers {
        final CompletableFuture<?> tooEarly;
        final boolean engineWasMade;

        Steers(JobOperations operations, ConfigurableListableBeanFactory beans) {
            tooEarly = operations.trigger(TriggerRequest.of("orders")).toCompletableFuture();
            engineWasMade = Stream.of(beans.getBeanNamesForType(JobEngine.class, true, false))
                    .anyMatch(name -> isMade(name, beans));
        }
    }

    @Test
    void whoSteersJobsStartsTheEngineInItsTimeAndIsToldSoBefore() {
        runner.withBean(Steers.class).run(context -> {
            Steers steers = context.getBean(Steers.class);
            assertThat(steers.engineWasMade).isFalse();
            assertThatThrownBy(steers.tooEarly::join)
                    .hasRootCauseInstanceOf(RegistryException.class)
                    .hasMessageContaining("has not been started");

            assertThat(registered(context).jobs()).isEmpty();
            assertThatThrownBy(() -> context.getBean(JobOperations.class)
                            .trigger(TriggerRequest.of("orders"))
                            .toCompletableFuture()
                            .join())
                    .hasRootCauseInstanceOf(NoSuchJobException.class);
        });
    }

    @Test
    void everythingThatOperatorsDoGoesToTheEngineOfTheApplication() {
        runner.withUserConfiguration(TwoShards.class)
                .withPropertyValues("elasticjob.instance.name=till")
                .run(context -> {
                    JobEngine engine = context.getBean(JobEngine.class);
                    registered(context);
                    await().until(() -> engine.namespace()
                            .toCompletableFuture()
                            .join()
                            .jobs()
                            .containsKey("orders"));
                    JobOperations operations = context.getBean(JobOperations.class);
                    Operator ann = new Operator("ann", "why not");

                    done(operations.drain("till", ann));
                    await().until(() -> engine.status().drained().isPresent());
                    TriggerReceipt receipt =
                            done(operations.trigger(TriggerRequest.of("orders").by(ann)));
                    await().untilAsserted(() -> assertThat(done(operations.triggerStatus("orders", receipt.number())))
                            .hasValueSatisfying(
                                    status -> assertThat(status.by()).isEqualTo(ann)));
                    assertThat(done(operations.cancel("orders", receipt.number(), ann)))
                            .hasValueSatisfying(
                                    status -> assertThat(status.isDone()).isTrue());
                    done(operations.configure("orders", Map.of(JobKey.MISFIRE, "SKIP"), ann));
                    done(operations.disable("orders", io.elasticjob.JobPart.WHOLE_JOB, ann));
                    await().until(() ->
                            stored(engine).overrides().keySet().equals(Set.of(JobKey.MISFIRE, JobKey.ENABLED)));
                    done(operations.enable("orders", io.elasticjob.JobPart.WHOLE_JOB, ann));
                    done(operations.reset("orders", Set.of(JobKey.MISFIRE), ann));
                    await().until(() -> stored(engine).overrides().isEmpty());
                    done(operations.resume("till", ann));
                    await().until(() -> engine.status().drained().isEmpty());
                    done(operations.remove("orders", ann));
                    await().until(() -> engine.namespace()
                            .toCompletableFuture()
                            .join()
                            .jobs()
                            .isEmpty());
                });
    }

    private static StoredJob stored(JobEngine engine) {
        return engine.namespace()
                .toCompletableFuture()
                .join()
                .jobs()
                .get("orders")
                .stored();
    }

    private static <T> T done(CompletionStage<T> asked) {
        return asked.toCompletableFuture().join();
    }

    @Test
    void aJobThatShowsTooLateIsNotLeftOutSilently() {
        runner.withUserConfiguration(AsksEarly.class)
                .run(context -> assertThat(context)
                        .getFailure()
                        .isInstanceOf(UnusableJobException.class)
                        .hasMessageContaining("bean \"hidden\""));
    }

    /** Those of a start are in a scope of their own. */
    private static boolean isMade(String name, ConfigurableListableBeanFactory beans) {
        return beans.containsSingleton(name) || beans.getBean(EngineScope.class).contains(name);
    }

    private static NamespaceView registered(ApplicationContext context) {
        JobEngine engine = context.getBean(JobEngine.class);
        await().until(() -> engine.status().isConnected());
        return engine.namespace().toCompletableFuture().join();
    }

    private static org.springframework.context.ApplicationContextInitializer<ConfigurableApplicationContext> yaml(
            String text) {
        return context -> {
            try {
                new YamlPropertySourceLoader()
                        .load("test.yml", new ByteArrayResource(text.getBytes()))
                        .forEach(context.getEnvironment().getPropertySources()::addLast);
            } catch (java.io.IOException impossible) {
                throw new AssertionError(impossible);
            }
        };
    }
}
