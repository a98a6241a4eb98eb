package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.elasticjob.CancelReceipt;
import io.elasticjob.CancelRequest;
import io.elasticjob.Cancellation;
import io.elasticjob.ElasticJobEvent.ExecutionEnded;
import io.elasticjob.ElasticJobEvent.FiringCancelled;
import io.elasticjob.Firing;
import io.elasticjob.JobDefinition;
import io.elasticjob.NoSuchJobException;
import io.elasticjob.OperationRefusedException;
import io.elasticjob.Operator;
import io.elasticjob.Outcome;
import io.elasticjob.TriggerRequest;
import io.elasticjob.engine.World.Process;
import io.elasticjob.testing.Ledger;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Operators end what runs, in virtual time. */
class CancelTest {

    private static final Operator ANN = new Operator("ann", "the disk is full");
    private static final Outcome CANCELLED = new Outcome.Cancelled("ann", "cancelled by ann: the disk is full");
    private static final Duration LONG = Duration.ofMinutes(2);
    private static final String CANCELS = "/test/cancels";

    private final World world = new World();

    private static JobDefinition.Builder orders() {
        return JobDefinition.named("orders")
                .every(Duration.ofMinutes(10))
                .shards(2)
                .failover(true);
    }

    /** Two instances, each with a shard that runs for long. */
    private Process twoThatRun(JobDefinition job) {
        Process a = world.start("a", job);
        a.duration = LONG;
        world.start("b", job).duration = LONG;
        world.now(a.engine.operations().trigger(TriggerRequest.of("orders")));
        world.settle();
        assertThat(world.ledger.entries()).hasSize(2).allMatch(run -> run.ended == null);
        return a;
    }

    private CancelReceipt cancel(Process at, CancelRequest request) {
        CancelReceipt receipt = world.now(at.engine.operations().cancel(request.by(ANN)));
        world.settle();
        return receipt;
    }

    @Test
    void whatRunsIsCancelledOnWhicheverInstanceWithWhoAndWhy() {
        Process a = twoThatRun(orders().build());

        CancelReceipt receipt = cancel(a, CancelRequest.of("orders"));

        Firing firing = new Firing.Triggered(0);
        assertThat(receipt.shards()).isEqualTo(Map.of(0, firing, 1, firing));
        assertThat(world.ledger.entries()).allMatch(run -> run.cancelled && run.ended != null);
        for (int shard = 0; shard < 2; shard++) {
            assertThat(world.record("orders", shard).outcome()).isEqualTo("CANCELLED");
            assertThat(world.record("orders", shard).error()).isEqualTo("cancelled by ann: the disk is full");
            assertThat(world.record("orders", shard).trigger()).as("decided").isZero();
        }
        assertThat(a.events(ExecutionEnded.class))
                .extracting(ExecutionEnded::outcome)
                .containsExactly(CANCELLED);
        assertThat(a.runner.cancellations)
                .containsExactly(
                        new Cancellation(Cancellation.Reason.OPERATOR, "ann", "cancelled by ann: the disk is full"));
        world.seconds(60);
        assertThat(world.ledger.entries()).as("not run again").hasSize(2);
    }

    /** As a worker elsewhere may, which is done before it hears of it. */
    @Test
    void whatWasToldToEndIsCancelledAlsoIfItsRunnerSaysThatItSucceeded() {
        Process a = world.start("a", orders().shards(1).build());
        a.duration = LONG;
        a.runner.ignoreInterruptions();
        world.now(a.engine.operations().trigger(TriggerRequest.of("orders")));
        world.settle();
        cancel(a, CancelRequest.of("orders"));
        a.runner.end("orders", 0, new Outcome.Succeeded());
        world.settle();

        assertThat(world.record("orders", 0).outcome()).isEqualTo("CANCELLED");
        assertThat(a.events(ExecutionEnded.class))
                .extracting(ExecutionEnded::outcome)
                .containsExactly(CANCELLED);
    }

    @Test
    void whatWasToldToEndWithASessionThatCameBackCanBeCancelledAllTheSame() {
        Process a = world.start("a", orders().shards(1).build());
        a.duration = LONG;
        a.runner.ignoreInterruptions();
        world.now(a.engine.operations().trigger(TriggerRequest.of("orders")));
        world.settle();
        a.registry.link().expire();
        world.seconds(3);
        assertThat(a.runner.cancellations)
                .extracting(Cancellation::reason)
                .containsExactly(Cancellation.Reason.SESSION_LOSS);
        cancel(a, CancelRequest.of("orders"));
        a.runner.end("orders", 0, new Outcome.Abandoned());
        world.settle();

        assertThat(world.record("orders", 0).outcome()).isEqualTo("CANCELLED");
        world.seconds(30);
        assertThat(world.ledger.entries()).as("not failed over").hasSize(1);
    }

    @Test
    void oneShardIsCancelledAndTheOthersGoOn() {
        Process a = twoThatRun(orders().build());

        cancel(a, CancelRequest.of("orders").withShards(new TreeSet<>(List.of(1))));

        assertThat(entry(1).cancelled).isTrue();
        assertThat(entry(0).cancelled).isFalse();
        assertThat(world.record("orders", 0).isRunning()).isTrue();
    }

    @Test
    void whatADeadInstanceRanIsNotFailedOver() {
        JobDefinition job = orders().build();
        Process a = world.start("a", job);
        a.duration = LONG;
        Process b = world.start("b", job);
        b.duration = LONG;
        world.now(a.engine.operations().trigger(TriggerRequest.of("orders")));
        world.settle();
        int shard = entry(0).process.equals("b") ? 0 : 1;
        b.kill();
        cancel(a, CancelRequest.of("orders").withShards(new TreeSet<>(List.of(shard))));
        world.seconds(30);

        assertThat(world.record("orders", shard).outcome()).isEqualTo("CANCELLED");
        assertThat(world.ledger.entries().stream().filter(run -> run.id.shard() == shard))
                .hasSize(1);
    }

    @Test
    void aCancelIsHeardOfByAnInstanceThatWasAway() {
        JobDefinition job = orders().build();
        Process a = world.start("a", job);
        a.duration = LONG;
        Process b = world.start("b", job);
        b.duration = LONG;
        world.now(a.engine.operations().trigger(TriggerRequest.of("orders")));
        world.settle();
        a.registry.link().cut();
        cancel(b, CancelRequest.of("orders"));
        assertThat(world.ledger.entries().stream().filter(run -> run.cancelled)).hasSize(1);
        a.registry.link().heal();
        world.seconds(3);

        assertThat(world.ledger.entries()).hasSize(2).allMatch(run -> run.cancelled);
        assertThat(world.record("orders", 0).outcome()).isEqualTo("CANCELLED");
        assertThat(world.record("orders", 1).outcome()).isEqualTo("CANCELLED");
    }

    @Test
    void whatHasNotBegunOfAFiringThatIsNamedDoesNotBegin() {
        JobDefinition job = orders().build();
        Process a = world.start("a", 1, job); // one slot for two shards
        a.duration = LONG;
        world.now(a.engine.operations().trigger(TriggerRequest.of("orders")));
        world.settle();

        CancelReceipt receipt = cancel(a, CancelRequest.of("orders").withFiring(new Firing.Triggered(0)));
        world.settle();

        assertThat(receipt.shards()).hasSize(2);
        assertThat(world.ledger.entries()).hasSize(1);
        assertThat(a.events(FiringCancelled.class))
                .containsExactly(new FiringCancelled("orders", 1, new Firing.Triggered(0), ANN));
        world.seconds(2);
        assertThat(world.now(a.engine.operations().triggerStatus("orders", 0)))
                .as("the trigger is done")
                .isEmpty();
    }

    @Test
    void theNextFiringRunsAsIfNothingHadBeen() {
        Process a = twoThatRun(orders().build());
        cancel(a, CancelRequest.of("orders"));
        a.duration = Duration.ofMillis(10);

        world.now(a.engine.operations().trigger(TriggerRequest.of("orders")));
        world.settle();

        assertThat(world.ledger.entries()).hasSize(4);
        assertThat(world.ledger.entries().stream().filter(run -> run.cancelled)).hasSize(2);
    }

    @Test
    void theLeaderRemovesWhatIsOverAndNotBefore() {
        JobDefinition job = orders().build();
        Process a = world.start("a", job);
        a.duration = Duration.ofHours(1);
        a.runner.ignoreInterruptions();
        world.now(a.engine.operations().trigger(TriggerRequest.of("orders")));
        world.settle();
        cancel(a, CancelRequest.of("orders"));
        world.seconds(60);
        assertThat(world.ensemble.children(CANCELS)).hasSize(1);

        a.runner.end("orders", 0, new Outcome.Abandoned());
        a.runner.end("orders", 1, new Outcome.Abandoned());
        world.seconds(30);

        assertThat(world.record("orders", 0).outcome()).isEqualTo("CANCELLED");
        assertThat(world.ensemble.children(CANCELS)).isEmpty();
    }

    @Test
    void aCancelGoesWithTheLifeOfItsJob() {
        JobDefinition job = orders().build();
        Process a = world.start("a", job);
        a.duration = Duration.ofHours(1);
        a.runner.ignoreInterruptions();
        world.now(a.engine.operations().trigger(TriggerRequest.of("orders")));
        world.settle();
        cancel(a, CancelRequest.of("orders"));
        world.now(a.engine.operations().remove("orders", ANN));
        world.seconds(60);

        assertThat(world.ensemble.children(CANCELS)).isEmpty();
    }

    @Test
    void whatDoesNotRunCannotBeCancelled() {
        Process a = world.start("a", orders().build());

        assertThatThrownBy(() -> cancel(a, CancelRequest.of("orders")))
                .hasCauseInstanceOf(OperationRefusedException.class)
                .hasMessageContaining("Nothing of orders runs");
        assertThatThrownBy(() -> cancel(
                        a,
                        CancelRequest.of("orders")
                                .withFiring(new Firing.Scheduled(Instant.parse("2026-01-01T00:00:00Z")))))
                .hasMessageContaining("The firing 2026-01-01T00:00:00Z of orders does not run");
        assertThatThrownBy(() -> cancel(a, CancelRequest.of("orders").withShards(new TreeSet<>(List.of(2)))))
                .hasMessageContaining("does not exist: orders has 0 to 1");
        assertThatThrownBy(() -> cancel(a, CancelRequest.of("bills"))).hasCauseInstanceOf(NoSuchJobException.class);
        assertThat(world.ensemble.children(CANCELS)).isEmpty();
    }

    @Test
    void whatIsNotRecordedIsCancelledByTheNameOfItsFiring() {
        JobDefinition job = JobDefinition.named("orders")
                .every(Duration.ofMinutes(10))
                .monitorExecution(false)
                .build();
        Process a = world.start("a", job);
        a.duration = LONG;
        Process b = world.start("b", job);
        b.duration = LONG;
        world.seconds(600);
        Ledger.Entry run = entry(0);
        Process other = run.process.equals("a") ? b : a;
        assertThatThrownBy(() -> cancel(other, CancelRequest.of("orders"))).hasMessageContaining("name the firing");

        cancel(other, CancelRequest.of("orders").withFiring(run.id.firing()));

        assertThat(run.cancelled).isTrue();
    }

    private Ledger.Entry entry(int shard) {
        return world.ledger.entries().stream()
                .filter(run -> run.id.shard() == shard)
                .findFirst()
                .orElseThrow();
    }
}
