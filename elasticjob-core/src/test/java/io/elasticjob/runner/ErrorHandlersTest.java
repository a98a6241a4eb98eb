package io.elasticjob.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.elasticjob.Cancellation;
import io.elasticjob.ExecutionId;
import io.elasticjob.ExecutionScope;
import io.elasticjob.Firing;
import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobErrorHandler;
import io.elasticjob.JobKey;
import io.elasticjob.Outcome;
import io.elasticjob.ShardingContext;
import io.elasticjob.SimpleJob;
import io.elasticjob.spi.ShardRunner;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

class ErrorHandlersTest {

    private static final Cancellation TIMEOUT = new Cancellation(Cancellation.Reason.TIMEOUT, "", "timed out after 1s");

    /** Other tests log at the same time. */
    private final String job = "errors-" + System.identityHashCode(this);

    private final List<Outcome> told = new ArrayList<>();
    private final List<Throwable> heard = new ArrayList<>();
    private final List<ILoggingEvent> logged = new CopyOnWriteArrayList<>();
    private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            logged.add(event);
        }
    };

    @BeforeEach
    void listen() {
        appender.start();
        ((LoggerContext) LoggerFactory.getILoggerFactory())
                .getLogger("io.elasticjob.runner")
                .addAppender(appender);
    }

    @AfterEach
    void leave() {
        ((LoggerContext) LoggerFactory.getILoggerFactory())
                .getLogger("io.elasticjob.runner")
                .detachAppender(appender);
    }

    private final class Engine implements ShardRunner.Listener {

        @Override
        public void ended(ShardRunner.Order order, Outcome outcome) {
            told.add(outcome);
        }

        @Override
        public CompletionStage<Void> recordEnd(ShardRunner.Order order, Outcome outcome) {
            throw new AssertionError("nobody here waits for the record");
        }

        @Override
        public CompletionStage<Void> reached(ShardRunner.Order order, String checkpoint) {
            throw new AssertionError("nobody writes any");
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

    private ShardRunner.Order order(String errorHandler) {
        JobDefinition.Builder settings = JobDefinition.named(job);
        return ShardRunner.Order.of(
                (errorHandler.isEmpty() ? settings : settings.set(JobKey.ERROR_HANDLER, errorHandler)).build(),
                ShardingContext.builder()
                        .executionId(new ExecutionId(job, new Firing.Triggered(1), 0, 1))
                        .fireTime(Instant.parse("2026-03-01T02:00:00Z"))
                        .build());
    }

    private InProcessShardRunner runner(SimpleJob handler, Map<String, JobErrorHandler> byName, String otherwise) {
        InProcessShardRunner runner =
                InProcessShardRunner.on(Runnable::run, Map.of(job, handler), 1).withErrorHandlers(byName, otherwise);
        runner.open(new Engine());
        return runner;
    }

    private void fail(@Nullable JobErrorHandler pager, String errorHandler, String otherwise) {
        Map<String, JobErrorHandler> byName = pager == null ? Map.of() : Map.of("pager", pager);
        runner(
                        context -> {
                            throw new IOException("away");
                        },
                        byName,
                        otherwise)
                .start(order(errorHandler));
    }

    private List<String> errors() {
        return logged.stream()
                .filter(event -> event.getLevel() == Level.ERROR
                        && event.getFormattedMessage().contains(job))
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    @Test
    void theOneOfTheJobHearsItAndNothingElseLogsIt() {
        fail((context, failure) -> heard.add(failure), "pager", "log");

        assertThat(heard).singleElement().isInstanceOf(IOException.class);
        assertThat(told).singleElement().isInstanceOf(Outcome.Failed.class);
        assertThat(errors()).isEmpty();
    }

    @Test
    void whereTheJobNamesNoneThatOfTheApplicationHearsIt() {
        fail((context, failure) -> heard.add(failure), "", "pager");

        assertThat(heard).hasSize(1);
        assertThat(errors()).isEmpty();
    }

    @Test
    void whereNobodyNamesOneItIsLogged() {
        fail((context, failure) -> heard.add(failure), "", "log");

        assertThat(heard).isEmpty();
        assertThat(errors()).singleElement().asString().contains("failed; the next firing");
    }

    @Test
    void whatIsIgnoredHasFailedAllTheSame() {
        fail(null, "ignore", "log");

        assertThat(errors()).isEmpty();
        assertThat(told).singleElement().isInstanceOf(Outcome.Failed.class);
    }

    @Test
    void whatIsThrownOnReachesTheUncaughtExceptionHandlerOfTheThread() throws Exception {
        AtomicReference<Throwable> uncaught = new AtomicReference<>();
        Thread thread = new Thread(() -> fail(null, "throw", "log"));
        thread.setUncaughtExceptionHandler((any, thrown) -> uncaught.set(thrown));
        thread.start();
        thread.join();

        assertThat(uncaught.get()).isInstanceOf(IOException.class);
        assertThat(told).as("the execution ends as ever").singleElement().isInstanceOf(Outcome.Failed.class);
    }

    @ParameterizedTest
    @ValueSource(
            classes = {IllegalStateException.class, Exception.class, OutOfMemoryError.class, StackOverflowError.class})
    void oneThatFailsItselfCostsNothingAndBothFailuresAreLogged(Class<? extends Throwable> type) throws Exception {
        Throwable own = type.getConstructor().newInstance();
        fail(
                (context, failure) -> {
                    if (own instanceof Error error) {
                        throw error;
                    }
                    throw (Exception) own;
                },
                "pager",
                "log");

        assertThat(told).singleElement().isEqualTo(Outcome.Failed.because(new IOException("away")));
        assertThat(errors()).hasSize(2).first().asString().contains("The error handler pager of", "failed itself");
    }

    @Test
    void anUnknownOneIsLoggedAsOneThatFails() {
        fail(null, "pager", "log");

        assertThat(errors()).hasSize(2);
        assertThat(told).hasSize(1);
    }

    @Test
    void ofATimeoutItHearsATimeoutExceptionAndIsNotInterruptedForThat() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        List<Boolean> interrupted = new ArrayList<>();
        Map<String, JobErrorHandler> pager = Map.of("pager", (context, failure) -> {
            heard.add(failure);
            interrupted.add(Thread.currentThread().isInterrupted());
        });
        InProcessShardRunner runner = InProcessShardRunner.platform(
                        Map.of(job, context -> {
                            begun.countDown();
                            new CountDownLatch(1).await();
                        }),
                        1)
                .withErrorHandlers(pager, "log");
        runner.open(new Engine());
        ShardRunner.Order order = order("pager");
        runner.start(order);
        begun.await();
        runner.cancel(order, TIMEOUT);
        runner.close(java.time.Duration.ofSeconds(30));

        assertThat(told).containsExactly(new Outcome.TimedOut("timed out after 1s"));
        assertThat(heard)
                .singleElement()
                .isInstanceOf(TimeoutException.class)
                .extracting(Throwable::getCause)
                .isInstanceOf(InterruptedException.class);
        assertThat(interrupted).containsExactly(false);
    }

    @Test
    void whatWasCancelledOtherwiseHasNotFailed() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        InProcessShardRunner runner = InProcessShardRunner.platform(
                        Map.of(job, context -> {
                            begun.countDown();
                            new CountDownLatch(1).await();
                        }),
                        1)
                .withErrorHandlers(Map.of("pager", (context, failure) -> heard.add(failure)), "pager");
        runner.open(new Engine());
        ShardRunner.Order order = order("");
        runner.start(order);
        begun.await();
        runner.cancel(order, new Cancellation(Cancellation.Reason.OPERATOR, "ann", "disk full"));
        runner.close(java.time.Duration.ofSeconds(30));

        assertThat(told).singleElement().isInstanceOf(Outcome.Cancelled.class);
        assertThat(heard).isEmpty();
    }

    @Test
    void oneThatHangsIsInterruptedWithItsExecution() throws Exception {
        CountDownLatch hangs = new CountDownLatch(1);
        InProcessShardRunner runner = InProcessShardRunner.platform(
                        Map.of(job, context -> {
                            throw new IOException("away");
                        }),
                        1)
                .withErrorHandlers(
                        Map.of("pager", (context, failure) -> {
                            hangs.countDown();
                            new CountDownLatch(1).await();
                        }),
                        "pager");
        runner.open(new Engine());
        ShardRunner.Order order = order("");
        runner.start(order);
        hangs.await();
        runner.cancel(order, TIMEOUT);
        runner.close(java.time.Duration.ofSeconds(30));

        assertThat(told).containsExactly(new Outcome.TimedOut("timed out after 1s"));
    }

    @Test
    void aScopeThatFailsIsHeardOfAndChangesNothing() {
        List<String> done = new ArrayList<>();
        ExecutionScope unopened = context -> {
            throw new IllegalStateException("not opened");
        };
        ExecutionScope unclosed = context -> (outcome, thrown) -> {
            throw new IllegalStateException("not closed");
        };
        InProcessShardRunner runner = InProcessShardRunner.on(
                        Runnable::run, Map.of(job, context -> done.add("handler")), 1)
                .within(List.of(
                        unopened, unclosed, context -> (outcome, thrown) -> done.add("closed " + outcome.name())))
                .withErrorHandlers(Map.of("pager", (context, failure) -> heard.add(failure)), "log");
        runner.open(new Engine());
        runner.start(order("pager"));

        assertThat(heard).extracting(Throwable::getMessage).containsExactly("not opened", "not closed");
        assertThat(done).containsExactly("handler", "closed SUCCEEDED");
        assertThat(told).containsExactly(new Outcome.Succeeded());
        assertThat(errors()).as("logged all the same").hasSize(2);
    }

    @Test
    void whatHearsOfAScopeMayFailItself() {
        InProcessShardRunner runner = InProcessShardRunner.on(Runnable::run, Map.of(job, context -> {}), 1)
                .within(List.of(context -> (outcome, thrown) -> {
                    throw new AssertionError("not closed");
                }))
                .withErrorHandlers(
                        Map.of("pager", (context, failure) -> {
                            throw new IOException("away");
                        }),
                        "pager");
        runner.open(new Engine());
        runner.start(order(""));

        assertThat(told).containsExactly(new Outcome.Succeeded());
        assertThat(errors()).hasSize(2);
    }

    private InProcessShardRunner runner(SimpleJob handler, ExecutionScope scope, JobErrorHandler pager) {
        InProcessShardRunner runner = InProcessShardRunner.platform(Map.of(job, handler), 1)
                .within(List.of(scope))
                .withErrorHandlers(Map.of("pager", pager), "pager");
        runner.open(new Engine());
        return runner;
    }

    @Test
    void oneThatHangsOverAScopeThatCannotBeClosedIsInterruptedWithItsExecution() throws Exception {
        CountDownLatch hangs = new CountDownLatch(1);
        InProcessShardRunner runner = runner(
                context -> {},
                context -> (outcome, thrown) -> {
                    throw new IllegalStateException("not closed");
                },
                (context, failure) -> {
                    hangs.countDown();
                    new CountDownLatch(1).await();
                });
        ShardRunner.Order order = order("");
        runner.start(order);
        hangs.await();
        runner.cancel(order, TIMEOUT);
        runner.close(java.time.Duration.ofSeconds(30));

        assertThat(told).as("as the handler has ended").containsExactly(new Outcome.Succeeded());
    }

    private static void awaitEnd(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException never) {
            throw new AssertionError(never);
        }
    }

    @Test
    void itIsNotToldOfAScopeDuringWhoseClosingTheExecutionWasCutOff() throws Exception {
        CountDownLatch closing = new CountDownLatch(1);
        CountDownLatch cutOff = new CountDownLatch(1);
        InProcessShardRunner runner = runner(
                context -> {},
                context -> (outcome, thrown) -> {
                    closing.countDown();
                    awaitEnd(cutOff);
                    throw new IllegalStateException("not closed");
                },
                (context, failure) -> {
                    heard.add(failure);
                    new CountDownLatch(1).await();
                });
        ShardRunner.Order order = order("");
        runner.start(order);
        closing.await();
        runner.cancel(order, TIMEOUT);
        cutOff.countDown();
        runner.close(java.time.Duration.ofSeconds(30));

        assertThat(heard).isEmpty();
        assertThat(told).containsExactly(new Outcome.Succeeded());
        assertThat(errors()).as("logged all the same").hasSize(1);
    }

    @Test
    void aScopeThatIsCutOffOnPurposeHasNotFailedAndNorDoesItsHandlerGoOn() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        List<Boolean> interrupted = new ArrayList<>();
        InProcessShardRunner runner = runner(
                context -> interrupted.add(Thread.currentThread().isInterrupted()),
                context -> {
                    begun.countDown();
                    try {
                        new CountDownLatch(1).await();
                        throw new AssertionError("never");
                    } catch (InterruptedException cut) {
                        throw new IllegalStateException(cut);
                    }
                },
                (context, failure) -> heard.add(failure));
        ShardRunner.Order order = order("");
        runner.start(order);
        begun.await();
        runner.cancel(order, new Cancellation(Cancellation.Reason.OPERATOR, "ann", "disk full"));
        runner.close(java.time.Duration.ofSeconds(30));

        assertThat(heard).isEmpty();
        assertThat(interrupted).containsExactly(true);
    }

    @Test
    void itDoesNotBeginInterruptedByAScope() {
        List<Boolean> interrupted = new ArrayList<>();
        InProcessShardRunner runner = InProcessShardRunner.on(
                        Runnable::run,
                        Map.of(
                                job,
                                context ->
                                        interrupted.add(Thread.currentThread().isInterrupted())),
                        1)
                .within(List.of(context -> {
                    Thread.currentThread().interrupt();
                    throw new IllegalStateException("not opened");
                }))
                .withErrorHandlers(
                        Map.of(
                                "pager",
                                (context, failure) ->
                                        interrupted.add(Thread.currentThread().isInterrupted())),
                        "pager");
        runner.open(new Engine());
        runner.start(order(""));

        assertThat(interrupted).as("the error handler and the job's").containsExactly(false, false);
    }

    @Test
    void aNameThatNobodyHasIsRefused() {
        assertThatThrownBy(() -> new ErrorHandlers(Map.of("pager", (context, failure) -> {}), "piper"))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("elasticjob.execution.error-handler")
                .hasMessageContaining("piper")
                .hasMessageContaining("[ignore, log, pager, throw]");
        assertThatThrownBy(() -> new ErrorHandlers(Map.of("log", (context, failure) -> {}), "log"))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("is the name of a built-in one");
    }
}
