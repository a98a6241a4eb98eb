package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.ElasticJobEvent.RegistryDataLost;
import io.elasticjob.Instance;
import io.elasticjob.JobDefinition;
import io.elasticjob.Operator;
import io.elasticjob.TriggerReceipt;
import io.elasticjob.TriggerRequest;
import io.elasticjob.TriggerStatus.State;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.InstanceCodec;
import io.elasticjob.codec.TriggerCodec;
import io.elasticjob.coordination.Trigger;
import io.elasticjob.engine.World.Process;
import io.elasticjob.memory.MemoryEnsemble.Backup;
import io.elasticjob.memory.MemoryRegistry;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.RegistryListener;
import io.elasticjob.registry.Session;
import io.elasticjob.registry.Write;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The registry is emptied, restored from a backup, or somebody deletes folders: told once, learnt again, and jobs go on. */
class DataLossTest {

    private static final Operator ANN = new Operator("ann", "");
    private static final JobDefinition ORDERS =
            JobDefinition.named("orders").every(Duration.ofSeconds(1)).shards(3).build();
    private static final JobDefinition BILLS =
            JobDefinition.named("bills").every(Duration.ofSeconds(1)).shards(2).build();
    private static final JobDefinition LIGHT = JobDefinition.named("light")
            .every(Duration.ofSeconds(1))
            .monitorExecution(false)
            .build();
    private static final JobDefinition BY_HAND =
            JobDefinition.named("by-hand").shards(2).build();

    private final World world = new World();
    private final Process a = world.start("a", ORDERS, LIGHT, BY_HAND);
    private final Process b = world.start("b", ORDERS, LIGHT, BY_HAND);

    /** Each shard of the last firings ran once, and the records are there again. */
    private void ordersRunAgain() {
        world.seconds(20);
        long from = world.time.now().getEpochSecond();
        long light = world.runs("light");
        world.seconds(5);
        for (long second = from + 1; second <= from + 4; second++) {
            assertThat(world.ran("orders", Instant.ofEpochSecond(second)))
                    .as("of second %s", second)
                    .matches("[ab]:\\d( [ab]:\\d){2}");
        }
        assertThat(world.runs("light") - light).isEqualTo(5);
        assertThat(world.record("orders", 0).outcome()).isEqualTo("SUCCEEDED");
    }

    private void toldOnce(boolean wentBack) {
        for (Process each : List.of(a, b)) {
            assertThat(each.events(RegistryDataLost.class))
                    .singleElement()
                    .satisfies(
                            told -> assertThat(told.wentBack()).as(told.what()).isEqualTo(wentBack));
        }
    }

    private void nobodyTells() {
        assertThat(a.events(RegistryDataLost.class)).isEmpty();
        assertThat(b.events(RegistryDataLost.class)).isEmpty();
    }

    // ---- Emptied --------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 60})
    void aRegistryThatComesBackEmptyStopsNoJob(int seconds) {
        world.seconds(seconds);
        world.ensemble.wipe();
        ordersRunAgain();
        toldOnce(true);
        assertThat(a.events(ElasticJobEvent.JobRemoved.class)).isEmpty();
    }

    @Test
    void whatWasForgottenIsNotBelievedWhereTheNewDataHasTheSameIdsAndVersions() {
        World alone = new World();
        Process one = alone.start("one", ORDERS);
        alone.ensemble.wipe();
        alone.seconds(100);
        long created = created(alone, "/test/jobs/orders");
        List<String> folders = alone.ensemble.children("/test/shards");
        alone.ensemble.wipe();
        alone.seconds(20);

        assertThat(created(alone, "/test/jobs/orders"))
                .as("all is made in the same order, and so under the same ids")
                .isEqualTo(created);
        assertThat(alone.ensemble.children("/test/shards"))
                .as("and yet in another life")
                .hasSameSizeAs(folders)
                .doesNotContainAnyElementsOf(folders);
        assertThat(one.events(RegistryDataLost.class)).hasSize(2);
        assertThat(alone.ran("orders", Instant.ofEpochSecond(alone.time.now().getEpochSecond())))
                .isEqualTo("one:0 one:1 one:2");
    }

    @Test
    void whatRanWhenTheRegistryWasEmptiedIsOvertakenAndRecordsNothing() {
        a.duration = Duration.ofSeconds(30);
        b.duration = Duration.ofSeconds(30);
        world.seconds(2);
        Instant emptied = world.time.now();
        world.ensemble.wipe();
        a.duration = Duration.ofMillis(10);
        b.duration = Duration.ofMillis(10);
        ordersRunAgain();
        assertThat(world.ledger.entries().stream()
                        .filter(entry -> entry.id.job().equals("orders")
                                && entry.fireTime.isBefore(emptied)
                                && (entry.ended == null || entry.ended.isAfter(emptied))))
                .as("all that ran then")
                .isNotEmpty()
                .allMatch(entry -> entry.cancelled);
    }

    @Test
    void anOperatorsRemovalIsRememberedWhenTheRegistryComesBackEmpty() {
        Process c = world.start("c", BILLS);
        world.seconds(2);
        world.now(a.engine.operations().remove("bills", ANN));
        world.seconds(15); // the leader deletes the records, and the mark with them
        long runs = world.runs("bills");
        world.ensemble.wipe();
        ordersRunAgain();

        assertThat(c.events(RegistryDataLost.class)).hasSize(1);
        assertThat(world.ensemble.children("/test/jobs")).doesNotContain("bills");
        assertThat(world.runs("bills")).isEqualTo(runs);
    }

    @Test
    void whoStartsAfterItCountsAsYoungerThanThoseThatWereThereBefore() {
        world.seconds(60);
        world.ensemble.wipe();
        ordersRunAgain();
        Process next = world.start(
                "next",
                JobDefinition.named("orders")
                        .every(Duration.ofSeconds(1))
                        .shards(5)
                        .build(),
                LIGHT,
                BY_HAND);
        world.seconds(20);

        assertThat(next.view().jobs().get("orders").stored().effective().shardingTotalCount())
                .isEqualTo(5);
        for (String id : world.ensemble.children("/test/instances")) {
            Read.Present node = (Read.Present) world.ensemble.node("/test/instances/" + id);
            Decoded<Instance> decoded = InstanceCodec.decode(id, node.stat().created(), node.data());
            assertThat(((Decoded.Value<Instance>) decoded).value().startedOrder())
                    .as(id)
                    .isLessThanOrEqualTo(node.stat().created());
        }
    }

    // ---- Restored -------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({"false, 0", "false, 12", "true, 0", "true, 12"})
    void aBackupOlderThanAJobStopsNoJob(boolean underNewLeader, int secondsDown) {
        world.seconds(3);
        Backup backup = world.ensemble.backup();
        Process c = world.start("c", BILLS);
        world.seconds(3);
        restore(backup, underNewLeader, secondsDown);
        ordersRunAgain();

        assertThat(c.events(RegistryDataLost.class)).hasSize(1);
        assertThat(world.ensemble.children("/test/jobs")).contains("bills");
        long runs = world.runs("bills");
        world.seconds(3);
        assertThat(world.runs("bills") - runs).isEqualTo(6);
    }

    private void restore(Backup backup, boolean underNewLeader, int secondsDown) {
        if (secondsDown > 0) {
            world.ensemble.stop();
            world.seconds(secondsDown);
        }
        world.ensemble.restore(backup, underNewLeader);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anInstanceWhoseOwnNodeIsOlderThanItBelievesReadsItAgain(boolean back) {
        world.seconds(2);
        Backup backup = world.ensemble.backup();
        for (String name : back ? List.of("a", "b") : List.<String>of()) {
            world.now(a.engine.operations().drain(name, ANN));
            world.now(a.engine.operations().resume(name, ANN));
        }
        world.seconds(2);
        world.ensemble.restore(backup, true);
        world.seconds(3);
        long before = world.ensemble.requests().total();
        world.seconds(10);
        assertThat(world.ensemble.requests().total() - before)
                .as("two firings of three shards, on two instances, and the leader's rounds")
                .isLessThan(120);
        ordersRunAgain();
        toldOnce(true);
        assertThat(a.events(ElasticJobEvent.InstanceRegistered.class))
                .as("the session went on")
                .hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whoWasProvenDeadLivesAgainWhereTheBackupSaysSo(boolean underNewLeader) {
        b.duration = Duration.ofMinutes(5);
        a.leave();
        world.seconds(2);
        world.start("a", ORDERS, LIGHT, BY_HAND); // some of what b runs is its from now on
        List<String> records = recordsRunBy("b.");
        assertThat(records).hasSize(3);
        Backup backup = world.ensemble.backup();
        b.kill();
        world.time.pass(World.SESSION.plusSeconds(2));
        assertThat(recordsRunBy("b.")).as("all given up for lost").isEmpty();

        world.ensemble.restore(backup, underNewLeader);
        world.settle();
        while (world.ensemble.children("/test/instances").stream().anyMatch(id -> id.startsWith("b."))) {
            assertThat(recordsRunBy("b.")).as("its session is not over").isEqualTo(records);
            world.time.pass(Duration.ofMillis(100));
        }
        ordersRunAgain();
    }

    private List<String> recordsRunBy(String process) {
        return IntStream.range(0, 3)
                .mapToObj(shard -> world.record("orders", shard))
                .filter(record -> record.owner()
                        .filter(owner -> owner.startsWith(process))
                        .isPresent())
                .map(record -> record.owner() + " " + record.firing())
                .toList();
    }

    @Test
    void whatIsDrainedInTheBackupIsDrained() {
        world.now(a.engine.operations().drain("b", ANN));
        world.seconds(2);
        Backup backup = world.ensemble.backup();
        world.now(a.engine.operations().resume("b", ANN));
        world.seconds(2);
        world.ensemble.restore(backup, true);
        world.seconds(3);
        assertThat(b.engine.status().intake().isDraining()).isTrue();
        world.now(a.engine.operations().resume("b", ANN));
        world.seconds(2);
        assertThat(b.engine.status().intake().isDraining()).isFalse();
    }

    @Test
    void aJobThatAnOperatorRemovedAfterTheBackupIsThereAgain() {
        world.seconds(2);
        Backup backup = world.ensemble.backup();
        world.now(a.engine.operations().remove("orders", ANN));
        world.seconds(15);
        restore(backup, false, 12);
        ordersRunAgain();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void triggersRunWhoseNumbersAreGivenAgain(boolean underNewLeader) {
        world.seconds(1);
        Backup backup = world.ensemble.backup();
        for (int i = 0; i < 5; i++) {
            run(a);
        }
        world.seconds(1);
        restore(backup, underNewLeader, underNewLeader ? 0 : 12);
        world.seconds(15);
        for (Process through : List.of(a, b, a, b)) {
            assertThat(run(through)).as("number").isLessThan(5);
        }
        toldOnce(true);
    }

    /** Gives the number of a trigger that was asked for here and has run. */
    private long run(Process through) {
        TriggerReceipt receipt = world.now(through.engine.operations().trigger(TriggerRequest.of("by-hand")));
        assertThat(world.now(receipt.completion()).shards().values())
                .hasSize(2)
                .allMatch(progress -> progress.state() == State.DONE);
        return receipt.number();
    }

    @Test
    void aTriggerThatWaitedInTheBackupRunsAgainAndItsSuccessorUnderTheSameNumberToo() {
        world.seconds(1);
        Process slow = world.start("slow", BY_HAND);
        slow.duration = Duration.ofSeconds(4);
        a.duration = Duration.ofSeconds(4);
        b.duration = Duration.ofSeconds(4);
        world.now(a.engine.operations().trigger(TriggerRequest.of("by-hand").withParameter("one")));
        world.seconds(1);
        Backup backup = world.ensemble.backup();
        world.now(a.engine.operations().trigger(TriggerRequest.of("by-hand").withParameter("two")));
        world.seconds(1);
        world.ensemble.restore(backup, true);
        world.seconds(2);
        TriggerReceipt third = world.now(
                b.engine.operations().trigger(TriggerRequest.of("by-hand").withParameter("three")));
        world.now(third.completion());

        assertThat(world.ledger.entries().stream()
                        .filter(entry -> entry.context.jobParameter().equals("three"))
                        .map(entry -> entry.id.shard()))
                .containsExactlyInAnyOrder(0, 1);
    }

    // ---- Folders --------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"/test", "/test/jobs", "/test/shards", "/test/instances"})
    void aFolderThatIsDeletedStopsNoJob(String folder) {
        Process c = world.start("c", BILLS);
        world.seconds(3);
        world.ensemble.deleteTree(folder);
        ordersRunAgain();

        toldOnce(false);
        assertThat(c.events(RegistryDataLost.class)).hasSize(1);
        assertThat(world.ensemble.children("/test/jobs")).contains("orders", "bills", "light", "by-hand");
        run(b);
    }

    @Test
    void anInstanceThatHoldsNoShardHearsOfDeletedRecordsAtOnceToo() {
        Process idle = world.startOf("mail", "idle", BY_HAND.with(Map.of()));
        world.seconds(3);
        for (int times = 1; times <= 3; times++) {
            world.ensemble.deleteTree("/test/shards");
            world.seconds(1);
            assertThat(idle.events(RegistryDataLost.class)).hasSize(times);
            world.seconds(65); // what is found out within a minute belongs to the loss that was told
            if (times == 2) {
                idle.registry.link().reset();
                world.seconds(10);
            }
        }
    }

    @Test
    void aFolderThatIsDeletedWhileTheConnectionIsAwayStopsNoJob() {
        world.seconds(3);
        b.registry.link().cut();
        world.settle();
        world.ensemble.deleteTree("/test/jobs");
        world.settle();
        b.registry.link().heal();
        ordersRunAgain();
        toldOnce(false);
    }

    @Test
    void theNodeOfTheLeaderIsMissedByNobody() {
        world.seconds(3);
        world.ensemble.deleteTree("/test/leader");
        ordersRunAgain();
        nobodyTells();
        assertThat(world.ensemble.node("/test/leader")).isInstanceOf(Read.Present.class);
    }

    @Test
    void recordsThatAreDeletedUnderTheirJobAreToldOf() {
        world.seconds(3);
        world.ensemble.children("/test/shards").stream()
                .filter(name -> name.startsWith("orders@"))
                .forEach(name -> world.ensemble.deleteTree("/test/shards/" + name));
        ordersRunAgain();
        toldOnce(false);
    }

    @Test
    void anOperatorsRemovalIsRememberedWhenTheFolderOfTheJobsIsDeleted() {
        world.seconds(2);
        world.now(b.engine.operations().remove("by-hand", ANN));
        world.seconds(15);
        world.ensemble.deleteTree("/test/jobs");
        ordersRunAgain();
        assertThat(world.ensemble.children("/test/jobs"))
                .contains("orders", "light")
                .doesNotContain("by-hand");
    }

    @Test
    void aJobThatAnOperatorRemovedWhileAnInstanceWasAwayStaysRemoved() {
        world.seconds(2);
        b.registry.link().cut();
        world.seconds(1);
        world.now(a.engine.operations().remove("by-hand", ANN));
        world.seconds(30); // the session of the one ends, and the leader deletes the records
        b.registry.link().heal();
        ordersRunAgain();
        nobodyTells();
        assertThat(world.ensemble.children("/test/jobs")).doesNotContain("by-hand");
    }

    // ---- Strangers ------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({
        "trigger-9999999999, true", "trigger-9999999999, false", "trigger-0000000700, true",
        "trigger-0000000002, true", "trigger-0000000002, false", "trigger-2147483647, true",
    })
    void aTriggerThatSomebodyCreatedByHandHindersNoOther(String name, boolean readable) {
        world.seconds(1);
        create("/test/jobs/by-hand/" + name, readable ? asked() : new byte[0]);
        world.seconds(1);
        Process c = world.start("c", BY_HAND);
        for (Process through : List.of(a, b, c, a, b)) {
            run(through);
            world.seconds(12); // the leader has looked
        }
        nobodyTells();
        assertThat(world.ensemble.children("/test/jobs/by-hand")).isEmpty();
        assertThat(world.ledger.entries()).noneMatch(entry -> "by a stranger".equals(entry.context.jobParameter()));
    }

    private static byte[] asked() {
        return TriggerCodec.encode(new Trigger(
                0,
                Instant.EPOCH,
                "x",
                new Trigger.Content(new TreeSet<>(List.of(0, 1)), 2, "by a stranger", null),
                false,
                ANN,
                Map.of()));
    }

    private void create(String path, byte[] data) {
        MemoryRegistry hand = world.ensemble.client(World.SESSION);
        hand.open(new RegistryListener() {
            @Override
            public void connected(Session session) {
                hand.commit(session, List.of(new Write.Create(path, data, Write.Life.PERSISTENT)));
            }

            @Override
            public void suspended() {}

            @Override
            public void lost(Session session) {}

            @Override
            public void changed(String changed) {}
        });
        world.settle();
    }

    // ---- Nothing is lost ------------------------------------------------------------------------------------------

    @Test
    void nobodyTellsOfALossWhereAServerLagsBehindOrSessionsEnd() {
        List<Runnable> troubles = new ArrayList<>();
        troubles.add(() -> b.laggard = true);
        troubles.add(() -> b.registry.link().reset());
        troubles.add(() -> b.registry.link().expire());
        troubles.add(world.ensemble::restart);
        troubles.add(() -> world.now(a.engine.operations().remove("by-hand", ANN)));
        troubles.add(() -> world.ensemble.deleteTree(
                "/test/instances/" + world.ensemble.children("/test/instances").get(0)));
        troubles.add(() -> a.registry.link().expire());
        troubles.add(() -> {
            world.ensemble.stop();
            world.seconds(12);
            world.ensemble.start();
        });
        for (Runnable trouble : troubles) {
            trouble.run();
            world.seconds(4);
        }
        ordersRunAgain();
        nobodyTells();
    }

    private static long created(World world, String path) {
        return ((Read.Present) world.ensemble.node(path)).stat().created();
    }
}
