package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.Cancellation;
import io.elasticjob.ElasticJobEvent;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Operator;
import io.elasticjob.Outcome;
import io.elasticjob.engine.World.Process;
import io.elasticjob.memory.MemoryRegistry;
import io.elasticjob.memory.PassingRegistry;
import io.elasticjob.registry.Session;
import io.elasticjob.schedule.Schedule;
import io.elasticjob.sharding.Assignment;
import io.elasticjob.sharding.ShardingStrategy;
import io.elasticjob.sharding.StrategyCatalog;
import io.elasticjob.spi.FireSource;
import io.elasticjob.spi.ShardRunner;
import io.elasticjob.view.EngineStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What code of somebody else's does to an engine: it costs the job that it belongs to, or the engine says that it fails. */
class SoundnessOfTheEngineTest {

    private static final JobDefinition ORDERS =
            JobDefinition.named("orders").every(Duration.ofSeconds(1)).shards(2).build();

    private final World world = new World();

    static Stream<ShardingStrategy> badStrategies() {
        return Stream.of(
                throwing(new AssertionError("on purpose")),
                throwing(new NoClassDefFoundError("com/example/Gone")),
                throwing(new StackOverflowError()),
                throwing(new LinkageError("on purpose")),
                throwing(new ExceptionInInitializerError("on purpose")),
                throwing(new OutOfMemoryError("on purpose")),
                throwing(new InterruptedException("in secret")),
                sharding -> null,
                sharding -> Assignment.none(sharding.shardingTotalCount()),
                sharding -> Assignment.of(Collections.nCopies(
                        sharding.shardingTotalCount() + 1, sharding.ids().get(0))),
                sharding -> Assignment.of(Collections.nCopies(sharding.shardingTotalCount(), "nobody".repeat(100_000))),
                sharding -> Assignment.of(Collections.nCopies(
                        sharding.shardingTotalCount(), sharding.ids().get(0))));
    }

    @ParameterizedTest
    @MethodSource("badStrategies")
    void aBadStrategyCostsNothingButItself(ShardingStrategy bad) {
        StrategyCatalog strategies = StrategyCatalog.builtIn().with("mine", bad);
        JobDefinition mine = JobDefinition.named("mine")
                .every(Duration.ofSeconds(1))
                .shards(2)
                .set(JobKey.SHARDING_STRATEGY, "mine")
                .build();
        Process a = world.start("a", strategies, mine, ORDERS);
        Process b = world.start("b", strategies, mine, ORDERS);
        world.seconds(5);

        assertThat(world.runs("mine")).isGreaterThanOrEqualTo(6);
        assertThat(world.runs("orders")).isGreaterThanOrEqualTo(6);
        assertThat(List.of(a, b)).allSatisfy(process -> {
            assertThat(process.engine.status().impaired()).isEmpty();
            assertThat(process.events(ElasticJobEvent.StrategyReplaced.class))
                    .as("told, and not at each turn")
                    .hasSizeBetween(1, 2)
                    .allSatisfy(replaced -> assertThat(replaced.job()).isEqualTo("mine"));
        });
    }

    @Test
    void aStrategyThatBecomesBadIsToldThoughTheInstancesAreTheSame() {
        AtomicBoolean bad = new AtomicBoolean();
        StrategyCatalog strategies = StrategyCatalog.builtIn().with("mine", sharding -> {
            if (bad.get()) {
                throw new NoClassDefFoundError("com/example/Gone");
            }
            return StrategyCatalog.builtIn().strategy("average").assign(sharding);
        });
        JobDefinition mine = JobDefinition.named("mine")
                .every(Duration.ofSeconds(1))
                .set(JobKey.SHARDING_STRATEGY, "mine")
                .build();
        Process a = world.start("a", strategies, mine, ORDERS);
        world.seconds(2);
        assertThat(a.events(ElasticJobEvent.StrategyReplaced.class)).isEmpty();

        int count = 1;
        for (boolean now : List.of(true, true, false, true)) {
            bad.set(now);
            String shards = String.valueOf(++count);
            assertThat(world.isDone(a.engine
                            .operations()
                            .configure("mine", Map.of(JobKey.SHARDING_TOTAL_COUNT, shards), Operator.UNKNOWN)))
                    .isTrue();
            world.seconds(20); // a change of the number of shards is for firings to come
        }

        assertThat(a.events(ElasticJobEvent.StrategyReplaced.class))
                .as("when it becomes bad, and when it does so again")
                .hasSize(2);
    }

    @Test
    void aRunnerThatThrowsAnythingCostsThatExecution() {
        BadRunner runner = new BadRunner((handler, ended) -> {
            throw new NoClassDefFoundError("com/example/Gone");
        });
        Process a = world.startWith("a", builder -> builder.runner(runner), ORDERS);
        world.seconds(4);

        assertThat(a.events(ElasticJobEvent.ExecutionEnded.class))
                .hasSizeGreaterThanOrEqualTo(4)
                .allSatisfy(ended -> assertThat(ended.outcome()).isInstanceOf(Outcome.Failed.class));
        assertThat(a.engine.status().executions().active()).isZero();
        assertThat(a.engine.status().impaired()).isEmpty();
    }

    @Test
    void aRunnerThatTellsNoOutcomeOrTellsItTwiceOrThrowsAfterwardsIsHeardOnce() {
        List<Consumer<Outcome>> told = new ArrayList<>();
        BadRunner runner = new BadRunner((handler, ended) -> {
            told.add(ended);
            ended.accept(told.size() % 2 == 0 ? new Outcome.Succeeded() : nothing());
            ended.accept(new Outcome.Succeeded());
            throw new AssertionError("on purpose");
        });
        Process a = world.startWith("a", builder -> builder.runner(runner), ORDERS);
        world.seconds(4);

        assertThat(a.events(ElasticJobEvent.ExecutionStarted.class)).hasSameSizeAs(told);
        assertThat(a.events(ElasticJobEvent.ExecutionEnded.class))
                .hasSameSizeAs(told)
                .hasSizeGreaterThanOrEqualTo(4);
        assertThat(a.engine.status().impaired()).isEmpty();
    }

    @Test
    void aFireSourceThatThrowsCostsPunctualityAndIsTold() {
        Process a = world.startWith("a", builder -> builder.fireSource(new BadFireSource()), ORDERS);
        world.seconds(5);

        assertThat(world.runs("orders")).isGreaterThanOrEqualTo(6);
        assertThat(a.events(ElasticJobEvent.EngineImpaired.class))
                .singleElement()
                .satisfies(impaired -> assertThat(impaired.reason()).contains("following", "LinkageError"));
        assertThat(a.engine.status().impaired()).isPresent();

        world.seconds(70);
        assertThat(a.engine.status().impaired()).isEmpty();
        assertThat(a.events(ElasticJobEvent.EngineRecovered.class)).hasSize(1);
    }

    @Test
    void whatHasNoWordsCostsNoMoreThanWhatHas() {
        BadRunner runner = new BadRunner((handler, ended) -> {
            throw new Wordless();
        });
        Process a = world.startWith(
                "a",
                builder -> builder.runner(runner)
                        .fireSource(new BadFireSource() {
                            @Override
                            public void follow(Schedule schedule) {
                                throw new Wordless();
                            }
                        })
                        .registryObserver((kind, result, took) -> {
                            throw new Wordless();
                        })
                        .listener(event -> {
                            throw new Wordless();
                        })
                        .listener(heard::add),
                ORDERS);
        world.seconds(5);

        assertThat(a.events(ElasticJobEvent.ExecutionEnded.class)).hasSizeGreaterThanOrEqualTo(4);
        assertThat(heard).as("by whoever listens after it").hasSameSizeAs(a.events);
        assertThat(a.engine.status().impaired().orElseThrow().reason()).contains("Wordless");
    }

    private final List<ElasticJobEvent> heard = new ArrayList<>();

    private static final class Wordless extends RuntimeException {
        @Override
        public String getMessage() {
            throw new AssertionError("on purpose");
        }
    }

    @Test
    void aRegistryThatThrowsAnErrorHasNotAnsweredAndIsAskedAgain() {
        Nonsense nonsense = new Nonsense();
        nonsense.children = any -> {
            throw new NoClassDefFoundError("com/example/Gone");
        };
        Process a = world.launch("a", Duration.ZERO, builder -> builder.registry(nonsense), ORDERS);
        world.seconds(3);
        assertThat(world.runs("orders")).isZero();

        nonsense.children = null;
        world.seconds(5);
        assertThat(world.runs("orders")).isPositive();
        assertThat(a.engine.status().impaired()).isEmpty();
    }

    @Test
    void anEngineThatNeverLearnsWhatThereIsSaysSo() {
        Nonsense nonsense = new Nonsense();
        nonsense.children = any -> new CompletableFuture<>();
        Process a = world.launch("a", Duration.ZERO, builder -> builder.registry(nonsense), ORDERS);
        world.seconds(59);
        assertThat(a.engine.status().impaired()).isEmpty();
        world.seconds(5);

        assertThat(a.engine.status().isConnected()).isTrue();
        assertThat(a.engine.status().impaired()).isPresent();
        assertThat(a.engine.status().impaired().orElseThrow().reason()).contains("does not know the live instances");
        assertThat(a.events(ElasticJobEvent.EngineImpaired.class)).hasSize(1);

        nonsense.children = null;
        nonsense.client.link().reset();
        nonsense.client.link().heal();
        world.seconds(10);
        assertThat(a.engine.status().impaired()).isEmpty();
        assertThat(a.events(ElasticJobEvent.EngineRecovered.class)).hasSize(1);
        assertThat(world.runs("orders")).isPositive();
    }

    @Test
    void anAnswerThatCanNotBeDealtWithIsToldAndTheRestOfTheTurnIsTaken() {
        Nonsense nonsense = new Nonsense();
        nonsense.children = path -> CompletableFuture.completedFuture(nothing());
        Process a = world.launch("a", Duration.ZERO, builder -> builder.registry(nonsense), ORDERS);
        world.seconds(3);

        assertThat(a.events(ElasticJobEvent.EngineImpaired.class))
                .singleElement()
                .satisfies(impaired -> assertThat(impaired.reason()).contains("NullPointerException"));
        assertThat(world.now(a.engine.namespace()).status().impaired()).isPresent();
        assertThat(world.isDone(a.engine.job("orders")))
                .as("refused, and not forgotten")
                .isFalse();
    }

    @Test
    void whateverPartCanNotBeClosedTheOthersAre() {
        List<String> closed = new ArrayList<>();
        Nonsense nonsense = new Nonsense() {
            @Override
            public void close() {
                closed.add("registry");
                throw new LinkageError("on purpose");
            }
        };
        BadRunner runner = new BadRunner((handler, ended) -> {}) {
            @Override
            public void close(Duration atMost) {
                closed.add("runner");
                throw new AssertionError("on purpose");
            }
        };
        JobEngine engine = JobEngine.builder()
                .namespace("test")
                .registry(nonsense)
                .timekeeper(world.time)
                .runner(runner)
                .fireSource(new BadFireSource() {
                    @Override
                    public void close() {
                        closed.add("fire source");
                        throw new StackOverflowError("on purpose");
                    }
                })
                .build();
        engine.close();

        assertThat(closed).containsExactly("fire source", "runner", "registry");
        assertThat(engine.status().phase()).isEqualTo(EngineStatus.Phase.CLOSED);
    }

    @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
    private static <T> T nothing() {
        return null;
    }

    private static ShardingStrategy throwing(Throwable thrown) {
        return sharding -> SoundnessOfTheEngineTest.<Assignment, RuntimeException>throwAnything(thrown);
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <R, T extends Throwable> R throwAnything(Throwable thrown) throws T {
        throw (T) thrown;
    }

    private static class BadFireSource implements FireSource {

        @Override
        public void open(Listener listener) {}

        @Override
        public void follow(Schedule schedule) {
            throw new LinkageError("on purpose");
        }

        @Override
        public void forget(Schedule schedule) {}

        @Override
        public void close() {}
    }

    private interface Begin {
        void begin(String handler, Consumer<Outcome> ended);
    }

    private static class BadRunner implements ShardRunner {

        private final Begin begin;
        private Listener listener;

        BadRunner(Begin begin) {
            this.begin = begin;
        }

        @Override
        public void open(Listener opening) {
            listener = opening;
        }

        @Override
        public Set<String> handlers() {
            return Set.of("orders");
        }

        @Override
        public int slots() {
            return 4;
        }

        @Override
        public void start(Order order) {
            begin.begin(order.handler(), outcome -> listener.ended(order, outcome));
        }

        @Override
        public void cancel(Order order, Cancellation why) {}

        @Override
        public void close(Duration atMost) {}
    }

    /** Answers what a test says to what children there are. */
    private class Nonsense extends PassingRegistry {

        private final MemoryRegistry client;
        private Function<String, CompletionStage<List<String>>> children;

        Nonsense() {
            this(world.ensemble.client(World.SESSION));
        }

        private Nonsense(MemoryRegistry client) {
            super(client);
            this.client = client;
        }

        @Override
        public CompletionStage<List<String>> children(Session session, String path) {
            return children == null ? super.children(session, path) : children.apply(path);
        }
    }
}
