package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.StoredJobCodec;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.engine.World.Process;
import io.elasticjob.registry.Read;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the leader removes, and what it leaves alone, in virtual time. */
class LeftoversTest {

    private static final Duration TWO_HOURS = Duration.ofHours(2);
    private static final JobDefinition ORDERS = everyMinute("orders");
    private static final JobDefinition BILLS = everyMinute("bills");

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
        world.overwrite(folder + "/1", "{\"format\":2}".getBytes(StandardCharsets.UTF_8));
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
    void byDefaultNoJobIsEverForgottenNorMarked() {
        world.start("a", BILLS);
        world.startOf("mail", "b", ORDERS).leave();
        world.time.pass(Duration.ofHours(24));

        assertThat(stored("orders"))
                .isNotNull()
                .satisfies(job -> assertThat(job.undeclaredSince()).isNull());
    }

    @Test
    void aJobThatNobodyDeclaresForTheConfiguredTimeIsForgottenWithItsRecords() {
        Process leader = world.startForgetting("a", TWO_HOURS, BILLS);
        Process mail = world.startOf("mail", "b", ORDERS);
        world.seconds(61);
        mail.leave();
        world.time.pass(Duration.ofMinutes(119));
        assertThat(stored("orders"))
                .isNotNull()
                .satisfies(job -> assertThat(job.undeclaredSince()).isNotNull());
        assertThat(leader.events(ElasticJobEvent.JobUndeclared.class)).hasSize(1);

        world.time.pass(Duration.ofMinutes(2));
        assertThat(stored("orders")).isNull();
        assertThat(folders()).singleElement().asString().startsWith("bills@");
        assertThat(leader.events(ElasticJobEvent.JobForgotten.class))
                .singleElement()
                .satisfies(forgotten -> assertThat(forgotten.application()).isEqualTo("mail"));
    }

    @Test
    void theTimeGoesOnUnderAnotherLeader() {
        Process first = world.startForgetting("a", TWO_HOURS, BILLS);
        world.startForgetting("b", TWO_HOURS, BILLS);
        world.startOf("mail", "c", ORDERS).leave();
        world.time.pass(Duration.ofMinutes(90));
        first.leave();
        world.time.pass(Duration.ofMinutes(31));

        assertThat(stored("orders")).isNull();
    }

    @Test
    void whoDeclaresTheJobAgainTakesTheMarkAwayAndItGoesOnAsItWas() {
        world.startForgetting("a", TWO_HOURS, BILLS);
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
            world.startOf("mail", "b", ORDERS).leave();
            world.time.pass(TWO_HOURS.minusSeconds(2));
            leader.laggard = true; // it hears of c two seconds late
            world.time.pass(Duration.ofMillis(later));
            world.latency =
                    Duration.ofMillis(400); // long enough for a deletion between what c reads and what it writes
            world.startOf("mail", "c", ORDERS);
            world.time.pass(Duration.ofSeconds(90));

            assertThat(stored(world, "orders"))
                    .as("%s ms later", later)
                    .isNotNull()
                    .satisfies(job -> assertThat(job.undeclaredSince()).isNull());
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
        world.settle();
        StoredJob job = stored("orders");
        assertThat(job).isNotNull();
        world.overwrite(
                "/test/jobs/orders",
                StoredJobCodec.encode(new StoredJob(
                        "orders",
                        "mail",
                        job.declared(),
                        Map.of(
                                JobKey.ENABLED,
                                new StoredJob.Override("false", "ann", world.time.now(), "stock-taking")),
                        job.since(),
                        job.shardCount(),
                        Map.of())));
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
