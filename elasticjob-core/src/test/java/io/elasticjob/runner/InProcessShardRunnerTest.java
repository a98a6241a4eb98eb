package io.elasticjob.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.elasticjob.ExecutionId;
import io.elasticjob.Firing;
import io.elasticjob.Outcome;
import io.elasticjob.ShardingContext;
import io.elasticjob.SimpleJob;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class InProcessShardRunnerTest {

    private static final Instant FIRE_TIME = Instant.parse("2026-03-01T02:00:00Z");

    private final List<InProcessShardRunner> runners = new ArrayList<>();

    /** What was told, in order; more than one for an execution would show here. */
    private final LinkedBlockingQueue<Outcome> told = new LinkedBlockingQueue<>();

    @AfterEach
    void close() {
        runners.forEach(InProcessShardRunner::close);
    }

    @Test
    void tellsTheHandlerWhatItIsToDoAndTheEngineThatItIsDone() throws Exception {
        AtomicReference<ShardingContext> seen = new AtomicReference<>();
        AtomicReference<String> name = new AtomicReference<>();
        AtomicReference<Thread> thread = new AtomicReference<>();
        InProcessShardRunner runner = platform(1, context -> {
            seen.set(context);
            thread.set(Thread.currentThread());
            name.set(Thread.currentThread().getName());
        });
        assertThat(runner.handlers()).containsExactly("work");
        assertThat(runner.slots()).isEqualTo(1);

        start(runner, 3);

        assertThat(outcome()).isEqualTo(new Outcome.Succeeded());
        assertThat(seen.get().executionId()).isEqualTo(id(3));
        assertThat(seen.get().isCancelled()).isFalse();
        assertThat(name.get()).isEqualTo("elasticjob-1 orders/2026-03-01T02:00:00Z/3/1");
        assertThat(thread.get().getName()).isEqualTo("elasticjob-1");
        assertThat(thread.get().isDaemon()).isTrue();
    }

    static List<Throwable> everyKindOfThrowable() {
        return List.of(
                new Exception("checked"),
                new IllegalStateException(),
                new AssertionError("an error"),
                new NoClassDefFoundError("com/example/Gone"),
                new StackOverflowError(),
                new OutOfMemoryError("Java heap space"),
                new InterruptedException("of the handler's own making"));
    }

    @ParameterizedTest
    @MethodSource("everyKindOfThrowable")
    void whateverIsThrownIsAFailureAndTheThreadGoesOn(Throwable thrown) throws Exception {
        InProcessShardRunner runner = platform(1, context -> {
            if (context.shardingItem() == 0) {
                throwAnything(thrown);
            }
        });
        start(runner, 0);
        assertThat(outcome()).isEqualTo(new Outcome.Failed(thrown.toString()));
        start(runner, 1);
        assertThat(outcome()).isEqualTo(new Outcome.Succeeded());
    }

    @Test
    void aFailureThatCanNotDescribeItselfIsAFailure() throws Exception {
        class Mute extends RuntimeException {
            @Override
            public String getMessage() {
                throw new IllegalStateException("on purpose");
            }
        }
        InProcessShardRunner runner = platform(1, context -> {
            throw new Mute();
        });
        start(runner, 0);
        assertThat(outcome()).isEqualTo(new Outcome.Failed(Mute.class.getName()));
    }

    @Test
    void whatCanNotBeRunHasFailed() throws Exception {
        InProcessShardRunner full = InProcessShardRunner.on(
                task -> {
                    throw new RejectedExecutionException("full");
                },
                Map.of("work", context -> {}),
                1);
        start(full, 0);
        assertThat(outcome()).isEqualTo(new Outcome.Failed(RejectedExecutionException.class.getName() + ": full"));

        InProcessShardRunner closed = platform(1, context -> {});
        closed.close();
        start(closed, 0);
        assertThat(((Outcome.Failed) outcome()).error()).contains("closed");

        platform(1, context -> {}).start("play", ShardingContext.builder(), told::add);
        assertThat(((Outcome.Failed) outcome()).error()).contains("\"play\"");
        assertThat(told).isEmpty();
    }

    @Test
    void anEngineThatFailsToListenHarmsNobody() throws Exception {
        InProcessShardRunner runner = platform(1, context -> {});
        runner.start("work", context(0), outcome -> {
            throw new AssertionError("on purpose");
        });
        start(runner, 1);
        assertThat(outcome()).isEqualTo(new Outcome.Succeeded());
    }

    @Test
    void moreThanTheSlotsWaitAndThenRunOnThoseThreads() throws Exception {
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        CyclicBarrier three = new CyclicBarrier(3);
        InProcessShardRunner runner = platform(3, context -> {
            threads.add(Thread.currentThread());
            three.await(20, TimeUnit.SECONDS);
        });
        for (int shard = 0; shard < 30; shard++) {
            start(runner, shard);
        }
        for (int shard = 0; shard < 30; shard++) {
            assertThat(outcome()).isEqualTo(new Outcome.Succeeded());
        }
        assertThat(threads).hasSize(3);
    }

    @Test
    void noThreadIsMadeWhileOneIsIdle() throws Exception {
        AtomicReference<Thread> thread = new AtomicReference<>();
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        InProcessShardRunner runner = platform(64, context -> {
            thread.set(Thread.currentThread());
            threads.add(Thread.currentThread());
        });
        for (int shard = 0; shard < 10; shard++) {
            start(runner, shard);
            assertThat(outcome()).isEqualTo(new Outcome.Succeeded());
            while (thread.get().getState() != Thread.State.TIMED_WAITING) {
                Thread.onSpinWait(); // until it waits for more
            }
        }
        assertThat(threads).hasSize(1);
    }

    @Test
    void aCancelledExecutionThatThrowsIsAbandonedAndOneThatReturnsHasSucceeded() throws Exception {
        CountDownLatch begun = new CountDownLatch(2);
        InProcessShardRunner runner = platform(2, context -> {
            begun.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                assertThat(context.isCancelled()).isTrue();
                if (context.shardingItem() == 0) {
                    throw e;
                }
            }
        });
        start(runner, 0);
        start(runner, 1);
        begun.await();

        runner.cancel(id(0));
        assertThat(outcome()).isEqualTo(new Outcome.Abandoned());
        runner.cancel(id(1));
        assertThat(outcome()).isEqualTo(new Outcome.Succeeded());
        runner.cancel(id(1));
        runner.cancel(id(99));
    }

    @Test
    void whatIsCancelledBeforeItBeginsIsAbandonedAndNeverRuns() throws Exception {
        Queue<Runnable> waiting = new ArrayDeque<>();
        AtomicInteger ran = new AtomicInteger();
        InProcessShardRunner runner =
                runner(InProcessShardRunner.on(waiting::add, Map.of("work", context -> ran.incrementAndGet()), 1));
        start(runner, 0);
        start(runner, 1);

        runner.cancel(id(0));
        assertThat(told).containsExactly(new Outcome.Abandoned());
        waiting.forEach(Runnable::run);
        assertThat(told).containsExactly(new Outcome.Abandoned(), new Outcome.Succeeded());
        assertThat(ran).hasValue(1);
    }

    /**
     * One thread runs all, one after the other, while another cancels every second one at whatever moment. An execution
     * that nobody cancels, on the very thread that was meant just before, must never find itself interrupted.
     */
    @Test
    void anInterruptNeverReachesALaterExecution() throws Exception {
        long seed = 20260301;
        int rounds = 500;
        int executions = 40;
        AtomicInteger strayInterrupts = new AtomicInteger();
        AtomicInteger interrupts = new AtomicInteger();
        AtomicInteger begun = new AtomicInteger(-1);
        SimpleJob job = context -> {
            int shard = context.shardingItem();
            begun.set(shard);
            for (int i = new Random(seed + shard).nextInt(2_000); i > 0; i--) {
                Thread.onSpinWait();
            }
            if (Thread.currentThread().isInterrupted()) {
                (shard % 2 == 0 ? interrupts : strayInterrupts).incrementAndGet();
            }
        };
        for (int round = 0; round < rounds; round++) {
            Queue<Runnable> waiting = new ArrayDeque<>();
            InProcessShardRunner runner = InProcessShardRunner.on(waiting::add, Map.of("work", job), 1);
            int first = round * executions;
            for (int shard = first; shard < first + executions; shard++) {
                runner.start("work", context(shard), outcome -> {
                    if (Thread.currentThread().isInterrupted()) {
                        strayInterrupts.incrementAndGet();
                    }
                    told.add(outcome);
                });
            }
            Thread worker = new Thread(() -> waiting.forEach(Runnable::run));
            worker.start();
            Random random = new Random(seed - round);
            for (int shard = first; shard < first + executions; shard += 2) {
                while (begun.get() < shard) {
                    Thread.onSpinWait();
                }
                for (int i = random.nextInt(2_000); i > 0; i--) {
                    Thread.onSpinWait();
                }
                runner.cancel(id(shard));
            }
            worker.join(20_000);
            assertThat(told).hasSize(executions).containsOnly(new Outcome.Succeeded());
            told.clear();
        }
        assertThat(strayInterrupts).as("stray interrupts, seed " + seed).hasValue(0);
        assertThat(interrupts.get()).as("interrupts that arrived").isPositive();
    }

    @Test
    void closingInterruptsAllAndWaitsForTheirEnd() throws Exception {
        CountDownLatch begun = new CountDownLatch(4);
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        InProcessShardRunner runner = platform(4, context -> {
            threads.add(Thread.currentThread());
            begun.countDown();
            new CountDownLatch(1).await();
        });
        for (int shard = 0; shard < 6; shard++) {
            start(runner, shard);
        }
        begun.await();

        runner.close(Duration.ofSeconds(20));

        // Four were cut off, two had not begun.
        assertThat(told).hasSize(6).containsOnly(new Outcome.Abandoned());
        for (Thread thread : threads) {
            thread.join(20_000);
            assertThat(thread.isAlive()).isFalse();
        }
    }

    @Test
    void closingLeavesBehindWhatIgnoresItsInterrupt() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch atLast = new CountDownLatch(1);
        InProcessShardRunner runner = platform(1, context -> {
            begun.countDown();
            while (atLast.getCount() > 0) {
                Thread.onSpinWait();
            }
        });
        start(runner, 0);
        begun.await();

        runner.close(Duration.ofMillis(20));
        assertThat(told).isEmpty();

        atLast.countDown();
        assertThat(outcome()).isEqualTo(new Outcome.Succeeded());
    }

    @Test
    void virtualThreadsRunAndAreInterruptedLikeOthers() throws Exception {
        assumeTrue(InProcessShardRunner.virtualThreadsAvailable(), "needs Java 21");
        Set<String> names = ConcurrentHashMap.newKeySet();
        CountDownLatch begun = new CountDownLatch(500);
        InProcessShardRunner runner = runner(InProcessShardRunner.virtual(
                Map.of("work", context -> {
                    names.add(Thread.currentThread().getName());
                    assertThat(Thread.class.getMethod("isVirtual").invoke(Thread.currentThread()))
                            .isEqualTo(true);
                    begun.countDown();
                    new CountDownLatch(1).await();
                }),
                500));
        for (int shard = 0; shard < 500; shard++) {
            start(runner, shard);
        }
        assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
        runner.close(Duration.ofSeconds(20));
        assertThat(told).hasSize(500).containsOnly(new Outcome.Abandoned());
        assertThat(names).hasSize(500).allMatch(name -> name.matches("elasticjob-\\d+ orders/.*"));
    }

    @Test
    void withoutVirtualThreadsItSaysWhatToDo() {
        assumeFalse(InProcessShardRunner.virtualThreadsAvailable(), "needs a Java older than 21");
        assertThatThrownBy(() -> InProcessShardRunner.virtual(Map.of(), 1))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("platform threads")
                .hasMessageContaining("Java 21");
    }

    private InProcessShardRunner platform(int slots, SimpleJob job) {
        return runner(InProcessShardRunner.platform(Map.of("work", job), slots));
    }

    private InProcessShardRunner runner(InProcessShardRunner runner) {
        runners.add(runner);
        return runner;
    }

    private void start(InProcessShardRunner runner, int shard) {
        runner.start("work", context(shard), told::add);
    }

    private Outcome outcome() throws InterruptedException {
        Outcome outcome = told.poll(20, TimeUnit.SECONDS);
        assertThat(outcome).as("an outcome").isNotNull();
        return outcome;
    }

    private static ShardingContext.Builder context(int shard) {
        return ShardingContext.builder().executionId(id(shard));
    }

    private static ExecutionId id(int shard) {
        return new ExecutionId("orders", new Firing.Scheduled(FIRE_TIME), shard, 1);
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void throwAnything(Throwable thrown) throws T {
        throw (T) thrown;
    }
}
