package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.ElasticJobEvent.ExecutionStarted;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.JobOperations;
import io.elasticjob.Operator;
import io.elasticjob.Outcome;
import io.elasticjob.TriggerRequest;
import io.elasticjob.engine.World.Process;
import io.elasticjob.history.ExecutionQuery;
import io.elasticjob.history.ExecutionRecord;
import io.elasticjob.history.MemoryExecutionHistory;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a history makes of what several instances tell, in virtual time. */
class HistoryTest {

    private static final Duration LONG = Duration.ofMinutes(2);

    private final World world = new World();
    private final MemoryExecutionHistory history = new MemoryExecutionHistory(1000);

    @Test
    void anExecutionIsKeptWithItsInstanceItsTokenAndItsTimes() {
        Process a = world.start("a", orders(1).build());
        a.duration = Duration.ofSeconds(3);
        world.seconds(60);
        Instant began = world.time.now();
        tell(a, a.events);
        assertThat(found())
                .singleElement()
                .satisfies(running -> assertThat(running.isRunning()).isTrue());

        world.seconds(10);
        tell(a, a.events);

        ExecutionRecord run = found().get(0);
        assertThat(run)
                .returns("SUCCEEDED", ExecutionRecord::outcome)
                .returns(
                        a.events(ElasticJobEvent.InstanceRegistered.class)
                                .get(0)
                                .instance(),
                        ExecutionRecord::instance)
                .returns(1, ExecutionRecord::attempt);
        assertThat(run.fencingToken())
                .isEqualTo(world.ledger.entries().get(0).context.fencingToken());
        assertThat(run.startedAt()).isBetween(began.minusSeconds(1), began);
        assertThat(Duration.between(run.startedAt(), run.endedAt())).isEqualTo(a.duration);
    }

    @Test
    void whoRunsADeadInstancesShardAgainEndsItsRecord() {
        Process a = dyingWithOneRunning(orders(1).failover(true));
        Process b = world.start("b", orders(1).failover(true).build());
        tell(a, a.events);

        a.kill();
        world.time.pass(World.SESSION.plusSeconds(1));
        tell(b, b.events);

        assertThat(found()).hasSize(2);
        assertThat(found().get(0))
                .returns(2, ExecutionRecord::attempt)
                .returns("SUCCEEDED", ExecutionRecord::outcome)
                .satisfies(again -> assertThat(again.instance()).startsWith("b."));
        assertThat(found().get(1))
                .returns(1, ExecutionRecord::attempt)
                .returns("LOST", ExecutionRecord::outcome)
                .satisfies(lost -> {
                    assertThat(lost.instance()).startsWith("a.");
                    assertThat(lost.fencingToken()).isNotNull();
                    assertThat(lost.startedAt())
                            .isEqualTo(a.events(ExecutionStarted.class).get(0).startedAt());
                    assertThat(lost.message()).endsWith("it is run again");
                });
    }

    @Test
    void whatADeadInstanceCouldNotTellIsDatedByItsClaim() {
        for (boolean failover : new boolean[] {true, false}) {
            World each = new World();
            Process a = each.start("a", orders(1).failover(failover).build());
            a.duration = LONG;
            each.seconds(60);
            Process b = each.start("b", orders(1).failover(failover).build());
            Instant claimed = each.record("orders", 0).startedAt();
            a.kill();
            each.time.pass(World.SESSION.plusSeconds(1));
            MemoryExecutionHistory ofB = new MemoryExecutionHistory(10);
            b.events.forEach(event ->
                    ExecutionRecord.of(event, each.time.now()).ifPresent(record -> ofB.record(List.of(record))));

            assertThat(ofB.find(ExecutionQuery.latest("orders", 9)))
                    .filteredOn(record -> record.attempt() == 1)
                    .singleElement()
                    .returns("LOST", ExecutionRecord::outcome)
                    .returns(claimed, ExecutionRecord::startedAt)
                    .satisfies(lost ->
                            assertThat(lost.message()).endsWith(failover ? "it is run again" : "not run again"));
        }
    }

    @Test
    void anInstanceThatWasOnlyTakenForDeadHasTheLastWord() {
        Process a = dyingWithOneRunning(orders(1));
        Process b = world.start("b", orders(1).build());
        a.registry.link().cut();
        world.time.pass(Duration.ofSeconds(15));
        tell(b, b.events);
        assertThat(found()).extracting(ExecutionRecord::outcome).containsExactly("LOST");

        a.registry.link().heal();
        world.time.pass(Duration.ofSeconds(2));
        tell(a, a.events);
        tell(b, b.events);

        assertThat(found())
                .singleElement()
                .returns("FENCED", ExecutionRecord::outcome)
                .satisfies(late -> assertThat(late.instance()).startsWith("a."));
    }

    @Test
    void firingsByHandOfAJobThatWasRemovedAndMadeAgainAreToldApart() {
        Process a = world.start("a", JobDefinition.named("other").build());
        JobOperations operations = a.engine.operations();
        for (int life = 0; life < 2; life++) {
            world.now(operations.create("orders", Map.of(JobKey.HANDLER, "other"), Operator.UNKNOWN));
            world.now(operations.trigger(TriggerRequest.of("orders")));
            world.seconds(2);
            world.now(operations.remove("orders", Operator.UNKNOWN));
            world.seconds(2);
        }
        tell(a, a.events);

        assertThat(found())
                .hasSize(2)
                .allSatisfy(run -> assertThat(run.firing()).isEqualTo("trigger-0"))
                .extracting(run -> run.identity().life())
                .doesNotHaveDuplicates();
    }

    @Test
    void ofAJobThatIsNotMonitoredOnlyTheEndIsKept() {
        Process a = dyingWithOneRunning(orders(1).monitorExecution(false));
        tell(a, a.events);
        assertThat(found()).isEmpty();

        a.runner.end("orders", 0, new Outcome.Failed("disk"));
        world.settle();
        tell(a, a.events);

        assertThat(found())
                .singleElement()
                .returns("FAILED", ExecutionRecord::outcome)
                .returns(null, ExecutionRecord::fencingToken)
                .returns("disk", ExecutionRecord::error)
                .satisfies(run -> assertThat(run.instance()).startsWith("a."));
    }

    private Process dyingWithOneRunning(JobDefinition.Builder job) {
        Process a = world.start("a", job.build());
        a.duration = LONG;
        world.seconds(60);
        return a;
    }

    private static JobDefinition.Builder orders(int shards) {
        return JobDefinition.named("orders").every(Duration.ofMinutes(1)).shards(shards);
    }

    private void tell(Process by, List<ElasticJobEvent> events) {
        events.forEach(event ->
                ExecutionRecord.of(event, by.watch.now()).ifPresent(record -> history.record(List.of(record))));
    }

    private List<ExecutionRecord> found() {
        return history.find(ExecutionQuery.latest("orders", 100));
    }
}
