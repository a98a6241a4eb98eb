package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Operator;
import io.elasticjob.engine.World.Process;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Shards that stay where they are at home. */
class StaticShardingTest {

    /** The instances have been the same for 5 minutes, and the leader looks every ten seconds. */
    private static final int SETTLED = 325;

    private static final JobDefinition ORDERS = JobDefinition.named("orders")
            .every(Duration.ofSeconds(10))
            .shards(6)
            .set(JobKey.SHARDING_STRATEGY, "static")
            .build();

    private final World world = new World();

    @Test
    void anInstanceThatJoinsGetsNothingAndOneThatComesBackUnderItsNameFindsItsShards() {
        Process a = world.start("a", ORDERS);
        world.seconds(20);
        Process b = world.start("b", ORDERS);
        assertThat(shardsOf(a)).as("they start together").hasSize(3);
        world.seconds(SETTLED);
        Set<Integer> ofA = shardsOf(a);
        Set<Integer> ofB = shardsOf(b);
        assertThat(a.events(ElasticJobEvent.HomesChanged.class)).hasSize(1);

        Process c = world.start("c", ORDERS);
        world.seconds(SETTLED);
        assertThat(shardsOf(c)).isEmpty();
        assertThat(shardsOf(a)).isEqualTo(ofA);

        b.leave();
        world.seconds(5);
        Set<Integer> elsewhere = new TreeSet<>(shardsOf(a));
        elsewhere.addAll(shardsOf(c));
        assertThat(elsewhere).as("at once").containsExactly(0, 1, 2, 3, 4, 5);
        assertThat(shardsOf(a)).containsAll(ofA);

        world.seconds(120);
        Process again = world.start("b", ORDERS);
        world.seconds(1);
        assertThat(shardsOf(again)).isEqualTo(ofB);
        assertThat(shardsOf(a)).isEqualTo(ofA);
        assertThat(shardsOf(c)).isEmpty();
        assertThat(a.detail("orders").orElseThrow().homes()).isEqualTo(homes(Map.of("a", ofA, "b", ofB)));
    }

    @Test
    void whoIsAwayForLongLosesItsHomes() {
        Process a = world.start("a", ORDERS);
        Process b = world.start("b", ORDERS);
        world.seconds(SETTLED);
        b.kill();
        world.seconds(SETTLED + 20);

        Process again = world.start("b", ORDERS);
        world.seconds(20);

        assertThat(shardsOf(again)).isEmpty();
        assertThat(shardsOf(a)).containsExactly(0, 1, 2, 3, 4, 5);
        assertThat(a.detail("orders").orElseThrow().homes().values()).containsOnly("a");
    }

    @Test
    void homesOutliveAllInstances() {
        Process a = world.start("a", ORDERS);
        Process b = world.start("b", ORDERS);
        world.seconds(SETTLED);
        Set<Integer> ofA = shardsOf(a);
        a.kill();
        b.kill();
        world.seconds(3_600);

        Process second = world.start("b", ORDERS);
        Process first = world.start("a", ORDERS);
        world.seconds(5);

        assertThat(shardsOf(first)).isEqualTo(ofA);
        assertThat(shardsOf(second)).hasSize(3).doesNotContainAnyElementsOf(ofA);
    }

    @Test
    void aShardMoreGetsAHomeAndTheOthersStay() {
        Process a = world.start("a", ORDERS);
        Process b = world.start("b", ORDERS);
        world.seconds(SETTLED);
        Map<Integer, String> before = a.detail("orders").orElseThrow().homes();
        world.isDone(
                a.engine.operations().configure("orders", Map.of(JobKey.SHARDING_TOTAL_COUNT, "8"), Operator.UNKNOWN));
        world.seconds(SETTLED);

        assertThat(b.detail("orders").orElseThrow().homes()).hasSize(8).containsAllEntriesOf(before);
    }

    @Test
    void homesGoWhenTheJobIsAssignedOtherwiseOrRemoved() {
        Process a = world.start("a", ORDERS);
        world.seconds(SETTLED);
        assertThat(world.ensemble.children("/test/homes")).hasSize(1);
        world.isDone(a.engine
                .operations()
                .configure("orders", Map.of(JobKey.SHARDING_STRATEGY, "average"), Operator.UNKNOWN));
        world.seconds(30);
        assertThat(world.ensemble.children("/test/homes")).isEmpty();

        world.isDone(a.engine.operations().reset("orders", Set.of(), Operator.UNKNOWN));
        world.seconds(SETTLED);
        assertThat(world.ensemble.children("/test/homes")).hasSize(1);
        world.isDone(a.engine.operations().remove("orders", Operator.UNKNOWN));
        world.seconds(30);
        assertThat(world.ensemble.children("/test/homes")).isEmpty();
    }

    @Test
    void whatSomebodyHasWrittenOverCountsForNothing() {
        Process a = world.start("a", ORDERS);
        world.seconds(SETTLED);
        String path = "/test/homes/" + world.ensemble.children("/test/homes").get(0);
        world.overwrite(path, "nonsense");
        world.seconds(15);

        assertThat(shardsOf(a)).hasSize(6);
        assertThat(a.events(ElasticJobEvent.ValueUnreadable.class)).isNotEmpty();
        world.seconds(15);
        assertThat(a.detail("orders").orElseThrow().homes())
                .as("the leader writes them again")
                .hasSize(6);
    }

    @Test
    void jobsThatAreNotStaticHaveNothingOfItInTheRegistry() {
        world.start(
                "a", JobDefinition.named("orders").every(Duration.ofSeconds(10)).build());
        world.seconds(SETTLED);

        assertThat(world.ensemble.children("/test")).doesNotContain("homes");
    }

    private static Map<Integer, String> homes(Map<String, Set<Integer>> byName) {
        Map<Integer, String> homes = new HashMap<>();
        byName.forEach((name, shards) -> shards.forEach(shard -> homes.put(shard, name)));
        return homes;
    }

    private static Set<Integer> shardsOf(Process process) {
        List<Integer> shards = process.view()
                .jobs()
                .get("orders")
                .assignment()
                .shardsOf(process.engine.status().instance().orElseThrow());
        return new TreeSet<>(shards);
    }
}
