package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.ElasticJobEvent.JobCompleted;
import io.elasticjob.ElasticJobEvent.JobRemoved;
import io.elasticjob.ElasticJobEvent.ShardsAssigned;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.JobOperations;
import io.elasticjob.Operator;
import io.elasticjob.TriggerRequest;
import io.elasticjob.engine.World.Process;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** An engine through which jobs come and go by the hundred keeps nothing of those that are gone. */
class RemovedJobsTest {

    private static final JobDefinition STAYS =
            JobDefinition.named("stays").every(Duration.ofSeconds(10)).build();

    private final World world = new World();

    @Test
    void nothingRemembersJobsThatRanOnceOrWereRemoved() {
        Process a = world.start("a", STAYS);
        Process b = world.start("b", STAYS);
        List<WeakReference<String>> names = new ArrayList<>();
        for (int round = 0; round < 5; round++) {
            comeAndGo(a, round);
            world.seconds(20);
            noteAndForget(a, names);
            noteAndForget(b, names);
        }
        comeAndGo(a, 5); // what is of the last round may still be remembered
        world.seconds(60);

        assertThat(names).hasSizeGreaterThan(200);
        await().untilAsserted(() -> {
            System.gc();
            assertThat(names).allMatch(name -> name.get() == null);
        });
        assertThat(a.view().jobs()).containsOnlyKeys("stays");
        assertThat(b.view().jobs()).containsOnlyKeys("stays");
    }

    /** Jobs that run once, are triggered, fail to be claimed, or are removed while they run. */
    private void comeAndGo(Process through, int round) {
        JobOperations operations = through.engine.operations();
        through.duration = Duration.ofMillis(500);
        for (int i = 0; i < 20; i++) {
            String once = "once-" + round + "-" + i;
            String removed = "removed-" + round + "-" + i;
            Map<JobKey, String> at = Map.of(
                    JobKey.HANDLER,
                    "stays",
                    JobKey.AT,
                    world.time.now().plusSeconds(3).toString());
            assertThat(world.isDone(operations.create(once, at, Operator.UNKNOWN)))
                    .isTrue();
            Map<JobKey, String> often =
                    Map.of(JobKey.HANDLER, "stays", JobKey.EVERY, "2s", JobKey.SHARDING_TOTAL_COUNT, "3");
            assertThat(world.isDone(operations.create(removed, often, Operator.UNKNOWN)))
                    .isTrue();
            operations.trigger(TriggerRequest.of(removed).withId("x"));
        }
        world.seconds(5);
        for (int i = 0; i < 20; i++) {
            assertThat(world.isDone(operations.remove("removed-" + round + "-" + i, Operator.UNKNOWN)))
                    .isTrue();
        }
    }

    /** Keeps the very names that the engine has told of, weakly, and has the test itself forget everything. */
    private void noteAndForget(Process process, List<WeakReference<String>> names) {
        for (ElasticJobEvent event : process.events) {
            String name = event instanceof JobRemoved removed
                    ? removed.job()
                    : event instanceof ShardsAssigned assigned
                            ? assigned.job()
                            : event instanceof JobCompleted completed ? completed.job() : "stays";
            if (!name.equals("stays")) {
                names.add(new WeakReference<>(name));
            }
        }
        process.events.clear();
        world.ledger.entries().clear();
    }
}
