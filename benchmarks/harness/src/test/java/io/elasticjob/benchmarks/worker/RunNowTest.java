package io.elasticjob.benchmarks.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.benchmarks.system.InstanceSettings;
import io.elasticjob.benchmarks.system.JobSpec;
import io.elasticjob.benchmarks.system.ShardBody;
import io.elasticjob.benchmarks.system.SystemUnderTest;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RunNowTest {

    private static final Duration A_MOMENT = Duration.ofMillis(200);

    /** Runs all shards within the trigger, but for some triggers, of which nothing comes. */
    private static final class Direct implements SystemUnderTest {

        private final RunNow runNow;
        private final int shards;
        private final int loses;
        long given;

        Direct(RunNow runNow, int shards, int loses) {
            this.runNow = runNow;
            this.shards = shards;
            this.loses = loses;
        }

        @Override
        public void start(InstanceSettings settings) {}

        @Override
        public void register(JobSpec job, ShardBody body) {}

        @Override
        public void trigger(String job) {
            given++;
            for (int shard = 0; given % loses != 0 && shard < shards; shard++) {
                runNow.begun();
                runNow.ended();
            }
        }

        @Override
        public void close() {}
    }

    @Test
    void countsRoundsAndTheirExecutions() throws Exception {
        RunNow runNow = new RunNow(3);
        Direct system = new Direct(runNow, 3, Integer.MAX_VALUE);

        Message told = runNow.run(system, "job0", A_MOMENT, 1, 1_000, 10);

        assertThat(told.number("triggers")).isEqualTo(system.given);
        assertThat(told.number("executions")).isEqualTo(3 * system.given);
        assertThat(told.number("lost")).isZero();
        assertThat(Double.parseDouble(told.text("firstP50"))).isNotNegative();
    }

    @Test
    void givesATriggerAgainThatCameToNothingAndCountsItAsLost() throws Exception {
        RunNow runNow = new RunNow(1);
        Direct system = new Direct(runNow, 1, 2);

        Message told = runNow.run(system, "job0", A_MOMENT, 1, 5, 0);

        // Every second one is lost; the last one may not have been given again.
        assertThat(told.number("lost")).isBetween(system.given / 2 - 1, system.given / 2);
    }

    @Test
    void doesNotTakeWhatIsLeftOfOneRoundForTheNext() throws Exception {
        RunNow runNow = new RunNow(1);
        Direct twice = new Direct(runNow, 2, Integer.MAX_VALUE); // each trigger runs twice

        Message told = runNow.run(twice, "job0", A_MOMENT, 1, 1_000, 20);

        assertThat(told.number("executions")).isEqualTo(2 * twice.given);
        assertThat(Double.parseDouble(told.text("firstP50"))).isBetween(0.0, 1_000.0);
        assertThat(told.number("lost")).isZero();
    }

    @Test
    void beginsAnewWithoutWhatTheRunBeforeHasLeft() throws Exception {
        RunNow runNow = new RunNow(1);
        Direct system = new Direct(runNow, 1, Integer.MAX_VALUE);
        runNow.run(system, "job0", A_MOMENT, 4, 1_000, 50);
        long before = system.given;

        Message told = runNow.run(system, "job0", A_MOMENT, 4, 1_000, 50);

        assertThat(told.number("triggers")).isEqualTo(system.given - before);
        assertThat(told.number("executions")).isEqualTo(system.given - before);
    }
}
