package io.elasticjob.benchmarks.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.benchmarks.system.InstanceSettings;
import io.elasticjob.benchmarks.system.JobSpec;
import io.elasticjob.benchmarks.system.ShardBody;
import io.elasticjob.benchmarks.system.SystemUnderTest;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RunNowTest {

    private static final Duration A_MOMENT = Duration.ofMillis(200);

    /** Runs all shards within the trigger, but for some triggers, of which nothing comes. */
    private static class Direct implements SystemUnderTest {

        private final Map<String, RunNow.Rounds> jobs = new HashMap<>();
        private final int shards;
        private final int loses;
        long given;

        Direct(int shards, int loses, RunNow.Rounds... rounds) {
            this.shards = shards;
            this.loses = loses;
            for (int i = 0; i < rounds.length; i++) {
                jobs.put("job" + i, rounds[i]);
            }
        }

        @Override
        public void start(InstanceSettings settings) {}

        @Override
        public void register(JobSpec job, ShardBody body) {}

        @Override
        public void trigger(String job) {
            given++;
            for (int shard = 0; given % loses != 0 && shard < shards; shard++) {
                jobs.get(job).begun();
                jobs.get(job).ended();
            }
        }

        @Override
        public void close() {}
    }

    @Test
    void countsRoundsAndTheirExecutions() throws Exception {
        RunNow runNow = new RunNow();
        Direct system = new Direct(3, Integer.MAX_VALUE, runNow.job("job0", 3));

        Message told = runNow.run(system, A_MOMENT, 1_000, 10);

        assertThat(told.number("triggers")).isEqualTo(system.given);
        assertThat(told.number("executions")).isEqualTo(3 * system.given);
        assertThat(told.number("lost")).isZero();
        assertThat(Double.parseDouble(told.text("firstP50"))).isNotNegative();
    }

    @Test
    void hasOneRoundOfEachJobInFlight() throws Exception {
        RunNow runNow = new RunNow();
        RunNow.Rounds stuck = runNow.job("job0", 1);
        RunNow.Rounds other = runNow.job("job1", 1);
        Map<String, Integer> asked = new HashMap<>();
        SystemUnderTest system = new Direct(1, Integer.MAX_VALUE, stuck, other) {
            @Override
            public void trigger(String job) {
                asked.merge(job, 1, Integer::sum);
                if (job.equals("job1")) {
                    super.trigger(job);
                }
            }
        };

        Message told = runNow.run(system, A_MOMENT, 500, 0);

        assertThat(asked.get("job0")).isEqualTo(1);
        assertThat(asked.get("job1")).isGreaterThan(1);
        assertThat(told.number("executions")).isEqualTo(asked.get("job1").intValue());
        assertThat(told.number("lost")).isZero();
    }

    @Test
    void givesATriggerAgainThatCameToNothingAndCountsItAsLost() throws Exception {
        RunNow runNow = new RunNow();
        Direct system = new Direct(1, 2, runNow.job("job0", 1));

        Message told = runNow.run(system, A_MOMENT, 5, 0);

        // Every second one is lost; the last one may not have been given again.
        assertThat(told.number("lost")).isBetween(system.given / 2 - 1, system.given / 2);
    }

    @Test
    void doesNotTakeWhatIsLeftOfOneRoundForTheNext() throws Exception {
        RunNow runNow = new RunNow();
        Direct twice = new Direct(2, Integer.MAX_VALUE, runNow.job("job0", 1)); // each trigger runs twice

        Message told = runNow.run(twice, A_MOMENT, 1_000, 20);

        assertThat(told.number("executions")).isEqualTo(2 * twice.given);
        assertThat(Double.parseDouble(told.text("firstP50"))).isBetween(0.0, 1_000.0);
        assertThat(told.number("lost")).isZero();
    }

    @Test
    void beginsAnewWithoutWhatTheRunBeforeHasLeft() throws Exception {
        RunNow runNow = new RunNow();
        Direct system = new Direct(1, Integer.MAX_VALUE, runNow.job("job0", 1), runNow.job("job1", 1));
        runNow.run(system, A_MOMENT, 1_000, 50);
        long before = system.given;

        Message told = runNow.run(system, A_MOMENT, 1_000, 50);

        assertThat(told.number("triggers")).isEqualTo(system.given - before);
        assertThat(told.number("executions")).isEqualTo(system.given - before);
    }
}
