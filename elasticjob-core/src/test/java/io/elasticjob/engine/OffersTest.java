package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.elasticjob.Cancellation;
import io.elasticjob.ElasticJobEvent;
import io.elasticjob.Instance;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Outcome;
import io.elasticjob.engine.World.Process;
import io.elasticjob.view.InstanceView;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a runner can run changes while it runs, and why executions are cancelled. */
class OffersTest {

    private static final JobDefinition ORDERS = JobDefinition.named("orders")
            .every(Duration.ofSeconds(1))
            .shards(4)
            .failover(true)
            .build();
    private static final JobDefinition BILLS =
            JobDefinition.named("bills").every(Duration.ofSeconds(1)).shards(4).build();
    private static final Set<String> BOTH = Set.of("bills", "orders");

    private final World world = new World();

    @Test
    void aHandlerThatIsWithdrawnGoesToTheOthersAndWhatRunsComesToItsEnd() {
        Process a = world.start("a", ORDERS, BILLS);
        Process b = world.start("b", ORDERS, BILLS);
        a.duration = Duration.ofSeconds(3);
        world.seconds(2);
        assertThat(a.engine.status().executions().active()).isPositive();

        a.runner.offer(Set.of("bills"), 64);
        a.duration = Duration.ofMillis(10);
        int before = begun(a, "orders");
        world.seconds(5);

        assertThat(shown(a)).containsExactly("bills");
        assertThat(a.engine.self().handlers()).containsExactly("bills");
        assertThat(begun(a, "orders")).isEqualTo(before);
        assertThat(a.runner.cancellations).isEmpty();
        assertThat(ends(a)).isNotEmpty().allSatisfy(how -> assertThat(how).isEqualTo(new Outcome.Succeeded()));
        assertThat(shardsThatRan(b, "orders")).containsExactly(0, 1, 2, 3);
    }

    @Test
    void aHandlerThatComesIsShownAndGetsItsShards() {
        Process a = world.start("a", ORDERS, BILLS);
        Process b = world.start("b", ORDERS, BILLS);
        b.runner.offer(Set.of("bills"), 64);
        world.seconds(2);
        int before = begun(b, "orders");

        b.runner.offer(BOTH, 64);
        world.seconds(3);

        assertThat(shown(b)).isEqualTo(BOTH);
        assertThat(begun(b, "orders")).isGreaterThan(before);
        assertThat(a.events(ElasticJobEvent.EngineImpaired.class)).isEmpty();
    }

    @Test
    void withoutASlotAnInstanceIsNotEligibleAndWithOneItIsAgain() {
        Process a = world.start("a", ORDERS);
        Process b = world.start("b", ORDERS);
        a.runner.offer(Set.of("orders"), 0);
        world.seconds(1);
        int before = begun(a, "orders");
        world.seconds(3);

        assertThat(shown(a)).isEmpty();
        assertThat(begun(a, "orders")).isEqualTo(before);
        assertThat(shardsThatRan(b, "orders")).containsExactly(0, 1, 2, 3);

        a.runner.offer(Set.of("orders"), 1);
        world.seconds(3);
        assertThat(shown(a)).containsExactly("orders");
        assertThat(begun(a, "orders")).isGreaterThan(before);
        assertThat(a.engine.status().executions().slots()).isEqualTo(1);
    }

    @Test
    void withFewerSlotsNothingIsCancelledAndNothingBeginsUntilThereIsRoom() {
        Process a = world.start("a", 4, ORDERS);
        a.duration = Duration.ofMillis(2_500);
        world.seconds(1);
        assertThat(a.engine.status().executions().active()).isEqualTo(4);

        a.runner.offer(Set.of("orders"), 1);
        world.seconds(1);
        assertThat(a.engine.status().executions().active()).isEqualTo(4);
        assertThat(a.runner.cancellations).isEmpty();
        world.seconds(3);
        assertThat(a.engine.status().executions().active()).isEqualTo(1);

        a.runner.offer(Set.of("orders"), 4);
        world.seconds(1);
        assertThat(a.engine.status().executions().active()).isEqualTo(4);
    }

    @Test
    void whatIsOfferedWhileZooKeeperIsAwayIsShownWhenItIsBackAndCountsAtOnce() {
        JobDefinition light = JobDefinition.named("light")
                .every(Duration.ofSeconds(1))
                .monitorExecution(false)
                .build();
        Process a = world.start("a", ORDERS, light);
        a.registry.link().cut();
        world.seconds(1);
        a.runner.offer(Set.of("orders"), 64);
        int before = begun(a, "light");
        world.seconds(2);
        assertThat(begun(a, "light")).isEqualTo(before);

        a.registry.link().heal();
        world.seconds(3);
        assertThat(shown(a)).containsExactly("orders");

        a.registry.link().expire();
        a.runner.offer(Set.of("orders", "light"), 64);
        world.seconds(8);
        assertThat(shown(a)).containsExactlyInAnyOrder("orders", "light");
        assertThat(begun(a, "light")).isGreaterThan(before);
    }

    @Test
    void theLastOfManyOffersIsShownHoweverSlowlyTheyAreWritten() {
        world.latency = Duration.ofMillis(300);
        Process a = world.start("a", ORDERS, BILLS);
        world.seconds(3);
        a.runner.offer(Set.of("bills"), 64);
        world.time.pass(Duration.ofMillis(100));
        a.runner.offer(Set.of("orders"), 64);
        world.time.pass(Duration.ofMillis(100));
        a.runner.offer(Set.of(), 64);
        world.time.pass(Duration.ofMillis(50));
        a.runner.offer(Set.of("orders"), 64);
        world.seconds(3);

        assertThat(shown(a)).containsExactly("orders");
    }

    static List<Arguments> nonsense() {
        Supplier<Set<String>> right = () -> Set.of("orders");
        return List.of(
                arguments("slots below zero", right, -1),
                arguments("no set", (Supplier<Set<String>>) OffersTest::nothing, 2),
                arguments("no name", (Supplier<Set<String>>) () -> Collections.singleton(nothing()), 2),
                arguments("more than fits", (Supplier<Set<String>>) OffersTest::tooMany, 2),
                arguments("none, and an error", (Supplier<Set<String>>) OffersTest::fail, 2));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("nonsense")
    void anOfferThatCannotBeUsedLeavesTheOneBefore(String what, Supplier<Set<String>> handlers, int slots) {
        Process a = world.start("a", ORDERS);
        a.runner.say(handlers, slots);
        world.seconds(1);
        int before = begun(a, "orders");
        world.seconds(3);

        assertThat(shown(a)).containsExactly("orders");
        assertThat(begun(a, "orders")).as("after " + what).isGreaterThan(before);
        assertThat(a.engine.status().executions().slots()).isEqualTo(64);
        assertThat(a.engine.status().impaired()).isEmpty();
    }

    private static Set<String> tooMany() {
        return IntStream.range(0, 100_000)
                .mapToObj(i -> UUID.nameUUIDFromBytes(new byte[] {(byte) i, (byte) (i >> 8), (byte) (i >> 16)}))
                .map(UUID::toString)
                .collect(Collectors.toSet());
    }

    private static Set<String> fail() {
        throw new LinkageError("on purpose");
    }

    // ---- Why executions are cancelled -----------------------------------------------------------------------------

    @Test
    void theDoubtAboutASessionIsAReason() {
        Process a = world.start("a", ORDERS);
        a.duration = Duration.ofHours(1);
        world.seconds(2);
        a.registry.link().cut();
        world.seconds(8);

        assertThat(a.runner.cancellations).hasSize(4).allSatisfy(why -> {
            assertThat(why.reason()).isEqualTo(Cancellation.Reason.SESSION_LOSS);
            assertThat(why.text()).startsWith("orders/").contains("may have lost its session");
        });
    }

    @Test
    void whoTookTheShardIsNamed() {
        JobDefinition stubborn = JobDefinition.named("orders")
                .every(Duration.ofSeconds(1))
                .failover(true)
                .set(JobKey.ON_SESSION_LOSS, "CONTINUE")
                .build();
        Process a = world.start("a", stubborn);
        a.duration = Duration.ofHours(1);
        world.seconds(2);
        Process b = world.start("b", stubborn);
        b.duration = Duration.ofHours(1);
        a.registry.link().cut();
        world.seconds(12);
        assertThat(a.runner.cancellations).isEmpty();

        a.registry.link().heal();
        world.seconds(8);
        assertThat(a.runner.cancellations).singleElement().satisfies(why -> {
            assertThat(why.reason()).isEqualTo(Cancellation.Reason.SHARD_LOST);
            assertThat(why.who()).startsWith("b.");
            assertThat(why.text()).contains("taken by another instance");
        });
    }

    private Set<String> shown(Process of) {
        return of.view().instances().values().stream()
                .map(InstanceView::instance)
                .filter(instance -> instance.name().equals(of.name))
                .map(Instance::handlers)
                .findFirst()
                .orElseThrow();
    }

    private int begun(Process by, String job) {
        return (int) world.ledger.entries().stream()
                .filter(entry -> entry.process.equals(by.name) && entry.id.job().equals(job))
                .count();
    }

    private Set<Integer> shardsThatRan(Process by, String job) {
        Set<Integer> shards = new TreeSet<>();
        world.ledger.entries().stream()
                .filter(entry -> entry.process.equals(by.name) && entry.id.job().equals(job))
                .forEach(entry -> shards.add(entry.id.shard()));
        return shards;
    }

    private static Collection<Outcome> ends(Process of) {
        return of.events(ElasticJobEvent.ExecutionEnded.class).stream()
                .map(ElasticJobEvent.ExecutionEnded::outcome)
                .toList();
    }

    @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
    private static <T> T nothing() {
        return null;
    }
}
