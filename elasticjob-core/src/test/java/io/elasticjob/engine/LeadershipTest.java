package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.JobDefinition;
import io.elasticjob.engine.World.Process;
import io.elasticjob.registry.Read;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Who leads, and what the leader tells, in virtual time. */
class LeadershipTest {

    private static final JobDefinition ORDERS = every("orders", 5);

    private final World world = new World();

    // ---- The latch ------------------------------------------------------------------------------------------------

    @Test
    void whoComesFirstLeadsAndNobodyElseDoes() {
        Process a = world.start("a", ORDERS);
        Process b = world.start("b", ORDERS);

        assertThat(leader()).startsWith("a.");
        assertThat(a.engine.status().leadership().isHeld()).isTrue();
        assertThat(b.engine.status().leadership().isHeld()).isFalse();
        assertThat(b.events(ElasticJobEvent.LeadershipTaken.class)).isEmpty();
    }

    @Test
    void whenTheLeaderGoesOneOfTheOthersTakesItsPlace() {
        Process a = world.start("a", ORDERS);
        Process b = world.start("b", ORDERS);
        Process c = world.start("c", ORDERS);
        a.leave();
        world.settle();

        assertThat(b.engine.status().leadership().isHeld())
                .isNotEqualTo(c.engine.status().leadership().isHeld());
        (b.engine.status().leadership().isHeld() ? b : c).kill();
        world.time.pass(World.SESSION.plusSeconds(1));
        assertThat(b.engine.status().leadership().isHeld() && leader().startsWith("b.")
                        || c.engine.status().leadership().isHeld() && leader().startsWith("c."))
                .isTrue();
    }

    @Test
    void withoutAConnectionNobodyTakesItselfForTheLeaderAndAfterwardsItIsReadWhoLeads() {
        Process a = world.start("a", ORDERS);
        Process b = world.start("b", ORDERS);
        a.registry.link().cut();
        world.settle();
        assertThat(a.engine.status().leadership().isHeld()).isFalse();

        a.registry.link().heal();
        world.settle();
        assertThat(a.engine.status().leadership().isHeld())
                .as("its session went on, and the latch with it")
                .isTrue();

        a.registry.link().expire();
        world.time.pass(Duration.ofSeconds(2));
        assertThat(b.engine.status().leadership().isHeld()).isTrue();
        assertThat(a.engine.status().leadership().isHeld()).isFalse();
        assertThat(a.engine.status().isConnected()).isTrue();
    }

    @Test
    void aLatchThatSomebodyDeletedIsTakenAnew() {
        Process a = world.start("a", ORDERS);
        world.ensemble.deleteTree("/test/leader");
        world.settle();

        assertThat(leader()).startsWith("a.");
        assertThat(a.engine.status().leadership().isHeld()).isTrue();
    }

    // ---- What is overdue ------------------------------------------------------------------------------------------

    @Test
    void anInstanceThatHangsWhileItsSessionLivesIsSeenByTheLeader() {
        Process a = world.start("a", ORDERS, every("bills", 60));
        Process b = world.start("b", ORDERS, every("bills", 60));
        world.seconds(11);
        Instant begun = world.record("orders", 1).through();
        b.watch.freeze(); // its registry client goes on
        world.seconds(30);

        assertThat(a.events(ElasticJobEvent.FiringOverdue.class))
                .as("told once")
                .singleElement()
                .satisfies(overdue -> {
                    assertThat(overdue.job()).isEqualTo("orders");
                    assertThat(overdue.shard()).isEqualTo(1);
                    assertThat(overdue.since()).isEqualTo(begun.plusSeconds(5));
                });
        assertThat(a.engine.status().leadership().overdueJobs()).isEqualTo(1);
        assertThat(b.engine.status().leadership().overdueJobs()).isZero();

        b.watch.thaw();
        world.seconds(25);
        assertThat(a.engine.status().leadership().overdueJobs()).isZero();
        assertThat(a.events(ElasticJobEvent.FiringOverdue.class)).hasSize(1);
    }

    @Test
    void handlersThatHangAreSeenWithinAPeriodOrAsLongAsADeathTakesToNoticeAndALook() {
        JobDefinition fast = every("fast", 1);
        JobDefinition slow = every("slow", 60);
        Process a = world.start("a", 4, fast, slow);
        world.seconds(61);
        assertThat(a.engine.status().leadership().overdueJobs()).isZero();

        a.duration =
                Duration.ofDays(1); // both shards of the fast job begin, and never end; the slow one finds two slots
        Instant hangs = world.time.now();
        world.time.until(() -> a.engine.status().leadership().overdueJobs() == 1);
        Duration bound = World.SESSION.plusSeconds(5);
        Duration look = Duration.ofSeconds(10);
        assertThat(Duration.between(hangs, world.time.now()))
                .as("two fire times may pass before one is missed")
                .isBetween(bound, bound.plus(look).plusSeconds(2));

        world.time.until(() -> a.engine.status().leadership().overdueJobs() == 2);
        Instant missed = Instant.parse("2026-01-01T00:03:00Z");
        assertThat(Duration.between(missed, world.time.now()))
                .as("within a period of the firing that was missed")
                .isBetween(bound, Duration.ofSeconds(60));
        assertThat(a.events(ElasticJobEvent.FiringOverdue.class))
                .extracting(ElasticJobEvent.FiringOverdue::job)
                .containsOnly("fast", "slow");
    }

    @Test
    void aLeaderThatHangsIsFollowedByOneThatSeesItOnceItsSessionIsGivenUp() {
        Process a = world.start("a", ORDERS);
        Process b = world.start("b", ORDERS);
        world.seconds(11);
        a.watch.freeze();
        world.seconds(30);
        assertThat(b.engine.status().leadership().overdueJobs()).isZero();

        a.registry.link().expire(); // what its watchdog does, by a thread of its own
        world.seconds(2);
        assertThat(b.engine.status().leadership().isHeld()).isTrue();
        assertThat(world.owner("orders", 0)).startsWith("b.");
    }

    /** A single instance that is deployed again, and waits for what it runs: nobody is to be called for that. */
    @Test
    void theLastInstanceThatShutsDownTellsNothingOfWhatIsNotRunMeanwhile() {
        Process a = world.start("a", ORDERS, every("bills", 2));
        a.duration = Duration.ofSeconds(100);
        world.seconds(8);
        a.leave();
        world.seconds(60);
        assertThat(a.events(ElasticJobEvent.FiringOverdue.class)).isEmpty();
        assertThat(a.engine.status().leadership().overdueJobs()).isZero();

        Process b = world.launch("b", every("bills", 2)); // which stays, without the handler of the other one
        world.seconds(30);
        assertThat(b.events(ElasticJobEvent.InstanceRegistered.class)).isNotEmpty();
        assertThat(a.events(ElasticJobEvent.FiringOverdue.class))
                .as("somebody stays who could run them")
                .extracting(ElasticJobEvent.FiringOverdue::job)
                .contains("orders");
    }

    @Test
    void whereAllRunsOnTimeNothingIsToldAndADeathIsNoReasonEither() {
        Process a = world.start("a", ORDERS, every("fast", 1));
        Process b = world.start("b", ORDERS, every("fast", 1));
        world.seconds(20);
        b.kill();
        world.seconds(40);

        assertThat(a.events(ElasticJobEvent.FiringOverdue.class)).isEmpty();
        assertThat(a.engine.status().leadership().overdueJobs()).isZero();
    }

    @Test
    void theSweepCostsOneReadForTwoHundredRecordsAndNothingForFiringsSeenBefore() {
        Process a = world.start(
                "a",
                1_000,
                JobDefinition.named("many")
                        .every(Duration.ofSeconds(60))
                        .shards(400)
                        .build());
        world.seconds(65);
        long before = a.registry.requests().reads();
        world.seconds(50);

        assertThat(a.registry.requests().reads() - before)
                .as("five rounds, one of which found a firing that it had not seen decided")
                .isEqualTo(2);
    }

    @Test
    void whoseConnectionIsLostMoreOftenThanItLooksAroundSeesItAllTheSameAndTellsItOnce() {
        Process a = world.start("a", ORDERS);
        Process b = world.start("b", ORDERS);
        world.seconds(11);
        b.watch.freeze(); // its registry client goes on
        for (int times = 0; times < 10; times++) {
            a.registry.link().reset();
            world.seconds(7);
        }

        assertThat(a.events(ElasticJobEvent.FiringOverdue.class)).hasSize(1);
        assertThat(a.engine.status().leadership().overdueJobs()).isEqualTo(1);
    }

    @Test
    void whoLosesTheLeadTellsNothingMore() {
        Process a = world.start("a", ORDERS);
        Process b = world.start("b", ORDERS);
        world.seconds(11);
        b.watch.freeze();
        world.seconds(30);
        assertThat(a.engine.status().leadership().overdueJobs()).isEqualTo(1);

        a.registry.link().cut();
        world.settle();
        assertThat(a.engine.status().leadership().overdueJobs()).isZero();
    }

    // ---- Help -----------------------------------------------------------------------------------------------------

    private String leader() {
        return world.ensemble.node("/test/leader") instanceof Read.Present present
                ? new String(present.data(), StandardCharsets.UTF_8)
                : "";
    }

    private static JobDefinition every(String name, int seconds) {
        return JobDefinition.named(name)
                .every(Duration.ofSeconds(seconds))
                .shards(2)
                .build();
    }
}
