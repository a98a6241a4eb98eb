package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.JobPart;
import io.elasticjob.OperationRefusedException;
import io.elasticjob.Operator;
import io.elasticjob.TriggerReceipt;
import io.elasticjob.TriggerRequest;
import io.elasticjob.coordination.Standing;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.engine.World.Process;
import io.elasticjob.view.JobView;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A job that is declared no more, though a handler of its name is there, in virtual time. */
class UndeclaredJobsTest {

    private static final Operator ANN = new Operator("ann", "incident 7");
    private static final JobDefinition ORDERS = job("orders").build();
    /** What the next version declares: the work of orders under another name. */
    private static final JobDefinition RENAMED =
            job("bills").set(JobKey.HANDLER, "orders").build();

    private final World world = new World();

    @Test
    void aRenamedJobRunsUnderItsNewNameOnlyOnceNobodyDeclaresTheOldOne() {
        Process old = world.start("a", ORDERS);
        world.seconds(2);
        Process next = world.start("b", RENAMED);
        world.seconds(3);
        assertThat(world.ledger.entries())
                .as("while one declares it, all that offer its handler run it")
                .anyMatch(entry -> entry.process.equals("b") && entry.id.job().equals("orders"));

        old.leave();
        world.settle();
        long runs = world.runs("orders");
        world.seconds(120);
        assertThat(world.runs("orders")).isEqualTo(runs);
        assertThat(world.runs("bills")).isGreaterThan(200);
        JobView view = next.view().jobs().get("orders");
        assertThat(view.standing()).isEqualTo(Standing.UNDECLARED);
        assertThat(view.eligible()).isEmpty();
        assertThat(view.obstacles().values()).containsExactly("waits until a live instance of shop declares the job");
        assertThat(view.stored().undeclaredSince()).isPresent();
        assertThat(next.engine.status().leadership().undeclaredJobs()).isEqualTo(1);
        assertThat(next.engine.status().leadership().overdueJobs()).isZero();
        assertThat(next.events(ElasticJobEvent.FiringOverdue.class)).isEmpty();
        assertThat(next.events(ElasticJobEvent.JobUndeclared.class))
                .singleElement()
                .satisfies(told -> {
                    assertThat(told.job()).isEqualTo("orders");
                    assertThat(told.application()).isEqualTo("shop");
                });
    }

    @Test
    void anotherLeaderDoesNotTellOfItAgain() {
        world.start("a", ORDERS).leave();
        Process first = world.start("b", RENAMED);
        world.seconds(30);
        Process second = world.start("c", RENAMED);
        first.leave();
        world.seconds(60);

        assertThat(second.engine.status().leadership().isHeld()).isTrue();
        assertThat(first.events(ElasticJobEvent.JobUndeclared.class)).hasSize(1);
        assertThat(second.events(ElasticJobEvent.JobUndeclared.class)).isEmpty();
        assertThat(second.engine.status().leadership().undeclaredJobs()).isEqualTo(1);
    }

    @Test
    void aRollbackFindsEverythingAsItWasAndRunsTheLatestDueFiring() {
        Process old = world.start("a", ORDERS);
        world.now(old.engine.operations().configure("orders", Map.of(JobKey.FAILOVER, "true"), ANN));
        world.seconds(2);
        world.now(old.engine.operations().disable("orders", new JobPart.Shard(1), ANN));
        world.seconds(3);
        StoredJob before = old.view().jobs().get("orders").stored();
        Process next = world.start("b", RENAMED);
        old.leave();
        world.seconds(60);
        Instant through = world.record("orders", 0).through();
        long runs = world.runs("orders");

        Process again = world.start("c", ORDERS);
        world.seconds(1);
        assertThat(again.view().jobs().get("orders").stored()).isEqualTo(before);
        assertThat(world.record("orders", 0).through()).isAfter(through);
        assertThat(world.runs("orders"))
                .as("the latest due one, and those since")
                .isBetween(runs + 1, runs + 3);
        assertThat(next.engine.status().leadership().undeclaredJobs()).isZero();
    }

    @Test
    void whatRunsGoesOnToItsEndAndThatIsRecorded() {
        Process old = world.start("a", ORDERS);
        Process next = world.start("b", RENAMED);
        next.duration = Duration.ofSeconds(20);
        world.seconds(3);
        old.leave();
        world.seconds(40);

        assertThat(next.events(ElasticJobEvent.ExecutionEnded.class))
                .filteredOn(ended -> ended.execution().job().equals("orders"))
                .isNotEmpty()
                .allMatch(ended -> ended.outcome().name().equals("SUCCEEDED"));
        assertThat(world.record("orders", 0).isRunning()).isFalse();
        assertThat(world.record("orders", 1).isRunning()).isFalse();
    }

    @Test
    void aDeadOwnersShardWaitsForWhoDeclaresTheJobAgain() {
        Process old = world.start("a", job("orders").failover(true).build());
        old.duration = Duration.ofMinutes(10);
        world.seconds(2);
        world.start("b", RENAMED);
        old.kill();
        world.seconds(60);
        assertThat(world.record("orders", 0).isRunning()).isTrue();
        assertThat(world.record("orders", 0).attempt()).isEqualTo(1);

        world.start("c", job("orders").failover(true).build());
        world.seconds(2);
        assertThat(world.ledger.entries())
                .anyMatch(entry -> entry.id.job().equals("orders") && entry.id.attempt() == 2);
    }

    @Test
    void aTriggerIsRefusedAndOneThatWaitsRunsAfterARollback() {
        Process old = world.start("a", ORDERS);
        Process next = world.start("b", RENAMED);
        world.now(old.engine.operations().disable("orders", JobPart.WHOLE_JOB, ANN));
        world.now(old.engine.operations().drain("a", ANN));
        world.now(old.engine.operations().drain("b", ANN)); // so that nobody runs it at once
        TriggerReceipt waiting = world.now(
                old.engine.operations().trigger(TriggerRequest.of("orders").withForce(true)));
        old.leave();
        world.seconds(2);
        world.now(next.engine.operations().resume("b", ANN));
        world.seconds(2);
        assertThatThrownBy(() -> world.now(next.engine
                        .operations()
                        .trigger(TriggerRequest.of("orders").withForce(true))))
                .hasCauseInstanceOf(OperationRefusedException.class)
                .hasMessageContaining("No live instance of \"shop\" declares orders");
        assertThat(next.detail("orders").orElseThrow().triggers()).hasSize(1);

        Process again = world.start("c", ORDERS);
        world.seconds(2);
        assertThat(world.ledger.entries())
                .anyMatch(entry -> entry.id.job().equals("orders")
                        && entry.context.trigger().orElse(-1) == waiting.number());
        assertThat(again.detail("orders").orElseThrow().triggers()).isEmpty();
    }

    @Test
    void aJobThatAnOperatorMadeNeedsNobodyToDeclareIt() {
        Process a = world.start("a", ORDERS);
        world.now(a.engine.operations().create("made", Map.of(JobKey.HANDLER, "orders", JobKey.EVERY, "1s"), ANN));
        world.start("b", RENAMED);
        a.leave();
        world.settle();
        long before = world.runs("made");
        world.seconds(5);

        assertThat(world.runs("made")).isGreaterThan(before);
    }

    private static JobDefinition.Builder job(String name) {
        return JobDefinition.named(name).every(Duration.ofSeconds(1)).shards(2);
    }
}
