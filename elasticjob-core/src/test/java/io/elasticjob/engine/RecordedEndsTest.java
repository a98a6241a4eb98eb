package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Outcome;
import io.elasticjob.RegistryException;
import io.elasticjob.ShardLostException;
import io.elasticjob.engine.World.Process;
import io.elasticjob.view.SessionProof;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What runners elsewhere have to know: whether an end is recorded, and whether their instance lives. */
class RecordedEndsTest {

    private static final JobDefinition ORDERS =
            JobDefinition.named("orders").every(Duration.ofSeconds(10)).build();

    private final World world = new World();

    @Test
    void anEndIsToldToBeRecordedWhenTheRegistryHasAcknowledgedIt() {
        Process a = world.start("a", ORDERS);
        a.runner.askForRecords();
        a.duration = Duration.ofSeconds(1);
        world.seconds(10);
        assertThat(a.runner.records).isEmpty();
        a.swallows = 1;
        world.seconds(1);
        CompletableFuture<Void> record = record(a);
        assertThat(record).isNotDone();
        assertThat(a.events(ElasticJobEvent.ExecutionEnded.class)).isEmpty();

        world.seconds(120); // what is never answered is given up
        assertThat(record).isCompleted();
        assertThat(a.events(ElasticJobEvent.ExecutionEnded.class)).isNotEmpty();
    }

    @Test
    void whatIsNotMonitoredIsAnsweredAtOnce() {
        Process a = world.start(
                "a",
                JobDefinition.named("light")
                        .every(Duration.ofSeconds(10))
                        .monitorExecution(false)
                        .build());
        a.runner.askForRecords();
        world.seconds(11);
        assertThat(record(a)).isCompleted();
    }

    @Test
    void anEndOfWhatWasOvertakenIsNotRecorded() {
        JobDefinition job = JobDefinition.named("orders")
                .every(Duration.ofSeconds(10))
                .failover(true)
                .build();
        Process a = world.start("a", job);
        a.runner.askForRecords();
        a.runner.ignoreInterruptions();
        a.duration = Duration.ofSeconds(25);
        world.seconds(11);
        Process b = world.start("b", job);
        b.duration = Duration.ofMinutes(1);
        a.registry.link().cut();
        world.seconds(25);
        a.registry.link().heal();
        world.seconds(10);
        assertThat(b.events(ElasticJobEvent.ExecutionStarted.class)).isNotEmpty();
        assertThat(record(a)).isCompletedExceptionally();
        assertThat(record(a).handle((done, why) -> why).join()).isInstanceOf(ShardLostException.class);
    }

    @Test
    void whatTheRunnerLostIsRunAgainUnderFailoverAsOftenAsADeathIs() {
        Process a = world.start(
                "a",
                JobDefinition.named("orders")
                        .every(Duration.ofMinutes(10))
                        .failover(true)
                        .set(JobKey.FAILOVER_LIMIT, "2")
                        .build());
        a.runner.endWith(new Outcome.Lost());
        world.seconds(605);
        assertThat(a.events(ElasticJobEvent.ExecutionStarted.class))
                .extracting(started -> started.execution().attempt())
                .containsExactly(1, 2, 3);
        world.seconds(300);
        assertThat(a.events(ElasticJobEvent.ExecutionStarted.class)).hasSize(3);
    }

    @Test
    void whatTheRunnerLostIsNotRunAgainWithoutFailover() {
        Process a = world.start("a", ORDERS);
        a.runner.endWith(new Outcome.Lost());
        world.seconds(15);
        assertThat(a.events(ElasticJobEvent.ExecutionStarted.class)).hasSize(1);
    }

    @Test
    void whatTheRunnerNeverBeganIsRunAsIfItHadNotBeenClaimed() {
        Process a = world.start("a", ORDERS);
        a.runner.endWith(new Outcome.NotBegun());
        world.seconds(11);
        assertThat(a.events(ElasticJobEvent.ExecutionStarted.class)).hasSizeGreaterThan(1);
        a.runner.endWith(new Outcome.Succeeded());
        world.seconds(1);
        assertThat(a.events(ElasticJobEvent.ExecutionEnded.class))
                .last()
                .satisfies(ended -> assertThat(ended.outcome()).isEqualTo(new Outcome.Succeeded()));
        int before = a.events(ElasticJobEvent.ExecutionStarted.class).size();
        world.seconds(5);
        assertThat(a.events(ElasticJobEvent.ExecutionStarted.class)).hasSize(before);
    }

    @Test
    void anEndThatIsNotRecordedWhenTheEngineIsClosedIsAnsweredAllTheSame() {
        Process a = world.start("a", ORDERS);
        a.runner.askForRecords();
        a.duration = Duration.ofSeconds(1);
        world.seconds(10);
        a.swallows = 1;
        world.seconds(1);
        CompletableFuture<Void> record = record(a);
        a.engine.close();
        world.seconds(1);
        assertThat(record.handle((done, why) -> why).join()).isInstanceOf(ShardLostException.class);
    }

    @Test
    void aProofOfLifeCountsFromTheQuestionAndThereIsNoneWithoutAnAnswer() {
        Process a = world.start("a", ORDERS);
        world.seconds(1);
        long asked = world.time.nanoTime();
        CompletableFuture<SessionProof> proof = a.engine.prove().toCompletableFuture();
        world.seconds(1);
        assertThat(proof)
                .isCompletedWithValueMatching(told -> told.nanos() - asked >= 0
                        && told.nanos() - asked < Duration.ofMillis(1).toNanos()
                        && told.timeout()
                                .equals(a.engine.status().sessionTimeout().orElseThrow()));

        a.registry.link().cut();
        CompletableFuture<SessionProof> none = a.engine.prove().toCompletableFuture();
        world.seconds(1);
        assertThat(none.handle((told, why) -> why).join()).isInstanceOf(RegistryException.class);
    }

    private static CompletableFuture<Void> record(Process process) {
        return process.runner.records.values().iterator().next().toCompletableFuture();
    }
}
