package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.ElasticJobEvent.ExecutionStarted;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.JobPart;
import io.elasticjob.Operator;
import io.elasticjob.ShardRecord;
import io.elasticjob.engine.World.Process;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Claims that are made before their fire time, and what becomes of those that nothing begins under, in virtual time. */
class ClaimAheadTest {

    private static final Instant TEN = Instant.parse("2026-01-01T00:00:10Z");
    private static final Operator ANN = new Operator("ann", "");

    private final World world = new World();

    @Test
    void aShardIsClaimedBeforeItIsDueAndStartsOnTheInstant() {
        world.latency = Duration.ofMillis(30);
        Process a = world.start("a", everyTen("orders", 3));
        world.time.passUntil(TEN.minusMillis(100));

        assertThat(world.record("orders", 0).owner()).contains("a.0");
        assertThat(world.runs("orders")).isZero();
        assertThat(world.record("orders", 0).startedAt()).isEqualTo(TEN);

        world.time.passUntil(TEN);
        assertThat(world.runs("orders")).isEqualTo(3);
        assertThat(a.events(ExecutionStarted.class))
                .hasSize(3)
                .allSatisfy(start -> assertThat(start.lateness()).isZero());
    }

    @Test
    void withoutMonitoringItStartsOnTheInstantWithoutAClaim() {
        Process a = world.start("a", every("orders", 3).monitorExecution(false).build());
        long requests = a.engine.registryRequests();
        world.time.passUntil(TEN);

        assertThat(a.events(ExecutionStarted.class))
                .hasSize(3)
                .allSatisfy(start -> assertThat(start.lateness()).isZero());
        assertThat(a.engine.registryRequests() - requests)
                .as("whether ZooKeeper answers is asked each third of a session, and nothing else")
                .isLessThanOrEqualTo(5);
    }

    @Test
    void whatIsDisabledMeanwhileDoesNotBegin() {
        Process a = world.start("a", everyTen("orders", 1));
        world.time.passUntil(TEN.minusMillis(100));
        ShardRecord claimed = world.record("orders", 0);
        world.now(a.engine.operations().disable("orders", JobPart.WHOLE_JOB, ANN));
        world.seconds(2);

        assertThat(claimed.isRunning()).isTrue();
        assertThat(world.runs("orders")).isZero();
        assertThat(world.record("orders", 0)).isEqualTo(ShardRecord.NEW);
    }

    @Test
    void whatIsChangedMeanwhileRunsAsItIsNow() {
        Process a = world.start("a", everyTen("orders", 1));
        world.time.passUntil(TEN.minusMillis(100));
        world.now(a.engine.operations().configure("orders", Map.of(JobKey.JOB_PARAMETER, "new"), ANN));
        world.seconds(2);

        assertThat(world.ledger.entries()).singleElement().satisfies(run -> {
            assertThat(run.context.jobParameter()).isEqualTo("new");
            assertThat(run.id.attempt()).isEqualTo(1);
        });
    }

    @Test
    void whoeverDrainsLeavesWhatItHasNotBegunToTheOthers() {
        Process a = world.start("a", everyTen("orders", 2));
        world.start("b", everyTen("orders", 2));
        world.time.passUntil(TEN.minusMillis(100));
        a.engine.drain();
        world.seconds(2);

        assertThat(world.ran("orders", TEN)).isEqualTo("b:0 b:1");
        assertThat(world.ledger.entries())
                .allSatisfy(run -> assertThat(run.id.attempt()).isEqualTo(1));
    }

    @Test
    void whatGoesToAnotherInstanceMeanwhileIsBegunThere() {
        world.start("a", everyTen("orders", 2));
        world.time.passUntil(TEN.minusMillis(150));
        world.launch("b", everyTen("orders", 2));
        world.time.passUntil(TEN.plusSeconds(2));

        assertThat(world.ran("orders", TEN)).isEqualTo("a:0 b:1");
        assertThat(world.ledger.entries())
                .allSatisfy(run -> assertThat(run.id.attempt()).isEqualTo(1));
    }

    @Test
    void whoeverDiesBetweenClaimAndFireTimeIsTakenOverLikeAnybody() {
        JobDefinition failover = every("orders", 1).failover(true).build();
        Process a = world.start("a", failover);
        world.start("b", failover);
        world.time.passUntil(TEN.minusMillis(100));
        assertThat(world.record("orders", 0).owner()).contains("a.0");
        a.kill();
        world.time.passUntil(TEN.plus(World.SESSION).plusSeconds(1));

        assertThat(world.ran("orders", TEN)).isEqualTo("b:0");
    }

    @Test
    void whoeverWasCutOffSinceTheClaimBeginsNothingAfterItsEnd() {
        Process a = world.start("a", everyTen("orders", 1));
        world.start("b", everyTen("orders", 1));
        world.time.passUntil(TEN.minusMillis(100));
        a.watch.freeze();
        a.registry.link().freeze();
        world.time.pass(World.SESSION.plusSeconds(2));
        a.watch.thaw(); // and its loop turns before it hears anything of its registry
        world.time.pass(Duration.ofMillis(10));
        a.registry.link().thaw();
        world.seconds(2);

        assertThat(world.ran("orders", TEN)).doesNotContain("a:");
    }

    @Test
    void noMoreIsClaimedThanSoonFindsASlot() {
        Process a = world.start("a", 4, everyTen("orders", 20));
        world.time.passUntil(TEN.minusMillis(100));
        assertThat(claimed("orders", 20))
                .as("nothing is known of how long they take")
                .isEqualTo(4);

        a.duration = Duration.ofMillis(50);
        world.time.passUntil(TEN.plusSeconds(10).minusMillis(100));
        assertThat(claimed("orders", 20)).as("they were short").isEqualTo(20);
    }

    @Test
    void whatDoesNotFindASlotIsGivenBackAndRunsWhenThereIsOne() {
        Process a = world.start("a", 2, everyTen("orders", 8));
        a.duration = Duration.ofMillis(50);
        world.time.passUntil(TEN.plusSeconds(5));
        a.duration = Duration.ofSeconds(4);
        world.time.passUntil(TEN.plusSeconds(10).minusMillis(100));
        assertThat(claimed("orders", 8)).isEqualTo(8);
        world.time.passUntil(TEN.plusSeconds(13));
        assertThat(claimed("orders", 8)).as("those that run").isEqualTo(2);
        world.time.passUntil(TEN.plusSeconds(19));

        assertThat(world.ledger.entries())
                .filteredOn(run -> run.fireTime.equals(TEN.plusSeconds(10)))
                .hasSize(6)
                .allSatisfy(run -> assertThat(run.id.attempt()).isEqualTo(1));
    }

    private long claimed(String job, int shards) {
        long count = 0;
        for (int shard = 0; shard < shards; shard++) {
            count += world.record(job, shard).isRunning() ? 1 : 0;
        }
        return count;
    }

    private static JobDefinition everyTen(String name, int shards) {
        return every(name, shards).build();
    }

    private static JobDefinition.Builder every(String name, int shards) {
        return JobDefinition.named(name).every(Duration.ofSeconds(10)).shards(shards);
    }
}
