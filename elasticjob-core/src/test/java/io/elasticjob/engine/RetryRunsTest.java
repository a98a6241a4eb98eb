package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.ElasticJobEvent.ExecutionEnded;
import io.elasticjob.ElasticJobEvent.RetryEnded;
import io.elasticjob.ElasticJobEvent.RetryScheduled;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Outcome;
import io.elasticjob.TriggerRequest;
import io.elasticjob.engine.World.Process;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Firings that fail and are run again, in virtual time. */
class RetryRunsTest {

    private final World world = new World();

    private static JobDefinition.Builder orders() {
        return JobDefinition.named("orders")
                .set(JobKey.RETRY_ATTEMPTS, "3")
                .set(JobKey.RETRY_DELAY, "10s")
                .set(JobKey.RETRY_JITTER, "0");
    }

    private Process failing(JobDefinition job) {
        Process a = world.start("a", job);
        a.runner.endWith(new Outcome.Failed("java.io.IOException: away"));
        return a;
    }

    private void trigger(Process at) {
        world.now(at.engine.operations().trigger(TriggerRequest.of("orders")));
        world.settle();
    }

    @Test
    void whatFailsIsRunAgainAfterPausesThatGrowUntilItSucceeds() {
        Process a = failing(orders().build());
        trigger(a);
        assertThat(world.runs("orders")).isEqualTo(1);
        world.seconds(9);
        assertThat(world.runs("orders")).isEqualTo(1);
        world.seconds(2);
        assertThat(world.runs("orders")).isEqualTo(2);
        world.seconds(18);
        assertThat(world.runs("orders")).isEqualTo(2);
        a.runner.endWith(new Outcome.Succeeded());
        world.seconds(4);

        assertThat(world.runs("orders")).isEqualTo(3);
        assertThat(world.record("orders", 0).outcome()).isEqualTo("SUCCEEDED");
        assertThat(world.ledger.entries()).extracting(run -> run.id.attempt()).containsExactly(1, 2, 3);
        assertThat(a.events(RetryScheduled.class))
                .extracting(RetryScheduled::failures)
                .containsExactly(1, 2);
        world.seconds(100);
        assertThat(world.runs("orders")).isEqualTo(3);
        assertThat(world.now(a.engine.operations().triggerStatus("orders", 0)))
                .as("the trigger is done")
                .isEmpty();
    }

    @Test
    void afterTheLastAttemptItHasFailed() {
        Process a = failing(orders().build());
        trigger(a);
        world.seconds(200);

        assertThat(world.runs("orders")).isEqualTo(4);
        assertThat(world.record("orders", 0).outcome()).isEqualTo("FAILED");
        assertThat(world.record("orders", 0).toRetry()).isEmpty();
        assertThat(a.events(ExecutionEnded.class)).hasSize(4);
    }

    @Test
    void anotherInstanceRunsItAgainWhenTheFirstHasDied() {
        Process a = failing(orders().build());
        trigger(a);
        Process b = world.start("b", orders().build());
        a.kill();
        world.seconds(30);

        assertThat(world.ledger.entries()).extracting(run -> run.process).containsExactly("a", "b");
        assertThat(world.record("orders", 0).outcome()).isEqualTo("SUCCEEDED");
        assertThat(b.events(RetryEnded.class)).isEmpty();
    }

    @Test
    void theNextFiringTakesItsPlace() {
        Process a = failing(orders().every(Duration.ofSeconds(5)).build());
        world.seconds(11);

        assertThat(world.ledger.entries()).allMatch(run -> run.id.attempt() == 1);
        assertThat(a.events(RetryEnded.class)).isNotEmpty();
        assertThat(world.runs("orders")).isGreaterThanOrEqualTo(2);
    }

    @Test
    void aTimeoutIsAFailure() {
        Process a = world.start("a", orders().set(JobKey.TIMEOUT, "3s").build());
        a.duration = Duration.ofMinutes(5);
        trigger(a);
        world.seconds(5);
        a.duration = Duration.ofMillis(10);
        world.seconds(12);

        assertThat(world.runs("orders")).isEqualTo(2);
        assertThat(a.events(ExecutionEnded.class))
                .extracting(ended -> ended.outcome().name())
                .containsExactly("TIMED_OUT", "SUCCEEDED");
    }

    @Test
    void theFailureBeforeALostConnectionIsNotRunTwice() {
        Process a = failing(orders().build());
        Process b = world.start("b", orders().build());
        b.runner.endWith(new Outcome.Failed("away"));
        trigger(a);
        a.registry.link().cut();
        world.seconds(3);
        a.registry.link().heal();
        world.seconds(120);

        assertThat(world.runs("orders")).isEqualTo(4);
        assertThat(world.ledger.entries()).extracting(run -> run.id.attempt()).containsExactly(1, 2, 3, 4);
    }
}
