package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Misfire;
import io.elasticjob.Operator;
import io.elasticjob.ShardRecord;
import io.elasticjob.codec.ShardRecordCodec;
import io.elasticjob.engine.World.Process;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Clocks that are wrong, in virtual time. */
class ClockTest {

    private static final JobDefinition ORDERS =
            JobDefinition.named("orders").every(Duration.ofSeconds(1)).shards(2).build();
    private static final JobDefinition LOOSE = JobDefinition.named("loose")
            .every(Duration.ofSeconds(1))
            .monitorExecution(false)
            .build();

    private static final JobDefinition SPARING = JobDefinition.named("sparing")
            .every(Duration.ofSeconds(10))
            .misfire(Misfire.SKIP)
            .set(JobKey.MISFIRE_THRESHOLD, "5s")
            .build();
    private static final Instant FIRST = Instant.parse("2026-01-01T00:00:10Z");

    private final World world = new World();

    @Test
    void whoseClockJumpsTakesNothingNewAndOthersTakeOver() {
        Process a = world.start("a", ORDERS, LOOSE);
        Process b = world.start("b", ORDERS, LOOSE);
        world.seconds(2);
        long begun = runsOn("a");
        a.watch.skew(Duration.ofSeconds(60));
        world.seconds(5);

        assertThat(runsOn("a")).as("not even one firing of the wrong minute").isEqualTo(begun);
        assertThat(a.events(ElasticJobEvent.ClockOff.class))
                .singleElement()
                .satisfies(off -> assertThat(off.skew()).isCloseTo(Duration.ofSeconds(-60), Duration.ofMillis(2)));
        assertThat(a.engine.status().clock().isOff()).isTrue();
        assertThat(b.engine.status().clock().isOff()).isFalse();
        assertThat(world.ran("orders", second())).isEqualTo("b:0 b:1");
        assertThat(world.ran("loose", second())).isEqualTo("b:0");

        a.watch.skew(Duration.ZERO);
        world.seconds(2);
        assertThat(world.ran("orders", second())).isEqualTo("a:0 b:1");
        assertThat(a.events(ElasticJobEvent.ClockRight.class)).hasSize(1);
        assertThat(a.engine.status().clock().isOff()).isFalse();
    }

    @Test
    void whoComesWithAWrongClockNeverTakesAnything() {
        world.start("b", ORDERS);
        Process late = world.startWithClock("c", Duration.ofSeconds(-30), ORDERS);
        world.seconds(5);

        assertThat(runsOn("c")).isZero();
        assertThat(late.engine.status().clock().isOff()).isTrue();
        assertThat(world.ran("orders", second())).isEqualTo("b:0 b:1");
    }

    @Test
    void aDifferenceWithinTheLimitIsToldAndChangesNothing() {
        Process a = world.startWithClock("a", Duration.ofSeconds(-9), ORDERS);
        world.seconds(12); // by its clock the job begins in nine seconds

        assertThat(a.engine.status().clock().skew()).isCloseTo(Duration.ofSeconds(9), Duration.ofMillis(2));
        assertThat(runsOn("a")).isPositive();
        assertThat(a.events(ElasticJobEvent.ClockOff.class)).isEmpty();
    }

    @Test
    void everyCommitTellsTheTimeAndWithoutCommitsItIsAskedFor() {
        Process a = world.start("a", ORDERS);
        world.seconds(2);
        world.registryWatch.skew(Duration.ofSeconds(40)); // another server leads, whose clock is wrong
        world.seconds(2);
        assertThat(a.engine.status().clock().isOff()).isTrue();
        long begun = runsOn("a");
        world.seconds(5);
        assertThat(runsOn("a")).isEqualTo(begun);

        world.registryWatch.skew(Duration.ZERO);
        world.seconds(12);
        assertThat(a.engine.status().clock().isOff()).isFalse();
        assertThat(world.ran("orders", second())).isEqualTo("a:0 a:1");
    }

    @Test
    void aDrainedInstanceStaysSoWhenItsClockIsRightAgain() {
        Process a = world.start("a", ORDERS);
        Process b = world.start("b", ORDERS);
        world.seconds(1);
        a.engine.drain();
        a.watch.skew(Duration.ofSeconds(60));
        world.seconds(3);
        a.watch.skew(Duration.ZERO);
        world.seconds(3);

        assertThat(world.ran("orders", second())).isEqualTo("b:0 b:1");
        assertThat(b.view().instances().values())
                .extracting(view -> view.instance().state().name())
                .containsExactly("DRAINING", "UP");
    }

    @Test
    void aRecordFromTheFutureIsPutRightAndTheNextFiringRuns() {
        Process a = world.start("a", ORDERS);
        world.seconds(2);
        a.leave();
        world.settle();
        ShardRecord record = world.record("orders", 1);
        String folder = world.ensemble.children("/test/shards").get(0);
        world.overwrite(
                "/test/shards/" + folder + "/1",
                ShardRecordCodec.encode(record.decidedThrough(second().plusSeconds(86_400))));
        Process b = world.start("b", ORDERS);
        world.seconds(2);

        assertThat(b.events(ElasticJobEvent.RecordCorrected.class))
                .singleElement()
                .satisfies(corrected -> assertThat(corrected.shard()).isEqualTo(1));
        assertThat(world.ran("orders", second())).isEqualTo("b:0 b:1");
        assertThat(world.record("orders", 1).through()).isEqualTo(second());
    }

    @Test
    void aClockThatJumpsAheadWhileAShardRestsSkipsNothing() {
        Process a = world.start("a", SPARING);
        world.time.passUntil(FIRST.plusMillis(400));
        a.watch.skew(Duration.ofSeconds(66)); // by this clock a firing came due six seconds ago
        world.time.pass(Duration.ofSeconds(5));

        nothingWasSkipped(a);
    }

    @Test
    void anEndInTheVeryTurnThatFindsTheClockWrongSkipsNothing() {
        Process a = world.start("a", SPARING);
        a.duration = Duration.ofSeconds(3);
        world.time.passUntil(FIRST.plusSeconds(3).minusMillis(1));
        a.watch.skew(Duration.ofSeconds(66));
        world.time.pass(Duration.ofSeconds(2));

        nothingWasSkipped(a);
    }

    @Test
    void norDoesTheEndOfWhoHasNothingNewToShowTheOthers() {
        Process a = world.start("a", SPARING);
        a.duration = Duration.ofSeconds(3);
        Process b = world.start("b", SPARING);
        world.time.passUntil(FIRST.plusSeconds(1));
        world.now(a.engine.operations().drain("a", new Operator("ann", "")));
        world.time.passUntil(FIRST.plusSeconds(3).minusMillis(1));
        a.watch.skew(Duration.ofSeconds(66));
        world.time.pass(Duration.ofSeconds(2));
        a.watch.skew(Duration.ZERO);
        world.time.passUntil(FIRST.plusSeconds(15));

        assertThat(world.ran("sparing", FIRST)).isEqualTo("a:0");
        assertThat(world.ran("sparing", FIRST.plusSeconds(10))).isEqualTo("b:0");
        assertThat(a.events(ElasticJobEvent.FiringSkipped.class)).isEmpty();
        assertThat(b.events(ElasticJobEvent.RecordCorrected.class)).isEmpty();
    }

    /** Neither while the clock was wrong nor after. */
    private void nothingWasSkipped(Process a) {
        assertThat(a.engine.status().clock().isOff()).isTrue();
        assertThat(world.record("sparing", 0).through()).isEqualTo(FIRST);
        a.watch.skew(Duration.ZERO);
        world.time.passUntil(FIRST.plusSeconds(15));

        assertThat(world.ran("sparing", FIRST.plusSeconds(10))).isEqualTo("a:0");
        assertThat(a.events(ElasticJobEvent.FiringSkipped.class)).isEmpty();
        assertThat(a.events(ElasticJobEvent.RecordCorrected.class)).isEmpty();
    }

    @Test
    void aLimitThatNoNetworkKeepsIsRefused() {
        assertThatThrownBy(() -> JobEngine.builder().maxTimeDiff(Duration.ofMillis(999)))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("elasticjob.max-time-diff")
                .hasMessageContaining("999ms");
    }

    private long runsOn(String process) {
        return world.ledger.entries().stream()
                .filter(entry -> entry.process.equals(process))
                .count();
    }

    private Instant second() {
        return Instant.ofEpochSecond(world.time.now().getEpochSecond());
    }
}
