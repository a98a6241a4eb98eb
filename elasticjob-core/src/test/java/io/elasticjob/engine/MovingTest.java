package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Misfire;
import io.elasticjob.Operator;
import io.elasticjob.Outcome;
import io.elasticjob.ShardState;
import io.elasticjob.TriggerRequest;
import io.elasticjob.engine.World.Process;
import io.elasticjob.testing.Ledger;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Executions without an end of their own, and how their shards move all the same, in virtual time. */
class MovingTest {

    private static final Duration BATCH = Duration.ofMillis(600);

    private final World world = new World();

    // ---- To another instance ----------------------------------------------------------------------------------------

    @Test
    void aShardThatIsAssignedElsewhereGoesOnThereAfterTheBatchInFlight() {
        Process a = stream("a", hourly().shards(2).build());
        world.time.pass(Duration.ofHours(1));
        Process b = stream("b", hourly().shards(2).build());
        world.time.pass(BATCH.multipliedBy(3));

        Ledger.Entry before = runsOf(1).get(0);
        Ledger.Entry after = runsOf(1).get(1);
        assertThat(before.process).isEqualTo("a");
        assertThat(after.process).isEqualTo("b");
        assertThat(after.id.firing()).isEqualTo(before.id.firing());
        assertThat(after.id.attempt()).isEqualTo(2);
        assertThat(after.started).isAfterOrEqualTo(before.ended);
        assertThat(after.context.checkpoint()).contains(before.acknowledged.get(before.acknowledged.size() - 1));
        assertThat(a.events(ElasticJobEvent.ExecutionEnded.class))
                .filteredOn(end -> end.execution().shard() == 1)
                .last()
                .extracting(ElasticJobEvent.ExecutionEnded::outcome)
                .isEqualTo(new Outcome.Moved());
        assertThat(world.record("orders", 1).deaths()).as("nobody died").isZero();
        assertThat(b.events(ElasticJobEvent.OwnerDied.class)).isEmpty();
        assertThat(runsOf(0)).as("the other shard stays where it is").hasSize(1);
        assertThat(a.runner.isMoving("orders", 0)).isFalse();
    }

    @Test
    void anExecutionThatDoesNotAskRunsToItsEndAndTheNewOwnerWaits() {
        JobDefinition job = hourly().shards(2).build();
        Process a = world.start("a", job);
        a.duration = Duration.ofMinutes(5);
        world.time.pass(Duration.ofHours(1));
        Process b = world.start("b", job);
        world.time.pass(Duration.ofMinutes(4));

        assertThat(a.runner.isMoving("orders", 1)).isTrue();
        assertThat(world.runs("orders")).isEqualTo(2);

        world.time.pass(Duration.ofMinutes(2));
        assertThat(world.record("orders", 1).outcome()).isEqualTo("SUCCEEDED");
        assertThat(b.events(ElasticJobEvent.ExecutionStarted.class)).isEmpty();
    }

    @Test
    void anInstanceThatLeavesHandsAllOfItsShardsOver() {
        JobDefinition job = hourly().shards(2).build();
        Process a = stream("a", job);
        world.time.pass(Duration.ofHours(1));
        stream("b", job);
        world.time.pass(BATCH.multipliedBy(3));
        a.leave();
        world.time.pass(BATCH.multipliedBy(3));

        assertThat(world.owner("orders", 0)).startsWith("b");
        assertThat(world.record("orders", 0).isRunning()).isTrue();
        assertThat(a.events(ElasticJobEvent.ExecutionEnded.class))
                .extracting(ElasticJobEvent.ExecutionEnded::outcome)
                .containsOnly(new Outcome.Moved());
    }

    @Test
    void theOnlyInstanceThatLeavesGivesItBackAndTheNextOneGoesOnThoughLaterFiringsAreSkipped() {
        JobDefinition job = hourly().misfire(Misfire.SKIP).build();
        Process a = stream("a", job);
        world.time.pass(Duration.ofHours(1));
        a.leave();
        world.time.pass(Duration.ofHours(3));
        assertThat(world.record("orders", 0).state()).isInstanceOf(ShardState.Idle.class);
        String left = world.record("orders", 0).checkpoint();
        stream("b", job);
        world.time.pass(BATCH.multipliedBy(2));

        List<Ledger.Entry> runs = runsOf(0);
        assertThat(runs).hasSize(2);
        assertThat(runs.get(1).fireTime).isEqualTo(runs.get(0).fireTime);
        assertThat(runs.get(1).context.checkpoint()).contains(left);
    }

    @Test
    void anExecutionThatStopsThoughNobodyAskedHasFailed() {
        Process a = world.start("a", hourly().build());
        a.duration = Duration.ofMinutes(5);
        world.time.pass(Duration.ofHours(1));
        a.runner.end("orders", 0, new Outcome.Moved());
        world.settle();

        assertThat(world.record("orders", 0).outcome()).isEqualTo("FAILED");
        assertThat(world.record("orders", 0).error()).contains("nobody had asked");
        assertThat(world.runs("orders")).as("it is not begun again at once").isEqualTo(1);
    }

    // ---- Nowhere ----------------------------------------------------------------------------------------------------

    @Test
    void ofAJobThatIsDisabledItStopsAndTheNextFiringGoesOnFromItsCheckpoint() {
        Process a = stream("a", hourly().build());
        world.time.pass(Duration.ofHours(1));
        world.now(a.engine.operations().configure("orders", Map.of(JobKey.ENABLED, "false"), by()));
        world.time.pass(BATCH.multipliedBy(3));
        assertThat(world.record("orders", 0).isRunning()).isFalse();
        assertThat(world.record("orders", 0).outcome()).isEqualTo("MOVED");
        String left = world.record("orders", 0).checkpoint();
        world.time.pass(Duration.ofHours(2));
        assertThat(world.runs("orders")).isEqualTo(1);

        world.now(a.engine.operations().reset("orders", Set.of(JobKey.ENABLED), by()));
        world.time.pass(Duration.ofHours(1));
        assertThat(runsOf(0)).hasSize(2);
        assertThat(runsOf(0).get(1).context.checkpoint()).contains(left);
        assertThat(runsOf(0).get(1).id.attempt()).isEqualTo(1);
    }

    @Test
    void whenAFiringIsDueThatIsSplitOtherwiseTheOldSplitEnds() {
        Process a = stream("a", hourly().shards(2).build());
        world.time.pass(Duration.ofHours(1));
        world.now(a.engine.operations().configure("orders", Map.of(JobKey.SHARDING_TOTAL_COUNT, "3"), by()));
        world.time.pass(Duration.ofMinutes(10));
        assertThat(world.runs("orders")).as("up to then it goes on").isEqualTo(2);

        world.time.pass(Duration.ofHours(1));
        assertThat(world.ledger.entries())
                .filteredOn(entry -> entry.ended == null)
                .hasSize(3)
                .allSatisfy(
                        entry -> assertThat(entry.context.shardingTotalCount()).isEqualTo(3));
    }

    @Test
    void aFiringByHandGoesOnElsewhereAndEndsWhenItsTriggerIsCancelled() {
        JobDefinition job = JobDefinition.named("orders").shards(2).build();
        Process a = stream("a", job);
        world.now(a.engine.operations().trigger(TriggerRequest.of("orders")));
        world.time.pass(BATCH);
        stream("b", job);
        world.time.pass(BATCH.multipliedBy(3));

        assertThat(runsOf(1)).extracting(run -> run.process).containsExactly("a", "b");
        assertThat(runsOf(1).get(1).context.trigger()).hasValue(0);
        assertThat(world.record("orders", 1).isRunning()).isTrue();
    }

    // ---- Helpers ----------------------------------------------------------------------------------------------------

    private Process stream(String name, JobDefinition job) {
        Process process = world.launch(name, job);
        process.runner.streams(any -> true);
        process.duration = BATCH.minusMillis(400);
        world.settle();
        return process;
    }

    private static JobDefinition.Builder hourly() {
        return JobDefinition.named("orders").every(Duration.ofHours(1));
    }

    private static Operator by() {
        return new Operator("ann", "a test");
    }

    private List<Ledger.Entry> runsOf(int shard) {
        return world.ledger.entries().stream()
                .filter(entry -> entry.id.shard() == shard)
                .toList();
    }
}
