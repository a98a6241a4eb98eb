package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.JobPart;
import io.elasticjob.Operator;
import io.elasticjob.engine.World.Process;
import io.elasticjob.view.JobView;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** On which instances the shards of a job run. */
class PlacementTest {

    private final World world = new World();

    @Test
    void aJobThatAsksForTwoInstancesWaitsForTheSecondAndMissesNothingThen() {
        JobDefinition orders = job().set(JobKey.MIN_INSTANCES, "2").build();
        Process a = world.start("a", orders);
        world.seconds(5);
        assertThat(world.runs("orders")).isZero();
        assertThat(view(a).assignment().owner(0)).isEmpty();
        assertThat(view(a).eligible()).hasSize(1);

        Process b = world.start("b", orders);
        world.seconds(3);
        assertThat(world.runs("orders")).isPositive();

        b.leave();
        world.seconds(1);
        long before = world.runs("orders");
        world.seconds(5);
        assertThat(world.runs("orders")).as("one alone is too few again").isEqualTo(before);
    }

    @Test
    void anInstanceHasNoMoreShardsThanTheJobAllows() {
        JobDefinition orders = job().set(JobKey.MAX_SHARDS_PER_INSTANCE, "2").build();
        Process a = world.start("a", orders);
        world.seconds(3);
        assertThat(view(a).assignment()).hasToString("{a.0=[0, 1]}");
        assertThat(world.record("orders", 2).firing()).isNull();
        assertThat(world.record("orders", 1).firing()).isNotNull();

        world.start("b", orders);
        world.seconds(3);
        for (int shard = 0; shard < 4; shard++) {
            assertThat(view(a).assignment().owner(shard)).isPresent();
            assertThat(world.record("orders", shard).firing()).isNotNull();
        }
    }

    @Test
    void labelsWithOperatorsChooseTheInstances() {
        JobDefinition orders = job().set(JobKey.LABELS, "zone in (eu,us),!spot").build();
        world.startWith("eu", engine -> engine.labels(Map.of("zone", "eu")), orders);
        world.startWith("spot", engine -> engine.labels(Map.of("zone", "us", "spot", "")), orders);
        Process us = world.startWith("us", engine -> engine.labels(Map.of("zone", "us")), orders);
        world.seconds(4);

        assertThat(view(us).eligible()).allSatisfy(id -> assertThat(id).doesNotContain("spot"));
        assertThat(view(us).eligible()).hasSize(2);
        assertThat(view(us).obstacles().values())
                .containsExactly("lacks labels: has {spot=, zone=us}, the job asks for !spot");
        assertThat(world.runs("orders")).isPositive();
    }

    @Test
    void theLeaderTellsOnceOfShardsThatNoInstanceHasAndCountsThem() {
        JobDefinition few = job().set(JobKey.MIN_INSTANCES, "2").build();
        JobDefinition full = JobDefinition.named("full")
                .every(Duration.ofSeconds(1))
                .shards(3)
                .set(JobKey.MAX_SHARDS_PER_INSTANCE, "1")
                .build();
        Process a = world.start("a", few, full);
        world.seconds(35);

        assertThat(a.events(ElasticJobEvent.ShardsUnassigned.class))
                .extracting(event -> event.job() + event.shards() + event.eligible())
                .containsExactlyInAnyOrder("orders[0, 1, 2, 3]1", "full[1, 2]1");
        assertThat(a.engine.status().leadership().unassignedShards()).isEqualTo(6);

        Process b = world.start("b", few, full);
        world.seconds(15);
        assertThat(a.engine.status().leadership().unassignedShards()).isEqualTo(1);
        assertThat(b.engine.status().leadership().unassignedShards()).isZero();
        world.isDone(a.engine.operations().disable("full", JobPart.WHOLE_JOB, Operator.UNKNOWN));
        world.seconds(15);
        assertThat(a.engine.status().leadership().unassignedShards()).isZero();
    }

    /** The last one of a deployment that stops everything: that nobody is left is no news for anybody. */
    @Test
    void anInstanceThatLeavesDoesNotTellThatNobodyHasItsShards() {
        Process a = world.start("a", job().build());
        a.duration = Duration.ofMinutes(2);
        world.seconds(5);
        a.leave();
        world.seconds(60);

        assertThat(a.engine.status().leadership().unassignedShards()).isPositive();
        assertThat(a.events(ElasticJobEvent.ShardsUnassigned.class)).isEmpty();
    }

    @Test
    void aLeaderThatLeavesForLongTellsWhatOthersThatStayLack() {
        JobDefinition orders = job().set(JobKey.MIN_INSTANCES, "2").build();
        Process a = world.start("a", orders);
        a.duration = Duration.ofMinutes(10);
        world.start("b", orders);
        world.seconds(5);
        a.leave();
        world.seconds(60);

        assertThat(a.engine.status().leadership().isHeld()).isTrue();
        assertThat(a.events(ElasticJobEvent.ShardsUnassigned.class)).isNotEmpty();
    }

    @Test
    void whenMonitoringIsSwitchedNoFiringFromBeforeRunsAgain() {
        JobDefinition orders = JobDefinition.named("orders")
                .every(Duration.ofSeconds(10))
                .shards(4)
                .monitorExecution(false)
                .build();
        Process a = world.start("a", orders);
        Process b = world.start("b", orders);
        world.seconds(25);
        world.isDone(
                a.engine.operations().configure("orders", Map.of(JobKey.MONITOR_EXECUTION, "true"), Operator.UNKNOWN));
        world.seconds(2);
        b.leave(); // so that others have its shards, which know nothing of what it has run
        world.seconds(40);
        world.isDone(
                a.engine.operations().configure("orders", Map.of(JobKey.MONITOR_EXECUTION, "false"), Operator.UNKNOWN));
        world.seconds(2);
        world.start("c", orders);
        world.seconds(40);

        assertThat(world.ledger.entries().stream()
                        .map(entry -> entry.fireTime + "/" + entry.id.shard())
                        .toList())
                .doesNotHaveDuplicates()
                .hasSizeGreaterThan(30);
    }

    private static JobView view(Process process) {
        return process.view().jobs().get("orders");
    }

    private static JobDefinition.Builder job() {
        return JobDefinition.named("orders").every(Duration.ofSeconds(1)).shards(4);
    }
}
