package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.elasticjob.CheckpointUnconfirmedException;
import io.elasticjob.ElasticJobEvent;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Outcome;
import io.elasticjob.ShardLostException;
import io.elasticjob.TriggerRequest;
import io.elasticjob.engine.World.Process;
import io.elasticjob.testing.Ledger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** What a handler notes of its progress, in virtual time. */
class CheckpointTest {

    private static final Duration LONG = Duration.ofMinutes(5);

    private final World world = new World();

    // ---- Who gets it ----------------------------------------------------------------------------------------------

    @Test
    void theNextOwnerBeginsWhereTheDeadOneHadCome() {
        Process a = running(1, everyMinute().failover(true));
        await(a.runner.checkpoint("orders", 0, "page 6"));
        await(a.runner.checkpoint("orders", 0, "page 7"));
        Process b = world.start("b", everyMinute().failover(true).build());
        a.kill();
        world.time.pass(World.SESSION.plusSeconds(1));

        assertThat(last().process).isEqualTo("b");
        assertThat(last().id.attempt()).isEqualTo(2);
        assertThat(last().context.checkpoint()).contains("page 7");
        assertThat(world.record("orders", 0).outcome()).isEqualTo("SUCCEEDED");
        assertThat(world.record("orders", 0).checkpoint()).isNull();
        assertThat(b.events(ElasticJobEvent.OwnerDied.class)).hasSize(1);
    }

    @Test
    void aFiringThatFailedLeavesItToTheNextAndOneThatSucceedsClearsIt() {
        Process a = running(1, everyMinute());
        assertThat(last().context.checkpoint()).isEmpty();
        await(a.runner.checkpoint("orders", 0, "page 7"));
        a.runner.end("orders", 0, new Outcome.Failed("disk"));
        world.seconds(60);
        assertThat(last().context.checkpoint()).contains("page 7");

        a.runner.end("orders", 0, new Outcome.Succeeded());
        world.seconds(60);
        assertThat(world.runs("orders")).isEqualTo(3);
        assertThat(last().context.checkpoint()).isEmpty();
    }

    @Test
    void aJobThatKeepsItGetsItInTheFiringAfterASuccess() {
        Process a = running(1, everyMinute().set(JobKey.KEEP_CHECKPOINT, "true"));
        await(a.runner.checkpoint("orders", 0, "row 4711"));
        a.runner.end("orders", 0, new Outcome.Succeeded());
        world.seconds(60);

        assertThat(last().context.checkpoint()).contains("row 4711");
    }

    @Test
    void aShardsCheckpointIsItsOwn() {
        Process a = running(2, everyMinute());
        await(a.runner.checkpoint("orders", 1, "page 7"));

        assertThat(world.record("orders", 0).checkpoint()).isNull();
        assertThat(world.record("orders", 1).checkpoint()).isEqualTo("page 7");
    }

    @Test
    void aSuccessThatIsNotRecordedClearsNothing() {
        JobDefinition light = everyMinute().monitorExecution(false).build();
        Process a = world.start("a", light);
        a.duration = Duration.ofHours(1);
        world.seconds(2);
        world.now(a.engine.operations().trigger(TriggerRequest.of("orders")));
        world.settle();
        await(a.runner.checkpoint("orders", 0, "page 7"));
        a.runner.end("orders", 0, new Outcome.Failed("disk"));
        world.seconds(60);
        assertThat(last().context.trigger()).isEmpty();
        a.runner.end("orders", 0, new Outcome.Succeeded());
        world.now(a.engine.operations().trigger(TriggerRequest.of("orders")));
        world.settle();

        assertThat(last().context.trigger()).hasValue(1);
        assertThat(last().context.checkpoint()).contains("page 7");
    }

    // ---- How it is written ----------------------------------------------------------------------------------------

    @Test
    void itIsInTheRegistryWhenItIsAcknowledgedAndCostsOneRequest() {
        Process a = running(1, everyMinute());
        long before = a.registry.requests().total();
        CompletionStage<Void> answer = a.runner.checkpoint("orders", 0, "page 7");
        assertThat(isDone(answer)).isFalse();
        await(answer);

        assertThat(world.record("orders", 0).checkpoint()).isEqualTo("page 7");
        assertThat(world.record("orders", 0).isRunning()).isTrue();
        assertThat(a.registry.requests().total() - before).isEqualTo(1);
    }

    @Test
    void theCheckpointsOfOneMomentTravelTogether() {
        Process a = running(50, everyMinute());
        long before = a.registry.requests().total();
        List<CompletionStage<Void>> answers = new ArrayList<>();
        for (int shard = 0; shard < 50; shard++) {
            answers.add(a.runner.checkpoint("orders", shard, "page " + shard));
        }
        answers.forEach(this::await);

        assertThat(a.registry.requests().total() - before).isEqualTo(1);
    }

    @Test
    void noTransactionGrowsBeyondWhatARegistryTakes() {
        JobDefinition job = everyMinute().shards(180).build();
        Process a = world.start("a", 200, job);
        a.duration = LONG;
        world.seconds(60);
        long before = a.registry.requests().total();
        List<CompletionStage<Void>> answers = new ArrayList<>();
        for (int shard = 0; shard < 180; shard++) {
            answers.add(a.runner.checkpoint("orders", shard, "\"".repeat(4096)));
        }
        answers.forEach(this::await);

        assertThat(a.registry.requests().total() - before)
                .as("180 records of 8 KiB, as each quote is written as two characters")
                .isEqualTo(3);
    }

    @Test
    void oneAtATimeIsWrittenAndTheLastOneStays() {
        Process a = running(1, everyMinute());
        List<CompletionStage<Void>> answers = new ArrayList<>();
        for (int page = 1; page <= 5; page++) {
            answers.add(a.runner.checkpoint("orders", 0, "page " + page));
        }
        answers.forEach(this::await);

        assertThat(world.record("orders", 0).checkpoint()).isEqualTo("page 5");
    }

    @Test
    void anEndWaitsForACheckpointThatIsUnderWay() {
        Process a = running(1, everyMinute());
        world.time.execute(() -> a.runner.checkpoint("orders", 0, "page 7"));
        world.time.pass(Duration.ofNanos(1));
        a.runner.end("orders", 0, new Outcome.Failed("disk"));
        world.settle();

        assertThat(world.record("orders", 0).outcome()).isEqualTo("FAILED");
        assertThat(world.record("orders", 0).checkpoint()).isEqualTo("page 7");
        assertThat(a.events(ElasticJobEvent.ExecutionEnded.class)).hasSize(1);
    }

    @Test
    void itDoesNotDependOnTheJobsSettingsNorOnTheAssignment() {
        Process a = running(2, everyMinute());
        world.start(
                "b", everyMinute().shards(2).set(JobKey.JOB_PARAMETER, "new").build());
        await(a.runner.checkpoint("orders", 1, "page 7"));

        assertThat(world.record("orders", 1).checkpoint()).isEqualTo("page 7");
    }

    // ---- When the registry does not answer ------------------------------------------------------------------------

    @Test
    void oneWhoseAnswerWasLostIsSettledByReading() {
        Process a = running(1, everyMinute());
        a.registry.link().silenceAnswers();
        CompletionStage<Void> answer = a.runner.checkpoint("orders", 0, "page 7");
        world.settle();
        assertThat(world.record("orders", 0).checkpoint()).as("written").isEqualTo("page 7");
        assertThat(isDone(answer)).isFalse();

        a.registry.link().reset();
        a.registry.link().heal();
        world.settle();
        assertThat(isDone(answer)).isTrue();
        await(a.runner.checkpoint("orders", 0, "page 8"));
        assertThat(world.record("orders", 0).checkpoint()).isEqualTo("page 8");
    }

    @Test
    void oneThatNeverArrivedIsWrittenOnceTheRegistryIsBack() {
        Process a = running(1, everyMinute());
        a.registry.link().cut();
        CompletionStage<Void> answer = a.runner.checkpoint("orders", 0, "page 7");
        world.settle();
        assertThat(isDone(answer)).isFalse();

        a.registry.link().heal();
        world.time.pass(Duration.ofSeconds(1));
        assertThat(isDone(answer)).isTrue();
        assertThat(world.record("orders", 0).checkpoint()).isEqualTo("page 7");
    }

    @Test
    void whoGoesOnWithoutTheSessionWritesItUnderTheNextOne() {
        Process a = running(1, everyMinute().set(JobKey.ON_SESSION_LOSS, "CONTINUE"));
        a.registry.link().cut();
        world.time.pass(Duration.ofSeconds(12));
        CompletionStage<Void> answer = a.runner.checkpoint("orders", 0, "page 7");
        a.registry.link().heal();
        world.time.pass(Duration.ofSeconds(2));

        assertThat(a.events(ElasticJobEvent.SessionEnded.class)).hasSize(1);
        assertThat(isDone(answer)).isTrue();
        assertThat(world.record("orders", 0).checkpoint()).isEqualTo("page 7");
    }

    @Test
    void nobodyWaitsForEverForARegistryThatIsAway() {
        Process a = running(1, everyMinute().set(JobKey.ON_SESSION_LOSS, "CONTINUE"));
        a.registry.link().cut();
        CompletionStage<Void> answer = a.runner.checkpoint("orders", 0, "page 7");
        world.time.pass(Duration.ofSeconds(29));
        assertThat(isDone(answer)).isFalse();
        world.time.pass(Duration.ofSeconds(2));
        assertThatThrownBy(() -> await(answer)).hasCauseInstanceOf(CheckpointUnconfirmedException.class);

        CompletionStage<Void> next = a.runner.checkpoint("orders", 0, "page 8");
        a.registry.link().heal();
        world.time.pass(Duration.ofSeconds(2));
        assertThat(isDone(next)).isTrue();
        assertThat(world.record("orders", 0).checkpoint()).isEqualTo("page 8");
    }

    @Test
    void pastTheDeadlineOfALostConnectionItIsRefused() {
        Process a = running(1, everyMinute());
        a.runner.ignoreInterruptions();
        a.registry.link().cut();
        CompletionStage<Void> waiting = a.runner.checkpoint("orders", 0, "page 7");
        world.time.pass(World.SESSION);
        assertThatThrownBy(() -> await(waiting)).hasCauseInstanceOf(ShardLostException.class);
        assertThat(last().cancelled).isTrue();

        CompletionStage<Void> later = a.runner.checkpoint("orders", 0, "page 8");
        assertThatThrownBy(() -> await(later)).hasCauseInstanceOf(ShardLostException.class);
    }

    @Test
    void aClosedInstanceKeepsNobodyWaiting() {
        Process a = running(1, everyMinute());
        a.runner.ignoreInterruptions();
        a.registry.link().cut();
        CompletionStage<Void> waiting = a.runner.checkpoint("orders", 0, "page 7");
        Thread.currentThread().interrupt(); // nobody turns virtual time while close() waits
        a.engine.close();
        assertThat(Thread.interrupted()).isTrue();

        assertThatThrownBy(() -> await(waiting)).hasCauseInstanceOf(ShardLostException.class);
    }

    // ---- Help -----------------------------------------------------------------------------------------------------

    /** An instance that runs the shards of a first firing, for long. */
    private Process running(int shards, JobDefinition.Builder job) {
        Process a = world.start("a", job.shards(shards).build());
        a.duration = LONG;
        world.seconds(60);
        assertThat(world.runs("orders")).isEqualTo(shards);
        a.duration = LONG;
        return a;
    }

    private static JobDefinition.Builder everyMinute() {
        return JobDefinition.named("orders").every(Duration.ofMinutes(1));
    }

    private Ledger.Entry last() {
        return world.ledger.entries().get(world.ledger.entries().size() - 1);
    }

    private void await(CompletionStage<Void> answer) {
        world.time.until(() -> isDone(answer));
        answer.toCompletableFuture().join();
    }

    private static boolean isDone(CompletionStage<Void> answer) {
        return answer.toCompletableFuture().isDone();
    }
}
