package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Outcome;
import io.elasticjob.engine.World.Process;
import io.elasticjob.view.EngineStatus;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Jobs with slots of their own, and slots that come back no more. */
class ExecutionGroupsTest {

    private static final JobDefinition REPORTS = JobDefinition.named("reports")
            .every(Duration.ofSeconds(1))
            .shards(4)
            .set(JobKey.EXECUTION_GROUP, "slow")
            .set(JobKey.MISFIRE_THRESHOLD, "20s")
            .build();
    private static final JobDefinition ORDERS =
            JobDefinition.named("orders").every(Duration.ofSeconds(1)).build();

    private final World world = new World();

    @Test
    void whatHoldsAllSlotsOfItsGroupHoldsUpNobodyElse() {
        Process a = start(2);
        a.duration = Duration.ofHours(1);
        world.seconds(2);
        EngineStatus.Executions executions = a.engine.status().executions();
        assertThat(executions.slots()).isEqualTo(4);
        assertThat(executions.active()).as("2 reports, and orders").isEqualTo(3);
        assertThat(world.runs("reports")).isEqualTo(2);

        a.runner.end("orders", 0, new Outcome.Succeeded());
        world.seconds(2);
        assertThat(world.runs("orders")).isEqualTo(2);
        assertThat(world.runs("reports")).isEqualTo(2);
    }

    @Test
    void aGroupThatTheRunnerGetsLaterCountsFromThenOn() {
        Process a = start(2);
        a.duration = Duration.ofHours(1);
        world.seconds(2);

        a.runner.groups(Map.of("slow", 4));
        world.seconds(1);
        assertThat(world.runs("reports")).isEqualTo(4);
        a.runner.groups(Map.of());
        world.seconds(1);
        assertThat(a.engine.status().executions().slots()).isEqualTo(2);
        assertThat(a.engine.status().executions().active()).isEqualTo(5);
    }

    @Test
    void aJobThatNamesAGroupThatIsNotThereIsRefusedWhereItIsDeclared() {
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> world.start("a", REPORTS))
                .withMessage("reports.executionGroup: \"slow\" is not the name of an execution group of this instance;"
                        + " there are []. Configure its slots, or leave the key out");
    }

    @Test
    void anInstanceIsStuckOnceAllItsSlotsAreHeldByRunsThatGoOnForTooLong() {
        Process a = world.start(
                "a",
                2,
                JobDefinition.named("orders")
                        .every(Duration.ofSeconds(1))
                        .shards(2)
                        .set(JobKey.MISFIRE_THRESHOLD, "20s")
                        .build());
        a.duration = Duration.ofHours(1);
        world.seconds(15);
        assertThat(a.engine.status().executions().active()).isEqualTo(2);
        assertThat(a.engine.status().executions().stuck()).isNull();

        world.seconds(10);
        assertThat(a.engine.status().executions().stuck()).isNotNull();

        a.runner.end("orders", 0, new Outcome.Succeeded());
        world.seconds(2);
        assertThat(a.engine.status().executions().stuck())
                .as("one has just begun")
                .isNull();
    }

    private Process start(int slow) {
        return world.startInGroups("a", 2, Map.of("slow", slow), REPORTS, ORDERS);
    }
}
