package io.elasticjob.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.JobOperations;
import io.elasticjob.ShardingContext;
import io.elasticjob.SimpleJob;
import io.elasticjob.TriggerRequest;
import io.elasticjob.boot.ElasticJob;
import io.elasticjob.boot.UnusableJobException;
import io.elasticjob.boot.actuate.endpoint.ElasticJobEndpoint;
import io.elasticjob.boot.actuate.health.ElasticJobHealthIndicator;
import io.elasticjob.engine.JobEngine;
import io.elasticjob.memory.MemoryEnsemble;
import io.elasticjob.registry.Registry;
import io.elasticjob.spi.SystemTimekeeper;
import io.elasticjob.view.EngineStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.logging.LoggingApplicationListener;
import org.springframework.boot.health.contributor.Status;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;
import org.springframework.context.event.EventListener;

/** A context with jobs has an engine of its own, whatever its parent has; where it cannot have one it does not start. */
@Timeout(120)
@ResourceLock("applications") // each sets up the logging of the whole process
class ChildContextsTest {

    private final Deque<ConfigurableApplicationContext> contexts = new ArrayDeque<>();

    @AfterEach
    void close() {
        contexts.forEach(ConfigurableApplicationContext::close);
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({
        LifecycleAutoConfiguration.class,
        ElasticJobAutoConfiguration.class,
        ElasticJobHistoryAutoConfiguration.class,
        ElasticJobEndpointAutoConfiguration.class,
        ElasticJobHealthContributorAutoConfiguration.class,
        ElasticJobAlertAutoConfiguration.class
    })
    static class AutoConfigured {}

    /** For all contexts: below it each of them makes a registry of its own. */
    @Configuration(proxyBeanMethods = false)
    static class Ensemble {
        @Bean
        SystemTimekeeper ensembleTime() {
            return new SystemTimekeeper();
        }

        @Bean
        MemoryEnsemble ensemble(SystemTimekeeper time) {
            return new MemoryEnsemble(time);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnRegistry {
        @Bean
        Registry registry(MemoryEnsemble ensemble) {
            return ensemble.client(Duration.ofSeconds(15));
        }
    }

    static class Counting implements SimpleJob {
        final AtomicInteger runs = new AtomicInteger();

        @Override
        public void execute(ShardingContext context) {
            runs.incrementAndGet();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Orders {
        @Bean
        @ElasticJob(every = "200ms")
        Counting orders() {
            return new Counting();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Invoices {
        @Bean
        @ElasticJob(every = "200ms")
        Counting invoices() {
            return new Counting();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Reports {
        @Bean
        @ElasticJob(every = "200ms")
        Counting reports() {
            return new Counting();
        }
    }

    private ConfigurableApplicationContext context(ConfigurableApplicationContext parent, Class<?>... configuration) {
        return context(parent, List.of(), configuration);
    }

    private ConfigurableApplicationContext context(
            ConfigurableApplicationContext parent, List<String> arguments, Class<?>... configuration) {
        SpringApplicationBuilder application = application(WebApplicationType.NONE, configuration);
        if (parent != null) {
            application.parent(parent);
        }
        List<String> all = new java.util.ArrayList<>(arguments);
        all.addAll(List.of(
                "--spring.application.name=shop",
                "--spring.main.banner-mode=off",
                "--management.endpoints.web.exposure.include=elasticjob"));
        ConfigurableApplicationContext context = application.run(all.toArray(String[]::new));
        contexts.addFirst(context);
        return context;
    }

    /** One that leaves logging as the other tests of this JVM have it. */
    private static SpringApplicationBuilder application(WebApplicationType type, Class<?>... configuration) {
        SpringApplicationBuilder builder = new SpringApplicationBuilder(configuration).web(type);
        withoutLogging(builder);
        return builder;
    }

    private static void withoutLogging(SpringApplicationBuilder builder) {
        SpringApplication application = builder.application();
        application.setListeners(application.getListeners().stream()
                .filter(listener -> !(listener instanceof LoggingApplicationListener))
                .toList());
    }

    private static void runs(ConfigurableApplicationContext context, String job) {
        Counting counting = context.getBean(job, Counting.class);
        int before = counting.runs.get();
        await().until(() -> counting.runs.get() > before);
    }

    @Test
    void theJobsOfAChildRunThoughItsParentIsAutoConfiguredAndShowUpInTheParent() {
        ConfigurableApplicationContext parent = context(null, AutoConfigured.class, Ensemble.class, OwnRegistry.class);
        assertThat(parent.getBean(JobEngineLifecycle.class).engine()).isEmpty();

        ConfigurableApplicationContext child = context(parent, AutoConfigured.class, OwnRegistry.class, Orders.class);

        runs(child, "orders");
        JobEngine engine = child.getBean(JobEngine.class);
        assertThat(parent.getBean(JobEngineLifecycle.class).engine()).containsSame(engine);
        assertThat(parent.getBean(ElasticJobHealthIndicator.class).health().getStatus())
                .isEqualTo(Status.UP);
        assertThat(parent.getBean(ElasticJobEndpoint.class).list("jobs").toString())
                .contains("orders");
        assertThat(child.getBean(JobOperations.class)
                        .trigger(TriggerRequest.of("orders"))
                        .toCompletableFuture()
                        .join()
                        .number())
                .isZero();
    }

    static class Events {
        final Queue<String> started = new ConcurrentLinkedQueue<>();

        @EventListener
        void on(ElasticJobEvent.ExecutionStarted event) {
            started.add(event.execution().toString());
        }
    }

    @Test
    void soDoTheJobsOfParentAndChildrenEachInTheirOwnContext() {
        ConfigurableApplicationContext parent = context(
                null,
                List.of("--elasticjob.instance.name=till"),
                AutoConfigured.class,
                Ensemble.class,
                OwnRegistry.class,
                Orders.class,
                Events.class);
        List<String> arguments = List.of("--elasticjob.instance.name=till");
        ConfigurableApplicationContext first =
                context(parent, arguments, AutoConfigured.class, OwnRegistry.class, Invoices.class, Events.class);
        ConfigurableApplicationContext second =
                context(parent, arguments, AutoConfigured.class, OwnRegistry.class, Reports.class);

        runs(parent, "orders");
        runs(first, "invoices");
        runs(second, "reports");
        assertThat(List.of(parent, first, second))
                .extracting(context -> context.getBean(JobEngine.class).status().instanceName())
                .as("names by which operators tell them apart")
                .containsExactly("till", "till-1", "till-2");
        Queue<String> inFirst = first.getBean(Events.class).started;
        await().until(() -> !inFirst.isEmpty());
        assertThat(inFirst).allMatch(execution -> execution.startsWith("invoices/"));
        assertThat(parent.getBean(Events.class).started).as("each told once").doesNotHaveDuplicates();

        JobEngine ofFirst = first.getBean(JobEngine.class);
        first.close();
        assertThat(ofFirst.status().phase()).isEqualTo(EngineStatus.Phase.CLOSED);
        runs(parent, "orders");
        runs(second, "reports");

        ConfigurableApplicationContext again =
                context(parent, arguments, AutoConfigured.class, OwnRegistry.class, Invoices.class);
        runs(again, "invoices");
        assertThat(again.getBean(JobEngine.class).status().instanceName())
                .as("switches are kept by name")
                .isEqualTo("till-1");
    }

    @Test
    void aChildCanBeStoppedAndStarted() {
        ConfigurableApplicationContext parent =
                context(null, AutoConfigured.class, Ensemble.class, OwnRegistry.class, Orders.class);
        ConfigurableApplicationContext child = context(parent, AutoConfigured.class, OwnRegistry.class, Invoices.class);

        child.stop();
        runs(parent, "orders");
        child.start();

        runs(child, "invoices");
    }

    @Test
    void soItIsWithAnEmbeddedZooKeeper(@TempDir Path directory) {
        List<String> arguments = List.of("--elasticjob.registry.embedded.data-dir=" + directory.resolve("zookeeper"));
        ConfigurableApplicationContext parent = context(null, arguments, AutoConfigured.class, Orders.class);
        ConfigurableApplicationContext child = context(parent, arguments, AutoConfigured.class, Invoices.class);

        runs(child, "invoices");
        runs(parent, "orders");
    }

    @Test
    void siblingsThatOneBuilderMakesRunEachItsOwn() {
        SpringApplicationBuilder parent = application(WebApplicationType.NONE, Ensemble.class);
        SpringApplicationBuilder first = parent.child(AutoConfigured.class, OwnRegistry.class, Orders.class)
                .web(WebApplicationType.NONE)
                .properties(
                        "spring.application.name=shop",
                        "spring.main.banner-mode=off",
                        "spring.main.lazy-initialization=true");
        withoutLogging(first);
        SpringApplicationBuilder second = first.sibling(AutoConfigured.class, OwnRegistry.class, Invoices.class)
                .web(WebApplicationType.NONE)
                .properties("spring.application.name=shop", "spring.main.banner-mode=off");
        withoutLogging(second);
        ConfigurableApplicationContext ofSecond = second.run();
        contexts.addFirst(ofSecond);
        ConfigurableApplicationContext ofFirst = first.context();
        contexts.addFirst(ofFirst);

        runs(ofFirst, "orders");
        runs(ofSecond, "invoices");
        ofFirst.close();
        runs(ofSecond, "invoices");
    }

    @Test
    void soDoesAContextBelowOneThatHasNone() {
        ConfigurableApplicationContext parent =
                context(null, AutoConfigured.class, Ensemble.class, OwnRegistry.class, Orders.class);
        AnnotationConfigApplicationContext between = between(parent);

        ConfigurableApplicationContext below =
                context(between, AutoConfigured.class, OwnRegistry.class, Invoices.class);

        runs(below, "invoices");
        runs(parent, "orders");
        assertThat(below.getBean(JobEngine.class).status().instanceName())
                .isNotEqualTo(parent.getBean(JobEngine.class).status().instanceName());
    }

    private AnnotationConfigApplicationContext between(ConfigurableApplicationContext parent) {
        AnnotationConfigApplicationContext between = new AnnotationConfigApplicationContext();
        between.setParent(parent);
        between.refresh();
        contexts.addFirst(between);
        return between;
    }

    // ---- What is ambiguous ----

    @Test
    void aContextFurtherBelowWithJobsAndWithoutAnEngineDoesNotStart() {
        ConfigurableApplicationContext parent =
                context(null, AutoConfigured.class, Ensemble.class, OwnRegistry.class, Orders.class);
        try (AnnotationConfigApplicationContext below = new AnnotationConfigApplicationContext()) {
            below.setParent(between(parent));
            below.register(Invoices.class);

            assertThatExceptionOfType(UnusableJobException.class)
                    .isThrownBy(below::refresh)
                    .withMessageContaining("bean \"invoices\"")
                    .withMessageContaining("which has no job engine");
        }
        runs(parent, "orders");
    }

    @Test
    void aChildWithJobsAndWithoutAnEngineDoesNotStart() {
        ConfigurableApplicationContext parent =
                context(null, AutoConfigured.class, Ensemble.class, OwnRegistry.class, Orders.class);
        try (AnnotationConfigApplicationContext child = new AnnotationConfigApplicationContext()) {
            child.setParent(parent);
            child.register(Invoices.class);

            assertThatExceptionOfType(UnusableJobException.class)
                    .isThrownBy(child::refresh)
                    .withMessageContaining("bean \"invoices\"")
                    .withMessageContaining("which has no job engine")
                    .withMessageContaining("Enable auto-configuration in that context as well");
        }
    }

    @Test
    void neitherDoesAContextBelowOneWithJobsAndWithoutAnEngine() {
        AnnotationConfigApplicationContext parent =
                new AnnotationConfigApplicationContext(Ensemble.class, Orders.class);
        contexts.addFirst(parent);
        AnnotationConfigApplicationContext between = new AnnotationConfigApplicationContext();
        between.setParent(parent);
        between.refresh();
        contexts.addFirst(between);

        assertThatExceptionOfType(UnusableJobException.class)
                .isThrownBy(() -> context(between, AutoConfigured.class, OwnRegistry.class, Invoices.class))
                .withMessageContaining("bean \"orders\"")
                .withMessageContaining("which has no job engine")
                .withMessageContaining("Enable auto-configuration in that context as well");
    }

    @Test
    void oneInWhichJobsAreSwitchedOffDoes() {
        ConfigurableApplicationContext parent =
                context(null, AutoConfigured.class, Ensemble.class, OwnRegistry.class, Orders.class);

        ConfigurableApplicationContext child =
                context(parent, List.of("--elasticjob.enabled=false"), AutoConfigured.class, Invoices.class);

        assertThat(child.isActive()).isTrue();
    }

    @Test
    void aChildWithoutJobsMakesNoEngine() {
        ConfigurableApplicationContext parent =
                context(null, AutoConfigured.class, Ensemble.class, OwnRegistry.class, Orders.class);
        ConfigurableApplicationContext child = context(parent, AutoConfigured.class);

        assertThat(child.getBean(JobEngineLifecycle.class).engine()).isEmpty();
        runs(parent, "orders");
    }

    @Test
    void aRegistryOfTheParentsThatIsInUseIsNotSharedButNamed() {
        ConfigurableApplicationContext parent =
                context(null, AutoConfigured.class, Ensemble.class, OwnRegistry.class, Orders.class);

        try (AnnotationConfigApplicationContext child = new AnnotationConfigApplicationContext()) {
            child.setParent(parent);
            child.register(AutoConfigured.class, Invoices.class);

            assertThatThrownBy(child::refresh)
                    .rootCause()
                    .hasMessageContaining("The Registry")
                    .hasMessageContaining("define one in each context");
        }
        runs(parent, "orders");
    }

    @Configuration(proxyBeanMethods = false)
    static class RegistryForEach {
        @Bean
        @Scope("prototype")
        Registry registry(MemoryEnsemble ensemble) {
            return ensemble.client(Duration.ofSeconds(15));
        }
    }

    @Test
    void oneThatTheParentMakesForEachIsInherited() {
        ConfigurableApplicationContext parent =
                context(null, AutoConfigured.class, Ensemble.class, RegistryForEach.class, Orders.class);
        ConfigurableApplicationContext child = context(parent, AutoConfigured.class, Invoices.class);

        runs(child, "invoices");
        runs(parent, "orders");
        assertThat(child.getBean(JobEngine.class)
                        .namespace()
                        .toCompletableFuture()
                        .join()
                        .instances())
                .hasSize(2);
    }

    // ---- Boot's own ----

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class WebApplication {}

    @Test
    void theContextOfASeparateManagementPortIsLeftAlone() {
        ConfigurableApplicationContext application = application(
                        WebApplicationType.SERVLET,
                        WebApplication.class,
                        Ensemble.class,
                        OwnRegistry.class,
                        Orders.class)
                .run(
                        "--spring.application.name=shop",
                        "--spring.main.banner-mode=off",
                        "--server.port=0",
                        "--server.address=127.0.0.1",
                        "--management.server.port=0",
                        "--management.server.address=127.0.0.1");
        contexts.addFirst(application);

        assertThat(application.getEnvironment().getProperty("local.management.port", Integer.class))
                .isNotEqualTo(application.getEnvironment().getProperty("local.server.port", Integer.class));
        runs(application, "orders");
    }
}
