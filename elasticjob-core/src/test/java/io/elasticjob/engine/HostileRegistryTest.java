package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.Instance;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.JobPart;
import io.elasticjob.Operator;
import io.elasticjob.ShardRecord;
import io.elasticjob.TriggerRequest;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.InstanceCodec;
import io.elasticjob.codec.ShardRecordCodec;
import io.elasticjob.codec.StoredJobCodec;
import io.elasticjob.codec.TriggerCodec;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.coordination.Trigger;
import io.elasticjob.engine.World.Process;
import io.elasticjob.registry.Read;
import io.elasticjob.testing.PoisonZones;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Somebody writes to the registry what nobody should: his node suffers, and is put right where it can be. */
class HostileRegistryTest {

    private static final JobDefinition ORDERS =
            JobDefinition.named("orders").every(Duration.ofSeconds(1)).shards(2).build();
    private static final JobDefinition BILLS =
            JobDefinition.named("bills").every(Duration.ofSeconds(1)).shards(2).build();

    private final World world = new World();

    private void bothJobsRunAgain() {
        world.seconds(4);
        Instant last = Instant.ofEpochSecond(world.time.now().getEpochSecond());
        assertThat(world.ran("bills", last)).isEqualTo("a:0 a:1");
        assertThat(world.ran("orders", last)).isEqualTo("a:0 a:1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'format':1,'application':'shop','since':'2026-01-01T00:00:00Z','shards':{'count':2000000000}}",
                "{'format':1,'application':'shop','since':'+1000000000-12-31T23:59:59Z','shards':{'count':2}}",
                "{'format':1,'application':'shop','since':'-1000000000-01-01T00:00:00Z','shards':{'count':2}}",
                "{'format':1,'application':'shop','since':'2026-01-01T00:00:00Z','shards':{'count':2},'declared':{'CODE':{'every':'1s',"
                        + "'shardingTotalCount':'2000000000'}}}",
                "{'format':1,'application':'shop','since':'2026-01-01T00:00:00Z','shards':{'count':2},'declared':{'CODE':{'every':'1s',"
                        + "'misfireThreshold':'PT2562047788015215H'}}}",
                "{'format':1,'application':'[[[[[','since':[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
            })
    void aJobThatIsAbsurdIsDeclaredAnewAndTheOthersRun(String stored) {
        Process a = world.start("a", ORDERS, BILLS);
        world.seconds(1);
        world.overwrite("/test/jobs/orders", stored.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
        bothJobsRunAgain();
        assertThat(a.events(ElasticJobEvent.ValueUnreadable.class)).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'format':1,'state':'RUNNING','firing':'2026-01-01T00:00:01Z','owner':'../jobs/orders'}",
                "{'format':1,'state':'RUNNING','firing':'2026-01-01T00:00:01Z','owner':'a\u0000b'}",
                "{'format':1,'state':'RUNNING','firing':'2026-01-01T00:00:01Z','owner':'','attempt':1}",
                "{'format':1,'state':'RUNNING','firing':'+1000000000-12-31T23:59:59Z','owner':'gone'}",
                "{'format':1,'state':'RUNNING','firing':'2026-01-01T00:00:01Z','owner':'gone','attempt':2147483647}",
                "{'format':1,'state':'DONE','through':'+1000000000-12-31T23:59:59Z'}",
                "{'format':1,'state':'RUNNING','firing':'2026-01-01T00:00:01Z','owner':'gone','attempt':-5,'deaths':-5}",
            })
    void aRecordThatIsAbsurdIsReplacedAndTheOthersGoOn(String stored) {
        world.start("a", ORDERS, BILLS);
        world.seconds(2);
        String folder = world.ensemble.children("/test/shards").stream()
                .filter(name -> name.startsWith("orders@"))
                .findFirst()
                .orElseThrow();
        world.overwrite(
                "/test/shards/" + folder + "/1",
                stored.replace('\'', '"').replace("\u0000", "\\u0000").getBytes(StandardCharsets.UTF_8));
        bothJobsRunAgain();
    }

    // ---- What one stored thing does when it is worked with
    // ------------------------------------------------------------

    private static byte[] storedIn(String name, String zone) {
        Map<JobKey, String> settings =
                Map.of(JobKey.HANDLER, "orders", JobKey.CRON, "* * * * * ?", JobKey.ZONE, zone, JobKey.MISFIRE, "SKIP");
        return StoredJobCodec.encode(
                StoredJob.made(name, settings, Operator.UNKNOWN, Instant.parse("2026-01-01T00:00:00Z")));
    }

    @Test
    void aJobWhoseScheduleFailsWhenItIsWorkedOutCostsItselfAlone() {
        PoisonZones.add();
        Process a = world.start("a", ORDERS, BILLS);
        world.create(Map.of("/test/jobs/leap", storedIn("leap", PoisonZones.LEAP)));
        world.seconds(10);
        assertThat(world.runs("leap")).isPositive();
        assertThat(troubles(a)).isEmpty();

        a.duration = Duration.ofMillis(1_500); // so that some of it ends after that
        world.seconds(60);
        a.duration = Duration.ofMillis(10);
        bothJobsRunAgain();

        assertThat(troubles(a)).containsExactly("/test/jobs/leap");
        assertThat(a.view().jobs().get("leap").trouble()).contains("February 29");
        assertThat(world.record("leap", 0).isRunning()).isFalse();
        world.seconds(200);
        bothJobsRunAgain();
        assertThat(troubles(a)).as("it is tried again, and told once").containsExactly("/test/jobs/leap");
    }

    @Test
    void aJobWhoseScheduleFailsAlreadyAtTheStartKeepsNobodyFromStarting() {
        PoisonZones.add();
        Process first = world.start("first", ORDERS);
        world.create(Map.of("/test/jobs/leap", storedIn("leap", PoisonZones.LEAP)));
        world.seconds(70);
        first.kill();

        Process a = world.start("a", ORDERS, BILLS);
        world.seconds(10);
        bothJobsRunAgain();
        assertThat(troubles(a)).containsExactly("/test/jobs/leap");
    }

    @Test
    void aJobThatThrowsAnErrorWhenItIsReadCostsItselfAloneAndIsTriedAgain() {
        PoisonZones.add();
        Process first = world.start("first", ORDERS);
        world.create(Map.of("/test/jobs/gone", storedIn("gone", PoisonZones.GONE)));
        first.kill();
        PoisonZones.gone(true);
        try {
            Process a = world.start("a", ORDERS, BILLS);
            world.seconds(10);
            bothJobsRunAgain();
            assertThat(troubles(a)).containsExactly("/test/jobs/gone");
            assertThat(a.events(ElasticJobEvent.ValueUnreadable.class).get(0).reason())
                    .contains("NoClassDefFoundError");
            assertThat(world.isDone(
                            a.engine.operations().configure("gone", Map.of(JobKey.DESCRIPTION, "x"), Operator.UNKNOWN)))
                    .isFalse();
            bothJobsRunAgain();
        } finally {
            PoisonZones.gone(false);
        }
    }

    private static List<String> troubles(Process process) {
        return process.events(ElasticJobEvent.ValueUnreadable.class).stream()
                .map(ElasticJobEvent.ValueUnreadable::path)
                .toList();
    }

    // ---- What only one can put right ------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rubbish",
                "",
                "{'format':99}",
                "{'format':2,'names':'rubbish'}",
                "{'format':1,'name':'a','application':'shop','host':'h','state':'UP','startedAt':'2026-01-01T00:00:00Z',"
                        + "'version':'','handlers':[],'declares':[]}",
            })
    void anInstanceWhoseNodeSomebodyElseHasWrittenPutsItRight(String written) {
        Process a = world.start("a", ORDERS, BILLS);
        world.seconds(2);
        String node =
                "/test/instances/" + world.ensemble.children("/test/instances").get(0);
        Instance before = shown(node);

        world.overwrite(node, written.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
        world.seconds(3);

        assertThat(shown(node)).isEqualTo(before);
        bothJobsRunAgain();
        int version = ((Read.Present) world.ensemble.node(node)).stat().version();
        world.seconds(30);
        assertThat(((Read.Present) world.ensemble.node(node)).stat().version())
                .as("and leaves it then")
                .isEqualTo(version);
    }

    @Test
    void anInstancePutsItsNodeRightAtOnceAndNotWithItsNextTick() {
        world.start("a", ORDERS);
        world.seconds(2);
        String node =
                "/test/instances/" + world.ensemble.children("/test/instances").get(0);
        Instance before = shown(node);
        String nothing = new String(((Read.Present) world.ensemble.node(node)).data(), StandardCharsets.UTF_8)
                .replace("[\"orders\"]", "[]");

        for (String written :
                List.of("rubbish", nothing, "{\"format\":99}", nothing)) { // at other times between two ticks
            world.time.pass(Duration.ofMillis(250));
            world.overwrite(node, written);
            assertThat(shown(node)).as("after %s", written).isEqualTo(before);
        }
    }

    /** Whoever started last has the last word on what is declared: nobody would have it. */
    @Test
    void anInstanceThatIsShownToHaveStartedLaterThanItDidPutsItRight() {
        world.start("a", ORDERS);
        world.seconds(2);
        String node =
                "/test/instances/" + world.ensemble.children("/test/instances").get(0);
        Instance before = shown(node);

        world.overwrite(
                node,
                new String(((Read.Present) world.ensemble.node(node)).data(), StandardCharsets.UTF_8)
                        .replaceAll(",?\"startedOrder\":\\d+", "")
                        .replace("\"format\":1,", "\"format\":1,\"startedOrder\":9999999999,"));

        assertThat(shown(node)).isEqualTo(before);
    }

    private Instance shown(String node) {
        Read.Present present = (Read.Present) world.ensemble.node(node);
        return ((Decoded.Value<Instance>)
                        InstanceCodec.decode("a", present.stat().created(), present.data()))
                .value();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{'format':4}", "{'format':1,'state':'PLANNING'}"})
    void aRecordOfALaterVersionIsLookedAtAgainWhenItCanBeReadAndToldOnce(String later) {
        Process a = world.start("a", ORDERS, BILLS);
        world.seconds(2);
        String folder = world.ensemble.children("/test/shards").stream()
                .filter(name -> name.startsWith("orders@"))
                .findFirst()
                .orElseThrow();
        String path = "/test/shards/" + folder + "/1";
        world.overwrite(path, later.replace('\'', '"'));
        world.seconds(3);
        world.overwrite(path, later.replace('\'', '"').replace("}", ",\"as\":\"before\"}"));
        world.seconds(3);
        assertThat(troubles(a)).containsExactly(path);
        assertThat(new String(((Read.Present) world.ensemble.node(path)).data(), StandardCharsets.UTF_8))
                .contains("before");

        world.overwrite(path, new String(ShardRecordCodec.encode(ShardRecord.NEW), StandardCharsets.UTF_8));
        bothJobsRunAgain();
    }

    @Test
    void aRecordOfALaterFormatThatBecomesReadableWhileTheConnectionIsAwayIsLookedAtAgain() {
        Process a = world.start("a", ORDERS, BILLS);
        world.seconds(2);
        String folder = world.ensemble.children("/test/shards").stream()
                .filter(name -> name.startsWith("orders@"))
                .findFirst()
                .orElseThrow();
        String path = "/test/shards/" + folder + "/1";
        world.overwrite(path, "{\"format\":4}");
        world.seconds(3);
        a.registry.link().cut();
        world.overwrite(path, new String(ShardRecordCodec.encode(ShardRecord.NEW), StandardCharsets.UTF_8));
        a.registry.link().heal();
        bothJobsRunAgain();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'format':1,'application':'','since':'2026-01-01T00:00:00Z','shards':{'count':2},'overrides':{"
                        + "'every':{'value':'1s','who':'','when':'2026-01-01T00:00:00Z','why':''},"
                        + "'handler':{'value':'orders','who':'','when':'2026-01-01T00:00:00Z','why':''},"
                        + "'retries':{'value':'3','who':'','when':'2026-01-01T00:00:00Z','why':''}}}",
                "{'format':1,'application':'shop','since':'2026-01-01T00:00:00Z','shards':{'count':2},"
                        + "'declared':{'CODE':{'every':'PT1S'}},"
                        + "'overrides':{'retries':{'value':'3','who':'','when':'2026-01-01T00:00:00Z','why':''}}}",
                "{'format':1,'application':'shop','since':'2026-01-01T00:00:00Z','shards':{'count':2},"
                        + "'declared':{'TEMPLATE':{'every':'PT1S'}}}",
            })
    void aJobThatOnlyALaterVersionKnowsIsNeitherRunNorWrittenAndIsToldOnce(String later) {
        Process a = world.start("a", ORDERS, BILLS);
        world.seconds(2);
        String path = "/test/jobs/orders";
        byte[] before = ((Read.Present) world.ensemble.node(path)).data();
        byte[] stored = later.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        world.overwrite(path, stored);
        world.seconds(2);
        int ran = world.ledger.entries().size();
        world.seconds(70);

        assertThat(world.ledger.entries().stream().skip(ran))
                .allMatch(run -> run.id.job().equals("bills"));
        assertThat(((Read.Present) world.ensemble.node(path)).data()).isEqualTo(stored);
        assertThat(troubles(a)).containsExactly(path);
        assertThat(a.events(ElasticJobEvent.ValueUnreadable.class).get(0).reason())
                .containsAnyOf("retries", "TEMPLATE");
        world.overwrite(path, before);
        bothJobsRunAgain();
    }

    @Test
    void aTriggerOfALaterFormatIsLookedAtAgainWhenItCanBeRead() {
        Process a = world.start("a", ORDERS, BILLS);
        String path = "/test/jobs/orders/trigger-0000000000";
        world.create(Map.of(path, "{\"format\":99}".getBytes(StandardCharsets.UTF_8)));
        world.seconds(2);
        world.overwrite(path, "{\"format\":2,\"as\":\"before\"}");
        world.seconds(2);
        assertThat(troubles(a)).containsExactly(path);
        Trigger trigger = new Trigger(
                0,
                Instant.EPOCH,
                "r",
                new Trigger.Content(new TreeSet<>(Set.of(0, 1)), 2, "mine", null),
                false,
                Operator.UNKNOWN,
                Map.of());

        world.overwrite(path, new String(TriggerCodec.encode(trigger), StandardCharsets.UTF_8));
        world.seconds(3);

        assertThat(world.record("orders", 0).trigger()).isZero();
        assertThat(world.record("orders", 1).trigger()).isZero();
    }

    // ---- What is not answered -------------------------------------------------------------------------------------

    @Test
    void aTriggerThatIsWrittenOverWhileTheConnectionIsAwayCostsNoOtherShardItsClaim() {
        Operator ann = new Operator("ann", "");
        Process a = world.start(
                "a", ORDERS, BILLS, JobDefinition.named("mails").shards(2).build());
        world.now(a.engine.operations().drain("a", ann));
        world.settle();
        world.now(a.engine.operations().trigger(TriggerRequest.of("mails")));
        world.settle();
        a.registry.link().cut();
        world.settle();
        String trigger = "/test/jobs/mails/"
                + world.ensemble.children("/test/jobs/mails").get(0);
        world.ensemble.write(trigger, "rubbish".getBytes(StandardCharsets.UTF_8));
        world.settle();
        a.registry.link().heal();
        world.settle();
        world.now(a.engine.operations().resume("a", ann));

        bothJobsRunAgain();
        assertThat(world.runs("mails")).isZero();
        assertThat(a.events(ElasticJobEvent.ValueUnreadable.class))
                .extracting(ElasticJobEvent.ValueUnreadable::path)
                .containsExactly(trigger);
    }

    /** As whoever removes a job does; but then the job is gone. */
    @Test
    void aFolderOfRecordsThatIsWrittenOverIsToldAndStopsNoJob() {
        Process a = world.start("a", ORDERS, BILLS);
        world.seconds(3);
        String folder = world.ensemble.children("/test/shards").stream()
                .filter(name -> name.startsWith("orders@"))
                .findFirst()
                .orElseThrow();
        world.ensemble.write("/test/shards/" + folder, "rubbish".getBytes(StandardCharsets.UTF_8));
        world.seconds(2);
        bothJobsRunAgain();
        world.ensemble.write("/test/shards/" + folder, "removed".getBytes(StandardCharsets.UTF_8));
        world.seconds(2);
        bothJobsRunAgain();

        assertThat(a.events(ElasticJobEvent.ValueUnreadable.class))
                .hasSize(2)
                .allMatch(told -> told.path().endsWith(folder))
                .allMatch(told -> told.reason().equals("somebody has written over it"));
        Operator ann = new Operator("ann", "to test");
        world.now(a.engine.operations().disable("orders", JobPart.WHOLE_JOB, ann));
        world.now(a.engine.operations().remove("orders", ann));
        world.seconds(20);
        assertThat(world.ensemble.children("/test/shards")).hasSize(1);
    }

    @Test
    void aRequestThatIsNeverAnsweredIsGivenUpAndTheJobsGoOn() {
        Process a = world.start("a", ORDERS, BILLS);
        world.seconds(2);
        a.swallows = 1;
        world.seconds(30);

        assertThat(a.swallows).isZero();
        bothJobsRunAgain();
    }
}
