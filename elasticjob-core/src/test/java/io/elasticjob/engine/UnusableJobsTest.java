package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.CancelRequest;
import io.elasticjob.ElasticJobEvent;
import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.JobOperations;
import io.elasticjob.JobPart;
import io.elasticjob.NoSuchJobException;
import io.elasticjob.OperationRefusedException;
import io.elasticjob.Operator;
import io.elasticjob.PlanRequest;
import io.elasticjob.TriggerRequest;
import io.elasticjob.engine.World.Process;
import io.elasticjob.memory.PassingRegistry;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Session;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A job that stands where nobody can use it: whatever operators ask of it, they are answered in words. */
class UnusableJobsTest {

    private static final String ORDERS = "/test/jobs/orders";
    private static final Operator ANN = new Operator("ann", "try");

    private final World world = new World();

    @Timeout(300)
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'format':99}",
                "rubbish",
                "{'format':1,'application':'other','since':'2026-01-01T00:00:00Z','shards':{'count':2},"
                        + "'declared':{'CODE':{'every':'1s','zone':'Nowhere/City'}}}",
                "{'format':1,'application':'other','since':'2026-01-01T00:00:00Z','shards':{'count':2},"
                        + "'declared':{'CODE':{'cron':'99 99 99 99 99 ?'}}}",
            })
    void whateverIsAskedOfItIsAnsweredInWordsAndCostsNothingElse(String stored) {
        Process a = world.start(
                "a",
                JobDefinition.named("bills")
                        .every(Duration.ofSeconds(1))
                        .shards(2)
                        .build());
        world.now(a.engine.operations().create("made", Map.of(JobKey.HANDLER, "bills", JobKey.EVERY, "1s"), ANN));
        a.duration = Duration.ofSeconds(40);
        world.seconds(3);
        world.now(a.engine
                .operations()
                .cancel(new CancelRequest("made", null, new TreeSet<>(), ANN))); // which nobody has heard of to the end
        a.duration = Duration.ofMillis(10);
        world.overwrite("/test/jobs/made", stored.replace('\'', '"'));
        world.seconds(2);

        JobOperations asked = a.engine.operations();
        Map<String, CompletionStage<?>> answers = new LinkedHashMap<>();
        answers.put("trigger", asked.trigger(TriggerRequest.of("made").by(ANN)));
        answers.put("forced", asked.trigger(TriggerRequest.of("made").withForce(true)));
        answers.put("plan", asked.plan(PlanRequest.after(Duration.ofHours(1), TriggerRequest.of("made"))));
        answers.put(
                "backfill",
                asked.plan(PlanRequest.backfill(
                        world.time.now().minusSeconds(3),
                        world.time.now().minusSeconds(1),
                        TriggerRequest.of("made"))));
        answers.put("cancel plan", asked.cancelPlan("made", "none", ANN));
        answers.put("cancel", asked.cancel(new CancelRequest("made", null, new TreeSet<>(), ANN)));
        answers.put("cancel trigger", asked.cancel("made", 7, ANN));
        answers.put("status", asked.triggerStatus("made", 0));
        answers.put("configure", asked.configure("made", Map.of(JobKey.MISFIRE, "SKIP"), ANN));
        answers.put("reset", asked.reset("made", Set.of(), ANN));
        answers.put("disable", asked.disable("made", new JobPart.Shard(0), ANN));
        answers.put("enable", asked.enable("made", JobPart.WHOLE_JOB, ANN));
        answers.put("transfer", asked.transfer("made", "shop", ANN));
        answers.put("detail", a.engine.job("made"));
        answers.put("namespace", a.engine.namespace());
        world.time.pass(Duration.ofSeconds(2)); // nothing is waited for: what is asked again will be the same
        answers.forEach((what, answer) -> {
            CompletableFuture<?> told = answer.toCompletableFuture();
            assertThat(told).as(what).isDone();
            Throwable refused = told.handle((value, failed) ->
                            failed instanceof CompletionException wrapped ? wrapped.getCause() : failed)
                    .join();
            if (refused != null) {
                assertThat(refused)
                        .as(what)
                        .isInstanceOfAny(
                                OperationRefusedException.class,
                                InvalidSettingException.class,
                                NoSuchJobException.class);
                assertThat(refused.getMessage()).as(what).isNotBlank().doesNotContain("null");
                if (refused instanceof OperationRefusedException) {
                    assertThat(refused.getMessage()).as(what).contains("made");
                }
            }
        });
        world.seconds(120); // rounds of the leader
        assertThat(a.events(ElasticJobEvent.EngineImpaired.class)).isEmpty();
        assertThat(world.runs("bills")).isGreaterThan(100);
        world.now(asked.remove("made", ANN));
    }

    private final AtomicBoolean readable = new AtomicBoolean();

    /** Such as where two kinds of handlers on the class path bring the same key, so that no job can be decoded. */
    private void readOrdersOnlyOnceReadable() {
        world.around = registry -> new PassingRegistry(registry) {
            @Override
            public CompletionStage<List<Read>> read(Session session, List<String> paths) {
                return super.read(session, paths)
                        .thenApply(all -> readable.get()
                                ? all
                                : IntStream.range(0, paths.size())
                                        .mapToObj(
                                                at -> paths.get(at).equals(ORDERS) ? garbled(all.get(at)) : all.get(at))
                                        .toList());
            }
        };
    }

    private Process launch(String name) {
        return world.launch(
                name,
                JobDefinition.named("orders").every(Duration.ofSeconds(10)).build());
    }

    private int version() {
        return ((Read.Present) world.ensemble.node(ORDERS)).stat().version();
    }

    @Timeout(300)
    @Test
    void whatIsDeclaredAndCannotBeReadAgainIsNotWrittenWithoutEnd() {
        readOrdersOnlyOnceReadable();
        Process a = launch("a");
        world.seconds(5 * 60);

        assertThat(version()).isEqualTo(1);
        assertThat(a.events(ElasticJobEvent.JobRefused.class))
                .singleElement()
                .satisfies(refused -> assertThat(refused.reason())
                        .contains("was written, and cannot be read again", "It is written again in 10m"));

        readable.set(true);
        world.seconds(11 * 60);
        assertThat(world.runs("orders")).isPositive();
    }

    /** Each change of the roster has all that is declared here decided again: what is held is not, and its pause is not begun again. */
    @Timeout(300)
    @Test
    void whatIsHeldIsNotWrittenSoonerThoughOthersComeAndGo() {
        readOrdersOnlyOnceReadable();
        Process a = launch("a");
        world.seconds(60);
        assertThat(version()).isEqualTo(1);
        for (int i = 0; i < 15; i++) {
            Process other = world.launch(
                    "b" + i,
                    JobDefinition.named("bills").every(Duration.ofMinutes(1)).build());
            world.seconds(60);
            other.leave();
            world.seconds(60);
        }

        assertThat(version()).as("once in ten minutes").isBetween(3, 4);
        assertThat(a.events(ElasticJobEvent.JobRefused.class))
                .as("told with each")
                .hasSizeLessThan(5);
    }

    @Timeout(300)
    @Test
    void twoThatCannotReadOneAnothersDeclarationDoNotWriteByTurnsWithoutEnd() {
        readOrdersOnlyOnceReadable();
        launch("a");
        launch("b");
        world.seconds(60);
        int version = version();
        world.seconds(4 * 60);

        assertThat(version()).isEqualTo(version).isLessThan(5);
    }

    @Timeout(300)
    @Test
    void whatIsMadeReadableByAnotherIsDeclaredAtOnce() {
        readOrdersOnlyOnceReadable();
        launch("a");
        world.seconds(30);
        readable.set(true);
        world.overwrite(ORDERS, ((Read.Present) world.ensemble.node(ORDERS)).data());
        world.seconds(30);

        assertThat(world.runs("orders")).isPositive();
    }

    @Timeout(300)
    @Test
    void whatIsDeletedByHandIsNotHeldWhenItIsThereAgain() {
        readOrdersOnlyOnceReadable();
        launch("a");
        world.seconds(30);
        readable.set(true);
        world.delete(ORDERS);
        world.seconds(5);
        world.create(Map.of(ORDERS, new byte[] {'x'}));
        world.seconds(30);

        assertThat(world.runs("orders")).isPositive();
    }

    private static Read garbled(Read read) {
        return read instanceof Read.Present present ? new Read.Present(new byte[] {'x'}, present.stat()) : read;
    }
}
