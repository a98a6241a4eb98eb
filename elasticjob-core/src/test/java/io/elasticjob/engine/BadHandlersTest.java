package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.ElasticJobEvent.ExecutionEnded;
import io.elasticjob.ElasticJobEvent.ExecutionStarted;
import io.elasticjob.JobDefinition;
import io.elasticjob.Outcome;
import io.elasticjob.ShardLostException;
import io.elasticjob.ShardingContext;
import io.elasticjob.SimpleJob;
import io.elasticjob.memory.MemoryEnsemble;
import io.elasticjob.registry.Read;
import io.elasticjob.runner.InProcessShardRunner;
import io.elasticjob.spi.SystemTimekeeper;
import io.elasticjob.test.SimulatedFireSource;
import io.elasticjob.view.EngineStatus;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Handlers and listeners that do what they should not, on real threads: the next firing is none the worse. */
class BadHandlersTest {

    private final SystemTimekeeper time = new SystemTimekeeper();
    private final MemoryEnsemble ensemble = new MemoryEnsemble(time);
    private final Queue<ElasticJobEvent> events = new ConcurrentLinkedQueue<>();
    private JobEngine engine;

    @AfterEach
    void close() {
        engine.close();
        time.close();
    }

    @Test
    void whateverAHandlerThrowsIsItsOutcomeAndTheNextFiringRuns() {
        List<Throwable> thrown = List.of(
                new NoClassDefFoundError("com/example/Gone"),
                new StackOverflowError(),
                new IllegalStateException("half a pair \uD83D"),
                new Exception("x".repeat(100_000)));
        AtomicInteger runs = new AtomicInteger();
        start(context -> {
            int run = runs.getAndIncrement();
            if (run < thrown.size()) {
                throwAnything(thrown.get(run));
            }
        });

        await().until(() -> outcomes().size() >= 6);
        assertThat(outcomes().subList(0, 4)).allMatch(Outcome.Failed.class::isInstance);
        assertThat(outcomes().subList(4, 6)).containsOnly(new Outcome.Succeeded());
    }

    @Test
    void aListenerThatThrowsAnErrorKeepsNothingFromAnybody() {
        start(context -> {}, event -> {
            throw new AssertionError("on purpose");
        });

        await().until(() -> outcomes().size() >= 2);
    }

    @Test
    void aHandlerThatSwallowsTheLossOfItsShardIsFencedAndTheNextFiringRuns() {
        CountDownLatch overtaken = new CountDownLatch(1);
        AtomicInteger runs = new AtomicInteger();
        Queue<Boolean> cancelled = new ConcurrentLinkedQueue<>();
        ensemble.observe(change -> {
            if (change.path().startsWith("/test/shards/") && change.after() instanceof Read.Absent) {
                overtaken.countDown();
            }
        });
        start(context -> {
            if (runs.getAndIncrement() == 0) {
                time.execute(() -> ensemble.deleteTree(
                        "/test/shards/" + ensemble.children("/test/shards").get(0) + "/0"));
                overtaken.await();
                try {
                    context.checkpoint("page 7");
                } catch (ShardLostException lost) {
                    cancelled.add(context.isCancelled());
                }
            }
        });

        await().until(() -> outcomes().size() >= 2);
        assertThat(cancelled).containsExactly(true);
        assertThat(outcomes().get(0)).isEqualTo(new Outcome.Fenced(new Outcome.Succeeded()));
        assertThat(outcomes().get(1)).isEqualTo(new Outcome.Succeeded());
    }

    @Test
    void aCheckpointThatIsTooLongIsTheHandlersErrorAndTheLastOneStays() {
        Queue<String> found = new ConcurrentLinkedQueue<>();
        start(context -> {
            found.add(context.checkpoint().orElse("none"));
            if (context.checkpoint().isEmpty()) {
                context.checkpoint("page 7");
                context.checkpoint("x".repeat(ShardingContext.MAX_CHECKPOINT_BYTES + 1));
            }
        });

        await().until(() -> outcomes().size() >= 3);
        assertThat(found.stream().limit(3)).containsExactly("none", "page 7", "none");
        assertThat(outcomes().get(0))
                .isInstanceOfSatisfying(
                        Outcome.Failed.class,
                        failed -> assertThat(failed.error())
                                .contains("4097 bytes")
                                .contains("at most 4096"));
        assertThat(outcomes().get(1)).isEqualTo(new Outcome.Succeeded());
    }

    @Test
    void aHandlerThatIgnoresItsInterruptionDoesNotKeepTheInstanceFromLeaving() {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        start(context -> {
            begun.countDown();
            while (end.getCount() > 0) {
                Thread.onSpinWait();
            }
        });
        await().until(() -> begun.getCount() == 0);

        engine.close(Duration.ZERO);
        assertThat(engine.status().phase()).isEqualTo(EngineStatus.Phase.CLOSED);
        end.countDown();
    }

    @Test
    void aListenerThatIsSlowHearsTheLastEndsBeforeTheEngineIsClosed() {
        CountDownLatch left = new CountDownLatch(1);
        start(context -> {}, event -> {
            if (event instanceof ExecutionEnded) {
                awaitUninterruptibly(left);
            }
        });
        await().until(() -> events.stream().anyMatch(ExecutionStarted.class::isInstance));
        ensemble.observe(change -> {
            if (ensemble.children("/test/instances").isEmpty()) {
                left.countDown();
            }
        });

        engine.close();

        assertThat(outcomes()).isNotEmpty();
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException unexpected) {
            throw new AssertionError(unexpected);
        }
    }

    @SafeVarargs
    private void start(SimpleJob handler, java.util.function.Consumer<ElasticJobEvent>... first) {
        JobEngineBuilder builder = JobEngine.builder()
                .namespace("test")
                .registry(ensemble.client(Duration.ofSeconds(6)))
                .timekeeper(time)
                .fireSource(new SimulatedFireSource(time, () -> false))
                .runner(InProcessShardRunner.platform(Map.of("orders", handler), 4))
                .job(JobDefinition.named("orders").every(Duration.ofMillis(200)).build());
        List.of(first).forEach(builder::listener);
        engine = builder.listener(events::add).build();
        engine.start();
    }

    private List<Outcome> outcomes() {
        return events.stream()
                .filter(ExecutionEnded.class::isInstance)
                .map(event -> ((ExecutionEnded) event).outcome())
                .toList();
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void throwAnything(Throwable thrown) throws T {
        throw (T) thrown;
    }
}
