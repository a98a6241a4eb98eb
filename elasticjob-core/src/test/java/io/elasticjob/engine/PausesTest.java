package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.ElasticJobEvent.JobPaused;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.JobPart;
import io.elasticjob.Operator;
import io.elasticjob.Outcome;
import io.elasticjob.TriggerRequest;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.engine.World.Process;
import io.elasticjob.view.JobView;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Jobs that pause when their firings fail, in virtual time. */
class PausesTest {

    private static final Operator ANN = new Operator("ann", "mended");

    private final World world = new World();

    private static JobDefinition.Builder orders() {
        return JobDefinition.named("orders").every(Duration.ofSeconds(5)).set(JobKey.PAUSE_AFTER_FAILURES, "3");
    }

    private Process failing(String name, JobDefinition job) {
        Process process = world.start(name, job);
        process.runner.endWith(new Outcome.Failed("java.io.IOException: away"));
        return process;
    }

    private void enable(Process at) {
        world.now(at.engine.operations().enable("orders", JobPart.WHOLE_JOB, ANN));
        world.settle();
    }

    @Test
    void afterSoManyFailuresNothingMoreBeginsUntilAnOperatorEnablesIt() {
        Process a = failing("a", orders().build());
        world.seconds(60);

        assertThat(world.runs("orders")).isEqualTo(3);
        assertThat(a.events(JobPaused.class))
                .containsExactly(new JobPaused("orders", 0, 3, "java.io.IOException: away"));
        JobView shown = Objects.requireNonNull(a.view().jobs().get("orders"));
        assertThat(shown.stored().overrides().get(JobKey.ENABLED))
                .extracting(StoredJob.Override::who)
                .isEqualTo("job orders");

        enable(a);
        world.seconds(60);
        assertThat(world.runs("orders")).as("it counts from one again").isEqualTo(6);
        assertThat(a.events(JobPaused.class)).hasSize(2);
    }

    @Test
    void aSuccessBetweenThemKeepsItGoing() {
        Process a = failing("a", orders().build());
        world.seconds(11);
        a.runner.endWith(new Outcome.Succeeded());
        world.seconds(5);
        a.runner.endWith(new Outcome.Failed("away"));
        world.seconds(10);

        assertThat(world.runs("orders")).isGreaterThanOrEqualTo(5);
        assertThat(a.events(JobPaused.class)).isEmpty();
    }

    @Test
    void whatOneInstanceHasCountedAnotherGoesOnCounting() {
        Process a = failing("a", orders().build());
        world.seconds(11);
        long before = world.runs("orders");
        Process b = failing("b", orders().build());
        a.leave();
        world.seconds(60);

        assertThat(before).isLessThan(3);
        assertThat(world.runs("orders")).isEqualTo(3);
        assertThat(b.events(JobPaused.class)).hasSize(1);
    }

    @Test
    void aTriggerByHandCountsAsAnyFiring() {
        Process a = failing(
                "a",
                JobDefinition.named("orders")
                        .set(JobKey.PAUSE_AFTER_FAILURES, "2")
                        .build());
        for (int i = 0; i < 2; i++) {
            world.now(a.engine.operations().trigger(TriggerRequest.of("orders")));
            world.settle();
            world.seconds(1);
        }

        assertThat(world.runs("orders")).isEqualTo(2);
        assertThat(a.events(JobPaused.class)).hasSize(1);
    }

    @Test
    void aTimeoutCountsEvenWhereTheHandlerGoesOn() {
        Process a = world.start(
                "a",
                orders().set(JobKey.PAUSE_AFTER_FAILURES, "1")
                        .set(JobKey.TIMEOUT, "2s")
                        .set(JobKey.CANCEL_GRACE, "1s")
                        .build());
        a.runner.ignoreInterruptions();
        a.duration = Duration.ofMinutes(5);
        world.seconds(15);

        assertThat(a.events(JobPaused.class)).hasSize(1);
        assertThat(world.runs("orders")).isEqualTo(1);
    }

    @Test
    void whileNobodyAnswersNothingBeginsAndItPausesWhenZooKeeperIsBack() {
        Process a = failing("a", orders().build());
        world.seconds(11);
        a.mute = true;
        world.seconds(5);
        a.mute = false;
        world.seconds(60);

        assertThat(world.runs("orders")).isEqualTo(3);
        assertThat(a.events(JobPaused.class)).hasSize(1);
    }

    @Test
    void whereNobodyAsksForItNothingIsCounted() {
        Process a = failing(
                "a", JobDefinition.named("orders").every(Duration.ofSeconds(5)).build());
        world.seconds(30);

        assertThat(world.record("orders", 0).streak()).isEmpty();
        assertThat(a.events(JobPaused.class)).isEmpty();
    }

    @Test
    void fewerFailuresAreEnoughFromTheMomentOnThatSaysSo() {
        Process a = failing("a", orders().build());
        world.seconds(11);
        world.now(a.engine.operations().configure("orders", Map.of(JobKey.PAUSE_AFTER_FAILURES, "1"), ANN));
        world.settle();
        long before = world.runs("orders");
        world.seconds(30);

        assertThat(world.runs("orders")).isEqualTo(before);
        assertThat(a.events(JobPaused.class)).hasSize(1);
    }
}
