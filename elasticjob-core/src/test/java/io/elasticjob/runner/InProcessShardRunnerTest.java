package io.elasticjob.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.elasticjob.CheckpointUnconfirmedException;
import io.elasticjob.ExecutionId;
import io.elasticjob.ExecutionScope;
import io.elasticjob.Firing;
import io.elasticjob.Outcome;
import io.elasticjob.ShardLostException;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

class InProcessShardRunnerTest {

    private static final Instant FIRE_TIME = Instant.parse("2026-03-01T02:00:00Z");

    private static final Function<String, CompletionStage<Void>> CHECKPOINTS =
            text -> CompletableFuture.completedFuture(null);

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

        platform(1, context -> {}).start("play", ShardingContext.builder(), CHECKPOINTS, told::add);
        assertThat(((Outcome.Failed) outcome()).error()).contains("\"play\"");
        assertThat(told).isEmpty();
    }

    @Test
    void anEngineThatFailsToListenHarmsNobody() throws Exception {
        InProcessShardRunner runner = platform(1, context -> {});
        runner.start("work", context(0), CHECKPOINTS, outcome -> {
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
                runner.start("work", context(shard), CHECKPOINTS, outcome -> {
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

    // ---- Scopes -----------------------------------------------------------------------------------------------------

    @Test
    void scopesAreOpenedInOrderAroundTheHandlerAndClosedInReverseWithWhatItCameTo() throws Exception {
        Queue<String> order = new ConcurrentLinkedQueue<>();
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        RuntimeException thrown = new IllegalStateException("disk full");
        InProcessShardRunner runner =
                within(List.of(scope("outer", order, threads), scope("inner", order, threads)), context -> {
                    order.add("handler");
                    threads.add(Thread.currentThread());
                    if (context.shardingItem() == 1) {
                        throw thrown;
                    }
                });

        start(runner, 0);
        assertThat(outcome()).isEqualTo(new Outcome.Succeeded());
        assertThat(order)
                .containsExactly(
                        "open outer",
                        "open inner",
                        "handler",
                        "close inner SUCCEEDED null",
                        "close outer SUCCEEDED null");
        assertThat(threads).hasSize(1);

        order.clear();
        start(runner, 1);
        assertThat(outcome()).isEqualTo(new Outcome.Failed(thrown.toString()));
        assertThat(order).endsWith("close inner FAILED " + thrown, "close outer FAILED " + thrown);
    }

    @Test
    void aCancelledExecutionClosesItsScopesAsAbandonedAndNotInterrupted() throws Exception {
        Queue<String> closed = new ConcurrentLinkedQueue<>();
        CountDownLatch begun = new CountDownLatch(1);
        InProcessShardRunner runner = within(
                List.of(context -> (outcome, thrown) ->
                        closed.add(outcome.name() + " " + Thread.currentThread().isInterrupted())),
                context -> {
                    begun.countDown();
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException cut) {
                        Thread.currentThread().interrupt();
                        throw cut;
                    }
                });
        start(runner, 0);
        begun.await();
        runner.cancel(id(0));

        assertThat(outcome()).isEqualTo(new Outcome.Abandoned());
        assertThat(closed).containsExactly("ABANDONED false");
    }

    @Test
    void aScopeThatFailsChangesNothingAndTheOthersAreClosed() throws Exception {
        Queue<String> order = new ConcurrentLinkedQueue<>();
        InProcessShardRunner runner = within(
                List.of(
                        scope("whole", order, ConcurrentHashMap.newKeySet()),
                        context -> {
                            throw new IllegalStateException("can not be opened, on purpose");
                        },
                        context -> (outcome, thrown) -> {
                            throw new AssertionError("can not be closed, on purpose");
                        }),
                context -> order.add("handler"));

        start(runner, 0);

        assertThat(outcome()).isEqualTo(new Outcome.Succeeded());
        assertThat(order).containsExactly("open whole", "handler", "close whole SUCCEEDED null");
    }

    @Test
    void everyLineThatAHandlerLogsAndThatOfItsFailureNameTheExecution() throws Exception {
        LoggerContext logs = (LoggerContext) LoggerFactory.getILoggerFactory();
        Queue<ILoggingEvent> lines = new ConcurrentLinkedQueue<>();
        AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
            @Override
            protected void append(ILoggingEvent line) {
                line.getMDCPropertyMap(); // is read when it is asked for first
                lines.add(line);
            }
        };
        appender.setContext(logs);
        appender.start();
        ch.qos.logback.classic.Logger root = logs.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.addAppender(appender);
        try {
            InProcessShardRunner runner = runner(InProcessShardRunner.on(
                    Runnable::run,
                    Map.of("work", context -> {
                        LoggerFactory.getLogger("users").warn("mine");
                        throw new IllegalStateException("marked in the logs");
                    }),
                    1));
            MDC.put("elasticjob.job", "before");
            start(runner, 4711);
            assertThat(MDC.get("elasticjob.job")).isEqualTo("before");
            assertThat(MDC.get("elasticjob.execution")).isNull();
        } finally {
            MDC.clear();
            root.detachAppender(appender);
        }

        assertThat(lines)
                .filteredOn(line -> line.getLoggerName().equals("users")
                        || line.getFormattedMessage().contains("/4711/1 failed"))
                .hasSize(2)
                .allSatisfy(line -> assertThat(line.getMDCPropertyMap())
                        .containsEntry("elasticjob.job", "orders")
                        .containsEntry("elasticjob.execution", id(4711).toString()));
    }

    private static ExecutionScope scope(String name, Queue<String> order, Set<Thread> threads) {
        return context -> {
            order.add("open " + name);
            threads.add(Thread.currentThread());
            return (outcome, thrown) -> {
                order.add("close " + name + " " + outcome.name() + " " + thrown);
                threads.add(Thread.currentThread());
            };
        };
    }

    private InProcessShardRunner within(List<ExecutionScope> scopes, SimpleJob job) {
        return runner(InProcessShardRunner.platform(Map.of("work", job), 1).within(scopes));
    }

    // ---- Checkpoints ----------------------------------------------------------------------------------------------

    @Test
    void aHandlerWaitsUntilItsCheckpointIsAcknowledged() throws Exception {
        CompletableFuture<Void> acknowledged = new CompletableFuture<>();
        LinkedBlockingQueue<String> written = new LinkedBlockingQueue<>();
        InProcessShardRunner runner = platform(1, context -> context.checkpoint("page 7"));
        runner.start(
                "work",
                context(0).fencingToken(1),
                text -> {
                    written.add(text);
                    return acknowledged;
                },
                told::add);
        assertThat(written.poll(20, TimeUnit.SECONDS)).isEqualTo("page 7");
        assertThat(told).isEmpty();

        acknowledged.complete(null);
        assertThat(outcome()).isEqualTo(new Outcome.Succeeded());
    }

    @Test
    void aHandlerWhoseShardIsLostLearnsThatItIsCancelled() throws Exception {
        LinkedBlockingQueue<Boolean> cancelled = new LinkedBlockingQueue<>();
        InProcessShardRunner runner = platform(1, context -> {
            try {
                context.checkpoint("page 7");
            } catch (ShardLostException lost) {
                cancelled.add(context.isCancelled());
                throw lost;
            }
        });
        runner.start(
                "work",
                context(0).fencingToken(1),
                text -> CompletableFuture.failedFuture(new ShardLostException("overtaken")),
                told::add);

        assertThat(outcome()).as("cut off, and no failure of its own").isEqualTo(new Outcome.Abandoned());
        assertThat(cancelled).containsExactly(true);
    }

    @Test
    void anInterruptEndsTheWaitForACheckpointAndIsNotSwallowed() throws Exception {
        CountDownLatch waiting = new CountDownLatch(1);
        LinkedBlockingQueue<Boolean> interrupted = new LinkedBlockingQueue<>();
        InProcessShardRunner runner = platform(1, context -> {
            try {
                context.checkpoint("page 7");
            } catch (CheckpointUnconfirmedException unconfirmed) {
                interrupted.add(Thread.currentThread().isInterrupted());
                throw unconfirmed;
            }
        });
        runner.start(
                "work",
                context(0).fencingToken(1),
                text -> {
                    waiting.countDown();
                    return new CompletableFuture<>();
                },
                told::add);
        assertThat(waiting.await(20, TimeUnit.SECONDS)).isTrue();
        runner.cancel(id(0));

        assertThat(outcome()).isEqualTo(new Outcome.Abandoned());
        assertThat(interrupted).containsExactly(true);
    }

    @Test
    void aCancelledHandlerCanStillSayWhereItStopped() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        LinkedBlockingQueue<String> written = new LinkedBlockingQueue<>();
        InProcessShardRunner runner = platform(1, context -> {
            begun.countDown();
            while (!context.isCancelled() || !Thread.currentThread().isInterrupted()) {
                Thread.onSpinWait();
            }
            context.checkpoint("page 7");
            assertThat(Thread.currentThread().isInterrupted()).isTrue();
        });
        runner.start(
                "work",
                context(0).fencingToken(1),
                text -> {
                    written.add(text);
                    return CompletableFuture.completedFuture(null);
                },
                told::add);
        assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
        runner.cancel(id(0));

        assertThat(outcome()).isEqualTo(new Outcome.Succeeded());
        assertThat(written).containsExactly("page 7");
    }

    @Test
    void aCheckpointThatIsTooLongReachesNobody() throws Exception {
        LinkedBlockingQueue<String> written = new LinkedBlockingQueue<>();
        InProcessShardRunner runner = platform(1, context -> context.checkpoint("x".repeat(4097)));
        runner.start(
                "work",
                context(0).fencingToken(1),
                text -> {
                    written.add(text);
                    return CompletableFuture.completedFuture(null);
                },
                told::add);

        assertThat(outcome())
                .isInstanceOfSatisfying(
                        Outcome.Failed.class,
                        failed -> assertThat(failed.error())
                                .contains("4097 bytes")
                                .contains("at most 4096"));
        assertThat(written).isEmpty();
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
        runner.start("work", context(shard), CHECKPOINTS, told::add);
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
