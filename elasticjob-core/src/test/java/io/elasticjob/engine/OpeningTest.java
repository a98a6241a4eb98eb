package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.JobOperations;
import io.elasticjob.JobPart;
import io.elasticjob.NoSuchJobException;
import io.elasticjob.Operator;
import io.elasticjob.RegistryException;
import io.elasticjob.TriggerReceipt;
import io.elasticjob.TriggerRequest;
import io.elasticjob.engine.World.Process;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is asked for right after the start: before anything is known, and before the application's own jobs are there. */
class OpeningTest {

    private static final JobDefinition BY_HAND =
            JobDefinition.named("by-hand").shards(2).build();
    private static final Operator ANN = new Operator("ann", "from a runner");

    private final World world = new World();

    static List<Named<Function<Process, CompletionStage<?>>>> everythingThatCanBeAskedOfAJob() {
        return List.of(
                asks("trigger", process -> operations(process).trigger(TriggerRequest.of("by-hand"))),
                asks(
                        "trigger by id",
                        process -> operations(process)
                                .trigger(TriggerRequest.of("by-hand").withId("first"))),
                asks(
                        "configure",
                        process -> operations(process).configure("by-hand", Map.of(JobKey.JOB_PARAMETER, "x"), ANN)),
                asks("reset", process -> operations(process).reset("by-hand", Set.of(), ANN)),
                asks("disable", process -> operations(process).disable("by-hand", JobPart.WHOLE_JOB, ANN)),
                asks(
                        "disable here",
                        process -> operations(process).disable("by-hand", new JobPart.OnInstance("a"), ANN)),
                asks("enable", process -> operations(process).enable("by-hand", JobPart.WHOLE_JOB, ANN)),
                asks("status", process -> operations(process).triggerStatus("by-hand", 0)),
                asks("cancel", process -> operations(process).cancel("by-hand", 0, ANN)),
                asks(
                        "create",
                        process -> operations(process)
                                .create("another", Map.of(JobKey.HANDLER, "by-hand", JobKey.CRON, "-"), ANN)),
                asks("drain", process -> operations(process).drain("a", ANN)),
                asks("remove", process -> operations(process).remove("by-hand", ANN)),
                asks("view", process -> process.engine.job("by-hand").thenApply(found -> found.orElseThrow())));
    }

    private static Named<Function<Process, CompletionStage<?>>> asks(
            String what, Function<Process, CompletionStage<?>> question) {
        return Named.of(what, question);
    }

    private static JobOperations operations(Process process) {
        return process.engine.operations();
    }

    @ParameterizedTest
    @MethodSource("everythingThatCanBeAskedOfAJob")
    void isDoneInAnEmptyNamespace(Function<Process, CompletionStage<?>> question) {
        world.latency = Duration.ofMillis(20);
        Process a = world.launch("a", BY_HAND);

        CompletableFuture<?> asked = question.apply(a).toCompletableFuture();
        assertThat(asked).isNotDone();
        world.time.until(asked::isDone);

        assertThat(asked).isCompleted();
    }

    @ParameterizedTest
    @MethodSource("everythingThatCanBeAskedOfAJob")
    void isDoneOnceZooKeeperAppears(Function<Process, CompletionStage<?>> question) {
        world.ensemble.stop();
        Process a = world.launch("a", BY_HAND);
        CompletableFuture<?> asked = question.apply(a).toCompletableFuture();
        world.seconds(12);
        assertThat(asked).isNotDone();

        world.ensemble.start();
        world.seconds(7);

        assertThat(asked).isCompleted();
    }

    @ParameterizedTest
    @MethodSource("everythingThatCanBeAskedOfAJob")
    void isRefusedInTimeWhereZooKeeperDoesNotAppear(Function<Process, CompletionStage<?>> question) {
        world.ensemble.stop();
        Process a = world.launch("a", BY_HAND);
        CompletableFuture<?> asked = question.apply(a).toCompletableFuture();
        world.seconds(25);

        assertThat(asked).isCompletedExceptionally();
        assertThatThrownBy(asked::join)
                .hasCauseInstanceOf(RegistryException.class)
                .hasMessageContaining("within 20 s; nothing was changed");
        world.ensemble.start();
        world.seconds(30);
        assertThat(world.runs("by-hand")).isZero();
    }

    /** Of several that start at once, the one that started last creates the jobs; the others may be ready before. */
    @Test
    void isDoneWhoeverOfSeveralInstancesCreatesTheJob() {
        for (int first : List.of(1, 5, 20, 50, 100)) {
            for (int second : List.of(1, 5, 20, 50, 100, 200)) {
                World both = new World();
                both.latency = Duration.ofMillis(first);
                Process a = both.launch("a", BY_HAND);
                both.latency = Duration.ofMillis(second);
                Process b = both.launch("b", BY_HAND);
                List<CompletableFuture<TriggerReceipt>> asked = Stream.of(a, b)
                        .map(each -> operations(each)
                                .trigger(TriggerRequest.of("by-hand"))
                                .toCompletableFuture())
                        .toList();
                both.seconds(10);

                assertThat(asked)
                        .as("%s ms and %s ms", first, second)
                        .allMatch(answer -> !answer.isCompletedExceptionally() && answer.isDone());
            }
        }
    }

    @Test
    void whatIsTriggeredAtTheStartRuns() {
        Process a = world.launch("a", BY_HAND);
        CompletableFuture<TriggerReceipt> asked =
                operations(a).trigger(TriggerRequest.of("by-hand")).toCompletableFuture();
        world.seconds(5);

        assertThat(asked.join().completion().toCompletableFuture()).isCompleted();
        assertThat(world.runs("by-hand")).isEqualTo(2);
    }

    @Test
    void whatIsTriggeredAtTheStartOfANewVersionRunsAsThatDeclaresIt() {
        world.start("old", BY_HAND);
        world.seconds(3);
        Process a = world.launch("new", JobDefinition.named("by-hand").shards(5).build());
        CompletableFuture<TriggerReceipt> asked =
                operations(a).trigger(TriggerRequest.of("by-hand")).toCompletableFuture();
        world.seconds(5);

        assertThat(asked.join().accepted().shards()).hasSize(5);
        assertThat(asked.join().completion().toCompletableFuture()).isCompleted();
        assertThat(a.detail("by-hand")
                        .orElseThrow()
                        .job()
                        .effective()
                        .orElseThrow()
                        .shardingTotalCount())
                .isEqualTo(5);
    }

    @Test
    void aJobThatDoesNotExistIsSaidNotToAsSoonAsThatIsKnown() {
        Process a = world.launch("a", BY_HAND);
        List<CompletableFuture<?>> asked = List.of(
                operations(a).trigger(TriggerRequest.of("none")).toCompletableFuture(),
                operations(a).disable("none", JobPart.WHOLE_JOB, ANN).toCompletableFuture(),
                operations(a).triggerStatus("none", 0).toCompletableFuture());
        world.seconds(3);

        assertThat(asked).allSatisfy(one -> {
            assertThat(one).isCompletedExceptionally();
            assertThatThrownBy(one::join).hasCauseInstanceOf(NoSuchJobException.class);
        });
        assertThat(world.now(a.engine.job("none"))).isEmpty();
    }

    @Test
    void aJobOfAnotherApplicationIsSteeredAsThatDeclaresIt() {
        world.startOf("other", "b", BY_HAND);
        world.seconds(3);
        Process a = world.launch("a", JobDefinition.named("by-hand").shards(5).build()); // refused
        CompletableFuture<TriggerReceipt> asked =
                operations(a).trigger(TriggerRequest.of("by-hand")).toCompletableFuture();
        world.seconds(5);

        assertThat(asked.join().accepted().shards()).hasSize(2);
    }

    @Test
    void anInstanceThatHasLostZooKeeperSaysSoAtOnce() {
        Process a = world.start("a", BY_HAND);
        world.seconds(2);
        world.ensemble.stop();
        world.seconds(5);
        CompletableFuture<TriggerReceipt> asked =
                operations(a).trigger(TriggerRequest.of("by-hand")).toCompletableFuture();
        world.settle();

        assertThatThrownBy(asked::join).hasCauseInstanceOf(RegistryException.class);
    }
}
