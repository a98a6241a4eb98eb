package io.elasticjob.boot.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.elasticjob.ShardingContext;
import io.elasticjob.SimpleJob;
import io.elasticjob.boot.ElasticJob;
import io.elasticjob.boot.UnusableJobException;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import kotlin.coroutines.Continuation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** What another thread would do counts as done at once, and so it is no job. */
class HandoverTest {

    private static final ShardingContext CONTEXT = ShardingContext.builder().build();

    // ---- Annotations on jobs that are methods ----

    static class OnMethod {
        @ElasticJob
        @Async
        public void work() {}
    }

    @Async
    static class OnClass {
        @ElasticJob
        public void work() {}
    }

    @Async
    interface Worker {
        void work();
    }

    static class OnInterface implements Worker {
        @Override
        @ElasticJob
        public void work() {}
    }

    interface Posting {
        @Async
        void work();
    }

    static class OnInterfaceMethod implements Posting {
        @Override
        @ElasticJob
        public void work() {}
    }

    static class OnOverridden extends OnMethod {
        @Override
        @ElasticJob
        public void work() {}
    }

    static class OnSuperclass extends OnClass {}

    @Async("slow")
    @Retention(RetentionPolicy.RUNTIME)
    @interface InBackground {}

    static class Composed {
        @ElasticJob
        @InBackground
        public void work() {}
    }

    @InBackground
    @ElasticJob
    @Retention(RetentionPolicy.RUNTIME)
    @interface BackgroundJob {}

    static class ComposedTwice {
        @BackgroundJob
        public void work() {}
    }

    static class OfJakartaEjb {
        @ElasticJob
        @jakarta.ejb.Asynchronous
        public void work() {}
    }

    @jakarta.enterprise.concurrent.Asynchronous
    static class OfJakartaConcurrency {
        @ElasticJob
        public void work() {}
    }

    @ParameterizedTest
    @ValueSource(
            classes = {
                OnMethod.class,
                OnClass.class,
                OnInterface.class,
                OnInterfaceMethod.class,
                OnOverridden.class,
                OnSuperclass.class,
                Composed.class,
                ComposedTwice.class,
                OfJakartaEjb.class,
                OfJakartaConcurrency.class
            })
    void aMethodThatIsCalledOnAnotherThreadIsRefused(Class<?> type) {
        for (Class<?> surroundings : List.of(Plain.class, Asynchrony.class)) {
            refused(
                    new Class<?>[] {surroundings, type},
                    "work() of bean",
                    "carries @ElasticJob and carries @Async",
                    "another thread");
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Plain {}

    @Configuration(proxyBeanMethods = false)
    @EnableAsync
    static class Asynchrony {}

    // ---- Jobs that are beans ----

    @ElasticJob
    static class AsyncExecute implements SimpleJob {
        @Async
        @Override
        public void execute(ShardingContext context) {}
    }

    @ElasticJob
    @Async
    static class AsyncClass implements SimpleJob {
        @Override
        public void execute(ShardingContext context) {}
    }

    @Async
    interface BackgroundSimpleJob extends SimpleJob {}

    @ElasticJob
    static class AsyncInterface implements BackgroundSimpleJob {
        @Override
        public void execute(ShardingContext context) {}
    }

    @BackgroundJob
    static class AsyncComposed implements SimpleJob {
        @Override
        public void execute(ShardingContext context) {}
    }

    @Configuration(proxyBeanMethods = false)
    static class AsyncFromBeanMethod {
        @Bean
        @ElasticJob
        AsyncHandler orders() {
            return new AsyncHandler();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class AsyncBeanMethod {
        @Bean
        @Lazy
        @BackgroundJob
        SimpleJob orders() {
            return context -> {};
        }
    }

    @ParameterizedTest
    @ValueSource(
            classes = {
                AsyncExecute.class,
                AsyncClass.class,
                AsyncInterface.class,
                AsyncComposed.class,
                AsyncFromBeanMethod.class,
                AsyncBeanMethod.class
            })
    void soIsABean(Class<?> type) {
        refused(new Class<?>[] {type}, "The bean", "carries @ElasticJob and carries @Async on", "another thread");
    }

    static class AsyncHandler implements SimpleJob {
        @Async
        @Override
        public void execute(ShardingContext context) {}
    }

    @Test
    void soIsAHandlerThatJobsInThePropertiesCanName() {
        with(
                new Class<?>[] {AsyncHandler.class},
                context -> assertThatExceptionOfType(UnusableJobException.class)
                        .isThrownBy(() -> new AnnotatedJobs(context.getBeanFactory()).findHandlers())
                        .withMessageContaining("is a job and carries @Async on")
                        .withMessageContaining("AsyncHandler.execute"));
    }

    @Configuration(proxyBeanMethods = false)
    static class Scoped {
        @Bean
        @Scope(value = "thread", proxyMode = ScopedProxyMode.TARGET_CLASS)
        OnMethod orders() {
            return new OnMethod();
        }

        @Bean
        static org.springframework.beans.factory.config.CustomScopeConfigurer scopes() {
            var scopes = new org.springframework.beans.factory.config.CustomScopeConfigurer();
            scopes.addScope("thread", new org.springframework.context.support.SimpleThreadScope());
            return scopes;
        }
    }

    @Test
    void soIsAScopedBean() {
        refused(
                new Class<?>[] {Asynchrony.class, Scoped.class},
                "bean \"orders\" carries @ElasticJob and carries @Async");
    }

    // ---- Whatever has the proxy do it ----

    @Retention(RetentionPolicy.RUNTIME)
    @interface Elsewhere {}

    @Configuration(proxyBeanMethods = false)
    @EnableAsync(annotation = Elsewhere.class, proxyTargetClass = true)
    static class AsynchronyOfItsOwn {}

    static class MarkedInItsOwnWay {
        @ElasticJob
        @Elsewhere
        public void work() {}
    }

    @ElasticJob
    static class MarkedBean implements SimpleJob {
        @Elsewhere
        @Override
        public void execute(ShardingContext context) {}
    }

    @ParameterizedTest
    @ValueSource(classes = {MarkedInItsOwnWay.class, MarkedBean.class})
    void soIsWhatAnAnnotationOfTheApplicationHasCalledOnAnotherThread(Class<?> type) {
        refused(new Class<?>[] {AsynchronyOfItsOwn.class, type}, "is advised to run asynchronously", "another thread");
    }

    @Configuration(proxyBeanMethods = false)
    static class LazyMarked {
        @Bean
        @Lazy
        MarkedInItsOwnWay method() {
            return new MarkedInItsOwnWay();
        }

        @Bean
        @Lazy
        MarkedBean bean() {
            return new MarkedBean();
        }
    }

    @Test
    void onALazyBeanTheExecutionFailsForIt() {
        with(new Class<?>[] {AsynchronyOfItsOwn.class, LazyMarked.class}, context -> {
            List<AnnotatedJob> jobs = new AnnotatedJobs(context.getBeanFactory()).find();
            assertThat(jobs).hasSize(2);
            jobs.forEach(job -> assertThatExceptionOfType(UnusableJobException.class)
                    .isThrownBy(() -> job.handler().execute(CONTEXT))
                    .withMessageContaining("is advised to run asynchronously"));
        });
    }

    static class OtherMethodsAreAsync {
        @ElasticJob
        public void work() {}

        @Async
        @Elsewhere
        public void elsewhere() {}
    }

    @ParameterizedTest
    @ValueSource(classes = {Asynchrony.class, AsynchronyOfItsOwn.class})
    void otherMethodsOfItsBeanMayBeAsynchronous(Class<?> surroundings) {
        with(new Class<?>[] {surroundings, OtherMethodsAreAsync.class}, context -> {
            List<AnnotatedJob> jobs = new AnnotatedJobs(context.getBeanFactory()).find();
            assertThat(jobs).hasSize(1);
            assertThat(catching(() -> jobs.get(0).handler().execute(CONTEXT))).isNull();
        });
    }

    // ---- What it returns ----

    static class ReturnsCompletableFuture {
        @ElasticJob
        CompletableFuture<Void> work() {
            return new CompletableFuture<>();
        }
    }

    static class ReturnsCompletionStage {
        @ElasticJob
        CompletionStage<Void> work(ShardingContext context) {
            return new CompletableFuture<>();
        }
    }

    static class ReturnsFuture {
        @ElasticJob
        Future<?> work() {
            return new CompletableFuture<>();
        }
    }

    static class ReturnsMono {
        @ElasticJob
        Mono<Void> work() {
            return Mono.never();
        }
    }

    static class ReturnsFlux {
        @ElasticJob
        Flux<String> work() {
            return Flux.never();
        }
    }

    static class ReturnsPublisher {
        @ElasticJob
        Flow.Publisher<String> work() {
            return subscriber -> {};
        }
    }

    @ParameterizedTest
    @ValueSource(
            classes = {
                ReturnsCompletableFuture.class,
                ReturnsCompletionStage.class,
                ReturnsFuture.class,
                ReturnsMono.class,
                ReturnsFlux.class,
                ReturnsPublisher.class
            })
    void whatReturnsAPromiseIsRefusedForThat(Class<?> type) {
        refused(
                new Class<?>[] {type},
                type.getSimpleName() + ".work(",
                "returns " + type.getSimpleName().substring("Returns".length()),
                "would go on after the method has returned",
                "Wait for the end of the work in the method");
    }

    // ---- Kotlin ----

    static class Suspending {
        @ElasticJob
        public Object work(Continuation<Object> continuation) {
            return continuation;
        }
    }

    static class SuspendingWithContext {
        @ElasticJob
        public Object work(ShardingContext context, Continuation<? super String> continuation) {
            return continuation;
        }
    }

    @ParameterizedTest
    @ValueSource(classes = {Suspending.class, SuspendingWithContext.class})
    void aSuspendFunctionOfKotlinIsRefusedForThat(Class<?> type) {
        refused(new Class<?>[] {type}, "is a Kotlin suspend function", "Remove \"suspend\"", "runBlocking");
    }

    // ---- Help ----

    private static void refused(Class<?>[] configuration, String... words) {
        with(configuration, context -> {
            var refusal = assertThatExceptionOfType(UnusableJobException.class)
                    .isThrownBy(() -> new AnnotatedJobs(context.getBeanFactory()).find());
            List.of(words).forEach(refusal::withMessageContaining);
        });
    }

    private static Throwable catching(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        return org.assertj.core.api.Assertions.catchThrowable(call);
    }

    private static void with(
            Class<?>[] configuration, java.util.function.Consumer<AnnotationConfigApplicationContext> test) {
        try (var context = new AnnotationConfigApplicationContext(configuration)) {
            test.accept(context);
        }
    }
}
