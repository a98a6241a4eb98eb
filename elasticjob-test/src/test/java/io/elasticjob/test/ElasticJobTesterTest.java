package io.elasticjob.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.elasticjob.CancelRequest;
import io.elasticjob.ElasticJobEvent;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.NoSuchJobException;
import io.elasticjob.Operator;
import io.elasticjob.ShardingContext;
import io.elasticjob.TriggerReceipt;
import io.elasticjob.TriggerRequest;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ElasticJobTesterTest {

    private final Queue<String> ran = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean fails = new AtomicBoolean();
    private final CountDownLatch goOn = new CountDownLatch(1);

    private final ElasticJobTester tester = ElasticJobTester.builder()
            .job(JobDefinition.named("hourly").every(Duration.ofHours(1)).shards(2), this::note)
            .job(
                    JobDefinition.named("nightly")
                            .cron("0 30 3 * * ?", ZoneOffset.UTC)
                            .set(JobKey.RETRY_ATTEMPTS, "3")
                            .set(JobKey.RETRY_DELAY, "1m"),
                    this::note)
            .job(JobDefinition.named("slow").failover(true).set(JobKey.TIMEOUT, "5m"), context -> goOn.await())
            .start();

    private void note(ShardingContext context) {
        if (fails.get()) {
            throw new IllegalStateException("no luck");
        }
        ran.add(context.jobName() + "/" + context.shardingItem());
    }

    @AfterEach
    void end() {
        goOn.countDown();
        tester.close();
    }

    /** The answer may be ahead of a listener that takes long. */
    @Test
    void whoeverHasWaitedForAnAnswerSeesWhatHasEnded() {
        Thread test = Thread.currentThread();
        AtomicBoolean answered = new AtomicBoolean();
        try (ElasticJobTester slowly = ElasticJobTester.builder()
                .customize(engine -> engine.listener(event -> {
                    while (event instanceof ElasticJobEvent.ExecutionStarted && !(answered.get() && isWaiting(test))) {
                        Thread.onSpinWait();
                    }
                }))
                .job(JobDefinition.named("hourly").every(Duration.ofHours(1)), this::note)
                .start()) {
            slowly.operations()
                    .trigger(TriggerRequest.of("hourly"))
                    .thenCompose(TriggerReceipt::completion)
                    .toCompletableFuture()
                    .join();
            answered.set(true);

            assertThat(slowly.executions()).hasSize(1).allSucceeded();
        }
    }

    private static boolean isWaiting(Thread thread) {
        return thread.getState() == Thread.State.WAITING || thread.getState() == Thread.State.TIMED_WAITING;
    }

    @Test
    void whatAListenerSeesHasEndedWithoutWaitingForItself() {
        Queue<Integer> seen = new ConcurrentLinkedQueue<>();
        AtomicReference<ElasticJobTester> itself = new AtomicReference<>();
        try (ElasticJobTester asking = ElasticJobTester.builder()
                .customize(engine -> engine.listener(event -> {
                    if (event instanceof ElasticJobEvent.ExecutionEnded) {
                        seen.add(itself.get().executions().list().size());
                    }
                }))
                .job(JobDefinition.named("hourly").every(Duration.ofHours(1)), this::note)
                .start()) {
            itself.set(asking);
            asking.run("hourly");
        }
        assertThat(seen).hasSize(1);
    }

    @Test
    void nothingFiresUnlessTimePasses() {
        tester.settle();

        assertThat(tester.now()).isEqualTo(ElasticJobTester.START);
        assertThat(tester.executions()).isEmpty();
    }

    @Test
    void schedulesFireAsTimePasses() {
        tester.advance(Duration.ofHours(4));

        assertThat(tester.now()).isEqualTo("2026-01-01T04:00:00.500Z");
        assertThat(tester.clock().instant()).isEqualTo(tester.now());
        assertThat(tester.executionsOf("hourly"))
                .hasSize(8)
                .allSucceeded()
                .ranShards(0, 1)
                .firedAt(
                        "2026-01-01T01:00:00Z", "2026-01-01T02:00:00Z", "2026-01-01T03:00:00Z", "2026-01-01T04:00:00Z");
        assertThat(tester.executionsOf("nightly")).firedAt("2026-01-01T03:30:00Z");
        assertThat(ran).hasSize(9);
    }

    @Test
    void aJobRunsAtOnceWhenItIsAskedFor() {
        Executions executions = tester.run("hourly");

        assertThat(executions).hasSize(2).allSucceeded().ranShards(0, 1).ranOn(tester.instance());
        assertThat(executions.list()).allMatch(TestExecution::isTriggered);
        assertThat(tester.now()).isEqualTo(ElasticJobTester.START);
    }

    @Test
    void whatIsFilteredIsAssertedUponAlike() {
        tester.run("hourly");

        assertThat(tester.executions())
                .filteredOn(execution -> execution.shard() == 1)
                .hasSize(1)
                .ranShards(1);
    }

    @Test
    void oneShardRunsAlone() {
        assertThat(tester.run("hourly", 1)).hasSize(1).ranShards(1);
        assertThat(ran).containsExactly("hourly/1");
    }

    @Test
    void whatHandlersThrowIsSeen() {
        fails.set(true);

        Executions executions = tester.run("hourly", 0);

        assertThat(executions).allEnded("FAILED");
        assertThatThrownBy(() -> assertThat(executions).allSucceeded())
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("1 did not")
                .hasMessageContaining(
                        "hourly/trigger-0/0/1 on first: FAILED (java.lang.IllegalStateException: no luck)");
    }

    @Test
    void aRetryWaitsForItsTime() {
        fails.set(true);
        assertThatThrownBy(() -> tester.run("nightly"))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("time stands still");

        fails.set(false);
        tester.advance(Duration.ofMinutes(2));

        assertThat(tester.executionsOf("nightly")).hasSize(2);
        assertThat(tester.executionsOf("nightly").list().get(1).attempt()).isEqualTo(2);
        assertThat(tester.executionsOf("nightly").list().get(1).succeeded()).isTrue();
    }

    @Test
    void anUnknownJobIsRefused() {
        assertThatThrownBy(() -> tester.run("nowhere")).isInstanceOf(NoSuchJobException.class);
    }

    @Test
    void timePassesWhileHandlersRunIfTheTestSaysSo() {
        TriggerReceipt receipt = tester.trigger(TriggerRequest.of("slow"));
        assertThat(tester.running()).containsExactly("slow/trigger-0/0/1");

        tester.advanceWhileRunning(Duration.ofMinutes(6));
        tester.settle();

        assertThat(receipt.completion().toCompletableFuture()).isCompleted();
        assertThat(tester.executionsOf("slow")).hasSize(1).allEnded("TIMED_OUT");
        assertThat(tester.running()).isEmpty();
    }

    @Test
    void severalInstancesShareTheShards() {
        TestInstance second = tester.addInstance("second");

        tester.advance(Duration.ofHours(1));

        assertThat(tester.executionsOf("hourly")).hasSize(2).ranOn(tester.instance(), second);
        assertThat(tester.executions().on(second)).hasSize(1);
    }

    @Test
    void theSurvivorRunsWhatAKilledInstanceRan() {
        TestInstance second = tester.addInstance("second");
        second.kill();
        assertThat(second.isLive()).isFalse();

        tester.advance(Duration.ofHours(2));

        assertThat(tester.executionsOf("hourly"))
                .hasSize(4)
                .allSucceeded()
                .eachSucceededOnceAtMost()
                .ranOn(tester.instance());
    }

    @Test
    void theFirstInstanceCanBeKilledAsWell() {
        TestInstance second = tester.addInstance("second");
        tester.instance().kill();

        tester.advance(Duration.ofHours(1));
        assertThat(tester.executionsOf("hourly")).hasSize(2).ranOn(second);

        tester.reset();
        assertThat(tester.instances()).hasSize(1);
        assertThat(tester.executions()).isEmpty();
        assertThat(tester.run("hourly")).ranOn(tester.instance());
    }

    @Test
    void aRunningHandlerIsInterruptedWhenItsInstanceDies() {
        TestInstance second = tester.addInstance("second");
        tester.trigger("slow");
        TestInstance runs = tester.running().size() == 1 && second.running().isEmpty() ? tester.instance() : second;

        runs.kill();
        tester.advanceWhileRunning(Duration.ofSeconds(30));

        assertThat(tester.running()).as("failover runs it again elsewhere").containsExactly("slow/trigger-0/0/2");
    }

    @Test
    void anExpiredInstanceComesBackUnderANewSession() {
        String before = tester.instance().engine().status().instance().orElseThrow();

        tester.instance().expire();
        tester.advance(Duration.ofHours(1));

        assertThat(tester.instance().engine().status().instance().orElseThrow()).isNotEqualTo(before);
        assertThat(tester.executionsOf("hourly")).hasSize(2).allSucceeded();
    }

    @Test
    void aPartitionedInstanceLosesItsShardsAndGetsThemBack() {
        TestInstance second = tester.addInstance("second");
        second.partition();
        tester.advance(Duration.ofHours(1));
        assertThat(tester.executionsOf("hourly")).hasSize(2).ranOn(tester.instance());

        second.heal();
        tester.advance(Duration.ofHours(1));
        assertThat(tester.executionsOf("hourly").on(second)).hasSize(1);
        assertThat(tester.executionsOf("hourly")).eachSucceededOnceAtMost();
    }

    @Test
    void anOutageOfZooKeeperDelaysWhatIsDue() {
        tester.stopRegistry();
        tester.advance(Duration.ofHours(1));
        assertThat(tester.executions()).isEmpty();

        tester.startRegistry();
        tester.advance(Duration.ofMinutes(1));
        assertThat(tester.executionsOf("hourly")).hasSize(2).allSucceeded();
    }

    @Test
    void whatRunsIsNamedAndCanBeCancelled() {
        tester.trigger("slow");
        assertThat(tester.running()).containsExactly("slow/trigger-0/0/1");

        tester.answer(tester.operations().cancel(CancelRequest.of("slow")));
        tester.settle();

        assertThat(tester.executionsOf("slow")).allEnded("CANCELLED");
    }

    @Test
    void aHandlerThatHoldsTimeUpIsNamed() {
        try (ElasticJobTester impatient = ElasticJobTester.builder()
                .job(JobDefinition.named("slow").every(Duration.ofHours(1)), context -> goOn.await())
                .patience(Duration.ofMillis(1))
                .start()) {
            assertThatThrownBy(() -> impatient.advance(Duration.ofHours(2)))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("Time stands still at 2026-01-01T01:00:00Z")
                    .hasMessageContaining("slow/2026-01-01T01:00:00Z/0/1")
                    .hasMessageContaining("advanceWhileRunning");
            goOn.countDown();
        }
    }

    @Test
    void timeDoesNotGoBack() {
        assertThatThrownBy(() -> tester.advance(Duration.ofSeconds(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("past");
    }

    @Test
    void whatAnOperatorSetsHoldsInTests() {
        tester.answer(
                tester.operations().configure("hourly", Map.of(JobKey.SHARDING_TOTAL_COUNT, "3"), Operator.UNKNOWN));

        assertThat(tester.run("hourly")).ranShards(0, 1, 2);
    }

    @Test
    void testsShareNothing() {
        try (ElasticJobTester other = ElasticJobTester.of("0 0 * * * ?", this::note)) {
            other.advance(Duration.ofDays(2));

            assertThat(other.executions()).hasSize(48);
            assertThat(tester.executions()).isEmpty();
            assertThat(tester.now()).isEqualTo(ElasticJobTester.START);
            assertThat(List.copyOf(ran)).containsOnly("job/0");
        }
    }
}
