package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.FiringClock;
import io.elasticjob.JobDefinition;
import io.elasticjob.coordination.Clocks;
import io.elasticjob.coordination.RegistryClock;
import io.elasticjob.engine.World.Process;
import io.elasticjob.memory.PassingRegistry;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Registry;
import io.elasticjob.registry.Session;
import io.elasticjob.registry.Stat;
import io.elasticjob.registry.Write;
import io.elasticjob.spi.Timekeeper;
import io.elasticjob.test.SimulatedFireSource;
import io.elasticjob.test.VirtualTime;
import io.elasticjob.testing.SimulatedRunner;
import io.elasticjob.view.EngineStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** A process that is held up takes no clock for wrong, and does not count itself as alive for longer. */
class StalledTurnsTest {

    private static final JobDefinition ORDERS =
            JobDefinition.named("orders").every(Duration.ofSeconds(1)).shards(2).build();
    private static final JobDefinition LOOSE = JobDefinition.named("loose")
            .every(Duration.ofMillis(100))
            .monitorExecution(false)
            .build();

    private final World world = new World();

    /** Time goes on for the process and for the registry alike while nothing of the process moves. */
    private static final class Stalling implements Timekeeper {

        private final World of;
        private final VirtualTime.Watch watch;
        private Duration stalled = Duration.ZERO;
        private int stalls;
        private int until;

        Stalling(World of) {
            this.of = of;
            this.watch = of.time.watch(Duration.ZERO);
        }

        /** The reading of the wall clock after so many others is held up between it and the stopwatch. */
        void stallAfter(int readings) {
            until = readings;
            stalls = 1;
        }

        /** The next readings of the wall clock are held up between it and the stopwatch. */
        void stall(int times) {
            stalls = times;
        }

        @Override
        public Instant now() {
            if (stalls > 0 && until-- <= 0) {
                stalls--;
                stalled = stalled.plusSeconds(30);
                of.registryWatch.skew(stalled);
            }
            return watch.now().plus(stalled);
        }

        @Override
        public long nanoTime() {
            return watch.nanoTime() + stalled.toNanos();
        }

        @Override
        public void execute(Runnable task) {
            watch.execute(task);
        }

        @Override
        public void after(Duration delay, Runnable task) {
            watch.after(delay, task);
        }
    }

    @Test
    void aTurnThatIsHeldUpWhileItReadsTheClocksTakesNeitherForWrong() {
        for (int stalls : List.of(1, 2, 3, 7)) {
            Stalling time = new Stalling(world);
            Process a = world.startWith(
                    "a" + stalls,
                    builder -> builder.timekeeper(time)
                            .fireSource(new SimulatedFireSource(time, () -> false))
                            .runner(new SimulatedRunner(
                                    "a",
                                    world.time,
                                    time,
                                    world.ledger,
                                    Set.of("orders"),
                                    8,
                                    () -> Duration.ofMillis(10))),
                    ORDERS);
            world.seconds(3);
            time.stall(stalls);
            world.seconds(3);

            assertThat(a.events(ElasticJobEvent.ClockOff.class)).isEmpty();
            assertThat(a.engine.status().clock().isOff()).isFalse();
            assertThat(a.engine.status().clock().skew().abs()).isLessThan(Duration.ofSeconds(1));
            a.kill();
            world.registryWatch.skew(Duration.ZERO);
        }
    }

    /** Be it in a turn, before a request, when its answer comes, or in what a timer does. */
    @Test
    void whereverAProcessIsHeldUpItsJobsGoOnAndNoClockIsWrong() {
        for (int readings = 0; readings < 80; readings++) {
            World held = new World();
            Stalling time = new Stalling(held);
            Process a = held.startWith(
                    "a",
                    builder -> builder.timekeeper(time)
                            .fireSource(new SimulatedFireSource(time, () -> false))
                            .runner(new SimulatedRunner(
                                    "a",
                                    held.time,
                                    time,
                                    held.ledger,
                                    Set.of("orders"),
                                    8,
                                    () -> Duration.ofMillis(10))),
                    ORDERS);
            held.seconds(3);
            time.stallAfter(readings);
            held.seconds(8);
            long before = held.runs("orders");
            held.seconds(3);

            assertThat(time.stalled).as("readings %s", readings).isPositive();
            assertThat(a.events(ElasticJobEvent.ClockOff.class))
                    .as("held up after %s readings", readings)
                    .isEmpty();
            assertThat(a.engine.status().clock().isOff()).isFalse();
            assertThat(held.runs("orders"))
                    .as("held up after %s readings", readings)
                    .isGreaterThan(before);
        }
    }

    @Test
    void anInstanceIsAliveNoLongerThanFromTheMomentInWhichItsConnectionWasLost() {
        Process a = world.start("a", LOOSE);
        world.seconds(3);
        a.watch.freeze(); // the loop, and not the thread that hears of the connection
        a.registry.link().cut();
        world.seconds(5); // longer than the connection may be away, shorter than a session
        long before = world.runs("loose");
        a.watch.thaw();
        world.time.pass(Duration.ofMillis(1_500)); // which the deadline would allow from now on

        assertThat(world.runs("loose")).isEqualTo(before);
    }

    @Test
    void anAnswerIsAsOldAsItIsHoweverLateItIsDealtWith() {
        VirtualTime time = new VirtualTime();
        CompletableFuture<Answer> answer = new CompletableFuture<>();
        Registry registry = new PassingRegistry(world.ensemble.client(World.SESSION)) {
            @Override
            public CompletionStage<Answer> commit(Session session, List<Write> writes) {
                return answer;
            }
        };
        List<Runnable> loop = new ArrayList<>();
        RegistryCalls calls = new RegistryCalls(registry, List.of(), time, loop::add);
        RegistryTime turns = new RegistryTime(Duration.ofSeconds(10), FiringClock.LOCAL);
        Outbox outbox = new Outbox(turns);
        turns.turn(new Clocks(time.now(), time.nanoTime(), Duration.ZERO));
        outbox.commit(new Connection(new Session("1", World.SESSION)), List.of(), result -> {});
        time.pass(Duration.ofSeconds(7)); // the turn is held up before it sends, ...
        outbox.take().forEach(effect -> calls.make((Effect.Commit) effect));
        time.pass(Duration.ofMillis(20));
        Instant stamp = time.now();
        time.pass(Duration.ofMillis(20));
        answer.complete(
                new Answer.Committed(List.of(new Answer.Written("/x", Optional.of(new Stat(1, 1, 1, stamp, stamp))))));
        time.pass(Duration.ofSeconds(30)); // ... and so is the one that deals with the answer
        turns.turn(new Clocks(time.now(), time.nanoTime(), Duration.ZERO));
        loop.forEach(Runnable::run);

        RegistryClock clock = turns.registryClock().orElseThrow();
        assertThat(clock.uncertainty()).isEqualTo(Duration.ofMillis(20));
        assertThat(clock.skew(time.now(), time.nanoTime())).isZero();
    }

    @Test
    void whatHappensDuringATurnIsForALaterOne() {
        Stalling time = new Stalling(world);
        List<String> dealtWith = new ArrayList<>();
        JobEngine[] engine = new JobEngine[1];
        Process a = world.startWith("a", builder -> builder.timekeeper(time), ORDERS);
        engine[0] = a.engine;
        List<EngineStatus> atTheEnd = new ArrayList<>();
        a.engine.loop().post(() -> {
            dealtWith.add("first");
            EngineStatus before = a.engine.status();
            engine[0].loop().post(() -> {
                dealtWith.add("second");
                atTheEnd.add(a.engine.status());
                assertThat(a.engine.status()).as("a turn has ended in between").isNotSameAs(before);
            });
        });
        world.settle();

        assertThat(dealtWith).containsExactly("first", "second");
        assertThat(atTheEnd).hasSize(1);
        assertThat(a.engine.status().impaired()).isEmpty();
    }

    @Test
    void aFireSourceThatRingsHoursAheadMovesNoClock() {
        RegistryTime time = new RegistryTime(Duration.ofSeconds(10), FiringClock.LOCAL);
        Instant noon = Instant.parse("2026-06-01T12:00:00Z");
        time.turn(new Clocks(noon, 0, Duration.ZERO));
        time.notBefore(noon.plusMillis(3));
        assertThat(time.now()).isEqualTo(noon.plusMillis(3));

        time.notBefore(noon.plusSeconds(3600));
        assertThat(time.now()).isEqualTo(noon.plusMillis(3));
        assertThat(time.clocks().wall()).isEqualTo(noon);
    }
}
