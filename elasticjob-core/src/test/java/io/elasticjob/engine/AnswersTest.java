package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.JobOperations;
import io.elasticjob.JobPart;
import io.elasticjob.Operator;
import io.elasticjob.TriggerReceipt;
import io.elasticjob.TriggerRequest;
import io.elasticjob.engine.World.Process;
import io.elasticjob.memory.MemoryEnsemble;
import io.elasticjob.runner.InProcessShardRunner;
import io.elasticjob.spi.SystemTimekeeper;
import io.elasticjob.test.SimulatedFireSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What hangs on an answer is somebody else's code: it never runs on the loop, and keeps nobody else waiting. */
class AnswersTest {

    private static final JobDefinition ORDERS =
            JobDefinition.named("orders").every(Duration.ofSeconds(1)).shards(2).build();
    private static final Operator ANN = new Operator("ann", "incident 7");

    private final List<Runnable> withheld = new ArrayList<>();
    private final World world = new World();

    @Test
    void nothingThatHangsOnAnAnswerRunsInATurn() {
        Process a = world.startWith("a", builder -> builder.answerExecutor(withheld::add), ORDERS);
        withheld.clear();
        JobOperations operations = a.engine.operations();
        CompletionStage<TriggerReceipt> trigger = operations.trigger(TriggerRequest.of("orders"));
        Map<String, CompletionStage<?>> asked = new LinkedHashMap<>();
        asked.put("namespace", a.engine.namespace());
        asked.put("job", a.engine.job("orders"));
        asked.put("no job", a.engine.job("odrers"));
        asked.put("trigger", trigger);
        asked.put("trigger of no job", operations.trigger(TriggerRequest.of("odrers")));
        asked.put("status", operations.triggerStatus("orders", 7));
        asked.put("status of no job", operations.triggerStatus("odrers", 7));
        asked.put("cancel", operations.cancel("orders", 7, ANN));
        asked.put("configure", operations.configure("orders", Map.of(JobKey.JOB_PARAMETER, "slow"), ANN));
        asked.put("configure no job", operations.configure("odrers", Map.of(JobKey.JOB_PARAMETER, "slow"), ANN));
        asked.put("reset", operations.reset("orders", Set.of(), ANN));
        asked.put("disable", operations.disable("orders", new JobPart.Shard(1), ANN));
        asked.put("enable", operations.enable("orders", new JobPart.Shard(1), ANN));
        asked.put("create", operations.create("orders", Map.of(), ANN));
        asked.put("remove", operations.remove("odrers", ANN));
        asked.put("resume", operations.resume("a", ANN));
        asked.put("drain nobody", operations.drain("nobody", ANN));
        CompletableFuture<?> completion =
                trigger.thenCompose(TriggerReceipt::completion).toCompletableFuture();
        asked.put("completion", completion);
        List<String> ran = new ArrayList<>();
        asked.forEach((what, stage) -> stage.whenComplete((answer, failed) -> ran.add(what)));

        world.seconds(30);
        assertThat(ran).isEmpty();
        assertThat(trigger.toCompletableFuture())
                .as("whoever waits is told all the same")
                .isDone();

        while (!withheld.isEmpty()) {
            withheld.remove(0).run();
            world.settle();
        }
        assertThat(ran).containsExactlyInAnyOrderElementsOf(asked.keySet());

        a.engine.drain().thenRun(() -> ran.add("drained"));
        world.seconds(5);
        assertThat(ran).doesNotContain("drained");
        withheld.forEach(Runnable::run);
        assertThat(ran).contains("drained");
    }

    @Test
    void whatHangsOnACheckpointRunsInNoTurn() {
        Process a = world.startWith("a", builder -> builder.answerExecutor(withheld::add), ORDERS);
        a.duration = Duration.ofMinutes(1);
        world.seconds(2);
        withheld.clear();
        List<String> ran = new ArrayList<>();
        a.runner.checkpoint("orders", 0, "page 7").thenRun(() -> ran.add("checkpoint"));

        world.settle();
        assertThat(world.record("orders", 0).checkpoint()).isEqualTo("page 7");
        assertThat(ran).isEmpty();

        withheld.forEach(Runnable::run);
        assertThat(ran).containsExactly("checkpoint");
    }

    @Test
    void whoeverIsRefusedIsRefusedTheCompletionToo() {
        Process a = world.start("a", ORDERS);
        CompletionStage<TriggerReceipt> receipt = a.engine.operations().trigger(TriggerRequest.of("odrers"));

        assertThat(world.isDone(receipt)).isFalse();
    }

    @Test
    void callbacksThatNeverReturnCostNeitherJobsNorAnswers() throws Exception {
        SystemTimekeeper time = new SystemTimekeeper();
        MemoryEnsemble ensemble = new MemoryEnsemble(time);
        AtomicInteger runs = new AtomicInteger();
        Queue<ElasticJobEvent> events = new ConcurrentLinkedQueue<>();
        CountDownLatch never = new CountDownLatch(1);
        JobEngine engine = JobEngine.builder()
                .namespace("test")
                .registry(ensemble.client(Duration.ofSeconds(6)))
                .timekeeper(time)
                .fireSource(new SimulatedFireSource(time, () -> false))
                .runner(InProcessShardRunner.platform(Map.of("orders", context -> runs.incrementAndGet()), 4))
                .job(JobDefinition.named("orders").every(Duration.ofMillis(200)).build())
                .listener(events::add)
                .build();
        try {
            engine.start();
            await().until(() -> runs.get() > 0);
            for (int i = 0; i < 40; i++) {
                // On threads of their own: what is hung on an answer that is there already runs where it is hung.
                Thread asking = new Thread(() -> engine.namespace().thenAccept(view -> awaitUninterruptibly(never)));
                asking.setDaemon(true);
                asking.start();
            }
            int before = runs.get();
            assertThat(engine.namespace()
                            .thenApply(view -> view.jobs().keySet())
                            .toCompletableFuture()
                            .get(1, TimeUnit.MINUTES))
                    .containsExactly("orders");
            await().until(() -> runs.get() > before + 2);
            assertThat(events).noneMatch(ElasticJobEvent.LoopStuck.class::isInstance);
        } finally {
            never.countDown();
            engine.close();
            time.close();
        }
    }

    // ---- Of the threads that give them

    private final AtomicLong nanos = new AtomicLong();

    @Test
    void asManyThreadsAreThereAsCallbacksDoNotReturn() {
        Replies replies = new Replies(null, nanos::get);
        CountDownLatch never = new CountDownLatch(1);
        IntStream.range(0, 100).forEach(i -> blocked(replies, never));
        Question<Void> last = new Question<>();
        List<String> ran = new ArrayList<>();
        last.stage().thenRun(() -> ran.add(Thread.currentThread().getName()));
        replies.done(last);

        await().until(() -> {
            nanos.addAndGet(Replies.PATIENCE.toNanos());
            replies.look();
            return !ran.isEmpty();
        });
        assertThat(ran).singleElement().asString().startsWith("elasticjob-answers-");
        never.countDown();
    }

    /** As where many ask at once on a machine that is busy: each callback is short, and all of them wait. */
    @Test
    void noMoreThreadsAreStartedWhereOnlyTheProcessorIsShort() {
        Replies replies = new Replies(null, nanos::get);
        AtomicBoolean over = new AtomicBoolean();
        AtomicInteger begun = new AtomicInteger();
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            Question<Void> question = new Question<>();
            all.add(question.stage()
                    .thenRun(() -> {
                        begun.incrementAndGet();
                        while (!over.get()) {
                            Thread.onSpinWait();
                        }
                    })
                    .toCompletableFuture());
            replies.done(question);
        }
        await().until(() -> begun.get() == 1);
        nanos.addAndGet(Replies.PATIENCE.toNanos() + 1);
        await().until(() -> {
            replies.look();
            return begun.get() == Replies.ENOUGH_MOVING;
        });
        IntStream.range(0, 7).forEach(again -> replies.look());

        assertThat(replies.threads()).isEqualTo(Replies.ENOUGH_MOVING);
        nanos.addAndGet(Replies.MOVING.toNanos()); // and if they did not return after all
        replies.look();
        assertThat(replies.threads()).isGreaterThan(Replies.ENOUGH_MOVING);
        over.set(true);
        assertThat(CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)))
                .succeedsWithin(Duration.ofMinutes(1));
    }

    @ParameterizedTest
    @CsvSource({
        "RUNNABLE, 0, true",
        "RUNNABLE, 999, true",
        "RUNNABLE, 1000, false", // it may wait in a native call
        "WAITING, 0, false",
        "TIMED_WAITING, 0, false",
        "BLOCKED, 0, false",
    })
    void aCallbackGetsOnWhileOnlyTheProcessorHoldsItUp(Thread.State state, long millis, boolean isMoving) {
        assertThat(Replies.isMoving(state, Duration.ofMillis(millis))).isEqualTo(isMoving);
    }

    @Test
    void howeverMuchIsToBeWorkedOutAtOnceItIsWorkedOutByAFewThreadsAndNothingIsRefused() {
        Replies replies = new Replies(null, nanos::get);
        CountDownLatch over = new CountDownLatch(1);
        Set<String> threads = ConcurrentHashMap.newKeySet();
        List<CompletableFuture<Integer>> all = new ArrayList<>();
        for (int i = 0; i < 2 * Replies.MOST_THREADS; i++) {
            int number = i;
            Question<Integer> question = new Question<>();
            question.settle();
            all.add(question.stage().toCompletableFuture());
            replies.make(
                    new Effect.Make<>(
                            List.of(question),
                            () -> {
                                threads.add(Thread.currentThread().getName());
                                awaitUninterruptibly(over);
                                return number;
                            },
                            () -> {}),
                    () -> {});
        }
        await().until(() -> threads.size() == Replies.MOST_MAKERS);
        Question<Void> other = new Question<>();
        replies.done(other); // what needs no work does not wait for it
        assertThat(other.stage().thenRun(() -> {}).toCompletableFuture()).succeedsWithin(Duration.ofMinutes(1));
        over.countDown();

        for (int i = 0; i < all.size(); i++) {
            assertThat(all.get(i)).succeedsWithin(Duration.ofMinutes(1)).isEqualTo(i);
        }
        assertThat(threads).hasSize(Replies.MOST_MAKERS);
    }

    @Test
    void whenAllThreadsAreTakenCallbacksThatDoNotReturnAreInterrupted() {
        Replies replies = new Replies(null, nanos::get);
        CountDownLatch never = new CountDownLatch(1);
        AtomicInteger interrupted = new AtomicInteger();
        for (int i = 0; i < Replies.MOST_THREADS; i++) {
            Question<Void> question = new Question<>();
            question.stage().thenRun(() -> {
                try {
                    never.await();
                } catch (InterruptedException over) {
                    interrupted.incrementAndGet();
                }
            });
            replies.done(question);
        }
        Question<Void> last = new Question<>();
        CompletableFuture<Void> hanging = last.stage().thenRun(() -> {}).toCompletableFuture();
        replies.done(last);

        await().until(() -> {
            nanos.addAndGet(Replies.PATIENCE.toNanos() * 10);
            replies.look();
            return hanging.isDone();
        });
        assertThat(interrupted.get()).isPositive();
        never.countDown();
    }

    @Test
    void aCallbackThatThrowsAnythingCostsNoOtherAnswer() {
        Replies replies = new Replies(withheld::add, nanos::get);
        Question<Void> first = new Question<>();
        Question<String> second = new Question<>();
        CompletableFuture<?> hanging = first.stage()
                .thenRun(() -> {
                    throw new NoClassDefFoundError("com/example/Gone");
                })
                .toCompletableFuture();
        List<String> told = new ArrayList<>();
        second.stage().thenAccept(told::add);
        replies.done(first);
        second.settle();
        replies.give(new Effect.Reply<>(second, () -> "done", true));
        replies.ring();

        withheld.forEach(Runnable::run);
        assertThat(hanging).isCompletedExceptionally();
        assertThat(told).containsExactly("done");
    }

    @Test
    void anAnswerThatCanNotBeWorkedOutIsThatItCanNot() {
        Replies replies = new Replies(Runnable::run, nanos::get);
        Question<Void> sequel = new Question<>();
        Question<String> question = new Question<>(sequel);
        question.settle();
        replies.give(new Effect.Reply<>(
                question,
                () -> {
                    throw new StackOverflowError("on purpose");
                },
                true));
        replies.ring();

        assertThatThrownBy(question.stage().toCompletableFuture()::join).hasCauseInstanceOf(StackOverflowError.class);
        assertThat(sequel.stage().toCompletableFuture()).isCompletedExceptionally();
    }

    @Test
    void whatIsAnsweredInATurnWakesAThreadOnceAtItsEnd() {
        Replies replies = new Replies(withheld::add, nanos::get);
        List<String> ran = new ArrayList<>();
        for (String answer : List.of("first", "second", "third")) {
            Question<String> question = new Question<>();
            question.stage().thenAccept(ran::add);
            question.settle();
            replies.give(new Effect.Reply<>(question, () -> answer, false));
            assertThat(question.stage().toCompletableFuture()).isCompletedWithValue(answer);
        }
        Question<Void> refused = new Question<>();
        refused.settle();
        replies.give(new Effect.Refusal(refused, () -> new IllegalStateException("on purpose"), false));
        assertThat(withheld).isEmpty();

        replies.ring();
        replies.ring();
        assertThat(withheld).hasSize(1);
        withheld.remove(0).run();
        assertThat(ran).containsExactly("first", "second", "third");
        replies.ring();
        assertThat(withheld).as("nothing waits").isEmpty();
    }

    @Test
    void manyTriggersOfOneMomentWakeAThreadOnceForTheirReceipts() {
        List<Long> numbers = new ArrayList<>();
        List<Integer> heard = new ArrayList<>();
        Process a = world.startWith(
                "a",
                builder -> builder.answerExecutor(task -> {
                    int before = numbers.size();
                    task.run();
                    heard.add(numbers.size() - before);
                }),
                ORDERS);
        for (int i = 0; i < 20; i++) {
            a.engine
                    .operations()
                    .trigger(TriggerRequest.of("orders"))
                    .thenAccept(receipt -> numbers.add(receipt.number()));
        }
        world.settle();

        assertThat(heard.stream().filter(count -> count > 0)).containsExactly(20);
    }

    @Test
    void threadsThatCanNotBeHadAreAskedForAgain() {
        AtomicInteger refusals = new AtomicInteger();
        Replies replies = new Replies(
                task -> {
                    if (refusals.getAndIncrement() == 0) {
                        throw new OutOfMemoryError("unable to create native thread, on purpose");
                    }
                    task.run();
                },
                nanos::get);
        Question<Void> question = new Question<>();
        CompletableFuture<Void> hanging = question.stage().thenRun(() -> {}).toCompletableFuture();
        replies.done(question);
        assertThat(hanging).isNotDone();

        nanos.addAndGet(Replies.PATIENCE.toNanos() + 1);
        replies.look();
        assertThat(hanging).isDone();
    }

    // ---- Of what whoever asked is given

    @Test
    void whoeverAskedMayGiveUpAndIsNotAnsweredAnyMore() throws Exception {
        Question<String> question = new Question<>();
        CompletableFuture<String> given = question.stage().toCompletableFuture();
        List<Throwable> told = new ArrayList<>();
        given.whenComplete((answer, failed) -> told.add(failed));

        assertThatThrownBy(() -> given.get(1, TimeUnit.NANOSECONDS)).isInstanceOf(TimeoutException.class);
        assertThat(given.completeExceptionally(new TimeoutException("mine"))).isTrue();
        question.tell("late");
        question.release();

        assertThat(told).singleElement().isInstanceOf(TimeoutException.class);
        assertThatThrownBy(given::get).hasCauseInstanceOf(TimeoutException.class);
        assertThat(given.complete("mine")).isFalse();
    }

    @Test
    void whoeverAskedMayCancel() {
        Question<String> question = new Question<>();
        CompletableFuture<String> given = question.stage().toCompletableFuture();
        CompletableFuture<Integer> hanging = given.thenApply(String::length);

        assertThat(given.cancel(true)).isTrue();
        assertThat(given).isCancelled();
        assertThat(hanging).isCompletedExceptionally();
    }

    @Test
    void whatIsMadeOfAnAnswerIsDoneWithIt() {
        Question<String> question = new Question<>();
        CompletableFuture<Integer> hanging =
                question.stage().thenApply(String::length).toCompletableFuture();
        question.tell("done");
        assertThat(question.stage().toCompletableFuture()).isCompletedWithValue("done");
        assertThat(hanging).isNotDone();

        question.release();
        assertThat(hanging).isCompletedWithValue(4);
    }

    private static void blocked(Replies replies, CountDownLatch never) {
        Question<Void> question = new Question<>();
        question.stage().thenRun(() -> awaitUninterruptibly(never));
        replies.done(question);
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        boolean interrupted = false;
        while (true) {
            try {
                latch.await();
                break;
            } catch (InterruptedException goesOn) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
