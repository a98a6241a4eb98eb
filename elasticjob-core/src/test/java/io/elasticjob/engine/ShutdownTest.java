package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.elasticjob.Cancellation;
import io.elasticjob.ElasticJobEvent;
import io.elasticjob.ElasticJobEvent.ExecutionEnded;
import io.elasticjob.ExecutionId;
import io.elasticjob.Firing;
import io.elasticjob.JobDefinition;
import io.elasticjob.Outcome;
import io.elasticjob.ShardRecord;
import io.elasticjob.ShardState;
import io.elasticjob.SimpleJob;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.ShardRecordCodec;
import io.elasticjob.memory.MemoryEnsemble;
import io.elasticjob.registry.Read;
import io.elasticjob.runner.InProcessShardRunner;
import io.elasticjob.spi.SystemTimekeeper;
import io.elasticjob.test.SimulatedFireSource;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What a shutdown waits for, what it says of that, and who asks for it. */
class ShutdownTest {

    /** Longer than any test may take. */
    private static final Duration VERY_LONG = Duration.ofMinutes(10);

    private final SystemTimekeeper time = new SystemTimekeeper();
    private final MemoryEnsemble ensemble = new MemoryEnsemble(time);
    private final Queue<ElasticJobEvent> events = new ConcurrentLinkedQueue<>();
    private final Queue<ILoggingEvent> lines = new ConcurrentLinkedQueue<>();
    private final String namespace = "shutdown-" + Integer.toHexString(System.identityHashCode(this));
    private final Thread closing = Thread.currentThread();
    private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent line) {
            if (Thread.currentThread() == closing) { // engines of other tests are closed meanwhile
                lines.add(line);
            }
        }
    };
    private JobEngine engine;

    @BeforeEach
    void listen() {
        await().until(() -> LoggerFactory.getILoggerFactory() instanceof LoggerContext); // others are setting it up
        appender.start();
        engineLog().setLevel(Level.INFO);
        engineLog().addAppender(appender);
    }

    @AfterEach
    void end() {
        engineLog().detachAppender(appender);
        if (engine != null) {
            engine.close();
        }
        time.close();
    }

    private static ch.qos.logback.classic.Logger engineLog() {
        return ((LoggerContext) LoggerFactory.getILoggerFactory()).getLogger(Shutdown.class);
    }

    @Test
    void aHandlerThatClosesTheEngineHasFailedAndTheOthersAreWaitedFor() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch shutsDown = new CountDownLatch(1);
        CountDownLatch closed = new CountDownLatch(1);
        start(context -> {
            if (context.shardingItem() == 0) {
                begun.countDown();
                shutsDown.await();
                await().until(() -> !outcomes("orders", 1).isEmpty()); // it has ended for the others
            } else {
                begun.await();
                shutsDown.countDown();
                engine.close(VERY_LONG);
                closed.countDown();
            }
        });

        closed.await();
        assertThat(outcomes("orders", 0)).containsExactly(new Outcome.Succeeded());
        assertThat(outcomes("orders", 1))
                .containsExactly(new Outcome.Failed("It shut down its own application before it had ended"));
        assertThat(record(1)).satisfies(record -> {
            assertThat(record.state()).isInstanceOf(ShardState.Done.class);
            assertThat(record.outcome()).isEqualTo("FAILED");
        });
    }

    @Test
    void aHandlerThatEndsTheProcessIsNotWaitedForByItsShutdownHook() throws Exception {
        for (String how : List.of("exit", "thread", "second")) {
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-XX:TieredStopAtLevel=1",
                            "-XX:+UseSerialGC",
                            "-Xmx128m",
                            "-cp",
                            System.getProperty("java.class.path"),
                            ExitingMain.class.getName(),
                            how)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String said = new String(process.getInputStream().readAllBytes());

            assertThat(process.waitFor()).as(how).isEqualTo(7);
            assertThat(said).as(how).contains("exiting: FAILED").contains("other: SUCCEEDED");
        }
    }

    @Test
    void itSaysWhatItWaitsForAndForHowLongAndWhatItInterrupts() throws Exception {
        CountDownLatch begun = new CountDownLatch(2);
        start(context -> {
            begun.countDown();
            new CountDownLatch(1).await();
        });
        begun.await();

        engine.close(Duration.ofMillis(700));

        assertThat(said(Level.INFO))
                .anyMatch(
                        line -> line.matches("Shutdown: waiting up to 1 s for 2 executions \\(orders shards 0, 1\\)"));
        assertThat(said(Level.WARN))
                .anyMatch(line -> line.startsWith(
                                "Shutdown: time is over for 2 executions (orders shards 0, 1); they are interrupted")
                        && line.contains("spring.lifecycle.timeout-per-shutdown-phase"));
        assertThat(said(Level.WARN)).noneMatch(line -> line.contains("leaving"));
    }

    @Test
    void whatRunsIsInterruptedWhenTimeIsOverAndTheInstanceLeavesWhenThatHasEnded() throws Exception {
        CountDownLatch begun = new CountDownLatch(2);
        Queue<String> happened = new ConcurrentLinkedQueue<>();
        ensemble.observe(change -> {
            if (change.path().startsWith("/" + namespace + "/instances/") && change.after() instanceof Read.Absent) {
                happened.add("left");
            }
        });
        start(context -> {
            begun.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException interrupted) {
                happened.add("interrupted");
                throw interrupted;
            }
        });
        begun.await();

        engine.close(Duration.ofMillis(300));

        await().until(() -> happened.contains("left"));
        assertThat(happened).containsExactly("interrupted", "interrupted", "left");
        assertThat(record(0).isRunning()).as("recorded before it left").isFalse();
    }

    @Test
    void itSaysWhatItLeavesBehind() throws Exception {
        CountDownLatch begun = new CountDownLatch(2);
        CountDownLatch end = new CountDownLatch(1);
        start(context -> {
            begun.countDown();
            while (end.getCount() > 0) {
                Thread.onSpinWait();
            }
        });
        begun.await();

        engine.close(Duration.ofMillis(300));
        end.countDown();

        assertThat(said(Level.WARN))
                .anyMatch(line -> line.startsWith("Shutdown: leaving 2 executions (orders shards 0, 1) behind."));
    }

    @Test
    void itSaysNothingWhereItHasNothingToWaitFor() throws Exception {
        CountDownLatch ended = new CountDownLatch(2);
        start(context -> ended.countDown());
        ended.await();
        await().until(() -> engine.status().executions().active() == 0);

        engine.close(VERY_LONG);

        assertThat(lines).noneMatch(line -> line.getFormattedMessage().startsWith("Shutdown"));
    }

    @Test
    void whatRemainsIsSaidInWords() {
        assertThat(new Remaining(List.of(id("orders", 3)), 0).inWords()).isEqualTo("1 execution (orders shard 3)");
        assertThat(new Remaining(List.of(id("b", 1), id("a", 0), id("b", 0)), 1).inWords())
                .isEqualTo("3 executions (a shard 0; b shards 0, 1) and 1 record to be written to ZooKeeper");
        assertThat(new Remaining(List.of(), 2).inWords()).isEqualTo("2 records to be written to ZooKeeper");
        assertThat(new Remaining(List.of(), 0, List.of("a", "b")).inWords())
                .isEqualTo("listeners, a planner or the record of a firing (a, b)");
        assertThat(new Remaining(List.of(id("orders", 3)), 0, List.of("b")).inWords())
                .isEqualTo("1 execution (orders shard 3) and listeners, a planner or the record of a firing (b)");
        assertThat(Remaining.NOTHING.inWords()).isEqualTo("its last answers from ZooKeeper");
        List<ExecutionId> many =
                IntStream.range(0, 100).mapToObj(i -> id("job-" + i % 22, i)).toList();
        assertThat(new Remaining(many, 0).inWords())
                .startsWith("100 executions (job-0 shards 0, 22, 44, 66, 88; ")
                .endsWith("; and of 2 other jobs)");
        List<ExecutionId> wide =
                IntStream.range(0, 5_000).mapToObj(i -> id("wide", i)).toList();
        assertThat(new Remaining(wide, 0).inWords()).endsWith(", 19 and 4980 more)");
        assertThat(Remaining.seconds(Duration.ofMillis(27_001))).isEqualTo("28 s");
    }

    private static ExecutionId id(String job, int shard) {
        return new ExecutionId(job, new Firing.Scheduled(Instant.EPOCH), shard, 1);
    }

    @Test
    void whatIsCutOffIsToldThatItIsByAShutdown() throws Exception {
        CountDownLatch begun = new CountDownLatch(2);
        Queue<Cancellation> why = new ConcurrentLinkedQueue<>();
        start(context -> {
            begun.countDown();
            try {
                new CountDownLatch(1).await();
            } finally {
                context.cancellation().ifPresent(why::add);
            }
        });
        assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
        engine.close(Duration.ZERO);

        assertThat(why).hasSize(2).allSatisfy(told -> {
            assertThat(told.reason()).isEqualTo(Cancellation.Reason.SHUTDOWN);
            assertThat(told.text()).startsWith("The instance shuts down");
        });
    }

    private void start(SimpleJob handler) {
        engine = engine(ensemble, time, namespace, handler, 2, events);
        engine.start();
    }

    static JobEngine engine(
            MemoryEnsemble ensemble,
            SystemTimekeeper time,
            String namespace,
            SimpleJob handler,
            int shards,
            Queue<ElasticJobEvent> events) {
        return JobEngine.builder()
                .namespace(namespace)
                .registry(ensemble.client(Duration.ofSeconds(6)))
                .timekeeper(time)
                .fireSource(new SimulatedFireSource(time, () -> false))
                .runner(InProcessShardRunner.platform(Map.of("orders", handler), 4))
                .job(JobDefinition.named("orders")
                        .every(Duration.ofMillis(400))
                        .shards(shards)
                        .build())
                .listener(events::add)
                .build();
    }

    private List<String> said(Level level) {
        return lines.stream()
                .filter(line -> line.getLevel().equals(level))
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    private List<Outcome> outcomes(String job, int shard) {
        return events.stream()
                .filter(ExecutionEnded.class::isInstance)
                .map(ExecutionEnded.class::cast)
                .filter(ended ->
                        ended.execution().job().equals(job) && ended.execution().shard() == shard)
                .map(ExecutionEnded::outcome)
                .toList();
    }

    private ShardRecord record(int shard) {
        String folder = ensemble.children("/" + namespace + "/shards").get(0);
        Read.Present read = (Read.Present) ensemble.node("/" + namespace + "/shards/" + folder + "/" + shard);
        return ((Decoded.Value<ShardRecord>) ShardRecordCodec.decode(read.data())).value();
    }

    /** A process whose shard 0 ends it, while shard 1 works until that is known. */
    static final class ExitingMain {

        private ExitingMain() {}

        /** @param args {@code exit}; {@code thread}, which a thread does that is waited for; {@code second}, as both shards do */
        public static void main(String[] args) {
            SystemTimekeeper time = new SystemTimekeeper();
            Queue<ElasticJobEvent> events = new ConcurrentLinkedQueue<>();
            CountDownLatch both = new CountDownLatch(2);
            JobEngine engine = engine(
                    new MemoryEnsemble(time),
                    time,
                    "exiting",
                    context -> {
                        both.countDown();
                        both.await(20, TimeUnit.SECONDS);
                        if (context.shardingItem() != 0) {
                            await().until(() -> events.stream().anyMatch(ExecutionEnded.class::isInstance));
                        } else if (args[0].equals("thread")) {
                            Thread exiting = new Thread(() -> System.exit(7));
                            exiting.start();
                            exiting.join();
                        } else if (args[0].equals("second")) {
                            Thread first = new Thread(() -> System.exit(7));
                            first.start();
                            await().until(() -> first.getState() == Thread.State.WAITING); // in the hook
                            System.exit(8);
                        } else {
                            System.exit(7);
                        }
                    },
                    2,
                    events);
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                engine.close(VERY_LONG);
                events.stream()
                        .filter(ExecutionEnded.class::isInstance)
                        .map(ExecutionEnded.class::cast)
                        .forEach(ended -> System.out.println((ended.execution().shard() == 0 ? "exiting: " : "other: ")
                                + ended.outcome().name()));
            }));
            engine.start();
        }
    }
}
