package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.elasticjob.EngineBusyException;
import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Operator;
import io.elasticjob.engine.World.Process;
import io.elasticjob.view.JobDetail;
import io.elasticjob.view.NamespaceView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Views cost the loop a copy of what it knows, once for all who ask. */
class ViewsTest {

    private static final JobDefinition ORDERS =
            JobDefinition.named("orders").every(Duration.ofSeconds(1)).shards(2).build();
    private static final JobDefinition WIDE =
            JobDefinition.named("wide").shards(450).build();
    private static final Operator ANN = new Operator("ann", "incident 7");

    /** What the threads for answers would do. */
    private final List<Runnable> withheld = new ArrayList<>();

    private final World world = new World();
    private final Process a = world.startWith("a", builder -> builder.answerExecutor(withheld::add), ORDERS, WIDE);

    @Test
    void allWhoAskInATurnAreToldTheSameAndItIsMadeOnce() {
        withheld.clear();
        List<CompletableFuture<NamespaceView>> asked = ask(50);
        world.settle();
        assertThat(withheld).as("one that makes the view").hasSize(1);
        assertThat(asked).noneMatch(CompletableFuture::isDone);

        work();
        assertThat(asked.stream().map(CompletableFuture::join).distinct()).hasSize(1);
        assertThat(asked.get(0).join().jobs()).containsOnlyKeys("orders", "wide");
    }

    @Test
    void whoAsksWhileOneIsMadeIsToldOfALaterTurnAndOnlyOneIsMadeAtATime() {
        withheld.clear();
        CompletableFuture<NamespaceView> first = ask(1).get(0);
        world.settle();
        a.engine.operations().configure("orders", Map.of(JobKey.JOB_PARAMETER, "careful"), ANN);
        List<CompletableFuture<NamespaceView>> later =
                Stream.concat(ask(1).stream(), askAfterAMoment()).toList();
        world.settle();

        work();
        assertThat(first).isDone();
        assertThat(parameterIn(first.join())).isEmpty();
        world.settle();
        work();
        assertThat(later)
                .allSatisfy(view -> assertThat(parameterIn(view.join())).isEqualTo("careful"));
        assertThat(later.stream().map(CompletableFuture::join).distinct()).hasSize(1);
    }

    private Stream<CompletableFuture<NamespaceView>> askAfterAMoment() {
        world.settle();
        return ask(1).stream();
    }

    private static String parameterIn(NamespaceView view) {
        return view.jobs().get("orders").effective().orElseThrow().jobParameter();
    }

    @Test
    void aViewIsOfTheMomentInWhichItWasAskedFor() {
        withheld.clear();
        CompletableFuture<NamespaceView> before = ask(1).get(0);
        world.settle();
        Process b = world.start("b", ORDERS, WIDE);
        b.kill();
        work();

        assertThat(before.join().instances()).hasSize(1);
    }

    @Test
    void theRecordsOfAJobAreReadOnceForAllWhoAskInATurn() {
        withheld.clear();
        long before = a.engine.registryRequests();
        List<CompletableFuture<Optional<JobDetail>>> asked = IntStream.range(0, 50)
                .mapToObj(i -> a.engine.job("wide").toCompletableFuture())
                .toList();
        world.time.pass(Duration.ofMillis(10));

        assertThat(a.engine.registryRequests() - before).as("in portions").isEqualTo(3);
        assertThat(asked).as("records are not decoded on the loop").noneMatch(CompletableFuture::isDone);
        work();
        assertThat(asked.stream().map(CompletableFuture::join).distinct())
                .singleElement()
                .satisfies(detail -> assertThat(detail.orElseThrow().shards()).hasSize(450));
    }

    @Test
    void asManyAsMayWaitDoAndOneMoreIsRefusedAtOnceUntilTheyAreAnswered() {
        List<CompletableFuture<NamespaceView>> asked = ask(Questions.MOST_VIEWS_ASKED);
        CompletableFuture<NamespaceView> tooMany = ask(1).get(0);
        CompletableFuture<?> job = a.engine.job("orders").toCompletableFuture();
        assertThatThrownBy(tooMany::join)
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(EngineBusyException.class)
                .hasMessageContaining("1000 requests wait");
        assertThat(job).isCompletedExceptionally();

        world.settle();
        work();
        assertThat(asked).allMatch(CompletableFuture::isDone);
        CompletableFuture<NamespaceView> again = ask(1).get(0);
        world.settle();
        work();
        assertThat(again).isCompleted();
    }

    @Test
    void theNameThatWasMeantIsLookedForOffTheLoop() {
        withheld.clear();
        CompletionStage<Void> asked =
                a.engine.operations().create("more", Map.of(JobKey.HANDLER, "odrers", JobKey.EVERY, "1s"), ANN);
        CompletionStage<Void> long_ =
                a.engine.operations().create("most", Map.of(JobKey.HANDLER, "x".repeat(150), JobKey.EVERY, "1s"), ANN);
        List<Throwable> told = new ArrayList<>();
        Stream.of(asked, long_).forEach(stage -> stage.whenComplete((nothing, failed) -> told.add(failed)));
        world.settle();
        assertThat(told).isEmpty();

        work();
        assertThat(told)
                .extracting(failed -> failed instanceof CompletionException ? failed.getCause() : failed)
                .allMatch(InvalidSettingException.class::isInstance)
                .extracting(Throwable::getMessage)
                .anyMatch(message -> message.endsWith("; did you mean \"orders\"?"))
                .anyMatch(message -> message.contains("; there are orders, wide"));
    }

    @Test
    void aThreadThatCanNotBeHadForAViewIsToldAndTheNextOneIsMade() {
        boolean[] refuses = {true};
        Process b = world.startWith(
                "b",
                builder -> builder.answerExecutor(task -> {
                    if (refuses[0]) {
                        throw new OutOfMemoryError("unable to create native thread, on purpose");
                    }
                    task.run();
                }),
                ORDERS);
        CompletableFuture<NamespaceView> refused = b.engine.namespace().toCompletableFuture();
        world.settle();
        assertThatThrownBy(refused::join).hasCauseInstanceOf(EngineBusyException.class);

        refuses[0] = false;
        CompletableFuture<NamespaceView> next = b.engine.namespace().toCompletableFuture();
        world.settle();
        assertThat(next).isCompleted();
    }

    private List<CompletableFuture<NamespaceView>> ask(int times) {
        return IntStream.range(0, times)
                .mapToObj(i -> a.engine.namespace().toCompletableFuture())
                .toList();
    }

    /** Lets the threads for answers work until nothing is left. */
    private void work() {
        while (!withheld.isEmpty()) {
            withheld.remove(0).run();
            world.time.pass(Duration.ofMillis(1));
        }
    }
}
