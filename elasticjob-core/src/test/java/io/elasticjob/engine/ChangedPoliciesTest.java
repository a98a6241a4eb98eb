package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Operator;
import io.elasticjob.engine.World.Process;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What becomes of what runs, or waits, when an operator changes the policy that it was begun under, in virtual time. */
class ChangedPoliciesTest {

    private static final Operator ANN = new Operator("ann", "to try it");

    private final World world = new World();

    private static JobDefinition everyTen() {
        return JobDefinition.named("orders")
                .every(Duration.ofSeconds(10))
                .failover(true)
                .build();
    }

    private void set(Process at, JobKey key, String value) {
        world.now(at.engine.operations().configure("orders", Map.of(key, value), ANN));
        world.settle();
    }

    @Test
    void whereFailoverIsSwitchedOffWhatADeadInstanceRanIsNotRunAgain() {
        Process a = world.start("a", everyTen());
        a.duration = Duration.ofMinutes(5);
        world.seconds(11);
        Process b = world.start("b", everyTen());
        a.kill();
        set(b, JobKey.FAILOVER, "false");
        world.seconds(40);

        assertThat(world.ledger.entries().stream().filter(run -> run.id.attempt() > 1))
                .isEmpty();
        assertThat(b.events(ElasticJobEvent.OwnerDied.class))
                .singleElement()
                .satisfies(died -> assertThat(died.retried()).isFalse());
        assertThat(world.record("orders", 0).outcome()).as("the next firing").isEqualTo("SUCCEEDED");
    }

    @Test
    void whereFailoverIsSwitchedOnItHoldsForWhatRunsAlready() {
        Process a = world.start("a", everyTen());
        Process b = world.start("b", everyTen());
        set(a, JobKey.FAILOVER, "false");
        a.duration = Duration.ofMinutes(5);
        b.duration = Duration.ofMinutes(5);
        world.seconds(11);
        String owner = world.owner("orders", 0);
        Process runs = owner.startsWith("a.") ? a : b;
        Process other = runs == a ? b : a;
        set(other, JobKey.FAILOVER, "true");
        runs.kill();
        world.seconds(30);

        assertThat(world.ledger.entries()).anySatisfy(run -> {
            assertThat(run.process).isEqualTo(other == a ? "a" : "b");
            assertThat(run.id.attempt()).isEqualTo(2);
        });
    }

    @Test
    void whereMonitoringIsSwitchedOffNothingIsLeftThatSaysRunning() {
        Process a = world.start(
                "a", JobDefinition.named("orders").every(Duration.ofSeconds(10)).build());
        a.duration = Duration.ofSeconds(4);
        world.seconds(11);
        assertThat(world.record("orders", 0).isRunning()).isTrue();
        set(a, JobKey.MONITOR_EXECUTION, "false");
        world.seconds(6);

        assertThat(world.record("orders", 0).isRunning()).isFalse();
        long before = a.engine.registryRequests();
        long runs = world.runs("orders");
        world.seconds(30);
        assertThat(world.runs("orders")).isGreaterThanOrEqualTo(runs + 3);
        assertThat(world.record("orders", 0).isRunning())
                .as("nor is it said of later ones")
                .isFalse();
        assertThat(a.engine.registryRequests() - before)
                .as("a proof of life now and then")
                .isLessThan(20);
    }

    @Test
    void whereMonitoringIsSwitchedOnAgainFiringsAreRecordedAgain() {
        Process a = world.start(
                "a",
                JobDefinition.named("orders")
                        .every(Duration.ofSeconds(10))
                        .monitorExecution(false)
                        .build());
        world.seconds(11);
        assertThat(world.record("orders", 0).outcome()).isNull();
        set(a, JobKey.MONITOR_EXECUTION, "true");
        world.seconds(21);

        assertThat(world.record("orders", 0).outcome()).isEqualTo("SUCCEEDED");
    }
}
