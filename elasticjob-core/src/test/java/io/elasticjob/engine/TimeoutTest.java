package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.elasticjob.CancelRequest;
import io.elasticjob.Cancellation;
import io.elasticjob.ElasticJobEvent.ExecutionEnded;
import io.elasticjob.ElasticJobEvent.ExecutionLingers;
import io.elasticjob.ElasticJobEvent.LingererEnded;
import io.elasticjob.ElasticJobEvent.OwnerDied;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Operator;
import io.elasticjob.Outcome;
import io.elasticjob.ShardLostException;
import io.elasticjob.ShardRecord;
import io.elasticjob.TriggerRequest;
import io.elasticjob.engine.World.Process;
import io.elasticjob.testing.Ledger;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Executions that take too long, in virtual time. */
class TimeoutTest {

    private static final Duration LONG = Duration.ofMinutes(20);
    private static final Outcome TIMED_OUT = new Outcome.TimedOut("timed out after 5s");

    private final World world = new World();

    private static JobDefinition orders() {
        return JobDefinition.named("orders")
                .every(Duration.ofMinutes(10))
                .failover(true)
                .set(JobKey.TIMEOUT, "5s")
                .set(JobKey.CANCEL_GRACE, "20s")
                .build();
    }

    /** One that runs the only shard for long. */
    private Process runs(boolean stubborn) {
        Process a = world.start("a", orders());
        a.duration = LONG;
        if (stubborn) {
            a.runner.ignoreInterruptions();
        }
        trigger(a);
        return a;
    }

    private void trigger(Process at) {
        world.now(at.engine.operations().trigger(TriggerRequest.of("orders")));
        world.settle();
    }

    private ShardRecord record() {
        return world.record("orders", 0);
    }

    @Test
    void whatTakesTooLongIsCancelledAndRecordedWhenItHasEnded() {
        Process a = runs(false);
        world.seconds(4);
        assertThat(a.runner.cancellations).isEmpty();
        world.seconds(2);

        assertThat(a.runner.cancellations)
                .containsExactly(new Cancellation(Cancellation.Reason.TIMEOUT, "", "timed out after 5s"));
        assertThat(record().outcome()).isEqualTo("TIMED_OUT");
        assertThat(record().error()).isEqualTo("timed out after 5s");
        assertThat(record().lingers()).isFalse();
        assertThat(a.events(ExecutionEnded.class))
                .extracting(ExecutionEnded::outcome)
                .containsExactly(TIMED_OUT);
        world.seconds(60);
        assertThat(a.events(ExecutionLingers.class)).isEmpty();
        assertThat(world.ledger.entries()).as("not failed over").hasSize(1);
    }

    @Test
    void whatEndsInTimeIsLeftAlone() {
        Process a = world.start("a", orders());
        a.duration = Duration.ofSeconds(4);
        trigger(a);
        world.seconds(60);

        assertThat(record().outcome()).isEqualTo("SUCCEEDED");
        assertThat(a.runner.cancellations).isEmpty();
        assertThat(record().stop()).isEmpty();
    }

    @Test
    void untilItHasEndedItRunsAndTheRecordSaysThatItTimedOut() {
        Process a = runs(true);
        world.seconds(8);

        assertThat(record().isRunning()).isTrue();
        assertThat(record().stop().orElseThrow().reason()).isEqualTo(Cancellation.Reason.TIMEOUT);
        a.runner.end("orders", 0, new Outcome.Abandoned());
        world.settle();
        assertThat(record().outcome()).isEqualTo("TIMED_OUT");
        assertThat(record().lingers()).isFalse();
    }

    @Test
    void whatDoesNotEndIsRecordedAfterTheGraceAndNothingIsBegunForItsShardUntilItHas() {
        Process a = runs(true);
        Process b = world.start("b", orders());
        b.duration = Duration.ofMillis(10);
        world.seconds(30);

        assertThat(record().outcome()).isEqualTo("TIMED_OUT");
        assertThat(record().lingers()).isTrue();
        assertThat(a.events(ExecutionEnded.class))
                .extracting(ExecutionEnded::outcome)
                .containsExactly(TIMED_OUT);
        assertThat(a.events(ExecutionLingers.class)).hasSize(1);
        assertThat(world.now(a.engine.operations().triggerStatus("orders", 0)))
                .as("the trigger is done")
                .isEmpty();
        trigger(b);
        world.seconds(60);
        assertThat(world.ledger.entries()).as("it may go on").hasSize(1);

        a.runner.end("orders", 0, new Outcome.Abandoned());
        world.settle();
        world.settle();
        assertThat(a.events(LingererEnded.class)).hasSize(1);
        assertThat(a.events(ExecutionEnded.class)).as("told once").hasSize(1);
        assertThat(world.ledger.entries()).as("now it has ended").hasSize(2);
    }

    @Test
    void whatLingersIsToldAtOnceThatItsCheckpointsCountNoMore() {
        Process a = runs(true);
        world.seconds(8);
        CompletableFuture<Void> before =
                a.runner.checkpoint("orders", 0, "page 6").toCompletableFuture();
        world.settle();
        assertThat(before).as("until its end is recorded").isCompleted();
        world.seconds(22);
        assertThat(record().lingers()).isTrue();

        CompletableFuture<Void> after =
                a.runner.checkpoint("orders", 0, "page 7").toCompletableFuture();
        world.settle();

        assertThat(after).isCompletedExceptionally();
        assertThatThrownBy(after::join)
                .hasRootCauseInstanceOf(ShardLostException.class)
                .hasStackTraceContaining("was told to end and has not: it is recorded as ended");
        assertThat(record().checkpoint()).isEqualTo("page 6");
    }

    /** Else everybody waits for it as long as its instance lives. */
    @Test
    void thatItHasEndedIsSaidAlsoWhereTheShardHasGoneElsewhereMeanwhile() {
        Process last = world.start("z", orders());
        last.duration = LONG;
        last.runner.ignoreInterruptions();
        trigger(last);
        world.seconds(30);
        assertThat(record().lingers()).isTrue();

        last.registry.link().cut();
        last.runner.end("orders", 0, new Outcome.Abandoned());
        world.start("a", orders()).duration = Duration.ofMillis(10); // and gets the shard
        world.settle();
        last.registry.link().heal();
        world.seconds(3);

        assertThat(record().lingers()).isFalse();
        trigger(last);
        world.seconds(3);
        assertThat(entries("a")).hasSize(1);
        assertThat(record().outcome()).isEqualTo("SUCCEEDED");
    }

    @Test
    void whenTheInstanceOfWhatLingersDiesTheOthersGoOn() {
        Process a = runs(true);
        Process b = world.start("b", orders());
        b.duration = Duration.ofMillis(10);
        world.seconds(30);
        trigger(b);
        assertThat(world.ledger.entries()).hasSize(1);
        a.kill();
        world.seconds(20);

        assertThat(entries("b")).hasSize(1);
        assertThat(record().outcome()).isEqualTo("SUCCEEDED");
    }

    @Test
    void whoDiesWithWhatHadTimedOutIsNotFollowed() {
        Process a = runs(true);
        Process b = world.start("b", orders());
        world.seconds(8);
        a.kill();
        world.seconds(20);

        assertThat(entries("b")).isEmpty();
        assertThat(record().outcome()).isEqualTo("TIMED_OUT");
        assertThat(b.events(OwnerDied.class)).extracting(OwnerDied::retried).containsExactly(false);
    }

    @Test
    void whatAnOperatorCancelsLingersAsWell() {
        Process a = world.start("a", JobDefinition.named("orders").build());
        a.duration = LONG;
        a.runner.ignoreInterruptions();
        trigger(a);
        world.now(a.engine.operations().cancel(CancelRequest.of("orders").by(new Operator("ann", ""))));
        world.seconds(50);
        assertThat(record().isRunning()).isTrue();
        assertThat(record().stop().orElseThrow().who()).isEqualTo("ann");
        world.seconds(15);

        assertThat(record().outcome()).isEqualTo("CANCELLED");
        assertThat(record().lingers()).isTrue();
    }

    @Test
    void whatLingersWhileItsProcessBecomesAnotherInstanceEndsOnceAndHoldsItsShardHere() {
        Process a = runs(true);
        world.seconds(30);
        a.registry.link().expire();
        world.seconds(5);
        trigger(a);
        world.seconds(5);
        assertThat(world.ledger.entries()).as("its thread goes on").hasSize(1);

        a.duration = Duration.ofMillis(10);
        a.runner.end("orders", 0, new Outcome.Abandoned());
        world.seconds(5);

        assertThat(world.ledger.entries()).hasSize(2);
        assertThat(record().outcome()).isEqualTo("SUCCEEDED");
        assertThat(a.events(ExecutionEnded.class)).hasSize(2);
    }

    @Test
    void whatIsNotRecordedIsCancelledAndToldAllTheSame() {
        JobDefinition job = JobDefinition.named("orders")
                .every(Duration.ofMinutes(10))
                .monitorExecution(false)
                .set(JobKey.TIMEOUT, "5s")
                .build();
        Process a = world.start("a", job);
        a.duration = LONG;
        a.runner.ignoreInterruptions();
        world.seconds(600 + 70);

        assertThat(a.runner.cancellations).hasSize(1);
        assertThat(a.events(ExecutionLingers.class)).hasSize(1);
        assertThat(a.events(ExecutionEnded.class)).isEmpty();
        a.runner.end("orders", 0, new Outcome.Abandoned());
        world.settle();
        assertThat(a.events(ExecutionEnded.class))
                .extracting(ExecutionEnded::outcome)
                .containsExactly(TIMED_OUT);
    }

    private List<Ledger.Entry> entries(String process) {
        return world.ledger.entries().stream()
                .filter(run -> run.process.equals(process))
                .toList();
    }
}
