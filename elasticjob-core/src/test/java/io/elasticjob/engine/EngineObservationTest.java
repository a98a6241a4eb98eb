package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.JobDefinition;
import io.elasticjob.engine.World.Process;
import io.elasticjob.memory.Requests;
import io.elasticjob.spi.RegistryObserver.Ending;
import io.elasticjob.spi.RegistryObserver.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What an engine shows of itself, in virtual time. */
class EngineObservationTest {

    private record Observed(Kind kind, Ending result, Duration took) {}

    private static final JobDefinition ORDERS =
            JobDefinition.named("orders").every(Duration.ofSeconds(5)).shards(2).build();

    private final World world = new World();
    private final List<Observed> observed = new ArrayList<>();

    // ---- Requests -------------------------------------------------------------------------------------------------

    @Test
    void everyRequestIsObservedOnceWithItsKindAndTheTimeToItsAnswer() {
        world.latency = Duration.ofMillis(7);
        Process a = observed("a");
        world.seconds(11);
        settleADoubt(a);

        Requests sent = a.registry.requests();
        assertThat(sent.commits()).isPositive();
        assertThat(sent.syncs()).isPositive();
        assertThat(count(Kind.COMMIT)).isEqualTo(sent.commits());
        assertThat(count(Kind.CHILDREN)).isEqualTo(sent.children());
        assertThat(count(Kind.SYNC)).isEqualTo(sent.syncs());
        assertThat(count(Kind.READ) + count(Kind.WATCH)).isEqualTo(sent.reads() + sent.watches());
        assertThat(observed).hasSize(Math.toIntExact(sent.total()));
        assertThat(a.engine.registryRequests()).isEqualTo(sent.total());
        assertThat(observed)
                .filteredOn(it -> it.result() == Ending.ANSWERED)
                .isNotEmpty()
                .allSatisfy(it -> assertThat(it.took()).isGreaterThanOrEqualTo(Duration.ofMillis(7)));
    }

    @Test
    void aRefusedClaimIsRefusedAndWhatIsNeverAnsweredIsUnanswered() {
        Process a = observed("a");
        world.seconds(6);
        assertThat(results(Kind.COMMIT)).doesNotContain(Ending.UNANSWERED);
        observed.clear();

        String folder = world.ensemble.children("/test/shards").get(0);
        String record = "/test/shards/" + folder + "/0";
        byte[] same = ((io.elasticjob.registry.Read.Present) world.ensemble.node(record)).data();
        world.overwrite(record, same);
        world.seconds(6);
        assertThat(results(Kind.COMMIT)).contains(Ending.REFUSED, Ending.ANSWERED);

        observed.clear();
        settleADoubt(a);
        assertThat(results(Kind.COMMIT)).contains(Ending.UNANSWERED);
    }

    @Test
    void anObserverThatFailsHarmsNothing() {
        world.startWith(
                "a",
                builder -> builder.registryObserver((kind, result, took) -> {
                            throw new IllegalStateException("on purpose");
                        })
                        .registryObserver((kind, result, took) -> observed.add(new Observed(kind, result, took))),
                ORDERS);
        world.seconds(6);

        assertThat(world.runs("orders")).isEqualTo(2);
        assertThat(observed).isNotEmpty();
    }

    /** Loses the answer to a commit. */
    private void settleADoubt(Process a) {
        world.time.passUntil(nextFiring().minusMillis(1));
        a.registry.link().silenceAnswers();
        world.time.pass(Duration.ofMillis(50));
        a.registry.link().cut();
        world.time.pass(Duration.ofMillis(50));
        a.registry.link().heal();
        world.seconds(4);
    }

    private Instant nextFiring() {
        return ORDERS.schedule().next(world.time.now()).orElseThrow();
    }

    // ---- Status ---------------------------------------------------------------------------------------------------

    @Test
    void anInstanceThatDrainsSaysSo() {
        Process a = world.start("a", ORDERS);
        assertThat(a.engine.status().intake().isDraining()).isFalse();

        a.engine.drain();
        world.settle();

        assertThat(a.engine.status().intake().isDraining()).isTrue();
        assertThat(a.engine.status().isConnected()).isTrue();
    }

    @Test
    void whatWasInterruptedAndGoesOnLingersUntilItEnds() {
        Process a = world.start("a", ORDERS);
        a.runner.ignoreInterruptions();
        a.duration = Duration.ofSeconds(30);
        world.seconds(6);
        assertThat(a.engine.status().executions().active()).isEqualTo(2);
        assertThat(a.engine.status().executions().lingering()).isZero();

        a.registry.link().expire();
        world.seconds(2);
        assertThat(a.engine.status().executions().lingering()).isEqualTo(2);

        world.seconds(30);
        assertThat(a.engine.status().executions().lingering()).isZero();
    }

    @Test
    void anEngineSaysWhereItMeetsTheOthersAndWhoItIs() {
        Process a = world.start("a", ORDERS);

        assertThat(a.engine.namespaceName()).isEqualTo("test");
        assertThat(a.engine.self().application()).isEqualTo("shop");
        assertThat(a.engine.self().name()).isEqualTo("a");
        assertThat(a.engine.self().declares()).containsExactly("orders");
    }

    // ---- Help -----------------------------------------------------------------------------------------------------

    private Process observed(String name) {
        return world.startWith(
                name,
                builder -> builder.registryObserver(
                        (kind, result, took) -> observed.add(new Observed(kind, result, took))),
                ORDERS);
    }

    private long count(Kind kind) {
        return observed.stream().filter(it -> it.kind() == kind).count();
    }

    private List<Ending> results(Kind kind) {
        return observed.stream()
                .filter(it -> it.kind() == kind)
                .map(Observed::result)
                .toList();
    }
}
