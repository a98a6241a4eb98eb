package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Operator;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.StoredJobCodec;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.engine.World.Process;
import io.elasticjob.registry.Read;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the leader removes, and what it leaves alone, in virtual time. */
class LeftoversTest {

    private static final Duration TWO_HOURS = Duration.ofHours(2);
    private static final JobDefinition ORDERS = everyMinute("orders");
    private static final JobDefinition BILLS = everyMinute("bills");
    /** What the application declares that has declared orders before. */
    private static final JobDefinition LETTERS = everyMinute("letters");

    private final World world = new World();

    // ---- Records of former lives ----------------------------------------------------------------------------------

    @Test
    void theRecordsOfAJobThatWasRemovedGoAndThoseOfOthersStay() {
        Process a = world.start("a", ORDERS, BILLS);
        world.seconds(61);
        assertThat(folders()).hasSize(2);
        world.ensemble.deleteTree("/test/jobs/orders");
        world.seconds(12);

        assertThat(folders()).singleElement().asString().startsWith("bills@");
        assertThat(a.events(ElasticJobEvent.RecordsRemoved.class))
                .singleElement()
                .satisfies(removed -> {
                    assertThat(removed.job()).isEqualTo("orders");
                    assertThat(removed.records()).isEqualTo(2);
                });
    }

    @Test
    void theRecordsOfAJobThatWasRemovedGoThoughOneOfAnotherJobKeepsCostingTheLeaderItsConnection() {
        JobDefinition wide = JobDefinition.named("wide")
                .every(Duration.ofSeconds(1))
                .shards(200)
                .build();
        Process leader = world.start("leader", BILLS);
        world.start("other", 300, wide);
        world.seconds(61);
        String folder = folders().stream()
                .filter(name -> name.startsWith("wide@"))
                .findFirst()
                .orElseThrow();
        world.overwrite("/test/shards/" + folder + "/0", new byte[100 * 1024]);
        world.ensemble.takesAtMost(1024 * 1024, 64 * 1024);
        world.now(leader.engine.operations().remove("bills", new Operator("ann", "")));
        world.seconds(35);

        assertThat(leader.events(ElasticJobEvent.RegistrySuspended.class)).hasSizeGreaterThan(2);
        assertThat(folders()).containsExactly(folder);
    }

    @Test
    void whatBeganUnderAFormerLifeEndsBeforeItsRecordGoes() {
        Process a = world.start("a", ORDERS);
        a.duration = Duration.ofSeconds(100);
        world.seconds(60);
        world.ensemble.deleteTree("/test/jobs/orders");
        Process b = world.start("b", ORDERS); // which makes the job anew
        world.seconds(50);
        assertThat(a.events(ElasticJobEvent.RecordsRemoved.class)).isEmpty();
        assertThat(folders()).isNotEmpty();

        world.seconds(70);
        assertThat(a.events(ElasticJobEvent.ExecutionFenced.class)).isEmpty();
        assertThat(a.events(ElasticJobEvent.RecordsRemoved.class)).hasSize(1);
        assertThat(folders()).as("those of the present life").hasSize(1);
        assertThat(b.view().jobs()).containsKey("orders");
    }

    @Test
    void whatADeadInstanceRanUnderAFormerLifeGoes() {
        Process a = world.start("a", ORDERS);
        Process b = world.start("b", ORDERS);
        b.duration = Duration.ofSeconds(100);
        world.seconds(60);
        world.ensemble.deleteTree("/test/jobs/orders");
        world.seconds(12);
        assertThat(folders()).as("b is alive").hasSize(1);

        b.kill();
        world.time.pass(World.SESSION.plusSeconds(12));
        assertThat(folders()).isEmpty();
        assertThat(a.events(ElasticJobEvent.RecordsRemoved.class)).hasSize(1);
    }

    @Test
    void aFormerLifeThatALaterVersionWroteAndWhatIsNotOursAreLeftAlone() {
        world.start("a", ORDERS);
        world.seconds(61);
        String folder = "/test/shards/" + folders().get(0);
        world.overwrite(folder + "/1", "{\"format\":99}".getBytes(StandardCharsets.UTF_8));
        world.ensemble.deleteTree("/test/jobs/orders");
        world.seconds(25);

        assertThat(world.ensemble.children(folder)).containsExactly("0", "1");
    }

    @Test
    void moreRecordsThanFitIntoOneTransactionGoInSeveral() {
        Process a = world.start(
                "a",
                1_000,
                JobDefinition.named("many")
                        .every(Duration.ofMinutes(1))
                        .shards(450)
                        .build());
        world.seconds(61);
        world.ensemble.deleteTree("/test/jobs/many");
        world.seconds(12);

        assertThat(folders()).isEmpty();
        assertThat(a.events(ElasticJobEvent.RecordsRemoved.class))
                .singleElement()
                .satisfies(removed -> assertThat(removed.records()).isEqualTo(450));
    }

    @Test
    void tensOfThousandsOfNodesThatAreNotOursHoldUpNothing() {
        Process a = world.start("a", ORDERS, BILLS);
        world.seconds(61);
        Map<String, byte[]> nodes = new LinkedHashMap<>();
        for (int i = 0; i < 30_000; i++) {
            nodes.put("/test/shards/a-stranger-" + i, new byte[0]);
        }
        world.create(nodes);
        world.ensemble.deleteTree("/test/jobs/orders");
        world.seconds(25);

        assertThat(a.events(ElasticJobEvent.EngineImpaired.class)).isEmpty();
        assertThat(folders()).noneMatch(folder -> folder.startsWith("orders@"));
    }

    @Test
    void aConnectionThatIsLostMoreOftenThanTheLeaderLooksAroundSparesNoRecord() {
        Process a = world.start("a", ORDERS, BILLS);
        world.seconds(61);
        world.ensemble.deleteTree("/test/jobs/orders");
        for (int times = 0; times < 3; times++) {
            a.registry.link().reset();
            world.seconds(7);
        }

        assertThat(folders()).singleElement().asString().startsWith("bills@");
    }

    /** What cannot be read comes before what is to go. */
    @ParameterizedTest
    @ValueSource(strings = {"/test/jobs/a-huge", "/test/shards/a-huge@1", "/test/shards/a-huge@1/0"})
    void aNodeThatCannotBeReadSparesNoOtherFolder(String huge) {
        Map<String, byte[]> nodes = new LinkedHashMap<>();
        nodes.put("/test/jobs/a-huge", new byte[0]);
        nodes.put("/test/shards/a-huge@1", new byte[0]);
        nodes.put("/test/shards/a-huge@1/0", new byte[0]);
        nodes.put(huge, new byte[100_000]);
        world.start("a", ORDERS, BILLS);
        world.seconds(61);
        world.create(nodes);
        world.ensemble.takesAtMost(1_000_000, 50_000);
        world.ensemble.deleteTree("/test/jobs/orders");
        world.seconds(90);

        assertThat(folders()).hasSize(2).noneMatch(folder -> folder.startsWith("orders@"));
    }

    @Test
    void whoLeadsNoMoreDeletesNothing() {
        assertThatNothingIsDeletedWithout("/test/leader");
    }

    @Test
    void whoIsNoInstanceAnyMoreDeletesNothing() {
        assertThatNothingIsDeletedWithout("/test/instances/a.0");
    }

    /** The node goes at any moment of a round whose requests take their time: before it is back, nothing else goes. */
    private static void assertThatNothingIsDeletedWithout(String node) {
        int deletions = 0;
        for (int moment = 0; moment < 12_000; moment += 100) {
            World world = new World();
            world.latency = Duration.ofMillis(300);
            world.start("a", ORDERS);
            world.seconds(61);
            AtomicBoolean gone = new AtomicBoolean();
            AtomicInteger deleted = new AtomicInteger();
            world.ensemble.observe(change -> {
                boolean absent = change.after() instanceof Read.Absent;
                if (change.path().equals(node)) {
                    gone.set(absent);
                } else if (absent && change.path().startsWith("/test/shards/")) {
                    deleted.incrementAndGet();
                    assertThat(gone).as(change.path()).isFalse();
                }
            });
            world.ensemble.deleteTree("/test/jobs/orders");
            world.time.pass(Duration.ofMillis(moment));
            world.ensemble.deleteTree(node);
            world.seconds(1);
            deletions += deleted.get();
        }
        assertThat(deletions).isPositive();
    }

    // ---- Jobs that nobody declares --------------------------------------------------------------------------------

    @Test
    void withoutATimeForItNoJobIsEverForgotten() {
        world.start("a", BILLS);
        world.startOf("mail", "b", ORDERS).leave();
        world.startOf("mail", "c", LETTERS);
        world.time.pass(Duration.ofHours(24));

        assertThat(stored("orders"))
                .isNotNull()
                .satisfies(job -> assertThat(job.undeclaredSince()).isPresent());
    }

    @Test
    void anApplicationThatIsAwayLosesNothing() {
        Process leader = world.startForgetting("a", TWO_HOURS, BILLS);
        world.startOf("mail", "b", ORDERS).leave();
        StoredJob before = stored("orders");
        world.time.pass(Duration.ofHours(24));

        assertThat(stored("orders")).isEqualTo(before);
        assertThat(leader.events(ElasticJobEvent.JobUndeclared.class)).isEmpty();
        assertThat(leader.events(ElasticJobEvent.FiringOverdue.class)).isEmpty();
        assertThat(leader.events(ElasticJobEvent.ApplicationAbsent.class))
                .singleElement()
                .satisfies(absent -> {
                    assertThat(absent.application()).isEqualTo("mail");
                    assertThat(absent.jobs()).containsExactly("orders");
                });
    }

    @Test
    void onlyTheTimeCountsDuringWhichTheApplicationLives() {
        world.startForgetting("a", TWO_HOURS, BILLS);
        world.startOf("mail", "b", ORDERS).leave();
        for (int night = 1; night <= 3; night++) {
            Process mail = world.startOf("mail", "c" + night, LETTERS);
            world.time.pass(Duration.ofMinutes(35));
            mail.leave();
            world.time.pass(Duration.ofHours(23));
            assertThat(stored("orders")).as("night %s", night).isNotNull();
        }
        world.startOf("mail", "d", LETTERS);
        world.time.pass(Duration.ofMinutes(70));

        assertThat(stored("orders")).isNull();
    }

    @Test
    void aJobThatIsRecordedAsRunningIsNotForgotten() {
        world.startForgetting("a", TWO_HOURS, BILLS);
        Process mail = world.startOf("mail", "b", ORDERS);
        mail.duration = Duration.ofHours(9);
        world.seconds(60);
        world.startOf("mail", "c", LETTERS);
        mail.kill();
        world.time.pass(Duration.ofHours(5));

        assertThat(stored("orders")).isNotNull();
        assertThat(world.record("orders", 0).isRunning()).isTrue();
    }

    @Test
    void aJobThatNobodyDeclaresForTheConfiguredTimeIsForgottenWithItsRecords() {
        Process leader = world.startForgetting("a", TWO_HOURS, BILLS);
        Process mail = world.startOf("mail", "b", ORDERS);
        world.seconds(61);
        world.startOf("mail", "c", LETTERS);
        mail.leave();
        world.time.pass(Duration.ofMinutes(119));
        assertThat(stored("orders"))
                .isNotNull()
                .satisfies(job -> assertThat(job.undeclaredSince()).isPresent());
        assertThat(leader.events(ElasticJobEvent.JobUndeclared.class)).hasSize(1);

        world.time.pass(Duration.ofMinutes(2));
        assertThat(stored("orders")).isNull();
        assertThat(folders()).noneMatch(folder -> folder.startsWith("orders@")).hasSize(2);
        assertThat(leader.events(ElasticJobEvent.JobForgotten.class))
                .singleElement()
                .satisfies(forgotten -> assertThat(forgotten.application()).isEqualTo("mail"));
    }

    @Test
    void theTimeGoesOnUnderAnotherLeader() {
        Process first = world.startForgetting("a", TWO_HOURS, BILLS);
        world.startForgetting("b", TWO_HOURS, BILLS);
        world.startOf("mail", "c", ORDERS).leave();
        world.startOf("mail", "d", LETTERS);
        world.time.pass(Duration.ofMinutes(90));
        first.leave();
        world.time.pass(Duration.ofMinutes(31));

        assertThat(stored("orders")).isNull();
    }

    @Test
    void whoDeclaresTheJobAgainTakesTheMarkAwayAndItGoesOnAsItWas() {
        world.startForgetting("a", TWO_HOURS, BILLS);
        world.startOf("mail", "letters", LETTERS);
        Process mail = world.startOf("mail", "b", ORDERS);
        StoredJob before = stored("orders");
        mail.leave();
        world.time.pass(Duration.ofMinutes(119));
        Process again = world.startOf("mail", "c", ORDERS);
        assertThat(stored("orders")).isEqualTo(before);
        world.time.pass(Duration.ofHours(3));
        assertThat(stored("orders")).isEqualTo(before);

        again.leave();
        world.time.pass(Duration.ofMinutes(119));
        assertThat(stored("orders")).as("the time began anew").isNotNull();
    }

    @Test
    void whoStartsJustWhenTheJobIsForgottenHasItAllTheSame() {
        for (int later = 0; later < 22_000; later += 500) {
            World world = new World();
            Process leader = world.startForgetting("a", TWO_HOURS, BILLS);
            world.startOf("mail", "letters", LETTERS);
            world.startOf("mail", "b", ORDERS).leave();
            world.time.pass(TWO_HOURS.plusSeconds(8));
            leader.laggard = true; // it hears of c two seconds late
            world.time.pass(Duration.ofMillis(later));
            world.latency =
                    Duration.ofMillis(400); // long enough for a deletion between what c reads and what it writes
            world.startOf("mail", "c", ORDERS);
            world.time.pass(Duration.ofSeconds(90));

            assertThat(stored(world, "orders"))
                    .as("%s ms later", later)
                    .isNotNull()
                    .satisfies(job -> assertThat(job.undeclaredSince()).isEmpty());
            assertThat(world.runs("orders")).as("%s ms later", later).isPositive();
        }
    }

    @Test
    void whoComesBackToAJobThatWasForgottenMeanwhileMakesItAnew() {
        world.startForgetting("a", TWO_HOURS, BILLS);
        Process away = world.startForgetting("b", TWO_HOURS, ORDERS);
        away.registry.link().cut();
        world.time.pass(Duration.ofHours(3));
        assertThat(stored("orders")).isNull();

        away.registry.link().heal();
        world.seconds(120);
        assertThat(stored("orders")).isNotNull();
        assertThat(world.runs("orders")).isPositive();
    }

    @Test
    void whatAnOperatorHasLaidOverIsNeverForgotten() {
        world.startForgetting("a", TWO_HOURS, BILLS);
        world.startOf("mail", "b", ORDERS).leave();
        world.startOf("mail", "c", LETTERS);
        world.settle();
        StoredJob job = stored("orders");
        assertThat(job).isNotNull();
        world.overwrite(
                "/test/jobs/orders",
                StoredJobCodec.encode(new StoredJob(
                        "orders",
                        new StoredJob.Settings(
                                "mail",
                                job.declared(),
                                Map.of(
                                        JobKey.ENABLED,
                                        new StoredJob.Override("false", "ann", world.time.now(), "stock-taking"))),
                        job.since(),
                        job.shardCount())));
        world.time.pass(Duration.ofHours(24));

        assertThat(stored("orders")).isNotNull();
    }

    @Test
    void aTimeThatARestartMayTakeIsRefused() {
        assertThatThrownBy(() -> JobEngine.builder().forgetUndeclaredAfter(Duration.ofMinutes(59)))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("elasticjob.leftovers.forget-jobs-after")
                .hasMessageContaining("59m");
    }

    // ---- Help -----------------------------------------------------------------------------------------------------

    private List<String> folders() {
        return world.ensemble.children("/test/shards");
    }

    private @Nullable StoredJob stored(String job) {
        return stored(world, job);
    }

    private static @Nullable StoredJob stored(World world, String job) {
        return world.ensemble.node("/test/jobs/" + job) instanceof Read.Present present
                        && StoredJobCodec.decode(job, present.data()) instanceof Decoded.Value<StoredJob> value
                ? value.value()
                : null;
    }

    private static JobDefinition everyMinute(String name) {
        return JobDefinition.named(name).every(Duration.ofMinutes(1)).shards(2).build();
    }
}
