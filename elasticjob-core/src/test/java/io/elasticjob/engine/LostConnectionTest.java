package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.JobDefinition;
import io.elasticjob.engine.World.Process;
import io.elasticjob.memory.Link;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How long an instance counts itself among the living that has lost its connection, held against how long it is. */
class LostConnectionTest {

    private static final JobDefinition LONG =
            JobDefinition.named("long").every(Duration.ofMinutes(1)).shards(2).build();

    /** ZooKeeper's client waits up to two seconds before it connects again, where there is only one server. */
    @ParameterizedTest
    @ValueSource(ints = {1_900, 2_000})
    void aMereResetCancelsNothingWithASessionOfFourSecondsWheneverItComes(int reconnect) {
        World world = new World();
        world.session = Duration.ofSeconds(4);
        world.reconnect = Duration.ofMillis(reconnect);
        world.answerLatency = Duration.ofMillis(5);
        Process a = running(world);
        for (int i = 0; i < 150; i++) {
            a.registry.link().reset();
            world.time.pass(Duration.ofMillis(reconnect + 500 + i * 37));
            assertThat(a.engine.status().isConnected()).isTrue();
            assertThat(world.ledger.entries()).as("at reset " + i).noneMatch(entry -> entry.cancelled);
        }
        assertThat(a.engine.status().instance()).contains("a.0");
    }

    static Stream<Named<Consumer<Link>>> losses() {
        return Stream.of(
                Named.of("cut off", Link::cut),
                Named.of("a black hole", Link::silence),
                Named.of("no request arrives", Link::silenceRequests),
                Named.of("the client stands still", Link::freeze));
    }

    @ParameterizedTest
    @MethodSource("losses")
    void whatRunsIsCancelledBeforeTheSessionEndsHoweverTheConnectionIsLost(Consumer<Link> loss) {
        for (int phase = 0; phase < 60; phase++) {
            World world = new World();
            world.session = Duration.ofSeconds(4);
            world.rareHeartbeats = true;
            world.answerLatency = Duration.ofMillis(400); // more than the margin
            Process a = running(world);
            world.time.pass(Duration.ofMillis(phase * 47));
            loss.accept(a.registry.link());
            world.time.until(() -> world.ensemble.children("/test/instances").isEmpty());
            assertThat(world.ledger.entries())
                    .as("%s ms after all was well", phase * 47)
                    .hasSize(2)
                    .allMatch(entry -> entry.cancelled);
        }
    }

    /** A clock that jumps counts as time that passed; one that is set right again gives none of it back. */
    @Test
    void aClockThatIsSetBackBringsNoInstanceToLifeThatHasCountedItselfAsDead() {
        World world = new World();
        JobDefinition light = JobDefinition.named("light")
                .every(Duration.ofSeconds(1))
                .monitorExecution(false)
                .build();
        Process a = world.start("a", light);
        a.duration = Duration.ofSeconds(20);
        world.seconds(3);
        a.registry.link().cut();
        world.time.pass(Duration.ofMillis(100));
        a.watch.skew(Duration.ofSeconds(10));
        world.time.pass(Duration.ofMillis(1_200));
        assertThat(world.ledger.entries()).isNotEmpty().allMatch(entry -> entry.cancelled);
        a.watch.skew(Duration.ZERO);
        long runs = world.runs("light");
        world.time.pass(Duration.ofSeconds(3));
        assertThat(world.ledger.entries()).allMatch(entry -> entry.cancelled);
        assertThat(world.runs("light")).isEqualTo(runs);

        a.registry.link().heal();
        world.seconds(30);
        assertThat(world.runs("light")).isGreaterThan(runs);
    }

    @Test
    void whatAServerAnswersByItselfIsNoProofThatTheOthersHear() {
        World world = new World();
        Process a = running(world);
        a.mute = true; // the server that it is connected to has lost the others: it reads, and no more
        world.time.pass(world.session);
        assertThat(world.ledger.entries()).hasSize(2).allMatch(entry -> entry.cancelled);

        a.mute = false;
        world.time.pass(Duration.ofMinutes(2)); // what has no answer is given up first
        assertThat(a.engine.status().isConnected()).isTrue();
    }

    private static Process running(World world) {
        Process a = world.start("a", LONG);
        a.duration = Duration.ofHours(10);
        world.time.pass(Duration.ofMinutes(1));
        assertThat(world.ledger.entries()).hasSize(2).noneMatch(entry -> entry.cancelled);
        return a;
    }
}
