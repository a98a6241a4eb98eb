package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.FiringClock;
import io.elasticjob.Instance;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.TriggerRequest;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.InstanceCodec;
import io.elasticjob.engine.World.Process;
import io.elasticjob.registry.Read;
import io.elasticjob.testing.Ledger;
import io.elasticjob.view.EngineStatus;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Firings that come due by the registry's clock, whatever the clocks of machines show, in virtual time. */
class RegistryClockTest {

    private static final JobDefinition ORDERS =
            JobDefinition.named("orders").every(Duration.ofSeconds(1)).shards(6).build();
    private static final JobDefinition HOURLY =
            JobDefinition.named("hourly").every(Duration.ofHours(1)).build();

    private static final JobDefinition WHOLE = JobDefinition.named("whole")
            .every(Duration.ofSeconds(10))
            .shards(4)
            .set(JobKey.RECORD_FIRINGS, "true")
            .build();

    private final World world = new World();

    @Test
    void instancesWithWrongClocksStartTogetherAndNeverBeforeTheTime() {
        world.latency = Duration.ofMillis(3);
        world.answerLatency = Duration.ofMillis(4);
        Process ahead = start("ahead", Duration.ofSeconds(7), ORDERS);
        Process behind = start("behind", Duration.ofSeconds(-9), ORDERS);
        start("right", Duration.ZERO, ORDERS);
        world.seconds(20);

        assertThat(world.ledger.entries()).extracting(entry -> entry.process).contains("ahead", "behind", "right");
        assertAllOnTime();
        assertThat(ahead.engine.status().clock().skew()).isCloseTo(Duration.ofSeconds(-7), Duration.ofMillis(10));
        assertThat(behind.engine.status().clock().isOff()).isFalse();
    }

    @Test
    void aClockThatJumpsWhileItRunsIsIgnored() {
        Process a = start("a", Duration.ZERO, ORDERS);
        Process b = start("b", Duration.ZERO, ORDERS);
        world.seconds(3);
        a.watch.skew(Duration.ofHours(-1));
        b.watch.skew(Duration.ofDays(3));
        world.seconds(10);

        assertAllOnTime();
        assertThat(world.ran("orders", world.time.now().truncatedTo(ChronoUnit.SECONDS)))
                .isEqualTo("a:0 a:1 a:2 b:3 b:4 b:5");
        assertThat(a.events(ElasticJobEvent.ClockOff.class)).isEmpty();
        assertThat(b.events(ElasticJobEvent.ClockOff.class)).isEmpty();
    }

    @Test
    void aClockThatIsWrongFromTheStartIsToldAndIgnored() {
        start("b", Duration.ZERO, ORDERS);
        Process wrong = start("c", Duration.ofHours(-1), ORDERS);
        world.seconds(20);

        assertThat(runsOn("c")).isPositive();
        assertAllOnTime();
        assertThat(wrong.engine.status().clock().wall()).isEqualTo(EngineStatus.WallClock.IGNORED);
        assertThat(wrong.engine.status().clock().skew()).isCloseTo(Duration.ofHours(1), Duration.ofMillis(10));
        assertThat(wrong.events(ElasticJobEvent.ClockIgnored.class)).hasSize(1);
        assertThat(wrong.events(ElasticJobEvent.ClockOff.class)).isEmpty();
        assertThat(stored(wrong).state()).isEqualTo(Instance.State.UP);
        assertThat(shown(wrong).skew()).isCloseTo(Duration.ofHours(1), Duration.ofSeconds(1));

        wrong.watch.skew(Duration.ZERO);
        world.seconds(5);
        assertThat(wrong.events(ElasticJobEvent.ClockRight.class)).hasSize(1);
        assertThat(stored(wrong).process().clock()).isNull();
        assertAllOnTime();
    }

    @Test
    void aClockThatCreepsIsNotShownAtEachStep() {
        Process a = start("a", Duration.ofSeconds(-20), HOURLY);
        world.seconds(5);
        Instance.Clock before = shown(a);
        a.watch.skew(Duration.ofSeconds(-29));
        world.seconds(5);
        assertThat(shown(a)).isEqualTo(before);

        a.watch.skew(Duration.ofSeconds(-31));
        world.seconds(5);
        assertThat(shown(a).skew()).isCloseTo(Duration.ofSeconds(31), Duration.ofSeconds(1));
    }

    /** Its clock may be right, and that of the registry wrong. */
    @Test
    void aProcessThatStartsInDisagreementWhileOthersHoldTakesNothingUntilTheRegistryIsRight() {
        start("a", Duration.ZERO, ORDERS);
        world.seconds(3);
        world.registryWatch.skew(Duration.ofHours(1));
        world.seconds(20);
        Process late = start("late", Duration.ZERO, ORDERS);
        world.seconds(100);

        assertThat(runsOn("late")).isZero();
        assertThat(late.engine.status().clock().isOff()).isTrue();
        assertThat(late.events(ElasticJobEvent.ClockOff.class)).hasSize(1);
        assertThat(runsOn("a")).isGreaterThan(6 * 100);
        assertAllOnTime();

        world.registryWatch.skew(Duration.ZERO);
        world.seconds(30);
        assertThat(late.engine.status().clock().isOff()).isFalse();
        assertThat(runsOn("late")).isPositive();
        assertAllOnTime();
    }

    @Test
    void aRegistrysClockThatStepsAloneIsNotFollowedAndToldOnceEachWay() {
        Process a = start("a", Duration.ZERO, ORDERS);
        world.seconds(3);
        world.registryWatch.skew(Duration.ofHours(1));
        world.seconds(30);

        assertAllOnTime();
        assertThat(runsOn("a")).isGreaterThan(6 * 30);
        assertThat(a.events(ElasticJobEvent.RegistryClockStepped.class))
                .singleElement()
                .satisfies(stepped -> {
                    assertThat(stepped.isHeld()).isTrue();
                    assertThat(stepped.step()).isCloseTo(Duration.ofHours(1), Duration.ofSeconds(1));
                });
        assertThat(a.engine.status().clock().step()).isNotNull();
        assertThat(shown(a).step()).isCloseTo(Duration.ofHours(1), Duration.ofSeconds(1));
        assertThat(a.engine.status().clock().isOff()).isFalse();

        world.registryWatch.skew(Duration.ZERO);
        world.seconds(30);
        assertAllOnTime();
        assertThat(a.events(ElasticJobEvent.RegistryClockStepped.class)).hasSize(2);
        assertThat(a.engine.status().clock().step()).isNull();
    }

    /** As by a leader whose clock is another one. */
    @Test
    void aRegistrysClockThatIsSetByALittleIsFollowed() {
        Process a = start("a", Duration.ZERO, ORDERS);
        world.seconds(3);
        world.registryWatch.skew(Duration.ofSeconds(-5));
        world.seconds(20);

        Ledger.Entry last = world.ledger.entries().get(world.ledger.entries().size() - 1);
        assertThat(Duration.between(last.fireTime, last.started))
                .isBetween(Duration.ofSeconds(5), Duration.ofMillis(5_050));
        assertThat(a.events(ElasticJobEvent.RegistryClockStepped.class)).isEmpty();
    }

    /** The stamp of a trigger may be ahead of what another instance knows of the time, by as long as answers take. */
    @Test
    void aTriggerBeginsAtOnceOnEachInstance() {
        world.latency = Duration.ofMillis(30);
        world.answerLatency = Duration.ofMillis(30);
        JobDefinition byHand = JobDefinition.named("by-hand").shards(6).build();
        Process a = start("a", Duration.ZERO, byHand);
        start("b", Duration.ofHours(-1), byHand);
        world.seconds(10);
        Instant asked = world.time.now();
        a.engine.operations().trigger(TriggerRequest.of("by-hand"));
        world.seconds(5);

        assertThat(world.ledger.entries())
                .hasSize(6)
                .allSatisfy(run -> assertThat(run.started).isBefore(asked.plusMillis(500)));
        assertThat(world.ledger.entries()).extracting(entry -> entry.process).contains("a", "b");
    }

    @Test
    void anInstanceWithNothingToWriteAsksForTheTimeNowAndThenAndStartsPunctually() {
        Process a = start("a", Duration.ofSeconds(5), HOURLY);
        long before = a.commits;
        world.seconds(600);
        assertThat(a.commits - before).isBetween(19L, 21L);
        assertThat(clockNodes())
                .containsExactly("clock-" + a.engine.status().instance().orElseThrow());

        world.seconds(2 * 3600);
        List<Ledger.Entry> runs = world.ledger.entries();
        assertThat(runs)
                .isNotEmpty()
                .allSatisfy(run -> assertThat(run.started).isBetween(run.fireTime, run.fireTime.plusMillis(20)));
    }

    @Test
    void neitherAnInstanceThatIsBusyNorOneThatGoesByItsOwnClockHasANodeForThat() {
        start("a", Duration.ZERO, ORDERS);
        Process b = world.launch("b", Duration.ZERO, builder -> builder.clock(FiringClock.LOCAL), HOURLY);
        world.seconds(5);
        long before = b.commits;
        world.seconds(100);

        assertThat(b.commits).isEqualTo(before);
        assertThat(clockNodes()).isEmpty();
    }

    @Test
    void aNodeThatSomebodyDeletesIsMadeAgain() {
        Process a = start("a", Duration.ZERO, HOURLY);
        world.seconds(100);
        String node = "/test/" + clockNodes().get(0);
        world.ensemble.deleteTree(node);
        world.seconds(100);

        assertThat(world.ensemble.node(node)).isInstanceOf(Read.Present.class);
        assertThat(a.engine.status().clock().isOff()).isFalse();
    }

    private Instance stored(Process process) {
        String id = process.engine.status().instance().orElseThrow();
        Read.Present node = (Read.Present) world.ensemble.node("/test/instances/" + id);
        Decoded<Instance> decoded = InstanceCodec.decode(id, node.stat().created(), node.data());
        return ((Decoded.Value<Instance>) decoded).value();
    }

    private Instance.Clock shown(Process process) {
        return Objects.requireNonNull(stored(process).process().clock());
    }

    private List<String> clockNodes() {
        return world.ensemble.children("/test").stream()
                .filter(name -> name.startsWith("clock-"))
                .toList();
    }

    /** It would be closed as what a clock that was ahead has opened, and its shards would never run. */
    @Test
    void anInstanceThatDoesNotFollowTheRegistrysClockLeavesOpenWhatOthersHaveOpenedByIt() {
        Process behind = start("behind", Duration.ZERO, WHOLE);
        world.seconds(15);
        world.registryWatch.skew(Duration.ofHours(1));
        Process right = start("right", Duration.ofHours(1), WHOLE);
        world.seconds(40);

        assertThat(behind.events(ElasticJobEvent.RegistryClockStepped.class)).hasSize(1);
        assertThat(runsOn("right")).isPositive();
        assertThat(closedLate(behind, right)).isEmpty();

        behind.watch.skew(Duration.ofHours(1)); // it shows the same: its own was wrong
        world.seconds(40);
        assertThat(closedLate(behind, right))
                .isNotEmpty()
                .allSatisfy(closed -> assertThat(closed.ends()).containsOnlyKeys("SUCCEEDED"));
    }

    private static List<ElasticJobEvent.FiringClosed> closedLate(Process... processes) {
        return Stream.of(processes)
                .flatMap(process -> process.events(ElasticJobEvent.FiringClosed.class).stream())
                .filter(closed -> closed.fireTime().isAfter(Instant.parse("2026-01-01T00:30:00Z")))
                .toList();
    }

    private Process start(String name, Duration skew, JobDefinition... jobs) {
        Process process = world.launch(name, skew, builder -> builder.clock(FiringClock.REGISTRY), jobs);
        world.settle();
        return process;
    }

    private long runsOn(String process) {
        return world.ledger.entries().stream()
                .filter(entry -> entry.process.equals(process))
                .count();
    }

    private void assertAllOnTime() {
        assertThat(world.ledger.entries()).isNotEmpty().allSatisfy(run -> {
            Instant due = run.fireTime;
            assertThat(run.started).as("%s", run).isBetween(due, due.plusSeconds(1));
        });
    }
}
