package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.JobOperations;
import io.elasticjob.Operator;
import io.elasticjob.RegistryException;
import io.elasticjob.TriggerRequest;
import io.elasticjob.TriggerStatus;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/** What operators see of what they have asked for. */
class OperationsViewTest {

    private static final Operator ANN = new Operator("ann", "by hand");

    private final World world = new World();

    @Test
    void aJobIsShownWithTheTriggersThatAreNotDone() {
        World.Process till =
                world.start("till", JobDefinition.named("orders").shards(2).build());
        till.duration = Duration.ofSeconds(10);
        till.engine.operations().trigger(TriggerRequest.of("orders").by(ANN));
        world.settle();
        till.engine.operations().trigger(TriggerRequest.of("orders").by(ANN));
        world.settle();

        assertThat(till.detail("orders").orElseThrow().triggers())
                .extracting(TriggerStatus::number)
                .containsExactly(0L, 1L);
        assertThat(till.detail("orders")
                        .orElseThrow()
                        .triggers()
                        .get(0)
                        .shards()
                        .values())
                .extracting(TriggerStatus.Progress::state)
                .containsOnly(TriggerStatus.State.RUNNING);
        assertThat(till.detail("orders").orElseThrow().triggers().get(1).by()).isEqualTo(ANN);

        world.seconds(25);
        assertThat(till.detail("orders").orElseThrow().triggers()).isEmpty();
    }

    @Test
    void whileTheInstancesAreNotKnownNoneIsSaidToBeUnknown() {
        World.Process till = world.start("till", JobDefinition.named("orders").build());
        world.ensemble.stop();
        world.settle();

        CompletableFuture<Void> answer =
                till.engine.operations().drain("other", ANN).toCompletableFuture();
        world.time.until(answer::isDone);

        assertThatThrownBy(answer::join)
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(RegistryException.class);
    }

    @Test
    void aJobThatAnOperatorMadeKeepsItsHandlerWhateverIsTakenBack() {
        World.Process till = world.start("till", JobDefinition.named("orders").build());
        JobOperations operations = till.engine.operations();
        operations.create("nightly", Map.of(JobKey.HANDLER, "orders", JobKey.MISFIRE, "SKIP"), ANN);
        world.settle();

        for (Set<JobKey> keys : List.of(Set.<JobKey>of(), Set.of(JobKey.HANDLER))) {
            CompletableFuture<Void> refused =
                    operations.reset("nightly", keys, ANN).toCompletableFuture();
            world.time.until(refused::isDone);
            assertThatThrownBy(refused::join)
                    .hasCauseInstanceOf(InvalidSettingException.class)
                    .hasMessageContaining("nightly.handler: \"orders\" cannot be taken back");
        }
        operations.reset("nightly", Set.of(JobKey.MISFIRE), ANN);
        world.settle();

        assertThat(till.detail("nightly").orElseThrow().job().stored().overrides())
                .containsOnlyKeys(JobKey.HANDLER);
    }

    @Test
    void whatMayBeSecretIsNotToldByEvents() {
        World.Process till = world.start("till", JobDefinition.named("orders").build());
        till.engine
                .operations()
                .configure("orders", Map.of(JobKey.JOB_PARAMETER, "hunter2", JobKey.MISFIRE, "SKIP"), ANN);
        world.settle();

        assertThat(till.events(ElasticJobEvent.JobChanged.class))
                .singleElement()
                .satisfies(event -> {
                    assertThat(event.what())
                            .contains("jobParameter")
                            .contains("misfire=SKIP")
                            .doesNotContain("hunter2");
                });
    }
}
