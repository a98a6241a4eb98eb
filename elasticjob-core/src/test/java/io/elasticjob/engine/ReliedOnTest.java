package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.ElasticJobEvent.FiringsSuperseded;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.JobPart;
import io.elasticjob.Operator;
import io.elasticjob.Outcome;
import io.elasticjob.TriggerRequest;
import io.elasticjob.engine.World.Process;
import io.elasticjob.view.ShardView;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What users of other schedulers rely on, and what several of an engine's parts keep together, in virtual time. */
class ReliedOnTest {

    private static final Instant TEN = Instant.parse("2026-01-01T00:00:10Z");
    private static final Operator ANN = new Operator("ann", "to try it");
    private static final Duration LONG = Duration.ofMinutes(5);
    /** Until a death is noticed and what it concerns is claimed. */
    private static final Duration NOTICED = World.SESSION.plusSeconds(2);

    private final World world = new World();

    private static JobDefinition.Builder everyTen(String name) {
        return JobDefinition.named(name).every(Duration.ofSeconds(10)).shards(3);
    }

    private List<ShardView> shards(Process at) {
        return at.detail("orders").orElseThrow().shards();
    }

    @Test
    void aJobThatNobodyMayRunKeepsNobodyBusy() {
        Process a = world.start(
                "a",
                JobDefinition.named("orders")
                        .every(Duration.ofSeconds(1))
                        .shards(10)
                        .set(JobKey.LABELS, "disk=ssd")
                        .build());
        Process b = world.start("b");
        world.seconds(30);
        long before = a.engine.registryRequests() + b.engine.registryRequests();
        world.seconds(60);

        assertThat(world.ledger.entries()).isEmpty();
        assertThat(a.view().jobs().get("orders").eligible()).isEmpty();
        assertThat(a.engine.registryRequests() + b.engine.registryRequests() - before)
                .as("signs of life and the leader's look around, for 600 shards that came due")
                .isLessThan(100);
    }

    @Test
    void whatIsFailedOverIsShownAsThatWhileItRunsAndOnceMoreAfterTheSecondDeath() {
        JobDefinition orders = everyTen("orders").failover(true).build();
        Process a = world.start("a", orders);
        a.duration = LONG;
        world.time.passUntil(TEN.plusSeconds(1));
        Process b = world.launch("b", orders);
        b.duration = LONG;
        world.settle();
        a.kill();
        world.time.pass(NOTICED);

        assertThat(shards(b)).hasSize(3).allSatisfy(shard -> {
            assertThat(shard.record().isRunning()).isTrue();
            assertThat(shard.record().attempt()).isEqualTo(2);
            assertThat(shard.record().deaths()).isEqualTo(1);
        });
        assertThat(world.ledger.entries().stream()
                        .filter(run -> run.process.equals("b"))
                        .map(run -> run.started)
                        .distinct())
                .as("side by side")
                .hasSize(1);

        Process c = world.launch("c", orders);
        c.duration = LONG;
        world.settle();
        b.kill();
        world.time.pass(NOTICED);

        assertThat(shards(c)).hasSize(3).allSatisfy(shard -> {
            assertThat(shard.record().isRunning()).isTrue();
            assertThat(shard.record().attempt()).isEqualTo(3);
            assertThat(shard.record().deaths()).isEqualTo(2);
        });
        assertThat(world.ran("orders", TEN)).isEqualTo("a:0 a:1 a:2 b:0 b:1 b:2 c:0 c:1 c:2");
    }

    @Test
    void whatTheOnlyInstanceRanRunsAgainWhenAnotherOneStarts() {
        JobDefinition orders = everyTen("orders").failover(true).build();
        Process a = world.start("a", orders);
        a.duration = LONG;
        world.time.passUntil(TEN.plusSeconds(1));
        a.kill();
        world.seconds(60);
        Process b = world.start("b", orders);
        world.seconds(3);

        assertThat(world.ran("orders", TEN)).isEqualTo("a:0 a:1 a:2 b:0 b:1 b:2");
        assertThat(shards(b))
                .allSatisfy(shard -> assertThat(shard.record().outcome()).isEqualTo("SUCCEEDED"));
    }

    @Test
    void aJobThatIsSwitchedOffOnAnInstanceEndsThereAndItsOtherJobsGoOn() {
        JobDefinition orders = everyTen("orders").build();
        JobDefinition bills = everyTen("bills").shards(4).build();
        Process a = world.start("a", orders, bills);
        Process b = world.start("b", orders, bills);
        a.duration = Duration.ofSeconds(4);
        world.time.passUntil(TEN.plusSeconds(1));
        world.now(b.engine.operations().disable("orders", new JobPart.OnInstance("a"), ANN));
        world.time.passUntil(TEN.plusSeconds(15));

        assertThat(world.ledger.entries())
                .filteredOn(run -> run.process.equals("a") && run.fireTime.equals(TEN))
                .as("what ran there came to its end")
                .isNotEmpty()
                .allMatch(run -> run.outcome instanceof Outcome.Succeeded);
        assertThat(world.ran("orders", TEN.plusSeconds(10))).isEqualTo("b:0 b:1 b:2");
        assertThat(world.ran("bills", TEN.plusSeconds(10))).isEqualTo("a:0 a:1 b:2 b:3");
        assertThat(a.view().status().isConnected()).isTrue();
    }

    @Test
    void aChangeOfAnotherKeyTakesNothingAwayThatHasComeDue() {
        Process a = world.start("a", everyTen("orders").shards(1).build());
        a.duration = Duration.ofSeconds(15);
        world.time.passUntil(TEN.plusSeconds(1));
        a.duration = Duration.ofMillis(10);
        world.time.passUntil(TEN.plusSeconds(11));
        Map<JobKey, String> another = Map.of(JobKey.JOB_PARAMETER, "x", JobKey.DESCRIPTION, "y");
        world.now(a.engine.operations().configure("orders", another, ANN));
        world.time.passUntil(TEN.plusSeconds(18));

        assertThat(world.ran("orders", TEN.plusSeconds(10)))
                .as("it came due before the change, during a run, and is run after that")
                .isEqualTo("a:0");
        assertThat(a.events(FiringsSuperseded.class)).isEmpty();
    }

    @Test
    void aRunByHandChangesNoFireTime() {
        Process a = world.start("a", everyTen("orders").build());
        world.time.passUntil(TEN.plusSeconds(4));
        world.now(world.now(a.engine.operations().trigger(TriggerRequest.of("orders")))
                .completion());
        world.time.passUntil(TEN.plusSeconds(25));

        assertThat(world.ledger.entries())
                .filteredOn(run -> run.context.trigger().isPresent())
                .hasSize(3);
        for (int second : List.of(0, 10, 20)) {
            assertThat(world.ran("orders", TEN.plusSeconds(second))).isEqualTo("a:0 a:1 a:2");
        }
        assertThat(world.runs("orders")).isEqualTo(4 * 3);
    }

    @Test
    void aShardThatFailsKeepsNoOtherFromItsEnd() {
        Process a = world.start("a", everyTen("orders").build());
        a.duration = Duration.ofSeconds(2);
        a.runner.outcomes(order ->
                order.context().shardingItem() == 1 ? new Outcome.Failed("disk full") : new Outcome.Succeeded());
        world.time.passUntil(TEN.plusSeconds(1));
        a.runner.end("orders", 1, new Outcome.Failed("disk full")); // while the others are at work
        world.time.passUntil(TEN.plusSeconds(5));

        assertThat(IntStream.range(0, 3)
                        .mapToObj(shard -> world.record("orders", shard).outcome()))
                .containsExactly("SUCCEEDED", "FAILED", "SUCCEEDED");
        world.time.passUntil(TEN.plusSeconds(13));
        assertThat(world.ran("orders", TEN.plusSeconds(10))).isEqualTo("a:0 a:1 a:2");
    }
}
