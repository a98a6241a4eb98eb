package io.elasticjob.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.aot.hint.predicate.RuntimeHintsPredicates.reflection;
import static org.springframework.aot.hint.predicate.RuntimeHintsPredicates.resource;

import io.elasticjob.ShardingContext;
import io.elasticjob.SimpleJob;
import io.elasticjob.boot.ElasticJob;
import io.elasticjob.zookeeper.embedded.EmbeddedZooKeeper;
import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.aot.generate.ClassNameGenerator;
import org.springframework.aot.generate.DefaultGenerationContext;
import org.springframework.aot.generate.InMemoryGeneratedFiles;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.core.type.filter.AssignableTypeFilter;
import org.springframework.javapoet.ClassName;
import org.springframework.util.ClassUtils;

/**
 * What a native image has to be told of, since it is found by name or called by reflection. Alone, since Spring hears of every
 * class that anybody generates meanwhile.
 */
@Isolated
class AotHintsTest {

    private static RuntimeHints hints;

    interface Posting {
        void post(ShardingContext context);
    }

    interface Sealing {
        void seal();
    }

    interface Keeping extends Sealing {}

    static class Ledger implements Posting, Keeping {
        @Override
        @ElasticJob
        public void seal() {}

        @Override
        @ElasticJob
        public void post(ShardingContext context) {}

        @ElasticJob
        void close() {}

        void other() {}
    }

    interface Working<C> {
        void work(C context);
    }

    abstract static class Base<C> implements Working<C> {
        @ElasticJob
        public abstract void work(C context);
    }

    static class Derived extends Base<ShardingContext> {
        @Override
        public void work(ShardingContext context) {}
    }

    @ElasticJob(cron = "${no.such.property}") // is resolved when the application runs
    static class Nightly implements SimpleJob {
        @Override
        public void execute(ShardingContext context) {}
    }

    @Configuration(proxyBeanMethods = false)
    static class Jobs {
        @Bean
        Ledger ledger() {
            throw new AssertionError("made ahead of time");
        }

        @Bean
        Derived derived() {
            throw new AssertionError("made ahead of time");
        }

        @Bean
        Nightly nightly() {
            throw new AssertionError("made ahead of time");
        }

        @Bean
        @Lazy
        @ElasticJob
        static SimpleJob orders() {
            throw new AssertionError("made ahead of time");
        }

        @Bean
        EmbeddedZooKeeper neverStarted() {
            throw new AssertionError("made ahead of time");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"post", "close"})
    void methodsThatAreJobsAreCalled(String name) {
        assertThat(reflection().onMethodInvocation(Ledger.class, name).test(hints))
                .isTrue();
    }

    @Test
    void soAreThoseOfInterfacesThroughProxies() {
        assertThat(reflection().onMethodInvocation(Posting.class, "post").test(hints))
                .isTrue();
        assertThat(reflection().onMethodInvocation(Sealing.class, "seal").test(hints))
                .as("of an interface above")
                .isTrue();
    }

    @Test
    void soAreGenericOnesAndThoseThatAreOverriddenAreLookedAt() throws Exception {
        assertThat(reflection()
                        .onMethodInvocation(Derived.class.getMethod("work", ShardingContext.class))
                        .test(hints))
                .isTrue();
        assertThat(reflection().onMethodInvocation(Working.class, "work").test(hints))
                .isTrue();
        assertThat(reflection().onMethod(Base.class, "work").test(hints)).isTrue();
    }

    @Test
    void otherMethodsAreNot() {
        assertThat(reflection().onMethodInvocation(Ledger.class, "other").test(hints))
                .isFalse();
    }

    @Test
    void annotationsAreLookedFor() {
        assertThat(reflection().onType(Nightly.class).test(hints)).isTrue();
        assertThat(reflection().onType(Ledger.class).test(hints)).isTrue();
        assertThat(reflection().onMethod(Jobs.class, "orders").test(hints)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "mysql", "postgresql"})
    void theTablesOfTheHistoryAreMadeFromTheClassPath(String platform) {
        assertThat(resource()
                        .forResource("io/elasticjob/boot/history/schema-" + platform + ".sql")
                        .test(hints))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            classes = {
                ElasticJobProperties.class,
                ElasticJobProperties.Registry.class,
                ElasticJobProperties.Embedded.class,
                ElasticJobProperties.Execution.class,
                ElasticJobAlertProperties.class,
                ElasticJobAlertProperties.Webhook.class,
                ElasticJobHistoryProperties.class,
                ElasticJobHistoryJdbcProperties.class
            })
    void propertiesAreBound(Class<?> properties) {
        assertThat(Stream.of(properties.getDeclaredMethods())
                        .filter(method -> method.getName().startsWith("set")))
                .allMatch(setter -> reflection().onMethodInvocation(setter).test(hints));
    }

    static List<Class<?>> answers() {
        var scanner = new ClassPathScanningCandidateComponentProvider(false);
        scanner.addIncludeFilter(new AssignableTypeFilter(OperationResponseBody.class));
        return scanner.findCandidateComponents("io.elasticjob.boot.actuate.endpoint").stream()
                .<Class<?>>map(found -> ClassUtils.resolveClassName(found.getBeanClassName(), null))
                .toList();
    }

    @Test
    void thereAreAnswers() {
        assertThat(answers()).hasSizeGreaterThan(10);
    }

    /** Each one that there is, and what it is made of. */
    @ParameterizedTest
    @MethodSource("answers")
    void answersOfTheEndpointAreWritten(Class<?> answer) {
        if (!answer.isRecord()) {
            assertThat(reflection().onType(answer).test(hints))
                    .as(answer.getName())
                    .isTrue();
            return;
        }
        for (RecordComponent component : answer.getRecordComponents()) {
            assertThat(reflection().onMethodInvocation(component.getAccessor()).test(hints))
                    .as(answer.getName() + "." + component.getName())
                    .isTrue();
            if (component.getType().getName().startsWith("io.elasticjob.boot.")) {
                assertThat(reflection().onType(component.getType()).test(hints))
                        .as(component.getType().getName())
                        .isTrue();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "org.apache.zookeeper.ClientCnxnSocketNIO",
                "org.apache.zookeeper.metrics.impl.DefaultMetricsProvider",
                "org.apache.zookeeper.server.NIOServerCnxnFactory"
            })
    void zooKeeperMakesItsPartsByName(String type) throws Exception {
        assertThat(Stream.of(Class.forName(type).getDeclaredConstructors()))
                .allMatch(constructor ->
                        reflection().onConstructorInvocation(constructor).test(hints));
    }

    @Test
    void withoutTheActuatorItHasNoAnswers() throws Exception {
        var without = new FilteredClassLoader("org.springframework.boot.actuate");
        RuntimeHints none = new RuntimeHints();
        Class<?> registrar = Class.forName("io.elasticjob.boot.actuate.endpoint.EndpointHints");
        var constructor = registrar.getDeclaredConstructor();
        constructor.setAccessible(true);

        ((org.springframework.aot.hint.RuntimeHintsRegistrar) constructor.newInstance()).registerHints(none, without);

        assertThat(none.reflection().typeHints()).isEmpty();
    }

    @BeforeAll
    static void processAheadOfTime() {
        DefaultGenerationContext generation = new DefaultGenerationContext(
                new ClassNameGenerator(ClassName.get("io.elasticjob.boot.autoconfigure", "Application")),
                new InMemoryGeneratedFiles());
        try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
            context.register(
                    Jobs.class,
                    LifecycleAutoConfiguration.class,
                    ElasticJobAutoConfiguration.class,
                    ElasticJobHistoryAutoConfiguration.class,
                    ElasticJobAlertAutoConfiguration.class,
                    ElasticJobEndpointAutoConfiguration.class);
            TestPropertyValues.of(
                            "spring.application.name=shop", "management.endpoints.web.exposure.include=elasticjob")
                    .applyTo(context);
            new ApplicationContextAotGenerator().processAheadOfTime(context, generation);
        }
        hints = generation.getRuntimeHints();
    }
}
