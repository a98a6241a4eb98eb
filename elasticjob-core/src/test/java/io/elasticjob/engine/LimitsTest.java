package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Operator;
import io.elasticjob.Outcome;
import io.elasticjob.TriggerRequest;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.LimitCodec;
import io.elasticjob.coordination.Limit;
import io.elasticjob.engine.World.Process;
import io.elasticjob.registry.Read;
import io.elasticjob.testing.Ledger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How many shards run at a time on all instances together. */
class LimitsTest {

    private static final Duration LONG = Duration.ofDays(1);

    private final World world = new World();

    @Test
    void neverMoreShardsOfAJobRunThanItSaysWhateverTheInstancesAndEachRunsOnce() {
        JobDefinition job = JobDefinition.named("orders")
                .every(Duration.ofMinutes(1))
                .shards(9)
                .set(JobKey.MAX_CONCURRENT_SHARDS, "2")
                .build();
        for (String name : List.of("a", "b", "c")) {
            world.start(name, job).duration = Duration.ofSeconds(3);
        }
        world.seconds(120);

        assertThat(most(any -> true)).isEqualTo(2);
        Instant first = world.ledger.entries().get(0).fireTime;
        assertThat(world.ran("orders", first).split(" ")).hasSize(9);
        assertThat(world.ledger.entries().stream().map(entry -> entry.id.toString()))
                .doesNotHaveDuplicates();
        assertThat(permits()).hasSizeLessThanOrEqualTo(2);
    }

    @Test
    void jobsShareALimitThatTheyName() {
        Process[] all = new Process[2];
        for (int i = 0; i < 2; i++) {
            all[i] = world.startWith(
                    "p" + i,
                    builder -> builder.limits(Map.of("db", 3)),
                    of("orders", "db"),
                    of("bills", "db"),
                    of("free", ""));
            all[i].duration = Duration.ofSeconds(4);
        }
        world.seconds(60);

        assertThat(most(entry -> !entry.id.job().equals("free"))).isEqualTo(3);
        assertThat(most(entry -> entry.id.job().equals("free"))).isEqualTo(4);
        assertThat(world.runs("orders")).isPositive();
        assertThat(world.runs("bills")).isPositive();
    }

    @Test
    void theHigherPriorityGoesFirstThenTheOneThatIsDueForLonger() {
        JobDefinition holds = byHand("holds", 5);
        JobDefinition[] jobs = {holds, byHand("low", 2), byHand("early", 5), byHand("late", 5), byHand("high", 8)};
        Process a = world.startWith("a", builder -> builder.limits(Map.of("db", 1)), jobs);
        Process b = world.startWith("b", builder -> builder.limits(Map.of("db", 1)), jobs);
        a.duration = LONG;
        b.duration = LONG;
        a.engine.operations().trigger(TriggerRequest.of("holds"));
        world.seconds(1);
        for (String job : List.of("low", "early", "late", "high")) {
            a.engine.operations().trigger(TriggerRequest.of(job));
            world.seconds(1);
        }
        assertThat(world.ledger.entries()).hasSize(1);
        assertThat(waits()).hasSize(4);

        a.duration = Duration.ofMillis(10);
        b.duration = Duration.ofMillis(10);
        Process holder = world.ledger.entries().get(0).process.equals("a") ? a : b;
        holder.runner.end("holds", 0, new Outcome.Succeeded());
        world.seconds(5);

        assertThat(world.ledger.entries().stream().map(entry -> entry.id.job()))
                .containsExactly("holds", "high", "early", "late", "low");
        assertThat(waits()).isEmpty();
        assertThat(permits()).isEmpty();
    }

    @Test
    void thoseThatWaitAreToldAndCounted() {
        JobDefinition job = byHand("orders", 5);
        Process a = world.startWith("a", builder -> builder.limits(Map.of("db", 1)), job, byHand("bills", 5));
        a.duration = LONG;
        a.engine.operations().trigger(TriggerRequest.of("orders"));
        world.seconds(1);
        a.engine.operations().trigger(TriggerRequest.of("bills"));
        world.seconds(3);

        assertThat(a.events(ElasticJobEvent.ShardLimited.class))
                .singleElement()
                .satisfies(event -> assertThat(event.job() + event.limits()).isEqualTo("bills[db]"));
        assertThat(a.engine.status().executions().limited()).isEqualTo(1);
        assertThat(a.engine.status().executions().active())
                .as("who waits holds no slot")
                .isEqualTo(1);

        a.runner.end("orders", 0, new Outcome.Succeeded());
        world.seconds(2);
        assertThat(a.engine.status().executions().limited()).isZero();
    }

    @Test
    void aDeathLosesNothingThatIsCounted() {
        for (boolean failover : new boolean[] {true, false}) {
            World world = new World();
            JobDefinition job = JobDefinition.named("orders")
                    .failover(failover)
                    .set(JobKey.MAX_CONCURRENT_SHARDS, "1")
                    .shards(2)
                    .build();
            Process a = world.start("a", job);
            a.duration = LONG;
            a.engine.operations().trigger(TriggerRequest.of("orders"));
            world.seconds(1);
            Process b = world.start("b", job);
            assertThat(world.ledger.entries()).hasSize(1);

            a.watch.kill();
            a.registry.link().silence();
            world.seconds(30);

            assertThat(world.ledger.entries()).hasSize(failover ? 3 : 2);
            assertThat(world.ensemble.children("/test/limits").stream()
                            .flatMap(limit -> world.ensemble.children("/test/limits/" + limit).stream()))
                    .as("what is counted")
                    .isEmpty();
            assertThat(b.engine.status().executions().limited()).isZero();
        }
    }

    @Test
    void whatNobodyIsLeftToTakeOverIsCountedNoMoreAfterAWhile() {
        Process dies = application("till", "a", byHand("orders", 5));
        dies.duration = LONG;
        Process stays = application("shop", "b", byHand("bills", 5));
        dies.engine.operations().trigger(TriggerRequest.of("orders"));
        world.seconds(1);
        stays.engine.operations().trigger(TriggerRequest.of("bills"));
        world.seconds(1);
        assertThat(world.runs("bills")).isZero();

        dies.watch.kill();
        dies.registry.link().silence();
        world.seconds(60);

        assertThat(world.runs("bills")).isEqualTo(1);
        assertThat(stays.events(ElasticJobEvent.PermitReleased.class)).hasSize(1);
        assertThat(permits()).isEmpty();

        Process back = application("till", "c", byHand("orders", 5));
        world.seconds(3);
        assertThat(world.record("orders", 0).isRunning()).isFalse();
        assertThat(back.events(ElasticJobEvent.OwnerDied.class)).hasSize(1);
    }

    /** The record says still that it is counted. */
    @Test
    void whoTakesOverWhatIsCountedNoMoreIsCountedAgain() {
        JobDefinition orders = JobDefinition.named("orders")
                .failover(true)
                .set(JobKey.LIMITS, "db")
                .build();
        Process dies = application("till", "a", orders);
        dies.duration = LONG;
        Process stays = application("shop", "b", byHand("bills", 5));
        stays.duration = LONG;
        dies.engine.operations().trigger(TriggerRequest.of("orders"));
        world.seconds(1);
        stays.engine.operations().trigger(TriggerRequest.of("bills"));
        dies.kill();
        world.seconds(60);
        assertThat(world.runs("bills")).isEqualTo(1);

        Process back = application("till", "c", orders);
        world.seconds(3);
        assertThat(world.runs("orders")).as("it waits for the other").isEqualTo(1);
        assertThat(back.engine.status().executions().limited()).isEqualTo(1);

        stays.runner.end("bills", 0, new Outcome.Succeeded());
        world.seconds(3);
        assertThat(world.runs("orders")).as("run again").isEqualTo(2);
        assertThat(permits()).isEmpty();
    }

    @Test
    void aJobThatIsRemovedWhileItRunsTakesWhatIsCountedAlong() {
        Process a = world.startWith("a", builder -> builder.limits(Map.of("db", 1)), byHand("bills", 5));
        a.engine
                .operations()
                .create(
                        "orders",
                        Map.of(JobKey.HANDLER, "bills", JobKey.LIMITS, "db", JobKey.MAX_CONCURRENT_SHARDS, "1"),
                        Operator.UNKNOWN);
        world.seconds(1);
        a.duration = LONG;
        a.engine.operations().trigger(TriggerRequest.of("orders"));
        world.seconds(1);
        assertThat(permits()).hasSize(2);
        a.runner.ignoreInterruptions();
        a.engine.operations().remove("orders", Operator.UNKNOWN);
        world.seconds(1);
        a.engine.operations().trigger(TriggerRequest.of("bills"));
        world.seconds(1);
        assertThat(world.runs("bills")).as("it still runs").isZero();

        a.runner.end("orders", 0, new Outcome.Succeeded());
        world.seconds(60);

        assertThat(world.runs("bills")).isEqualTo(1);
        assertThat(world.ensemble.children("/test/limits")).containsExactly("db");
    }

    @Test
    void aLimitThatIsLoweredWhileItIsFullLetsNothingBeginUntilThereIsRoom() {
        JobDefinition job = of("orders", "db");
        Process a = world.startWith("a", builder -> builder.limits(Map.of("db", 3)), job);
        a.duration = LONG;
        a.engine.operations().trigger(TriggerRequest.of("orders"));
        world.seconds(1);
        assertThat(permits()).hasSize(3);

        Process b = world.startWith("b", builder -> builder.limits(Map.of("db", 1)), job);
        world.seconds(1);
        assertThat(b.events(ElasticJobEvent.LimitChanged.class)).hasSize(1);
        a.runner.end("orders", 0, new Outcome.Succeeded());
        world.seconds(2);
        a.runner.end("orders", 1, new Outcome.Succeeded());
        world.seconds(2);
        assertThat(permits()).hasSize(1);
        assertThat(world.ledger.entries()).hasSize(3);

        a.runner.end("orders", 2, new Outcome.Succeeded());
        world.seconds(2);
        assertThat(world.ledger.entries()).hasSize(4);
        assertThat(a.events(ElasticJobEvent.LimitChanged.class))
                .as("who started before keeps quiet")
                .hasSize(1);
    }

    /** As somebody writes it by hand, and as it is after a backup was brought back into a ZooKeeper with lower transaction ids. */
    @ParameterizedTest
    @ValueSource(longs = {Long.MAX_VALUE, 1_000_000, -1, 0})
    void aLimitThatIsWrittenOverWithAnOrderThatNoProcessHasIsDeclaredAgain(long order) {
        Process a = world.startWith("a", builder -> builder.limits(Map.of("db", 3)), byHand("bills", 5));
        Process b = world.startWith("b", builder -> builder.limits(Map.of("db", 4)), byHand("bills", 5));
        world.seconds(2);
        world.overwrite(
                "/test/limits/db",
                ("{\"format\":1,\"most\":1,\"order\":" + order + "}").getBytes(StandardCharsets.UTF_8));
        world.seconds(3);

        assertThat(most("db")).isEqualTo(4);
        if (order > 0) {
            assertThat(Stream.of(a, b).flatMap(one -> one.events(ElasticJobEvent.ValueUnreadable.class).stream()))
                    .isNotEmpty()
                    .allSatisfy(event -> assertThat(event.path()).isEqualTo("/test/limits/db"));
        }
        staysAsItIs();
        world.startWith("c", builder -> builder.limits(Map.of("db", 5)), byHand("bills", 5));
        world.seconds(3);
        assertThat(most("db")).isEqualTo(5);
        staysAsItIs();
    }

    @Test
    void whereZooKeeperHasLostItsDataProcessesDoNotWriteALimitAgainstEachOther() {
        world.startWith("a", builder -> builder.limits(Map.of("db", 3)), byHand("bills", 5));
        world.startWith("b", builder -> builder.limits(Map.of("db", 4)), byHand("bills", 5));
        world.seconds(300);
        world.ensemble.wipe();
        world.seconds(60);

        assertThat(most("db")).isIn(3, 4);
        staysAsItIs();
        world.startWith("c", builder -> builder.limits(Map.of("db", 5)), byHand("bills", 5));
        world.seconds(3);
        assertThat(most("db")).as("who started last").isEqualTo(5);
        staysAsItIs();
    }

    private int most(String limit) {
        Read.Present there = (Read.Present) world.ensemble.node("/test/limits/" + limit);
        return ((Decoded.Value<Limit>) LimitCodec.decode(there.data())).value().most();
    }

    private void staysAsItIs() {
        int version =
                ((Read.Present) world.ensemble.node("/test/limits/db")).stat().version();
        world.seconds(60);
        assertThat(((Read.Present) world.ensemble.node("/test/limits/db"))
                        .stat()
                        .version())
                .as("writes without an end")
                .isEqualTo(version);
    }

    @Test
    void aLimitThatNobodyDeclaresIsRefusedWithTheNamesThatThereAre() {
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> world.startWith("a", builder -> builder.limits(Map.of("db", 1)), of("orders", "api")))
                .withMessageContaining("orders.limits: \"api\"")
                .withMessageContaining("[db]");

        Process b = world.startWith("b", builder -> builder.limits(Map.of("db", 1)), of("orders", "db"));
        assertThat(world.isDone(
                        b.engine.operations().configure("orders", Map.of(JobKey.LIMITS, "api"), Operator.UNKNOWN)))
                .isFalse();
        assertThat(world.isDone(b.engine.operations().configure("orders", Map.of(JobKey.LIMITS, ""), Operator.UNKNOWN)))
                .isTrue();
    }

    @Test
    void jobsWithoutLimitsHaveNothingOfThemInTheRegistry() {
        Process a = world.start("a", of("orders", ""));
        world.seconds(30);

        assertThat(world.runs("orders")).isPositive();
        assertThat(world.ensemble.children("/test")).doesNotContain("limits");
        assertThat(a.engine.status().executions().limited()).isZero();
    }

    @Test
    void whoFindsNoRoomWithTwoHundredOthersTakesNoneOfThemItsTurn() {
        JobDefinition job = JobDefinition.named("orders")
                .shards(300)
                .set(JobKey.MAX_CONCURRENT_SHARDS, "40")
                .build();
        for (String name : List.of("a", "b", "c")) {
            world.start(name, 400, job).duration = Duration.ofSeconds(1);
        }
        world.start("d", 400, job).engine.operations().trigger(TriggerRequest.of("orders"));
        world.seconds(60);

        assertThat(world.ledger.entries()).hasSize(300);
        assertThat(most(any -> true)).isEqualTo(40);
        assertThat(waits()).isEmpty();
        assertThat(permits()).isEmpty();
    }

    private Process application(String application, String name, JobDefinition... jobs) {
        return world.startOf(application, name, builder -> builder.limits(Map.of("db", 1)), jobs);
    }

    private static JobDefinition byHand(String name, int priority) {
        return JobDefinition.named(name)
                .set(JobKey.LIMITS, "db")
                .set(JobKey.PRIORITY, String.valueOf(priority))
                .build();
    }

    private static JobDefinition of(String name, String limit) {
        return JobDefinition.named(name)
                .every(Duration.ofSeconds(10))
                .shards(4)
                .set(JobKey.LIMITS, limit)
                .build();
    }

    /** How many of these ran at the same time at most. */
    private int most(Predicate<Ledger.Entry> which) {
        List<Ledger.Entry> all = world.ledger.entries().stream().filter(which).toList();
        return all.stream()
                .mapToInt(one -> (int) all.stream()
                        .filter(other -> !other.started.isAfter(one.started)
                                && (other.ended == null || other.ended.isAfter(one.started)))
                        .count())
                .max()
                .orElse(0);
    }

    private List<String> permits() {
        return below().filter(name -> !name.startsWith("wait@")).toList();
    }

    private List<String> waits() {
        return below().filter(name -> name.startsWith("wait@")).toList();
    }

    private Stream<String> below() {
        return world.ensemble.children("/test/limits").stream()
                .flatMap(limit -> world.ensemble.children("/test/limits/" + limit).stream());
    }
}
