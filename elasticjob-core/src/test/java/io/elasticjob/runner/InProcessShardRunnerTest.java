package io.elasticjob.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.elasticjob.Cancellation;
import io.elasticjob.CheckpointUnconfirmedException;
import io.elasticjob.ExecutionId;
import io.elasticjob.ExecutionScope;
import io.elasticjob.Firing;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Outcome;
import io.elasticjob.Progress;
import io.elasticjob.ShardLostException;
import io.elasticjob.ShardingContext;
import io.elasticjob.SimpleJob;
import io.elasticjob.spi.ShardRunner;
import io.elasticjob.testing.machine.Java21;
import io.elasticjob.testing.machine.Needs;
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
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.hamcrest.Matchers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

class InProcessShardRunnerTest {

    private static final Instant FIRE_TIME = Instant.parse("2026-03-01T02:00:00Z");

    private static final Cancellation CANCELLED =
            new Cancellation(Cancellation.Reason.SHARD_LOST, "b.7", "The shard was taken by b.7");

    private final List<InProcessShardRunner> runners = new ArrayList<>();

    /** What was told, in order; more than one for an execution would show here. */
    private final LinkedBlockingQueue<Outcome> told = new LinkedBlockingQueue<>();

    /** What is told of an end. */
    private volatile BiConsumer<ShardRunner.Order, Outcome> ended = (order, outcome) -> told.add(outcome);

    /** What becomes of a checkpoint. */
    private volatile Function<String, CompletionStage<Void>> checkpoints =
            text -> CompletableFuture.completedFuture(null);

    private final Map<Integer, ShardRunner.Order> orders = new ConcurrentHashMap<>();

    private final class Engine implements ShardRunner.Listener {

        @Override
        public void ended(ShardRunner.Order order, Outcome outcome) {
            ended.accept(order, outcome);
        }

        @Override
        public CompletionStage<Void> recordEnd(ShardRunner.Order order, Outcome outcome) {
            throw new AssertionError("nobody here waits for the record");
        }

        @Override
        public CompletionStage<Void> reached(ShardRunner.Order order, String checkpoint) {
            return checkpoints.apply(checkpoint);
        }

        @Override
        public CompletionStage<ShardRunner.Adopted> adopt(ShardRunner.Holding holding) {
            throw new AssertionError("what it runs ends with it");
        }

        @Override
        public void changed() {
            throw new AssertionError("it offers the same for ever");
        }
    }

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
        assertThat(name.get()).isEqualTo("elasticjob-1 2026-03-01T02:00:00Z/1 orders/3");
        assertThat(thread.get().getName()).isEqualTo("elasticjob-1");
        assertThat(thread.get().isDaemon()).isTrue();
    }

    @Test
    void aHandlerThatHasNothingToDoIsNeitherASuccessNorAFailureUnlessItThrows() throws Exception {
        InProcessShardRunner runner = platform(1, context -> {
            context.result("0 rows");
            context.skip("no rows");
            if (context.shardingItem() == 1) {
                throw new IllegalStateException("broken");
            }
        });

        start(runner, 0);
        assertThat(outcome()).isEqualTo(new Outcome.Skipped("no rows"));
        start(runner, 1);
        assertFailed(outcome(), "java.lang.IllegalStateException: broken", IllegalStateException.class);
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
        assertFailed(outcome(), thrown.toString(), thrown.getClass());
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
        assertFailed(outcome(), Mute.class.getName(), Mute.class);
    }

    @Test
    void whatCanNotBeRunHasFailed() throws Exception {
        InProcessShardRunner full = runner(InProcessShardRunner.on(
                task -> {
                    throw new RejectedExecutionException("full");
                },
                Map.of("work", context -> {}),
                1));
        start(full, 0);
        assertFailed(
                outcome(), RejectedExecutionException.class.getName() + ": full", RejectedExecutionException.class);

        InProcessShardRunner closed = platform(1, context -> {});
        closed.close();
        start(closed, 0);
        assertThat(((Outcome.Failed) outcome()).error()).contains("closed");

        platform(1, context -> {}).start(order("play", 0));
        assertThat(((Outcome.Failed) outcome()).error()).contains("\"play\"");
        assertThat(told).isEmpty();
    }

    @Test
    void anEngineThatFailsToListenHarmsNobody() throws Exception {
        InProcessShardRunner runner = platform(1, context -> {});
        ended = (order, outcome) -> {
            if (order.context().shardingItem() == 0) {
                throw new AssertionError("on purpose");
            }
            told.add(outcome);
        };
        start(runner, 0);
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

        cancel(runner, 0);
        assertThat(outcome()).isEqualTo(new Outcome.Abandoned());
        cancel(runner, 1);
        assertThat(outcome()).isEqualTo(new Outcome.Succeeded());
        cancel(runner, 1);
        cancel(runner, 99);
    }

    @Test
    void whatAnOperatorCancelsEndsSoWhetherItThrowsOrReturnsAndWhatWasDoneBeforeHasSucceeded() throws Exception {
        Cancellation asked = new Cancellation(Cancellation.Reason.OPERATOR, "ann", "cancelled by ann: disk full");
        CountDownLatch begun = new CountDownLatch(2);
        InProcessShardRunner runner = platform(2, context -> {
            if (context.shardingItem() == 2) {
                return;
            }
            begun.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                if (context.shardingItem() == 0) {
                    throw e;
                }
            }
        });
        start(runner, 0);
        start(runner, 1);
        begun.await();

        runner.cancel(orders.get(0), asked);
        assertThat(outcome()).isEqualTo(new Outcome.Cancelled("ann", "cancelled by ann: disk full"));
        runner.cancel(orders.get(1), asked);
        assertThat(outcome()).isEqualTo(new Outcome.Cancelled("ann", "cancelled by ann: disk full"));
        start(runner, 2);
        assertThat(outcome()).isEqualTo(new Outcome.Succeeded());
    }

    @Test
    void whatIsCancelledBeforeItBeginsIsAbandonedAndNeverRuns() throws Exception {
        Queue<Runnable> waiting = new ArrayDeque<>();
        AtomicInteger ran = new AtomicInteger();
        InProcessShardRunner runner =
                runner(InProcessShardRunner.on(waiting::add, Map.of("work", context -> ran.incrementAndGet()), 1));
        start(runner, 0);
        start(runner, 1);

        cancel(runner, 0);
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
            int shard = context.executionId().shard(); // more than a job has
            begun.set(shard);
            for (int i = new Random(seed + shard).nextInt(2_000); i > 0; i--) {
                Thread.onSpinWait();
            }
            if (Thread.currentThread().isInterrupted()) {
                (shard % 2 == 0 ? interrupts : strayInterrupts).incrementAndGet();
            }
        };
        ended = (order, outcome) -> {
            if (Thread.currentThread().isInterrupted()) {
                strayInterrupts.incrementAndGet();
            }
            told.add(outcome);
        };
        for (int round = 0; round < rounds; round++) {
            Queue<Runnable> waiting = new ArrayDeque<>();
            InProcessShardRunner runner = runner(InProcessShardRunner.on(waiting::add, Map.of("work", job), 1));
            int first = round * executions;
            for (int shard = first; shard < first + executions; shard++) {
                start(runner, shard);
            }
            Thread worker = new Thread(() -> waiting.forEach(Runnable::run));
            worker.start();
            Random random = new Random(seed - round);
            for (int shard = first; shard < first + executions; shard += 2) {
                while (begun.get() < shard) {
                    boolean goesOn = worker.isAlive() || begun.get() >= shard;
                    assertThat(goesOn).as("whether shard %s begins", shard).isTrue();
                    Thread.onSpinWait();
                }
                for (int i = random.nextInt(2_000); i > 0; i--) {
                    Thread.onSpinWait();
                }
                cancel(runner, shard);
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
        assertFailed(outcome(), thrown.toString(), thrown.getClass());
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
        cancel(runner, 0);

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
                            throw new IllegalStateException("cannot be opened, on purpose");
                        },
                        context -> (outcome, thrown) -> {
                            throw new AssertionError("cannot be closed, on purpose");
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
                        .containsEntry("elasticjob.execution", id(4711).toString())
                        .containsEntry("elasticjob.shard", "4711")
                        .containsEntry("elasticjob.firing", "orders/" + FIRE_TIME)
                        .containsEntry("elasticjob.attempt", "1"));
    }

    @Test
    void progressIsToldToEveryScopeThatIsOpenThoughOneOfThemFailsAndToNoneAfterTheEnd() throws Exception {
        Queue<String> shown = new ConcurrentLinkedQueue<>();
        AtomicReference<ShardingContext> kept = new AtomicReference<>();
        InProcessShardRunner runner = within(
                List.of(progressScope("outer", shown), progressScope("bad", shown), progressScope("inner", shown)),
                context -> {
                    kept.set(context);
                    context.progress(40, "page 12");
                    Thread other = new Thread(() -> context.progress(41, "page 13"));
                    other.start();
                    other.join();
                });

        start(runner, 0);

        assertThat(outcome()).isEqualTo(new Outcome.Succeeded());
        kept.get().progress(42, "too late");
        assertThat(shown)
                .containsExactly(
                        "inner 40 %: page 12", "outer 40 %: page 12", "inner 41 %: page 13", "outer 41 %: page 13");
    }

    private static ExecutionScope progressScope(String name, Queue<String> shown) {
        return context -> new ExecutionScope.Open() {
            @Override
            public void close(Outcome outcome, Throwable thrown) {}

            @Override
            public void progressed(Progress progress) {
                if (name.equals("bad")) {
                    throw new AssertionError("on purpose");
                }
                shown.add(name + " " + progress.text());
            }
        };
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
        checkpoints = text -> {
            written.add(text);
            return acknowledged;
        };
        start(runner, 0);
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
        checkpoints = text -> CompletableFuture.failedFuture(new ShardLostException("overtaken"));
        start(runner, 0);

        assertThat(outcome()).as("cut off, and no failure of its own").isEqualTo(new Outcome.Abandoned());
        assertThat(cancelled).containsExactly(true);
    }

    @Test
    void theFirstReasonForACancellationIsTheOneThatTheHandlerIsTold() throws Exception {
        LinkedBlockingQueue<Cancellation> seen = new LinkedBlockingQueue<>();
        CountDownLatch begun = new CountDownLatch(1);
        InProcessShardRunner runner = platform(1, context -> {
            assertThat(context.cancellation()).isEmpty();
            begun.countDown();
            while (!context.isCancelled()) {
                Thread.onSpinWait();
            }
            seen.add(context.cancellation().orElseThrow());
            new CountDownLatch(1).await(); // interrupted already
        });
        start(runner, 0);
        assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
        cancel(runner, 0);
        runner.close(Duration.ofSeconds(20));

        assertThat(seen).containsExactly(CANCELLED);
        assertThat(outcome()).isEqualTo(new Outcome.Abandoned());
    }

    @Test
    void aRefusedCheckpointSaysWhyTheShardIsLost() throws Exception {
        LinkedBlockingQueue<Cancellation> seen = new LinkedBlockingQueue<>();
        checkpoints = text -> CompletableFuture.failedFuture(new ShardLostException(CANCELLED));
        InProcessShardRunner runner = platform(1, context -> {
            try {
                context.checkpoint("page 7");
            } catch (ShardLostException lost) {
                seen.add(lost.cancellation());
                seen.add(context.cancellation().orElseThrow());
            }
        });
        start(runner, 0);

        assertThat(outcome()).isEqualTo(new Outcome.Succeeded());
        assertThat(seen).containsExactly(CANCELLED, CANCELLED);
    }

    @Test
    void twoOrdersOfOneIdAreTwoExecutions() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        List<ShardRunner.Order> over = new CopyOnWriteArrayList<>();
        ended = (order, outcome) -> {
            over.add(order);
            told.add(outcome);
        };
        InProcessShardRunner runner = platform(2, context -> end.await());
        ShardRunner.Order first = order("work", 0);
        ShardRunner.Order second = order("work", 0);
        runner.start(first);
        runner.start(second);

        runner.cancel(second, CANCELLED);
        assertThat(outcome()).isEqualTo(new Outcome.Abandoned());
        assertThat(over).containsExactly(second);
        end.countDown();
        assertThat(outcome()).isEqualTo(new Outcome.Succeeded());
        assertThat(over).containsExactly(second, first);
    }

    @Test
    void aRunnerThatNobodyOpenedRunsNothingAndIsOpenedOnce() {
        InProcessShardRunner unopened = InProcessShardRunner.platform(Map.of("work", context -> {}), 1);
        assertThatThrownBy(() -> unopened.start(order("work", 0)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("was not opened");

        unopened.open(new Engine());
        assertThatThrownBy(() -> unopened.open(new Engine()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("each engine needs one of its own");
    }

    @Test
    void anOrderIsDataAndKeepsNothingThatHappens() {
        List<String> kept = new ArrayList<>();
        ShardingContext told = ShardingContext.builder()
                .executionId(id(2))
                .shard(2, 4)
                .fencingToken(7)
                .checkpoint("page 3")
                .checkpoints(kept::add)
                .cancelled(() -> true)
                .build();
        ShardingContext data = ShardRunner.Order.of(
                        JobDefinition.named("orders").build(), told)
                .context();

        assertThat(data.isCancelled()).isFalse();
        assertThat(data.checkpoint()).contains("page 3");
        assertThatThrownBy(() -> data.checkpoint("page 4"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("toBuilder()");
        assertThat(kept).isEmpty();
        assertThat(data.toBuilder().build())
                .usingRecursiveComparison()
                .ignoringFields("cancellation", "checkpoints")
                .isEqualTo(data);
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
        checkpoints = text -> {
            waiting.countDown();
            return new CompletableFuture<>();
        };
        start(runner, 0);
        assertThat(waiting.await(20, TimeUnit.SECONDS)).isTrue();
        cancel(runner, 0);

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
        checkpoints = text -> {
            written.add(text);
            return CompletableFuture.completedFuture(null);
        };
        start(runner, 0);
        assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
        cancel(runner, 0);

        assertThat(outcome()).isEqualTo(new Outcome.Succeeded());
        assertThat(written).containsExactly("page 7");
    }

    @Test
    void aCheckpointThatIsTooLongReachesNobody() throws Exception {
        LinkedBlockingQueue<String> written = new LinkedBlockingQueue<>();
        InProcessShardRunner runner = platform(1, context -> context.checkpoint("x".repeat(4097)));
        checkpoints = text -> {
            written.add(text);
            return CompletableFuture.completedFuture(null);
        };
        start(runner, 0);

        assertThat(outcome())
                .isInstanceOfSatisfying(
                        Outcome.Failed.class,
                        failed -> assertThat(failed.error())
                                .contains("4097 bytes")
                                .contains("at most 4096"));
        assertThat(written).isEmpty();
    }

    @Test
    @Needs(value = Java21.NAME, there = Java21.class)
    void virtualThreadsRunAndAreInterruptedLikeOthers() throws Exception {
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
        assertThat(names).hasSize(500).allMatch(name -> name.matches("elasticjob-\\d+ \\S+/1 orders/\\d+"));
    }

    // ---- The thread -----------------------------------------------------------------------------------------------

    private static final ClassLoader APPLICATION = new ClassLoader(null) {};

    /** What a handler can see of its thread that others may have left there. */
    private record Found(
            ClassLoader loader,
            int priority,
            Map<String, String> log,
            String local,
            String inherited,
            boolean interrupted,
            boolean handlesUncaught) {}

    private final ThreadLocal<String> local = new ThreadLocal<>();
    private final InheritableThreadLocal<String> inherited = new InheritableThreadLocal<>();

    private Found found() {
        Thread thread = Thread.currentThread();
        return new Found(
                thread.getContextClassLoader(),
                thread.getPriority(),
                MDC.getCopyOfContextMap().entrySet().stream()
                        .filter(entry -> !entry.getKey().startsWith("elasticjob."))
                        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)),
                local.get(),
                inherited.get(),
                thread.isInterrupted(),
                thread.getUncaughtExceptionHandler() != thread.getThreadGroup());
    }

    /** As bad as a handler, or an application that starts jobs, can be. */
    private void leaveTraces() {
        Thread thread = Thread.currentThread();
        thread.setContextClassLoader(new ClassLoader(null) {});
        thread.setPriority(Thread.MIN_PRIORITY);
        thread.setName("mine now");
        thread.setUncaughtExceptionHandler((any, thrown) -> {});
        MDC.put("tenant", "42");
        MDC.put("elasticjob.job", "another");
        local.set("left");
        inherited.set("left");
        thread.interrupt();
    }

    private static final Found AS_NEW =
            new Found(APPLICATION, Thread.NORM_PRIORITY, Map.of(), null, null, false, false);

    static List<Function<SimpleJob, InProcessShardRunner>> runnersOfTheirOwnThreads() {
        List<Function<SimpleJob, InProcessShardRunner>> all = new ArrayList<>();
        all.add(job -> InProcessShardRunner.platform(Map.of("work", job), 1));
        all.add(job -> InProcessShardRunner.on(new PlatformThreads(1, false), Map.of("work", job), 1));
        if (InProcessShardRunner.virtualThreadsAvailable()) {
            all.add(job -> InProcessShardRunner.virtual(Map.of("work", job), 1));
        }
        return all;
    }

    @ParameterizedTest
    @MethodSource("runnersOfTheirOwnThreads")
    void eachExecutionFindsItsThreadAsNewWhateverAnotherLeft(Function<SimpleJob, InProcessShardRunner> kind)
            throws Exception {
        Queue<Found> found = new ConcurrentLinkedQueue<>();
        Queue<String> names = new ConcurrentLinkedQueue<>();
        Queue<Map<String, String>> logContexts = new ConcurrentLinkedQueue<>();
        InProcessShardRunner runner = runner(kind.apply(context -> {
                    found.add(found());
                    names.add(Thread.currentThread().getName());
                    logContexts.add(MDC.getCopyOfContextMap());
                    leaveTraces();
                    if (context.shardingItem() % 2 == 0) {
                        throw new IllegalStateException("and it fails");
                    }
                })
                .inApplication(APPLICATION, any -> false));

        for (int shard = 0; shard < 6; shard++) {
            start(runner, shard);
            outcome();
        }

        assertThat(found).hasSize(6).allMatch(AS_NEW::equals, AS_NEW.toString());
        assertThat(names).allMatch(name -> name.matches("elasticjob-\\d+ 2026-03-01T02:00:00Z/1 orders/\\d"));
        assertThat(logContexts).allMatch(log -> log.get("elasticjob.job").equals("orders"));
    }

    @ParameterizedTest
    @MethodSource("runnersOfTheirOwnThreads")
    void aThreadInheritsNothingFromWhoeverHasItMade(Function<SimpleJob, InProcessShardRunner> kind) throws Exception {
        Queue<Found> found = new ConcurrentLinkedQueue<>();
        Thread application = new Thread(() -> {
            leaveTraces();
            InProcessShardRunner runner =
                    runner(kind.apply(context -> found.add(found())).inApplication(APPLICATION, any -> false));
            start(runner, 0);
        });
        application.start();
        outcome();

        assertThat(found).containsExactly(AS_NEW);
    }

    @Test
    void aThreadThatAnExecutionHasMadeInheritsNothingFromIt() throws Exception {
        Queue<Found> found = new ConcurrentLinkedQueue<>();
        CyclicBarrier together = new CyclicBarrier(32); // so that each has a thread of its own
        InProcessShardRunner runner = runner(InProcessShardRunner.platform(
                        Map.of("work", context -> {
                            found.add(found());
                            leaveTraces();
                            Thread.interrupted();
                            together.await(20, TimeUnit.SECONDS);
                        }),
                        32)
                .inApplication(APPLICATION, any -> false));

        for (int shard = 0; shard < 32; shard++) {
            start(runner, shard); // those that are awake have the others made
        }
        for (int shard = 0; shard < 32; shard++) {
            assertThat(outcome()).isEqualTo(new Outcome.Succeeded());
        }

        assertThat(found).hasSize(32).allMatch(AS_NEW::equals, AS_NEW.toString());
    }

    @Test
    void aThreadOfSomebodyElseIsLeftAsItWas() {
        InProcessShardRunner runner =
                runner(InProcessShardRunner.on(Runnable::run, Map.of("work", context -> leaveTraces()), 1));
        Thread thread = Thread.currentThread();
        String name = thread.getName();
        ClassLoader loader = thread.getContextClassLoader();
        MDC.clear(); // a ZooKeeper server that another test started on this thread has left its number
        MDC.put("of", "the test");
        try {
            start(runner, 0);

            assertThat(MDC.getCopyOfContextMap()).containsExactly(Map.entry("of", "the test"));
            assertThat(thread.getName()).isEqualTo(name);
            assertThat(thread.getContextClassLoader()).isSameAs(loader);
            assertThat(thread.getPriority()).isEqualTo(Thread.NORM_PRIORITY);
            assertThat(thread.isInterrupted()).isFalse();
        } finally {
            MDC.clear();
            local.remove();
            inherited.remove();
            thread.setUncaughtExceptionHandler(null);
        }
    }

    // ---- Executions that shut their own application down ----------------------------------------------------------

    /** With its words, and the names of its class and of those that it extends. */
    private static void assertFailed(Outcome outcome, String error, Class<?> thrown) {
        assertThat(outcome).isInstanceOfSatisfying(Outcome.Failed.class, failed -> {
            assertThat(failed.error()).isEqualTo(error);
            assertThat(failed.types()).startsWith(thrown.getName()).endsWith(Throwable.class.getName());
        });
    }

    private static final Outcome SHUT_DOWN = new Outcome.Failed("It shut down its own application before it had ended");

    static List<Function<SimpleJob, InProcessShardRunner>> runnersOfManyThreads() {
        List<Function<SimpleJob, InProcessShardRunner>> all = new ArrayList<>();
        all.add(job -> InProcessShardRunner.platform(Map.of("work", job), 4));
        if (InProcessShardRunner.virtualThreadsAvailable()) {
            all.add(job -> InProcessShardRunner.virtual(Map.of("work", job), 4));
        }
        return all;
    }

    /** As an engine that is closed does, until the execution is given up; gives what that says. */
    private Outcome closeUntilGivenUp(InProcessShardRunner runner) {
        while (told.isEmpty()) {
            runner.giveUpWhatShutsDown();
            Thread.onSpinWait();
        }
        return told.remove();
    }

    @ParameterizedTest
    @MethodSource("runnersOfManyThreads")
    void anExecutionThatClosesItsEngineIsGivenUpAndTheOthersAreNot(Function<SimpleJob, InProcessShardRunner> kind)
            throws Exception {
        AtomicReference<InProcessShardRunner> closed = new AtomicReference<>();
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        CountDownLatch returned = new CountDownLatch(1);
        AtomicReference<Boolean> cancelled = new AtomicReference<>();
        closed.set(runner(kind.apply(context -> {
            if (context.shardingItem() == 0) {
                begun.countDown();
                end.await();
            } else {
                closed.get().giveUpWhatShutsDown();
                cancelled.set(context.isCancelled());
                assertThat(Thread.currentThread().isInterrupted()).isFalse();
                returned.countDown();
            }
        })));
        start(closed.get(), 0);
        begun.await();

        start(closed.get(), 1);
        assertThat(outcome()).isEqualTo(SHUT_DOWN);
        returned.await();
        assertThat(cancelled.get()).isTrue();
        end.countDown();
        assertThat(outcome()).isEqualTo(new Outcome.Succeeded());
        assertThat(told).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("runnersOfManyThreads")
    void anExecutionThatWaitsForAThreadOfItsOwnThatClosesTheEngineIsGivenUp(
            Function<SimpleJob, InProcessShardRunner> kind) throws Exception {
        AtomicReference<InProcessShardRunner> closed = new AtomicReference<>();
        AtomicReference<Outcome> outcome = new AtomicReference<>();
        closed.set(runner(kind.apply(context -> {
            Thread closing = new Thread(
                    () -> { // whose shutdown is done by a thread that it makes, as a context's is
                        Thread shutdown = new Thread(() -> outcome.set(closeUntilGivenUp(closed.get())));
                        shutdown.start();
                        join(shutdown);
                    });
            closing.start();
            closing.join();
        })));
        start(closed.get(), 0);

        await().untilAtomic(outcome, Matchers.equalTo(SHUT_DOWN));
    }

    @Test
    void anExecutionThatHasItsEngineClosedByAThreadAndWorksOnIsWaitedFor() throws Exception {
        AtomicReference<InProcessShardRunner> closed = new AtomicReference<>();
        CountDownLatch looked = new CountDownLatch(1);
        AtomicReference<Boolean> work = new AtomicReference<>(true);
        closed.set(platform(1, context -> {
            new Thread(() -> {
                        for (int look = 0; look < 50; look++) {
                            closed.get().giveUpWhatShutsDown();
                        }
                        looked.countDown();
                    })
                    .start();
            while (work.get()) {
                Thread.onSpinWait();
            }
        }));
        start(closed.get(), 0);
        looked.await();
        assertThat(told).isEmpty();

        work.set(false);
        assertThat(outcome()).isEqualTo(new Outcome.Succeeded());
    }

    @Test
    void anExecutionThatIsHeldUpInTheClosingOfItsApplicationBySomebodyElseIsGivenUp() throws Exception {
        ReentrantLock closing = new ReentrantLock();
        InProcessShardRunner runner =
                runner(InProcessShardRunner.platform(Map.of("work", context -> closeApplication(closing)), 1)
                        .inApplication(null, frame -> frame.getMethodName().equals("closeApplication")));
        closing.lock();
        try {
            start(runner, 0);
            assertThat(closeUntilGivenUp(runner)).isEqualTo(SHUT_DOWN);
        } finally {
            closing.unlock();
        }
    }

    private static void closeApplication(ReentrantLock closing) {
        closing.lock();
        closing.unlock();
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException unexpected) {
            throw new AssertionError(unexpected);
        }
    }

    @Test
    @EnabledForJreRange(max = JRE.JAVA_20)
    void withoutVirtualThreadsItSaysWhatToDo() {
        assertThatThrownBy(() -> InProcessShardRunner.virtual(Map.of(), 1))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("platform threads")
                .hasMessageContaining("Java 21");
    }

    private InProcessShardRunner platform(int slots, SimpleJob job) {
        return runner(InProcessShardRunner.platform(Map.of("work", job), slots));
    }

    private InProcessShardRunner runner(InProcessShardRunner runner) {
        runner.open(new Engine());
        runners.add(runner);
        return runner;
    }

    private void start(InProcessShardRunner runner, int shard) {
        ShardRunner.Order order = order("work", shard);
        orders.put(shard, order);
        runner.start(order);
    }

    private void cancel(InProcessShardRunner runner, int shard) {
        runner.cancel(orders.getOrDefault(shard, order("work", shard)), CANCELLED);
    }

    private Outcome outcome() throws InterruptedException {
        Outcome outcome = told.poll(20, TimeUnit.SECONDS);
        assertThat(outcome).as("an outcome").isNotNull();
        return outcome;
    }

    private static ShardRunner.Order order(String handler, int shard) {
        JobDefinition settings =
                JobDefinition.named("orders").set(JobKey.HANDLER, handler).build();
        return ShardRunner.Order.of(
                settings,
                ShardingContext.builder().executionId(id(shard)).fencingToken(1).build());
    }

    private static ExecutionId id(int shard) {
        return new ExecutionId("orders", new Firing.Scheduled(FIRE_TIME), shard, 1);
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void throwAnything(Throwable thrown) throws T {
        throw (T) thrown;
    }
}
