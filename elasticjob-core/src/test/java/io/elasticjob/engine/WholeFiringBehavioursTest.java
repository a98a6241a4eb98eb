package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.FiringListener;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.JobPart;
import io.elasticjob.Operator;
import io.elasticjob.TriggerRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What holds of all jobs, of one whose firings are recorded as wholes: failover, shards that are off, listeners in their order. */
class WholeFiringBehavioursTest {

    private static final Instant TEN = Instant.parse("2026-01-01T00:00:10Z");
    private static final Instant TWENTY = TEN.plusSeconds(10);

    private final World world = new World();
    private final List<String> told = new ArrayList<>();

    private static JobDefinition.Builder orders() {
        return JobDefinition.named("orders")
                .every(Duration.ofSeconds(10))
                .shards(4)
                .set(JobKey.FIRING_LISTENERS, "second,first");
    }

    private static JobDefinition bills() {
        return JobDefinition.named("bills").set(JobKey.AFTER, "orders:ANY").build();
    }

    private FiringListener listener(String name) {
        return new FiringListener() {
            @Override
            public void beforeFiring(Start firing) {
                told.add(name + " before " + firing.firing().text());
                throwing();
            }

            @Override
            public void afterFiring(End firing) {
                told.add(name + " after " + firing.start().firing().text() + " " + firing.result() + " "
                        + firing.ends());
                throwing();
            }

            private void throwing() {
                if (name.equals("second")) {
                    throw new IllegalStateException("not today");
                }
            }
        };
    }

    private World.Process start(String name, JobDefinition... jobs) {
        return world.startWith(name, this::listening, jobs);
    }

    private void listening(JobEngineBuilder builder) {
        builder.firingListeners(Map.of("first", listener("first"), "second", listener("second")))
                .firingListenerExecutor(Runnable::run);
    }

    private List<String> toldOf(Instant firing) {
        return told.stream().filter(one -> one.contains(firing.toString())).toList();
    }

    @Test
    void listenersAreCalledInTheOrderOfTheSettingAlsoAfterOneThatThrows() {
        World.Process a = start("a", orders().build());
        world.time.passUntil(TEN.plusSeconds(3));

        assertThat(told)
                .containsExactly(
                        "second before 2026-01-01T00:00:10Z",
                        "first before 2026-01-01T00:00:10Z",
                        "second after 2026-01-01T00:00:10Z SUCCEEDED {SUCCEEDED=4}",
                        "first after 2026-01-01T00:00:10Z SUCCEEDED {SUCCEEDED=4}");
        assertThat(a.events(ElasticJobEvent.FiringListenerFailed.class)).hasSize(2);
    }

    @Test
    void theShardsOfADeadInstanceRunAgainWithinTheFiringAndItEndsAndIsFollowedOnce() {
        JobDefinition orders = orders().failover(true).build();
        World.Process a = start("a", orders, bills());
        World.Process b = start("b", orders, bills());
        b.duration = Duration.ofSeconds(100);
        world.time.passUntil(TEN.plusSeconds(1));
        b.kill();
        world.time.passUntil(TEN.plusSeconds(100));

        assertThat(world.ran("orders", TEN)).isEqualTo("a:0 a:1 a:2 a:3 b:2 b:3");
        assertThat(toldOf(TEN))
                .filteredOn(one -> one.startsWith("first after"))
                .containsExactly("first after 2026-01-01T00:00:10Z SUCCEEDED {SUCCEEDED=4}");
        assertThat(world.ledger.entries().stream()
                        .filter(entry -> entry.id.job().equals("bills"))
                        .filter(entry ->
                                entry.context.originFireTime().orElseThrow().equals(TEN)))
                .hasSize(1);
        assertThat(a.events(ElasticJobEvent.FiringClosed.class))
                .filteredOn(closed ->
                        closed.job().equals("orders") && closed.fireTime().equals(TEN))
                .hasSize(1);
    }

    @Test
    void whatTheOnlyInstanceRanRunsAgainWithinTheFiringWhenAnotherStartsAndSoItDoesAfterASecondDeath() {
        JobDefinition orders = orders().failover(true).build();
        World.Process a = start("a", orders, bills());
        a.duration = Duration.ofSeconds(300);
        world.time.passUntil(TEN.plusSeconds(1));
        a.kill();
        world.time.pass(Duration.ofSeconds(60));
        World.Process b = world.launch("b", Duration.ZERO, this::listening, orders, bills());
        b.duration = Duration.ofSeconds(300); // before it runs anything
        world.time.pass(Duration.ofSeconds(60));
        b.kill();
        world.time.pass(Duration.ofSeconds(60));
        start("c", orders, bills());
        world.time.pass(Duration.ofSeconds(60));

        assertThat(world.ran("orders", TEN)).isEqualTo("a:0 a:1 a:2 a:3 b:0 b:1 b:2 b:3 c:0 c:1 c:2 c:3");
        assertThat(toldOf(TEN))
                .filteredOn(one -> one.startsWith("first"))
                .containsExactly(
                        "first before 2026-01-01T00:00:10Z",
                        "first after 2026-01-01T00:00:10Z SUCCEEDED {SUCCEEDED=4}");
        assertThat(world.ledger.entries().stream()
                        .filter(entry -> entry.id.job().equals("bills"))
                        .filter(entry ->
                                entry.context.originFireTime().orElseThrow().equals(TEN)))
                .hasSize(1);
    }

    @Test
    void withoutFailoverTheFiringOfADeadInstanceEndsAsAFailureAndTheNextOneRunsOnAllShards() {
        JobDefinition orders = orders().build();
        start("a", orders);
        World.Process b = start("b", orders);
        b.duration = Duration.ofSeconds(100);
        world.time.passUntil(TEN.plusSeconds(1));
        b.kill();
        world.time.passUntil(TEN.plusSeconds(100));

        assertThat(world.ran("orders", TEN)).isEqualTo("a:0 a:1 b:2 b:3");
        assertThat(toldOf(TEN)).last().isEqualTo("first after 2026-01-01T00:00:10Z FAILED {LOST=2, SUCCEEDED=2}");
        assertThat(toldOf(TEN.plusSeconds(60))).last().asString().endsWith("SUCCEEDED {SUCCEEDED=4}");
    }

    @Test
    void failoverThatIsSwitchedOffBeforeTheDeathIsNoticedRunsNothingAgain() {
        JobDefinition orders = orders().failover(true).build();
        World.Process a = start("a", orders);
        World.Process b = start("b", orders);
        b.duration = Duration.ofSeconds(100);
        world.time.passUntil(TEN.plusSeconds(1));
        b.kill();
        world.now(a.engine.operations().configure("orders", Map.of(JobKey.FAILOVER, "false"), Operator.UNKNOWN));
        world.time.passUntil(TEN.plusSeconds(100));

        assertThat(world.ran("orders", TEN)).isEqualTo("a:0 a:1 b:2 b:3");
        assertThat(toldOf(TEN)).last().isEqualTo("first after 2026-01-01T00:00:10Z FAILED {LOST=2, SUCCEEDED=2}");
    }

    @Test
    void aShardThatIsOffHasNoPartInAFiringUntilItIsOnAgain() {
        World.Process a = start("a", orders().build());
        world.now(a.engine.operations().disable("orders", new JobPart.Shard(2), Operator.UNKNOWN));
        world.time.passUntil(TEN.plusSeconds(3));
        world.now(a.engine.operations().enable("orders", new JobPart.Shard(2), Operator.UNKNOWN));
        world.time.passUntil(TWENTY.plusSeconds(33));

        assertThat(world.ran("orders", TEN)).isEqualTo("a:0 a:1 a:3");
        assertThat(toldOf(TEN)).last().asString().contains(" SUCCEEDED {").contains("SUCCEEDED=3");
        assertThat(told).last().asString().endsWith("SUCCEEDED {SUCCEEDED=4}");
    }

    @Test
    void aFiringByHandChangesNoFireTimeAndRunsEachShardOnce() {
        World.Process a = start("a", orders().build(), bills());
        world.time.passUntil(TEN.plusSeconds(4));
        world.now(a.engine.operations().trigger(TriggerRequest.of("orders")));
        world.time.passUntil(TWENTY.plusSeconds(4));

        assertThat(world.runs("orders")).isEqualTo(12);
        assertThat(world.ran("orders", TWENTY)).isEqualTo("a:0 a:1 a:2 a:3");
        assertThat(world.runs("bills")).isEqualTo(3);
    }
}
