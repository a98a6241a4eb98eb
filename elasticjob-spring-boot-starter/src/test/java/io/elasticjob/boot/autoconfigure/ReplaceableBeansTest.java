package io.elasticjob.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.mockingDetails;
import static org.mockito.Mockito.when;

import io.elasticjob.JobOperations;
import io.elasticjob.SimpleJob;
import io.elasticjob.alert.AlertNotifier;
import io.elasticjob.boot.ElasticJob;
import io.elasticjob.boot.JobEngineCustomizer;
import io.elasticjob.boot.JobEngineFactory;
import io.elasticjob.boot.RegistryFactory;
import io.elasticjob.boot.RemoteHandlers;
import io.elasticjob.boot.ShardRunnerFactory;
import io.elasticjob.boot.actuate.endpoint.AccessRules;
import io.elasticjob.boot.actuate.endpoint.ElasticJobEndpoint;
import io.elasticjob.boot.actuate.endpoint.ElasticJobEndpointWebExtension;
import io.elasticjob.boot.actuate.endpoint.HistoryReader;
import io.elasticjob.boot.actuate.info.ElasticJobInfoContributor;
import io.elasticjob.boot.actuate.metrics.ItemMeters;
import io.elasticjob.boot.logs.LogCapture;
import io.elasticjob.boot.observation.ObservedExecutions;
import io.elasticjob.history.ExecutionHistory;
import io.elasticjob.history.HistoryWriter;
import io.elasticjob.kind.ArrayRuns;
import io.elasticjob.registry.Registry;
import io.elasticjob.sharding.StrategyCatalog;
import io.elasticjob.spi.ShardRunner;
import io.elasticjob.zookeeper.embedded.EmbeddedZooKeeper;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.mockito.ArgumentMatchers;
import org.springframework.beans.factory.annotation.AnnotatedBeanDefinition;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.boot.context.properties.ConfigurationPropertiesBindHandlerAdvisor;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.type.MethodMetadata;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.util.ClassUtils;

/** The application can replace every bean of the starter. They are found by reflection, so that no new one is left out. */
class ReplaceableBeansTest {

    /** There may be several of these in an application, so that one of ours is replaced by a bean of the same name. */
    private static final Set<Class<?>> BY_NAME = Set.of(
            JobEngineCustomizer.class,
            RemoteHandlers.class,
            HealthIndicator.class,
            BeanFactoryPostProcessor.class,
            ConfigurationPropertiesBindHandlerAdvisor.class);

    /** Asked by requests and by executions only, or, what takes logs, not at all. */
    private static final Set<Class<?>> ASKED_LATER = Set.of(
            ElasticJobEndpoint.class,
            ElasticJobEndpointWebExtension.class,
            HistoryReader.class,
            AccessRules.class,
            Audit.class,
            ElasticJobInfoContributor.class,
            ObservedExecutions.class,
            ItemMeters.class,
            ArrayRuns.class,
            JobEngineFactory.class,
            ExecutionHistory.class,
            JobOperations.class,
            LogCapture.class,
            AlertNotifier.class);

    @Configuration(proxyBeanMethods = false)
    static class OneJob {
        @Bean
        @ElasticJob
        SimpleJob orders() {
            return context -> {};
        }
    }

    static Stream<Named<Method>> beans() {
        return beanMethods().stream()
                .map(method -> Named.of(method.getDeclaringClass().getSimpleName() + "." + method.getName(), method));
    }

    @Test
    void thereAreMany() {
        assertThat(beanMethods()).hasSizeGreaterThan(20);
    }

    @ParameterizedTest
    @MethodSource("beans")
    void aBeanOfTheApplicationTakesThePlaceOf(Method method) {
        environment(method)
                .withPropertyValues("elasticjob.auto-startup=false")
                .run(context -> assertThat(madeBy(method, context.getBeanFactory()))
                        .as("without a bean of the application")
                        .hasSize(1));

        Class<?> type = method.getReturnType();
        String name = isReplacedByName(type) ? method.getName() : "own";
        AtomicBoolean customized = new AtomicBoolean();
        Object own = type == JobEngineCustomizer.class ? customizer(customized) : own(type);
        replacedBy(own, type, name, environment(method)).run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(madeBy(method, context.getBeanFactory())).isEmpty();
            assertThat(context.getBean(name)).isSameAs(own);
            if (!isReplacedByName(type)) {
                assertThat(context.getBean(type)).isSameAs(own);
            }
            if (type == JobEngineCustomizer.class) {
                assertThat(customized).isTrue();
            } else if (!ASKED_LATER.contains(type) && !HealthIndicator.class.isAssignableFrom(type)) {
                assertThat(mockingDetails(own).getInvocations()).as("uses").isNotEmpty();
            }
        });
    }

    @Test
    void aNotifierOfTheApplicationHearsWithoutAConfiguredChannel() {
        AlertNotifier own = mock(AlertNotifier.class);

        environment(beanMethods().get(0))
                .withBean("own", AlertNotifier.class, () -> own)
                .run(context -> org.awaitility.Awaitility.await()
                        .untilAsserted(() -> org.mockito.Mockito.verify(own, org.mockito.Mockito.atLeastOnce())
                                .accept(ArgumentMatchers.any())));
    }

    @Test
    void theEndpointSteersByTheOperationsOfTheApplication() {
        JobOperations own = mock(JobOperations.class);
        when(own.remove(ArgumentMatchers.any(), ArgumentMatchers.any()))
                .thenReturn(CompletableFuture.completedFuture(null));

        environment(beanMethods().get(0))
                .withBean("own", JobOperations.class, () -> own)
                .run(context -> {
                    context.getBean(ElasticJobEndpoint.class).remove("jobs", "orders", "");
                    org.mockito.Mockito.verify(own).remove(ArgumentMatchers.eq("orders"), ArgumentMatchers.any());
                });
    }

    private static boolean isReplacedByName(Class<?> type) {
        return BY_NAME.stream().anyMatch(several -> several.isAssignableFrom(type));
    }

    @SuppressWarnings("unchecked")
    private static ApplicationContextRunner replacedBy(
            Object own, Class<?> type, String name, ApplicationContextRunner runner) {
        return runner.withBean(name, (Class<Object>) type, () -> own, definition -> definition.setLazyInit(true));
    }

    /** One in which this bean is made by default. */
    private static ApplicationContextRunner environment(Method method) {
        Class<?> home = method.getDeclaringClass();
        ApplicationContextRunner runner = new ApplicationContextRunner()
                .withConfiguration(
                        AutoConfigurations.of(LifecycleAutoConfiguration.class, ObservationAutoConfiguration.class))
                .withConfiguration(AutoConfigurations.of(autoConfigurations().toArray(Class<?>[]::new)))
                .withUserConfiguration(OneJob.class)
                .withBean(MeterRegistry.class, SimpleMeterRegistry::new)
                .withPropertyValues(
                        "spring.application.name=shop", "management.endpoints.web.exposure.include=elasticjob");
        if (home != ZooKeeperConfiguration.class) {
            runner = runner.withUserConfiguration(InMemoryRegistry.class);
        }
        if (home == ElasticJobDisabledAutoConfiguration.class
                || home.getEnclosingClass() == ElasticJobDisabledAutoConfiguration.class) {
            runner = runner.withPropertyValues("elasticjob.enabled=false");
        }
        if (home == ElasticJobScheduledAutoConfiguration.class) {
            runner = runner.withPropertyValues("elasticjob.scheduled.take-over=true");
        }
        return home == MemoryHistoryConfiguration.class
                ? runner.withClassLoader(new FilteredClassLoader(JdbcTemplate.class))
                : runner;
    }

    private static List<MethodMetadata> madeBy(Method method, ConfigurableListableBeanFactory beans) {
        return Arrays.stream(beans.getBeanDefinitionNames())
                .map(beans::getBeanDefinition)
                .filter(AnnotatedBeanDefinition.class::isInstance)
                .map(definition -> ((AnnotatedBeanDefinition) definition).getFactoryMethodMetadata())
                .filter(factory -> factory != null
                        && factory.getMethodName().equals(method.getName())
                        && factory.getDeclaringClassName()
                                .equals(method.getDeclaringClass().getName()))
                .toList();
    }

    private static JobEngineCustomizer customizer(AtomicBoolean called) {
        return engine -> {
            engine.namespace("own");
            called.set(true);
        };
    }

    /** One that lets the others start. */
    private static Object own(Class<?> type) {
        if (type == StrategyCatalog.class) {
            return mock(StrategyCatalog.class, delegatesTo(StrategyCatalog.builtIn()));
        }
        if (type == EngineScope.class) {
            return mock(EngineScope.class, delegatesTo(new EngineScope()));
        }
        Object own = mock(type);
        if (own instanceof ConfigurationPropertiesBindHandlerAdvisor advisor) {
            when(advisor.apply(ArgumentMatchers.any())).thenAnswer(call -> call.getArgument(0));
        } else if (own instanceof ShardRunner runner) {
            stub(runner);
        } else if (own instanceof ShardRunnerFactory factory) {
            ShardRunner runner = mock(ShardRunner.class);
            stub(runner);
            when(factory.create()).thenReturn(runner);
        } else if (own instanceof EmbeddedZooKeeper server) {
            when(server.connectString()).thenReturn("127.0.0.1:1");
        } else if (own instanceof RegistryFactory factory) {
            when(factory.create()).thenReturn(mock(Registry.class));
        } else if (own instanceof HistoryWriter writer) {
            when(writer.listener(ArgumentMatchers.any())).thenReturn(event -> {});
        }
        return own;
    }

    private static void stub(ShardRunner runner) {
        when(runner.handlers()).thenReturn(Set.of("orders"));
        when(runner.slots()).thenReturn(1);
    }

    // ---- All of them ----

    private static List<Class<?>> autoConfigurations() {
        List<Class<?>> classes = new ArrayList<>();
        ImportCandidates.load(org.springframework.boot.autoconfigure.AutoConfiguration.class, null)
                .forEach(name -> {
                    if (name.startsWith("io.elasticjob.")) {
                        classes.add(ClassUtils.resolveClassName(name, null));
                    }
                });
        return classes;
    }

    private static List<Method> beanMethods() {
        List<Method> methods = new ArrayList<>();
        autoConfigurations().forEach(type -> collect(type, methods));
        return methods;
    }

    private static void collect(Class<?> configuration, List<Method> methods) {
        Stream.of(configuration.getDeclaredMethods())
                .filter(method -> method.isAnnotationPresent(Bean.class))
                .sorted(java.util.Comparator.comparing(Method::getName))
                .forEach(methods::add);
        Stream.of(configuration.getDeclaredClasses())
                .filter(nested -> nested.isAnnotationPresent(Configuration.class))
                .filter(nested ->
                        !nested.isAnnotationPresent(ConditionalOnWebApplication.class)) // there is no server here
                .forEach(nested -> collect(nested, methods));
        Import imported = configuration.getAnnotation(Import.class);
        if (imported != null) {
            Stream.of(imported.value()).forEach(other -> collect(other, methods));
        }
    }
}
