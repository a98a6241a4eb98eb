package io.elasticjob.boot.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.elasticjob.ShardingContext;
import io.elasticjob.boot.ElasticJob;
import io.elasticjob.boot.UnusableJobException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import kotlin.coroutines.Continuation;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

/** Methods of every shape: one that could not do what it seems to do is refused, and says which method and why. */
class MethodShapesTest {

    private static final ShardingContext CONTEXT = ShardingContext.builder().build();

    static class Seen {
        final List<String> seen = new ArrayList<>();
    }

    // ---- Those that run ----

    abstract static class Of<C> extends Seen {
        @ElasticJob
        public void work(C context) {
            seen.add("runs");
        }
    }

    abstract static class Between<A, B> extends Of<B> {}

    static class OfContext extends Of<ShardingContext> {}

    static class ThroughAnother extends Between<String, ShardingContext> {}

    interface Works<C> {
        @ElasticJob
        void work(C context);
    }

    static class OfInterface extends Seen implements Works<ShardingContext> {
        @Override
        public void work(ShardingContext context) {
            seen.add("runs");
        }
    }

    interface Default {
        List<String> seen();

        @ElasticJob
        default void work(ShardingContext context) {
            seen().add("runs");
        }
    }

    static class OfDefault extends Seen implements Default {
        @Override
        public List<String> seen() {
            return seen;
        }
    }

    static class Bounded<C extends ShardingContext> extends Seen {
        @ElasticJob
        void work(C context) {
            seen.add("runs");
        }
    }

    @ParameterizedTest
    @ValueSource(classes = {OfContext.class, ThroughAnother.class, OfInterface.class, OfDefault.class, Bounded.class})
    void whatTakesAContextByWhateverNameIsAJob(Class<? extends Seen> type) throws Exception {
        try (var context = new AnnotationConfigApplicationContext(type)) {
            List<AnnotatedJob> jobs = new AnnotatedJobs(context.getBeanFactory()).find();
            assertThat(jobs).hasSize(1);
            jobs.get(0).handler().execute(CONTEXT);
            assertThat(context.getBean(type).seen).containsExactly("runs");
        }
    }

    // ---- Those that cannot ----

    static class OfText extends Of<String> {}

    static class Raw extends Of<Object> {}

    static class Open<C> extends Seen {
        @ElasticJob
        void work(C context) {}
    }

    static class Many {
        @ElasticJob
        void work(ShardingContext... contexts) {}
    }

    static class Twice {
        @ElasticJob
        void work(ShardingContext context, ShardingContext another) {}
    }

    static class Primitive {
        @ElasticJob
        void work(int shard) {}
    }

    static class OfAnything {
        @ElasticJob
        void work(Object context) {}
    }

    @ParameterizedTest
    @ValueSource(
            classes = {OfText.class, Raw.class, Open.class, Many.class, Twice.class, Primitive.class, OfAnything.class})
    void parametersThatAJobIsNotGivenAreRefused(Class<?> type) {
        refused(type, "takes parameters that a job is not given");
    }

    static class ReturnsBoolean {
        @ElasticJob
        boolean work() {
            return true;
        }
    }

    static class ReturnsVoid {
        @ElasticJob
        Void work() {
            return null;
        }
    }

    static class ReturnsCallable {
        @ElasticJob
        Callable<String> work() {
            return () -> "later";
        }
    }

    static class ReturnsRunnable {
        @ElasticJob
        Runnable work(ShardingContext context) {
            return () -> {};
        }
    }

    static class ReturnsThread {
        @ElasticJob
        Thread work() {
            return new Thread();
        }
    }

    static class ReturnsObject {
        @ElasticJob
        Object work() {
            return new FutureTask<>(() -> "later");
        }
    }

    static class ReturnsGeneric<T> {
        @ElasticJob
        T work() {
            return null;
        }
    }

    @ParameterizedTest
    @ValueSource(
            classes = {
                ReturnsBoolean.class,
                ReturnsVoid.class,
                ReturnsCallable.class,
                ReturnsRunnable.class,
                ReturnsThread.class,
                ReturnsObject.class,
                ReturnsGeneric.class
            })
    void whateverIsReturnedIsRefusedInsteadOfIgnored(Class<?> type) {
        refused(type, "returns ");
    }

    static class ReturnsTask {
        @ElasticJob
        FutureTask<String> work() {
            return new FutureTask<>(() -> "later");
        }
    }

    static class SuspendsWithMore {
        @ElasticJob
        public Object work(ShardingContext context, String more, Continuation<Object> continuation) {
            return continuation;
        }
    }

    @ParameterizedTest
    @ValueSource(classes = {ReturnsTask.class, SuspendsWithMore.class})
    void workThatGoesOnIsRefusedForThat(Class<?> type) {
        refused(type, "execution would count as succeeded before");
    }

    private static void refused(Class<?> type, String why) {
        try (var context = new AnnotationConfigApplicationContext(type)) {
            assertThatExceptionOfType(UnusableJobException.class)
                    .isThrownBy(() -> new AnnotatedJobs(context.getBeanFactory()).find())
                    .withMessageContaining("work(")
                    .withMessageContaining(why);
        }
    }
}
