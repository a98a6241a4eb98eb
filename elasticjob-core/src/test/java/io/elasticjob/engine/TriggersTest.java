package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.Firing;
import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.JobPart;
import io.elasticjob.NoSuchJobException;
import io.elasticjob.OperationRefusedException;
import io.elasticjob.Operator;
import io.elasticjob.RegistryException;
import io.elasticjob.TriggerReceipt;
import io.elasticjob.TriggerRequest;
import io.elasticjob.TriggerStatus;
import io.elasticjob.TriggerStatus.Progress;
import io.elasticjob.TriggerStatus.State;
import io.elasticjob.engine.World.Process;
import io.elasticjob.memory.Requests;
import io.elasticjob.registry.Write;
import io.elasticjob.testing.Ledger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Firings by hand, one engine or several, in virtual time. */
class TriggersTest {

    private static final JobDefinition BY_HAND =
            JobDefinition.named("by-hand").shards(3).build();
    private static final JobDefinition FAILOVER =
            JobDefinition.named("by-hand").shards(3).failover(true).build();
    private static final Operator ANN = new Operator("ann", "month end");

    private final World world = new World();

    @Test
    void everyShardRunsOnceWithWhatTheRequestSays() {
        Process a = world.start("a", BY_HAND);
        Process b = world.start("b", BY_HAND);
        world.seconds(2);

        TriggerReceipt receipt =
                trigger(a, TriggerRequest.of("by-hand").withParameter("2026-10").by(ANN));
        TriggerStatus done = world.now(receipt.completion());
        world.settle();

        assertThat(receipt.number()).isZero();
        assertThat(runs()).containsExactly("by-hand/trigger-0/0/1", "by-hand/trigger-0/1/1", "by-hand/trigger-0/2/1");
        assertThat(world.ledger.entries()).allSatisfy(entry -> {
            assertThat(entry.context.jobParameter()).isEqualTo("2026-10");
            assertThat(entry.context.trigger()).hasValue(0);
            assertThat(entry.context.shardingTotalCount()).isEqualTo(3);
            assertThat(entry.fireTime).isEqualTo(receipt.accepted().requestedAt());
            assertThat(entry.context.fencingToken()).isPositive();
        });
        assertThat(world.ledger.entries().stream().map(entry -> entry.process).collect(Collectors.toSet()))
                .as("both instances run shards, whichever was asked")
                .containsExactlyInAnyOrder("a", "b");
        assertThat(done.shards().values())
                .allMatch(progress -> progress.state() == State.DONE && "SUCCEEDED".equals(progress.outcome()));
        assertThat(done.by()).isEqualTo(ANN);
        assertThat(nodesOf("by-hand")).as("nothing is left behind").isEmpty();
        assertThat(requestNodes()).isEmpty();
        assertThat(world.now(b.engine.operations().triggerStatus("by-hand", 0))).isEmpty();
    }

    @Test
    void requestsAreNeitherTakenTogetherNorLostAndEachShardRunsThemInTheirOrder() {
        Process a = world.start("a", BY_HAND);
        Process b = world.start("b", BY_HAND);
        world.seconds(2);
        List<CompletableFuture<TriggerReceipt>> asked = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            Process by = i % 2 == 0 ? a : b;
            asked.add(
                    by.engine.operations().trigger(TriggerRequest.of("by-hand")).toCompletableFuture());
        }
        world.seconds(20);

        assertThat(asked.stream().map(answer -> answer.join().number()).sorted())
                .containsExactlyElementsOf(LongStream.range(0, 50).boxed().toList());
        for (int shard = 0; shard < 3; shard++) {
            int of = shard;
            assertThat(world.ledger.entries().stream()
                            .filter(entry -> entry.id.shard() == of)
                            .map(entry -> ((Firing.Triggered) entry.id.firing()).number()))
                    .containsExactlyElementsOf(LongStream.range(0, 50).boxed().toList());
        }
        assertThat(nodesOf("by-hand")).isEmpty();
    }

    @Test
    void onlyTheShardsThatAreNamedRun() {
        Process a = world.start("a", BY_HAND);
        world.seconds(2);

        world.now(trigger(a, TriggerRequest.of("by-hand").withShards(new TreeSet<>(List.of(0, 2))))
                .completion());

        assertThat(runs()).containsExactly("by-hand/trigger-0/0/1", "by-hand/trigger-0/2/1");
    }

    @Test
    void aBusyShardRunsTriggersAndScheduleInTurns() {
        JobDefinition job =
                JobDefinition.named("busy").every(Duration.ofSeconds(1)).build();
        Process a = world.start("a", job);
        a.duration = Duration.ofMillis(1500);
        world.seconds(3);
        for (int i = 0; i < 4; i++) {
            trigger(a, TriggerRequest.of("busy"));
        }
        world.seconds(14);

        List<Boolean> byHand = world.ledger.entries().stream()
                .map(entry -> entry.id.firing() instanceof Firing.Triggered)
                .toList();
        int first = byHand.indexOf(true);
        assertThat(byHand.subList(first, first + 7)).containsExactly(true, false, true, false, true, false, true);
    }

    @Test
    void aShardThatIsRunningIsWaitedForThoughSomebodyElseRunsIt() {
        Process a = world.start("a", BY_HAND);
        a.duration = Duration.ofSeconds(5);
        world.seconds(2);
        trigger(a, TriggerRequest.of("by-hand"));
        Process b = world.start("b", BY_HAND);
        world.seconds(1);
        TriggerReceipt second = trigger(b, TriggerRequest.of("by-hand"));
        assertThat(world.now(b.engine.operations().triggerStatus("by-hand", 0))
                        .orElseThrow()
                        .shards()
                        .values())
                .allMatch(progress -> progress.state() == State.RUNNING);
        assertThat(world.now(b.engine.operations().triggerStatus("by-hand", second.number()))
                        .orElseThrow()
                        .shards()
                        .values())
                .allMatch(progress -> progress.equals(new Progress(State.WAITING, null, null)));
        world.seconds(20);

        assertThat(runs()).hasSize(6).doesNotHaveDuplicates();
        assertThat(world.ledger.entries())
                .filteredOn(entry -> entry.process.equals("b"))
                .isNotEmpty();
    }

    @Test
    void aDyingOwnersShardsRunAgainUnderTheSameFiring() {
        Process a = world.start("a", FAILOVER);
        Process b = world.start("b", FAILOVER);
        a.duration = Duration.ofSeconds(60);
        b.duration = Duration.ofSeconds(3);
        world.seconds(2);
        trigger(b, TriggerRequest.of("by-hand").withParameter("again"));
        world.seconds(1);
        a.kill();
        world.seconds(20);

        assertThat(runs())
                .contains("by-hand/trigger-0/0/1", "by-hand/trigger-0/0/2")
                .hasSizeGreaterThan(3)
                .doesNotHaveDuplicates();
        assertThat(world.ledger.entries())
                .filteredOn(entry -> entry.id.attempt() == 2)
                .allMatch(entry -> entry.process.equals("b")
                        && entry.context.jobParameter().equals("again"));
        assertThat(nodesOf("by-hand")).isEmpty();
    }

    @Test
    void withoutFailoverADyingOwnersShardsAreLostAndTheTriggerIsDone() {
        Process a = world.start("a", BY_HAND);
        Process b = world.start("b", BY_HAND);
        a.duration = Duration.ofSeconds(60);
        world.seconds(2);
        TriggerReceipt receipt = trigger(b, TriggerRequest.of("by-hand"));
        world.seconds(1);
        a.kill();
        TriggerStatus done = world.now(receipt.completion());

        assertThat(done.isDone()).isTrue();
        assertThat(done.shards().values().stream().map(Progress::outcome)).contains("LOST", "SUCCEEDED");
        assertThat(runs()).hasSize(3);
    }

    @Test
    void aTriggerOutlivesWhoeverAskedForItAndEverybody() {
        Process a = world.start("a", BY_HAND);
        world.seconds(2);
        a.duration = Duration.ofSeconds(60);
        trigger(a, TriggerRequest.of("by-hand"));
        trigger(a, TriggerRequest.of("by-hand"));
        a.kill();
        world.seconds(10);
        world.start("b", FAILOVER);
        world.seconds(15);

        assertThat(runs()).filteredOn(id -> id.contains("trigger-1")).hasSize(3);
        assertThat(nodesOf("by-hand")).isEmpty();
    }

    @Test
    void aJobThatIsNotMonitoredRunsTriggersOnceEachAndGoesOnWithoutTraffic() {
        JobDefinition light = JobDefinition.named("light")
                .every(Duration.ofSeconds(1))
                .shards(2)
                .monitorExecution(false)
                .build();
        Process a = world.start("a", light);
        Process b = world.start("b", light);
        world.seconds(3);
        world.now(trigger(a, TriggerRequest.of("light")).completion());
        world.now(trigger(b, TriggerRequest.of("light")).completion());
        world.settle();
        long before = a.registry.requests().total() + b.registry.requests().total();
        world.seconds(5);

        assertThat(world.ledger.entries().stream()
                        .filter(entry -> entry.context.trigger().isPresent())
                        .map(entry -> entry.id.toString()))
                .containsExactlyInAnyOrder(
                        "light/trigger-0/0/1", "light/trigger-0/1/1", "light/trigger-1/0/1", "light/trigger-1/1/1");
        assertThat(a.registry.requests().total() + b.registry.requests().total() - before)
                .as("whether ZooKeeper answers is asked each third of a session, and nothing else")
                .isLessThanOrEqualTo(2 * 3);
        assertThat(world.ledger.entries().stream()
                        .filter(entry -> entry.context.trigger().isEmpty())
                        .map(entry -> entry.id.toString()))
                .doesNotHaveDuplicates()
                .hasSizeGreaterThan(12);
    }

    @Test
    void aDisabledJobIsRefusedUnlessForced() {
        Process a = world.start("a", BY_HAND);
        world.seconds(2);
        world.now(a.engine.operations().disable("by-hand", JobPart.WHOLE_JOB, ANN));

        assertThatThrownBy(() -> trigger(a, TriggerRequest.of("by-hand")))
                .hasCauseInstanceOf(OperationRefusedException.class)
                .hasMessageContaining("by-hand is disabled");
        world.now(trigger(a, TriggerRequest.of("by-hand").withForce(true)).completion());

        assertThat(runs()).hasSize(3);
    }

    @Test
    void whatWasAskedForBeforeTheJobWasDisabledWaitsUntilItIsEnabled() {
        Process a = world.start("a", BY_HAND);
        a.duration = Duration.ofSeconds(2);
        world.seconds(2);
        trigger(a, TriggerRequest.of("by-hand"));
        TriggerReceipt second = trigger(a, TriggerRequest.of("by-hand"));
        world.now(a.engine.operations().disable("by-hand", JobPart.WHOLE_JOB, ANN));
        world.seconds(30);
        assertThat(runs()).as("what runs ends, what waits waits").hasSize(3);

        world.now(a.engine.operations().enable("by-hand", JobPart.WHOLE_JOB, ANN));
        world.now(second.completion());
        assertThat(runs()).hasSize(6);
    }

    @Test
    void whatIsTakenBackIsNotBegun() {
        Process a = world.start("a", BY_HAND);
        Process b = world.start("b", BY_HAND);
        a.duration = Duration.ofSeconds(5);
        b.duration = Duration.ofSeconds(5);
        world.seconds(2);
        trigger(a, TriggerRequest.of("by-hand"));
        TriggerReceipt second = trigger(a, TriggerRequest.of("by-hand"));

        TriggerStatus cancelled = world.now(b.engine.operations().cancel("by-hand", second.number(), ANN))
                .orElseThrow();
        TriggerStatus told = world.now(second.completion());
        world.seconds(20);

        assertThat(cancelled.shards().values()).allMatch(progress -> progress.state() == State.CANCELLED);
        assertThat(told).isEqualTo(cancelled);
        assertThat(runs()).hasSize(3).allMatch(id -> id.contains("trigger-0"));
        assertThat(world.now(b.engine.operations().cancel("by-hand", 7, ANN))).isEmpty();
    }

    @Test
    void whatCanNotBeDoneIsRefusedWithTheRule() {
        Process a = world.start("a", BY_HAND);
        world.seconds(2);

        assertThatThrownBy(() -> trigger(a, TriggerRequest.of("none")))
                .hasCauseInstanceOf(NoSuchJobException.class)
                .hasMessageContaining("\"none\"");
        assertThatThrownBy(() -> trigger(a, TriggerRequest.of("by-hand").withShards(new TreeSet<>(List.of(1, 3)))))
                .hasCauseInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("shards: \"1,3\" names shard 3, which does not exist: by-hand has 0 to 2");
        assertThatThrownBy(() -> TriggerRequest.of("a/b")).isInstanceOf(InvalidSettingException.class);
        assertThatThrownBy(() -> TriggerRequest.of("by-hand").withId("no slashes/"))
                .isInstanceOf(InvalidSettingException.class);
        assertThat(nodesOf("by-hand")).isEmpty();
        assertThat(requestNodes()).isEmpty();
    }

    @Test
    void aSecondRequestOfTheSameIdIsTheSameOne() {
        Process a = world.start("a", BY_HAND);
        a.duration = Duration.ofSeconds(2);
        world.seconds(2);
        TriggerReceipt first = trigger(a, TriggerRequest.of("by-hand").withId("x"));
        TriggerReceipt second = trigger(a, TriggerRequest.of("by-hand").withId("x"));
        world.seconds(10);

        assertThat(second.number()).isEqualTo(first.number());
        assertThat(runs()).hasSize(3);
        assertThat(first.completion().toCompletableFuture()).isCompleted();
        assertThat(second.completion().toCompletableFuture()).isCompleted();
    }

    @Test
    void theSameIdForTwoJobsIsTwoRequestsHoweverFarApartTheyAreMade() {
        world.latency = Duration.ofMillis(30);
        JobDefinition other = JobDefinition.named("other").shards(2).build();
        Process a = world.start("a", BY_HAND, other);
        Process b = world.start("b", BY_HAND, other);
        world.seconds(2);
        for (int i = 0; i < 40; i++) {
            String id = "x" + i;
            Process there = i % 2 == 0 ? a : b; // the same instance, or another one
            CompletableFuture<TriggerReceipt> first = a.engine
                    .operations()
                    .trigger(TriggerRequest.of("by-hand").withId(id))
                    .toCompletableFuture();
            world.time.pass(Duration.ofMillis(10L * (i / 2)));
            CompletableFuture<TriggerReceipt> second = there.engine
                    .operations()
                    .trigger(TriggerRequest.of("other").withId(id))
                    .toCompletableFuture();
            world.seconds(5);

            assertThat(first.join().accepted().job()).isEqualTo("by-hand");
            assertThat(second)
                    .as("asked for %s ms later", 10 * (i / 2))
                    .isCompleted()
                    .satisfies(done -> assertThat(done.join().accepted().job()).isEqualTo("other"));
            assertThat(first.join().completion().toCompletableFuture()).isCompleted();
            assertThat(second.join().completion().toCompletableFuture()).isCompleted();
            assertThat(requestNodes()).isEmpty();
        }
        assertThat(world.runs("by-hand")).isEqualTo(3 * 40);
        assertThat(world.runs("other")).isEqualTo(2 * 40);
    }

    @Test
    void aRequestInDoubtDoesNotHoldUpTheSameIdForAnotherJob() {
        JobDefinition other = JobDefinition.named("other").shards(2).build();
        world.latency = Duration.ofMillis(100);
        Process a = world.start("a", BY_HAND, other);
        world.latency = Duration.ZERO;
        Process b = world.start("b", BY_HAND, other);
        world.seconds(2);
        CompletableFuture<TriggerReceipt> inDoubt = a.engine
                .operations()
                .trigger(TriggerRequest.of("by-hand").withId("x"))
                .toCompletableFuture();
        world.time.pass(Duration.ofMillis(550)); // its last request is under way
        a.registry.link().silenceAnswers();
        world.time.until(() -> nodesOf("by-hand").size() == 1);
        CompletableFuture<TriggerReceipt> asked = b.engine
                .operations()
                .trigger(TriggerRequest.of("other").withId("x"))
                .toCompletableFuture();
        world.seconds(2);
        assertThat(inDoubt).isNotDone();
        assertThat(asked).isCompleted();
        assertThat(asked.join().accepted().job()).isEqualTo("other");
        a.registry.link().reset();
        a.registry.link().heal();
        world.seconds(20);

        assertThat(inDoubt.join().accepted().job()).isEqualTo("by-hand");
        assertThat(world.runs("by-hand")).isEqualTo(3);
        assertThat(world.runs("other")).isEqualTo(2);
        assertThat(requestNodes()).isEmpty();
    }

    @Test
    void oneRequestMadeThroughTwoInstancesAtOnceHasOneTrigger() {
        world.latency = Duration.ofMillis(30);
        Process a = world.start("a", BY_HAND);
        Process b = world.start("b", BY_HAND);
        a.duration = Duration.ofMinutes(10);
        b.duration = Duration.ofMinutes(10);
        world.seconds(2);
        trigger(a, TriggerRequest.of("by-hand"));
        for (int i = 0; i < 40; i++) {
            TriggerRequest request = TriggerRequest.of("by-hand").withId("x" + i);
            CompletableFuture<TriggerReceipt> first =
                    a.engine.operations().trigger(request).toCompletableFuture();
            world.time.pass(Duration.ofMillis(10L * i));
            CompletableFuture<TriggerReceipt> second =
                    b.engine.operations().trigger(request).toCompletableFuture();
            world.seconds(5);

            assertThat(second).isCompleted();
            assertThat(second.join().number())
                    .as("asked for %s ms later", 10 * i)
                    .isEqualTo(first.join().number());
            assertThat(requestNodes()).isEmpty();
        }
    }

    @Test
    void whoeverFindsTheTriggerOfAnotherLeavesItToBeFoundByThat() {
        world.latency = Duration.ofMillis(100);
        Process a = world.start("a", BY_HAND);
        world.latency = Duration.ZERO;
        Process b = world.start("b", BY_HAND);
        a.duration = Duration.ofSeconds(1);
        b.duration = Duration.ofSeconds(1);
        world.seconds(2);
        TriggerRequest request = TriggerRequest.of("by-hand").withId("x");
        CompletableFuture<TriggerReceipt> inDoubt =
                a.engine.operations().trigger(request).toCompletableFuture();
        world.time.pass(Duration.ofMillis(550)); // its last request is under way
        a.registry.link().silenceAnswers();
        world.time.until(() -> nodesOf("by-hand").size() == 1);
        CompletableFuture<TriggerReceipt> asked =
                b.engine.operations().trigger(request).toCompletableFuture();
        world.seconds(2);
        assertThat(inDoubt).isNotDone();
        a.registry.link().reset();
        a.registry.link().heal();
        world.seconds(20);

        assertThat(inDoubt).isCompleted();
        assertThat(inDoubt.join().number()).isZero();
        assertThat(asked).isDone();
        assertThat(runs()).hasSize(3).allMatch(id -> id.contains("trigger-0"));
        assertThat(requestNodes()).isEmpty();
    }

    @Test
    void whatIsTakenBackBeforeItsNumberIsKnownIsNotAskedForAgain() {
        world.latency = Duration.ofMillis(100);
        Process a = world.start("a", BY_HAND);
        world.latency = Duration.ZERO;
        Process b = world.start("b", BY_HAND);
        a.duration = Duration.ofSeconds(8);
        b.duration = Duration.ofSeconds(8);
        world.seconds(2);
        trigger(b, TriggerRequest.of("by-hand"));
        CompletableFuture<TriggerReceipt> asked =
                a.engine.operations().trigger(TriggerRequest.of("by-hand")).toCompletableFuture();
        world.time.pass(Duration.ofMillis(50)); // it is under way
        a.registry.link().silenceAnswers();
        world.time.until(() -> nodesOf("by-hand").size() == 2);
        world.seconds(1);
        assertThat(asked).isNotDone();
        assertThat(world.now(b.engine.operations().cancel("by-hand", 1, ANN))).isPresent();
        a.registry.link().reset();
        a.registry.link().heal();
        world.seconds(20);

        assertThatThrownBy(asked::join)
                .hasCauseInstanceOf(RegistryException.class)
                .hasMessageContaining("was created, and cancelled");
        assertThat(runs()).hasSize(3).allMatch(id -> id.contains("trigger-0"));
        assertThat(requestNodes()).isEmpty();
    }

    @Test
    void theEndIsToldWheneverTheConnectionIsLost() {
        world.latency = Duration.ofMillis(50);
        Process a = world.start("a", BY_HAND);
        world.start("b", BY_HAND);
        world.seconds(2);
        for (int i = 0; i < 30; i++) {
            TriggerReceipt receipt = trigger(a, TriggerRequest.of("by-hand"));
            world.time.until(() -> nodesOf("by-hand").isEmpty());
            world.time.pass(Duration.ofMillis(10L * i));
            a.registry.link().reset();
            world.seconds(5);

            assertThat(receipt.completion().toCompletableFuture())
                    .as("lost %s ms after the end", 10 * i)
                    .isCompleted();
        }
    }

    @Test
    void anAnswerThatIsLostIsFoundAgainThoughTheTriggerHasLongRun() {
        Process b = world.start("b", BY_HAND);
        world.latency = Duration.ofMillis(200);
        Process a = world.start("a", BY_HAND);
        world.seconds(5);
        world.now(b.engine.operations().drain("a", ANN));
        world.seconds(2);
        CompletableFuture<TriggerReceipt> asked =
                a.engine.operations().trigger(TriggerRequest.of("by-hand")).toCompletableFuture();
        world.time.pass(Duration.ofMillis(100)); // the creation is on its way
        a.registry.link().silenceAnswers();
        world.time.pass(Duration.ofSeconds(2));
        assertThat(asked).isNotDone();
        assertThat(runs()).as("it was created, and has run").hasSize(3);
        a.registry.link().reset();
        a.registry.link().heal();
        world.seconds(15);

        assertThat(asked.join().number()).isZero();
        assertThat(runs()).hasSize(3).allMatch(id -> id.contains("trigger-0"));
        assertThat(nodesOf("by-hand")).isEmpty();
        assertThat(requestNodes()).isEmpty();
        assertThat(b.events(ElasticJobEvent.TriggerDone.class)).hasSize(1);
    }

    @Test
    void aShardThatAChangeTookAwayStillRunsWhatListsIt() {
        Process a = world.start("a", BY_HAND);
        Process b = world.start("b", BY_HAND);
        a.duration = Duration.ofSeconds(2);
        b.duration = Duration.ofSeconds(2);
        world.seconds(2);
        trigger(a, TriggerRequest.of("by-hand"));
        TriggerReceipt second = trigger(a, TriggerRequest.of("by-hand"));
        world.now(a.engine.operations().configure("by-hand", java.util.Map.of(JobKey.SHARDING_TOTAL_COUNT, "1"), ANN));
        world.now(second.completion());

        assertThat(runs()).hasSize(6);
        assertThat(world.ledger.entries()).allMatch(entry -> entry.context.shardingTotalCount() == 3);
    }

    @Test
    void whatCanNeverBeDoneIsGivenUpAfterADayAndTheShardsAreNamed() {
        Process a = world.start("a", BY_HAND);
        world.seconds(2);
        world.now(a.engine.operations().disable("by-hand", new JobPart.Shard(1), ANN));
        TriggerReceipt receipt = trigger(a, TriggerRequest.of("by-hand").withShards(new TreeSet<>(List.of(0, 2))));
        world.now(receipt.completion());
        world.now(a.engine.operations().enable("by-hand", new JobPart.Shard(1), ANN));
        a.duration = Duration.ofSeconds(1);
        TriggerReceipt stuck = trigger(a, TriggerRequest.of("by-hand"));
        world.now(a.engine.operations().disable("by-hand", new JobPart.Shard(1), ANN));
        world.time.pass(Duration.ofHours(25));

        assertThat(a.events(ElasticJobEvent.TriggerExpired.class)).allSatisfy(expired -> {
            assertThat(expired.number()).isEqualTo(stuck.number());
            assertThat(expired.notRun()).isSubsetOf(1);
        });
        assertThat(nodesOf("by-hand")).isEmpty();
    }

    @Test
    void triggersThatWaitForLongKeepTheLeaderFromNothingThatOthersHaveLeft() {
        Process a = world.start("a", BY_HAND);
        world.seconds(2);
        a.duration = Duration.ofHours(1);
        TreeSet<Integer> busy = new TreeSet<>(List.of(1));
        trigger(a, TriggerRequest.of("by-hand").withShards(busy));
        world.seconds(1);
        for (int i = 0; i < 25; i++) {
            trigger(a, TriggerRequest.of("by-hand").withShards(busy));
        }
        world.now(a.engine.operations().disable("by-hand", new JobPart.Shard(1), ANN));
        a.duration = Duration.ofMillis(10);
        a.losingConnections = writes -> writes.stream()
                .anyMatch(write ->
                        write instanceof Write.Delete && write.path().startsWith("/test/jobs/by-hand/trigger-"));
        TriggerReceipt left = trigger(a, TriggerRequest.of("by-hand").withShards(new TreeSet<>(List.of(0))));
        world.seconds(1);
        a.kill();
        world.start("b", BY_HAND);
        assertThat(nodesOf("by-hand")).anyMatch(node -> node.endsWith(Long.toString(left.number())));
        world.seconds(60);

        assertThat(nodesOf("by-hand")).hasSize(25).noneMatch(node -> node.endsWith(Long.toString(left.number())));
    }

    @Test
    void whoeverIsClosedTellsThoseThatWaitSoAndTheTriggerGoesOn() {
        Process a = world.start("a", BY_HAND);
        Process b = world.start("b", BY_HAND);
        b.duration = Duration.ofSeconds(3);
        a.duration = Duration.ofSeconds(3);
        world.seconds(2);
        TriggerReceipt receipt = trigger(a, TriggerRequest.of("by-hand"));
        a.kill();
        world.seconds(30);

        assertThat(receipt.number()).isZero();
        assertThat(nodesOf("by-hand")).isEmpty();
    }

    // ---- Speed, by counting ---------------------------------------------------------------------------------------

    @Test
    void aTriggerOnOneInstanceCostsFourWritesAndNotOneRead() {
        Process a = world.start("a", BY_HAND);
        world.seconds(2);
        Requests before = a.registry.requests();

        TriggerStatus done = world.now(trigger(a, TriggerRequest.of("by-hand")).completion());
        world.settle();

        Requests after = a.registry.requests();
        assertThat(done.shards().values())
                .as("told without a look at the records")
                .allMatch(progress -> progress.state() == State.DONE && "SUCCEEDED".equals(progress.outcome()));
        assertThat(after.commits() - before.commits())
                .as("created, claimed, ended, deleted")
                .isEqualTo(4);
        assertThat(after.total() - before.total()).isEqualTo(4);
        assertThat(nodesOf("by-hand")).isEmpty();
        assertThat(requestNodes()).isEmpty();
    }

    @Test
    void manyTriggersAtOnceCostNoMoreThanOne() {
        JobDefinition[] jobs = jobs(50);
        Process a = world.start("a", 200, jobs);
        world.seconds(2);
        Requests before = a.registry.requests();

        List<CompletableFuture<TriggerReceipt>> asked = triggerAll(a, jobs);
        world.seconds(2);

        assertThat(asked)
                .allSatisfy(answer -> assertThat(answer.join().completion().toCompletableFuture())
                        .isCompleted());
        assertThat(a.registry.requests().total() - before.total()).isEqualTo(4);
        assertThat(runs()).hasSize(50).doesNotHaveDuplicates();
    }

    @Test
    void whatEndsWhileEndsAreBeingWrittenTravelsTogether() {
        world.latency = Duration.ofMillis(50);
        JobDefinition[] jobs = jobs(10);
        Process a = world.start("a", jobs);
        world.seconds(3);
        long before = a.commits;

        for (JobDefinition job : jobs) {
            a.engine.operations().trigger(TriggerRequest.of(job.name()));
            world.time.pass(Duration.ofMillis(2));
        }
        world.seconds(5);

        assertThat(runs()).hasSize(10);
        assertThat(a.commits - before)
                .as("each is created and claimed alone; two end alone, then all others, and so they are deleted")
                .isEqualTo(10 + 10 + 3 + 3);
    }

    // ---- What travels together ------------------------------------------------------------------------------------

    @Test
    void whatIsRefusedTogetherIsDecidedAnewOneByOne() {
        Process a = world.start("a", jobs(3));
        world.latency = Duration.ofMillis(100);
        Process b = world.start("b", jobs(3));
        world.seconds(3);
        world.now(a.engine.operations().disable("job0", JobPart.WHOLE_JOB, ANN));
        world.now(a.engine
                .operations()
                .configure("job1", java.util.Map.of(JobKey.JOB_PARAMETER, "other"), ANN)); // b has not heard of either

        List<CompletableFuture<TriggerReceipt>> asked = triggerAll(b, jobs(3));
        world.seconds(5);

        assertThatThrownBy(() -> asked.get(0).join())
                .hasCauseInstanceOf(OperationRefusedException.class)
                .hasMessageContaining("job0 is disabled");
        assertThat(runs()).containsExactly("job1/trigger-0/0/1", "job2/trigger-0/0/1");
        assertThat(asked.get(1).join().completion().toCompletableFuture()).isCompleted();
        assertThat(asked.get(2).join().completion().toCompletableFuture()).isCompleted();
        assertThat(requestNodes()).isEmpty();
    }

    @Test
    void eachOfThoseThatWereCreatedTogetherIsFoundAgainWhenTheAnswerIsLost() {
        JobDefinition[] jobs = jobs(5);
        world.latency = Duration.ofMillis(100);
        Process a = world.start("a", jobs);
        world.seconds(3);
        List<CompletableFuture<TriggerReceipt>> asked = triggerAll(a, jobs);
        world.time.pass(Duration.ofMillis(50));
        a.registry.link().silenceAnswers();
        world.seconds(2);
        assertThat(nodesOf("job4")).hasSize(1);
        assertThat(asked).noneMatch(CompletableFuture::isDone);
        a.registry.link().reset();
        a.registry.link().heal();
        world.seconds(10);

        assertThat(asked)
                .allSatisfy(answer -> assertThat(answer.join().completion().toCompletableFuture())
                        .isCompleted());
        assertThat(runs()).hasSize(5).allMatch(id -> id.contains("trigger-0"));
        assertThat(requestNodes()).isEmpty();
    }

    @Test
    void aTriggerThatHasToStayKeepsNoOtherFromGoing() {
        JobDefinition[] jobs = jobs(2);
        Process b = world.start("b", jobs);
        world.latency = Duration.ofMillis(100);
        Process c = world.start("c", jobs);
        world.seconds(3);
        world.now(b.engine.operations().drain("c", ANN));
        world.now(b.engine.operations().drain("b", ANN));
        world.seconds(2);
        TriggerReceipt known = trigger(b, TriggerRequest.of("job1"));
        CompletableFuture<TriggerReceipt> inDoubt =
                c.engine.operations().trigger(TriggerRequest.of("job0")).toCompletableFuture();
        world.time.pass(Duration.ofMillis(50));
        c.registry.link().silenceAnswers();
        world.seconds(1);
        world.now(b.engine.operations().resume("b", ANN));
        world.seconds(2);

        assertThat(runs()).as("both have run").containsExactly("job0/trigger-0/0/1", "job1/trigger-0/0/1");
        assertThat(known.completion().toCompletableFuture()).isCompleted();
        assertThat(nodesOf("job1")).isEmpty();
        assertThat(nodesOf("job0")).as("its number is not known").hasSize(1);
        c.registry.link().reset();
        c.registry.link().heal();
        world.seconds(10);
        assertThat(inDoubt.join().number()).isZero();
        assertThat(nodesOf("job0")).isEmpty();
        assertThat(requestNodes()).isEmpty();
    }

    @Test
    void theNodeOfARequestDoesNotOutstayALongRun() {
        Process a = world.start("a", BY_HAND);
        a.duration = Duration.ofSeconds(60);
        world.seconds(2);
        trigger(a, TriggerRequest.of("by-hand"));
        world.seconds(3);

        assertThat(nodesOf("by-hand")).hasSize(1);
        assertThat(requestNodes()).isEmpty();
    }

    @Test
    void whatOthersCreatedBeforeAnOwnTriggerRunsBeforeIt() {
        Process b = world.start("b", BY_HAND);
        world.latency = Duration.ofMillis(100);
        Process a = world.start("a", BY_HAND);
        world.seconds(3);
        world.now(a.engine.operations().drain("b", ANN));
        world.seconds(2);
        TriggerReceipt others = trigger(b, TriggerRequest.of("by-hand"));
        TriggerReceipt own = trigger(a, TriggerRequest.of("by-hand")); // sent before a has heard of the other
        world.seconds(3);

        assertThat(others.number()).isLessThan(own.number());
        assertThat(world.ledger.entries().stream()
                        .filter(entry -> entry.id.shard() == 1)
                        .map(entry -> ((Firing.Triggered) entry.id.firing()).number()))
                .containsExactly(0L, 1L);
        assertThat(nodesOf("by-hand")).isEmpty();
    }

    private static JobDefinition[] jobs(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> JobDefinition.named("job" + i).build())
                .toArray(JobDefinition[]::new);
    }

    private static List<CompletableFuture<TriggerReceipt>> triggerAll(Process by, JobDefinition... jobs) {
        return Arrays.stream(jobs)
                .map(job -> by.engine
                        .operations()
                        .trigger(TriggerRequest.of(job.name()))
                        .toCompletableFuture())
                .toList();
    }

    private TriggerReceipt trigger(Process by, TriggerRequest request) {
        return world.now(by.engine.operations().trigger(request));
    }

    private List<String> runs() {
        return world.ledger.entries().stream()
                .map((Ledger.Entry entry) -> entry.id.toString())
                .sorted()
                .toList();
    }

    private List<String> nodesOf(String job) {
        return world.ensemble.children("/test/jobs/" + job);
    }

    private List<String> requestNodes() {
        return world.ensemble.children("/test").stream()
                .filter(name -> name.startsWith("request-"))
                .toList();
    }
}
