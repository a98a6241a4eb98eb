package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.Cancellation;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Operator;
import io.elasticjob.Outcome;
import io.elasticjob.TriggerRequest;
import io.elasticjob.engine.World.Process;
import io.elasticjob.spi.ShardRunner.Order;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What runs of jobs that are removed, perhaps to be made again, in virtual time. */
class FormerRunsTest {

    private static final Operator ANN = new Operator("ann", "incident 7");

    private final World world = new World();
    private final HandRunner runner = new HandRunner("orders", "extra");
    private final Process process = world.startWith(
            "a",
            builder -> builder.runner(runner),
            JobDefinition.named("orders").every(Duration.ofDays(1)).build());

    @Test
    void whatRunsOfAJobThatIsRemovedIsToldToEnd() {
        create(Map.of(JobKey.EVERY, "1m", JobKey.SHARDING_TOTAL_COUNT, "2"));
        world.seconds(61);
        remove();

        assertThat(runner.started).hasSize(2);
        assertThat(runner.cancelled).containsOnlyKeys(runner.started);
        assertThat(runner.cancelled.values())
                .allSatisfy(why -> assertThat(why.reason()).isEqualTo(Cancellation.Reason.SHARD_LOST))
                .allSatisfy(why -> assertThat(why.text()).contains("its job was removed"));
        runner.started.forEach(order -> runner.end(order, new Outcome.Abandoned()));
        world.seconds(60);
        assertThat(world.ensemble.children("/test/shards")).noneMatch(folder -> folder.startsWith("extra@"));
        assertThat(process.engine.status().executions().active()).isZero();
    }

    /** Nobody has said that it should go. */
    @Test
    void whatRunsOfAJobWhoseNodeIsLostGoesOn() {
        create(Map.of(JobKey.EVERY, "1m"));
        world.seconds(61);
        world.ensemble.deleteTree("/test/jobs/extra");
        world.seconds(30);

        assertThat(runner.started).hasSize(1);
        assertThat(runner.cancelled).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"true, 1m", "false, 1m", "true, ", "false, "})
    void aJobThatIsMadeAgainBeginsAShardWhenTheEarlierRunOfItHasEnded(boolean monitored, String every) {
        Map<JobKey, String> settings = new HashMap<>();
        settings.put(JobKey.MONITOR_EXECUTION, String.valueOf(monitored));
        settings.put(JobKey.SHARDING_TOTAL_COUNT, "2");
        if (every != null) {
            settings.put(JobKey.EVERY, every);
        }
        create(settings);
        fire(every);
        assertThat(runner.started).hasSize(2);
        Order lingers = runner.started.get(0);
        remove();
        runner.end(runner.started.get(1), new Outcome.Abandoned());
        create(settings);
        fire(every);

        assertThat(runner.started).as("the other shard alone").hasSize(3);
        assertThat(runner.started.get(2).context().shardingItem())
                .isNotEqualTo(lingers.context().shardingItem());
        assertThat(runner.cancelled).doesNotContainKey(runner.started.get(2));
        runner.end(lingers, new Outcome.Succeeded());
        world.seconds(2);
        assertThat(runner.started).hasSize(4);
        assertThat(runner.started.get(3).context().shardingItem())
                .isEqualTo(lingers.context().shardingItem());
        assertThat(runner.started.get(3).context().executionId().life())
                .isNotEqualTo(lingers.context().executionId().life());
    }

    private void create(Map<JobKey, String> further) {
        Map<JobKey, String> settings = new HashMap<>(further);
        settings.put(JobKey.HANDLER, "extra");
        world.now(process.engine.operations().create("extra", settings, ANN));
        world.settle();
    }

    private void remove() {
        world.now(process.engine.operations().remove("extra", ANN));
        world.seconds(2);
    }

    private void fire(String every) {
        if (every == null) {
            world.now(process.engine.operations().trigger(TriggerRequest.of("extra")));
        }
        world.seconds(every == null ? 2 : 70);
    }
}
