package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.ElasticJobEvent.RetryEnded;
import io.elasticjob.Firing;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Outcome;
import io.elasticjob.RegistryException;
import io.elasticjob.TriggerRequest;
import io.elasticjob.memory.PassingRegistry;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Registry;
import io.elasticjob.registry.Session;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** Who has not heard of a trigger does not take it for one that was cancelled. */
class LateTriggersTest {

    private static final String FOLDER = "/test/jobs/orders";

    private final World world = new World();

    /** Whether lists of the triggers arrive late that are asked for from now on, by the {@link #late} registry. */
    private boolean areLate;

    /** Whether they cannot be read. */
    private boolean areLost;

    private Registry late(Registry registry) {
        return new PassingRegistry(registry) {
            @Override
            public CompletionStage<List<String>> children(Session session, String path) {
                if (areLost && path.equals(FOLDER)) {
                    return CompletableFuture.failedFuture(new RegistryException("the server is too busy"));
                }
                if (!areLate || !path.equals(FOLDER)) {
                    return super.children(session, path);
                }
                CompletableFuture<List<String>> late = new CompletableFuture<>();
                world.time.after(
                        Duration.ofSeconds(12),
                        () -> super.children(session, path).thenAccept(late::complete));
                return late;
            }
        };
    }

    private static JobDefinition orders() {
        return JobDefinition.named("orders")
                .set(JobKey.RETRY_ATTEMPTS, "3")
                .set(JobKey.RETRY_DELAY, "4s")
                .set(JobKey.RETRY_JITTER, "0")
                .build();
    }

    private World.Process failing() {
        World.Process a = world.start("a", orders());
        a.runner.endWith(new Outcome.Failed("away"));
        return a;
    }

    private World.Process second() {
        world.around = this::late;
        return world.start("b", orders());
    }

    private void trigger(World.Process at) {
        world.now(at.engine.operations().trigger(TriggerRequest.of("orders")));
        world.settle();
    }

    private void isRunAgainBy(World.Process b) {
        assertThat(b.events(RetryEnded.class)).isEmpty();
        assertThat(world.ledger.entries()).extracting(run -> run.process).containsExactly("a", "b");
        assertThat(world.record("orders", 0).outcome()).isEqualTo("SUCCEEDED");
    }

    @Test
    void aRetryWaitsForTheListOfTriggersThatIsUnderWay() {
        World.Process a = failing();
        World.Process b = second();
        areLate = true;
        trigger(a);
        a.kill();
        world.seconds(40);

        isRunAgainBy(b);
    }

    @Test
    void aRetryWaitsForTheListOfTriggersThatCouldNotBeRead() {
        World.Process a = failing();
        trigger(a);
        areLost = true;
        World.Process b = second();
        a.kill();
        world.seconds(15);
        assertThat(world.record("orders", 0).toRetry()).isPresent();
        areLost = false;
        world.seconds(20);

        isRunAgainBy(b);
    }

    @Test
    void aRetryWaitsForATriggerThatCannotBeRead() {
        World.Process a = failing();
        trigger(a);
        String path = FOLDER + "/" + world.ensemble.children(FOLDER).get(0);
        byte[] asked = ((Read.Present) world.ensemble.node(path)).data();
        a.kill();
        world.overwrite(path, "{");
        World.Process b = second();
        world.seconds(20);
        assertThat(world.record("orders", 0).toRetry()).isPresent();
        world.overwrite(path, asked);
        world.seconds(20);

        isRunAgainBy(b);
    }

    @Test
    void aRetryEndsWhoseTriggerWasCancelledBeforeItWasListed() {
        World.Process a = failing();
        World.Process b = second();
        areLate = true;
        trigger(a);
        a.kill();
        world.delete(FOLDER + "/" + world.ensemble.children(FOLDER).get(0));
        world.seconds(60);

        assertThat(b.events(RetryEnded.class)).hasSize(1);
        assertThat(world.record("orders", 0).trigger()).isZero();
    }

    @Test
    void whatWasGivenBackComesBeforeTheFirstFiringAfterItThoughItsTriggerIsListedLate() {
        JobDefinition every =
                JobDefinition.named("orders").every(Duration.ofSeconds(30)).build();
        World.Process a = world.start("a", every);
        a.runner.endWith(new Outcome.NotBegun());
        a.duration = Duration.ofSeconds(3);
        world.around = this::late;
        World.Process b = world.start("b", every);
        world.seconds(15);
        areLost = true;
        trigger(a);
        a.leave();
        world.seconds(12);
        assertThat(world.record("orders", 0).outcome()).isEqualTo(Outcome.NotBegun.NAME);
        world.seconds(6);
        assertThat(world.runs("orders")).isEqualTo(1);
        areLost = false;
        world.seconds(8);

        assertThat(world.ledger.entries())
                .extracting(run -> run.process + " " + (run.id.firing() instanceof Firing.Triggered))
                .containsExactly("a true", "b true", "b false");
        assertThat(b.events(RetryEnded.class)).isEmpty();
    }

    /** Else no other firing of the job would be opened. */
    @Test
    void aFiringIsClosedWhoseTriggerWasCancelledBeforeItWasListed() {
        JobDefinition recorded = JobDefinition.named("orders")
                .every(Duration.ofMinutes(1))
                .set(JobKey.RECORD_FIRINGS, "true")
                .set(JobKey.RETRY_ATTEMPTS, "3")
                .set(JobKey.RETRY_DELAY, "4s")
                .set(JobKey.RETRY_JITTER, "0")
                .build();
        World.Process a = world.start("a", recorded);
        a.runner.endWith(new Outcome.Failed("away"));
        world.around = this::late;
        World.Process b = world.start("b", recorded);
        areLate = true;
        trigger(a);
        a.kill();
        world.delete(FOLDER + "/" + world.ensemble.children(FOLDER).get(0));
        world.seconds(130);

        assertThat(b.events(RetryEnded.class)).hasSize(1);
        assertThat(world.ledger.entries())
                .extracting(run -> run.process + " " + (run.id.firing() instanceof Firing.Triggered))
                .containsExactly("a true", "b false", "b false");
    }
}
