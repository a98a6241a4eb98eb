package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.elasticjob.ElasticJobEvent.ExecutionAdopted;
import io.elasticjob.ElasticJobEvent.ExecutionEnded;
import io.elasticjob.ElasticJobEvent.ExecutionFenced;
import io.elasticjob.ElasticJobEvent.ExecutionStarted;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Outcome;
import io.elasticjob.Setting;
import io.elasticjob.ShardLostException;
import io.elasticjob.engine.World.Process;
import io.elasticjob.registry.Read;
import io.elasticjob.testing.Ledger;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Executions that were overtaken, or that do not end when they should, in virtual time. */
class FencingTest {

    private static final Duration LONG = Duration.ofMinutes(2);

    private final World world = new World();

    // ---- Overtaken ------------------------------------------------------------------------------------------------

    @Test
    void aRefusedCheckpointCancelsTheExecutionAtOnce() {
        Process a = start("a", 1);
        overtakeByHand();
        CompletionStage<Void> answer = a.runner.checkpoint("orders", 0, "page 7");
        world.settle();

        assertThatThrownBy(() -> answer.toCompletableFuture().join()).hasCauseInstanceOf(ShardLostException.class);
        assertThat(entry("a").cancelled).isTrue();
        assertThat(a.events(ExecutionFenced.class)).hasSize(1);
        assertThat(outcomes(a)).containsExactly(new Outcome.Fenced(new Outcome.Abandoned()));
        assertThat(world.record("orders", 0).checkpoint()).isNull();
    }

    @Test
    void afterALostSessionWhatOthersTookIsCancelledAsSoonAsThisProcessIsBack() {
        Process a = start("a", 2);
        Process b = world.start("b", orders(2));
        b.duration = LONG;
        loseSession(a, Duration.ofSeconds(15));

        assertThat(world.owner("orders", 0)).startsWith("b.");
        assertThat(entriesOf("a")).hasSize(2).allMatch(run -> run.cancelled && run.ended != null);
        assertThat(a.events(ExecutionFenced.class)).hasSize(2);
        assertThat(outcomes(a)).containsOnly(new Outcome.Fenced(new Outcome.Abandoned()));
        assertThat(entriesOf("b")).hasSize(2).noneMatch(run -> run.cancelled);
    }

    /** Others may be about to find its former instance dead: what it has adopted by then they watch. */
    @Test
    void whatAProcessThatIsBackAtOnceStillRunsItAdoptsBeforeOthersTakeIt() {
        Process a = start("a", 2);
        Process b = world.start("b", orders(2));
        b.duration = LONG;
        long token = entriesOf("a").get(1).token;
        a.registry.link().expire();
        world.settle();
        world.settle();

        for (int shard : new int[] {0, 1}) {
            assertThat(world.owner("orders", shard)).startsWith("a.");
        }
        assertThat(world.record("orders", 1).runningToken(0)).hasValue(token);
        assertThat(a.events(ExecutionAdopted.class)).hasSize(2);
        assertThat(entriesOf("a")).noneMatch(run -> run.cancelled);
        assertThat(entriesOf("b")).isEmpty();

        a.runner.end("orders", 1, new Outcome.Succeeded());
        await(a.runner.checkpoint("orders", 0, "page 7"));
        await(a.runner.checkpoint("orders", 0, "page 8"));
        assertThat(world.record("orders", 0).checkpoint()).isEqualTo("page 8");
        assertThat(world.record("orders", 1).outcome()).isEqualTo("SUCCEEDED");
    }

    /** What is told to end because its session is lost is not adopted, however long it takes: others run it. */
    @Test
    void whatIsToEndWithItsSessionIsLeftToOthers() {
        JobDefinition cancels =
                orders(2).with(Map.of(JobKey.ON_SESSION_LOSS, new Setting("CANCEL", Setting.Source.CODE)));
        Process a = world.start("a", cancels);
        a.runner.ignoreInterruptions();
        a.duration = LONG;
        world.seconds(60);
        Process b = world.start("b", cancels);
        a.registry.link().expire();
        world.seconds(2);

        assertThat(a.events(ExecutionAdopted.class)).isEmpty();
        assertThat(world.owner("orders", 1)).startsWith("b.");
        assertThat(entriesOf("a")).allMatch(run -> run.cancelled);
    }

    @Test
    void afterALostSessionWhatNobodyTookGoesOnAndIsRecorded() {
        Process a = start("a", 2);
        String before = world.owner("orders", 0);
        loseSession(a, Duration.ofSeconds(15));
        assertThat(entriesOf("a")).hasSize(2).noneMatch(run -> run.cancelled);

        a.runner.end("orders", 0, new Outcome.Succeeded());
        world.settle();
        assertThat(world.record("orders", 0).outcome()).isEqualTo("SUCCEEDED");
        assertThat(world.owner("orders", 0))
                .as("it was adopted by the present instance")
                .startsWith("a.")
                .isNotEqualTo(before);
        assertThat(world.owner("orders", 1)).isEqualTo(world.owner("orders", 0));
        assertThat(world.record("orders", 1).isRunning()).isTrue();
        assertThat(outcomes(a)).containsExactly(new Outcome.Succeeded());
    }

    @Test
    void anEndThatCameTooLateIsToldAsFencedAndOnlyOnce() {
        Process a = start("a", 1);
        world.start("b", orders(1));
        a.registry.link().cut();
        world.time.pass(Duration.ofSeconds(15));
        a.runner.end("orders", 0, new Outcome.Succeeded());
        world.settle();
        assertThat(outcomes(a)).as("not known yet").isEmpty();
        a.registry.link().heal();
        world.time.pass(Duration.ofSeconds(2));

        assertThat(outcomes(a)).containsExactly(new Outcome.Fenced(new Outcome.Succeeded()));
        assertThat(a.events(ExecutionFenced.class))
                .as("it did not run any more")
                .isEmpty();
        assertThat(world.owner("orders", 0)).startsWith("b.");
        assertThat(world.record("orders", 0).outcome()).isEqualTo("SUCCEEDED");
    }

    /** Under a new session the version alone does not tell that a claim is still the same. */
    @Test
    void anEndThatWaitsForTheConnectionDoesNotHitARecordThatWasMadeAgainWithTheSameVersion() {
        Process a = start("a", 1);
        Process b = world.start("b", orders(1));
        b.duration = LONG;
        a.registry.link().cut();
        a.runner.end("orders", 0, new Outcome.Succeeded());
        String path = "/test/shards/" + world.ensemble.children("/test/shards").get(0) + "/0";
        int version = ((Read.Present) world.ensemble.node(path)).stat().version();
        world.ensemble.deleteTree(path);
        world.time.pass(Duration.ofSeconds(70));
        assertThat(world.ensemble.node(path))
                .isInstanceOfSatisfying(
                        Read.Present.class,
                        again -> assertThat(again.stat().version()).isEqualTo(version));
        a.registry.link().heal();
        world.time.pass(Duration.ofSeconds(2));

        assertThat(outcomes(a)).containsExactly(new Outcome.Fenced(new Outcome.Succeeded()));
        assertThat(world.owner("orders", 0)).startsWith("b.");
        assertThat(world.record("orders", 0).isRunning()).isTrue();
        assertThat(entry("b").cancelled).isFalse();
    }

    @Test
    void theEndOfAnExecutionWhoseJobWasRemovedIsFenced() {
        Process a = start("a", 1);
        String folder = world.ensemble.children("/test/shards").get(0);
        world.ensemble.deleteTree("/test/jobs/orders");
        world.ensemble.deleteTree("/test/shards/" + folder);
        a.runner.end("orders", 0, new Outcome.Succeeded());
        world.seconds(3);

        assertThat(outcomes(a)).containsExactly(new Outcome.Fenced(new Outcome.Succeeded()));
    }

    @Test
    void anExecutionWhoseRecordIsDestroyedIsFencedAndTheRecordIsMadeAnew() {
        Process a = start("a", 1);
        world.overwrite(
                "/test/shards/" + world.ensemble.children("/test/shards").get(0) + "/0", "rubbish");
        a.runner.checkpoint("orders", 0, "page 7");
        world.settle();
        assertThat(outcomes(a)).containsExactly(new Outcome.Fenced(new Outcome.Abandoned()));

        a.duration = Duration.ofMillis(10);
        world.seconds(60);
        assertThat(world.record("orders", 0).outcome()).isEqualTo("SUCCEEDED");
    }

    @Test
    void everyExecutionThatStartedEndsOnce() {
        Process a = start("a", 3);
        Process b = world.start("b", orders(3));
        for (int i = 0; i < 4; i++) {
            a.duration = Duration.ofSeconds(50);
            b.duration = Duration.ofSeconds(50);
            world.seconds(57);
            loseSession(i % 2 == 0 ? a : b, Duration.ofSeconds(9));
        }
        a.duration = Duration.ofMillis(10);
        b.duration = Duration.ofMillis(10);
        world.seconds(180);

        for (Process process : List.of(a, b)) {
            assertThat(process.events(ExecutionEnded.class))
                    .extracting(ExecutionEnded::execution)
                    .doesNotHaveDuplicates()
                    .containsExactlyInAnyOrderElementsOf(process.events(ExecutionStarted.class).stream()
                            .map(ExecutionStarted::execution)
                            .toList());
        }
        assertThat(outcomes(a)).anyMatch(Outcome.Fenced.class::isInstance);
    }

    // ---- Whoever does not end -------------------------------------------------------------------------------------

    @Test
    void whileAnOvertakenExecutionLingersNothingIsBegunThereForItsShardAndNothingElseWaits() {
        Process a = start(
                "a",
                1,
                JobDefinition.named("other").every(Duration.ofSeconds(1)).build());
        a.runner.ignoreInterruptions();
        Process b = world.start("b", orders(1));
        loseSession(a, Duration.ofSeconds(15));
        assertThat(a.events(ExecutionFenced.class)).hasSize(1);
        b.leave();
        world.settle();
        int before = entriesOf("a").size();
        a.duration = Duration.ofMillis(10);
        world.seconds(60);

        assertThat(entriesOf("a")).as("its firings are misfires").hasSize(before);
        assertThat(world.ran("other", second())).isEqualTo("a:0");

        a.runner.end("orders", 0, new Outcome.Succeeded());
        world.settle();
        assertThat(entriesOf("a")).as("for the latest of them").hasSize(before + 1);
        assertThat(outcomes(a)).contains(new Outcome.Fenced(new Outcome.Succeeded()));
        world.seconds(60);
        assertThat(entriesOf("a")).as("on time again").hasSize(before + 2);
    }

    @Test
    void anExecutionThatIgnoresItsCancellationKeepsItsShardAndNothingElse() {
        JobDefinition fast = JobDefinition.named("orders")
                .every(Duration.ofSeconds(1))
                .shards(2)
                .build();
        Process a = world.start("a", fast);
        a.runner.ignoreInterruptions();
        a.duration = LONG;
        world.seconds(1);
        a.duration = Duration.ofMillis(10);
        a.runner.end("orders", 1, new Outcome.Succeeded());
        a.registry.link().cut();
        world.time.pass(Duration.ofMillis(5_800)); // longer than it can be sure of its session, shorter than that lasts
        a.registry.link().heal();
        world.seconds(5);

        assertThat(world.ledger.entries())
                .filteredOn(run -> run.ended == null)
                .singleElement()
                .satisfies(run -> assertThat(run.cancelled).isTrue());
        assertThat(world.ran("orders", second())).isEqualTo("a:1");
        a.runner.end("orders", 0, new Outcome.Succeeded());
        world.seconds(2);
        assertThat(world.ran("orders", second())).isEqualTo("a:0 a:1");
    }

    // ---- Help -----------------------------------------------------------------------------------------------------

    /** An instance that runs all shards of a first firing, for long. */
    private Process start(String name, int shards, JobDefinition... others) {
        JobDefinition[] jobs =
                Stream.concat(Stream.of(orders(shards)), Arrays.stream(others)).toArray(JobDefinition[]::new);
        Process process = world.start(name, jobs);
        world.time.passUntil(Instant.parse("2026-01-01T00:00:59.900Z"));
        process.duration = LONG;
        world.seconds(1);
        for (JobDefinition other : others) {
            process.duration = Duration.ofMillis(10);
            process.runner.end(other.name(), 0, new Outcome.Succeeded());
        }
        assertThat(world.runs("orders")).isEqualTo(shards);
        return process;
    }

    private static JobDefinition orders(int shards) {
        return JobDefinition.named("orders")
                .every(Duration.ofMinutes(1))
                .shards(shards)
                .failover(true)
                .set(JobKey.ON_SESSION_LOSS, "CONTINUE")
                .build();
    }

    private void await(CompletionStage<Void> answer) {
        world.time.until(() -> answer.toCompletableFuture().isDone());
        answer.toCompletableFuture().join();
    }

    private void loseSession(Process process, Duration away) {
        process.registry.link().cut();
        world.time.pass(away);
        process.registry.link().heal();
        world.time.pass(Duration.ofSeconds(2));
    }

    private void overtakeByHand() {
        String path = "/test/shards/" + world.ensemble.children("/test/shards").get(0) + "/0";
        world.overwrite(
                path,
                "{\"format\":1,\"state\":\"DONE\",\"firing\":\"2026-01-01T00:01:00Z\",\"owner\":\"somebody\","
                        + "\"attempt\":2,\"through\":\"2026-01-01T00:01:00Z\"}");
    }

    private List<Ledger.Entry> entriesOf(String process) {
        return world.ledger.entries().stream()
                .filter(run -> run.process.equals(process) && run.id.job().equals("orders"))
                .toList();
    }

    private Ledger.Entry entry(String process) {
        return entriesOf(process).get(0);
    }

    private static List<Outcome> outcomes(Process process) {
        return process.events(ExecutionEnded.class).stream()
                .filter(ended -> ended.execution().job().equals("orders"))
                .map(ExecutionEnded::outcome)
                .toList();
    }

    private Instant second() {
        return Instant.ofEpochSecond(world.time.now().getEpochSecond());
    }
}
