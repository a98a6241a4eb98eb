package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.elasticjob.CancelRequest;
import io.elasticjob.ElasticJobEvent;
import io.elasticjob.Firing;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.JobOperations;
import io.elasticjob.JobPart;
import io.elasticjob.OperationRefusedException;
import io.elasticjob.Operator;
import io.elasticjob.PlanRequest;
import io.elasticjob.RerunRequest;
import io.elasticjob.TriggerRequest;
import io.elasticjob.codec.StoredJobCodec;
import io.elasticjob.engine.World.Process;
import io.elasticjob.memory.PassingRegistry;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Session;
import io.elasticjob.registry.Write;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A job is removed and created again, with the same version and trigger numbers, while something that was meant for its
 * former life is under way. In virtual time.
 */
class LifeTest {

    private static final Operator ANN = new Operator("ann", "to test");
    private static final Map<JobKey, String> NIGHTLY =
            Map.of(JobKey.HANDLER, "reports", JobKey.CRON, "0 0 3 * * ?", JobKey.ZONE, "UTC");
    private static final JobDefinition REPORTS = JobDefinition.named("reports").build();

    private final World world = new World();
    private Process a;
    private Process b;

    @BeforeEach
    void aJobThatAnOperatorMade() {
        a = world.start("a", REPORTS);
        b = world.start("b", REPORTS);
        a.duration = Duration.ofSeconds(20);
        b.duration = Duration.ofSeconds(20);
        world.seconds(2);
        world.now(b.engine.operations().create("nightly", NIGHTLY, ANN));
        world.now(b.engine.operations().trigger(TriggerRequest.of("nightly")));
        world.seconds(1);
    }

    static Stream<Arguments> writes() {
        return Stream.concat(
                Stream.of(
                        of("remove", operations -> operations.remove("nightly", ANN)),
                        of(
                                "trigger of an id",
                                operations -> operations.trigger(
                                        TriggerRequest.of("nightly").withId("mine")))),
                checked());
    }

    /** Those that do nothing to the folder of the records but check it. */
    static Stream<Arguments> checked() {
        return Stream.of(
                of("configure", operations -> operations.configure("nightly", Map.of(JobKey.MISFIRE, "SKIP"), ANN)),
                of("disable", operations -> operations.disable("nightly", JobPart.WHOLE_JOB, ANN)),
                of("disable a shard", operations -> operations.disable("nightly", new JobPart.Shard(0), ANN)),
                of("cancel a trigger", operations -> operations.cancel("nightly", 0, ANN)),
                of(
                        "cancel what runs",
                        operations -> operations.cancel(new CancelRequest("nightly", null, new TreeSet<>(), ANN))),
                of(
                        "plan",
                        operations ->
                                operations.plan(PlanRequest.after(Duration.ofHours(1), TriggerRequest.of("nightly")))),
                of(
                        "backfill",
                        operations -> operations.plan(PlanRequest.backfill(
                                Instant.parse("2025-12-01T00:00:00Z"),
                                Instant.parse("2025-12-03T00:00:00Z"),
                                TriggerRequest.of("nightly")))),
                of("trigger", operations -> operations.trigger(TriggerRequest.of("nightly"))));
    }

    /**
     * The rule that makes it so, broken: what is meant for a life is sent without the check of its folder. Each request is
     * answered as done then, or changes the job that was created meanwhile.
     */
    @ParameterizedTest(name = "{0}")
    @MethodSource("checked")
    void withoutTheCheckOfTheLifeEachWouldBeDone(String name, Function<JobOperations, CompletionStage<?>> write) {
        Process c = heedless("c");
        c.holding = true;
        CompletableFuture<?> asked = write.apply(c.engine.operations()).toCompletableFuture();
        world.time.pass(Duration.ofMillis(500));
        createAgain();
        c.release();
        world.seconds(5);

        assertThat(asked).isCompleted();
    }

    /** One that never checks the folder of a life. */
    private Process heedless(String name) {
        world.around = registry -> new PassingRegistry(registry) {
            @Override
            public CompletionStage<Answer> commit(Session session, List<Write> writes) {
                return super.commit(
                        session,
                        writes.stream()
                                .map(write -> write instanceof Write.Check check
                                                && check.path().startsWith("/test/shards/nightly@")
                                        ? new Write.Check("/test/jobs", 0)
                                        : write)
                                .toList());
            }
        };
        Process process = world.start(name, REPORTS);
        world.around = UnaryOperator.identity();
        return process;
    }

    @Test
    void aRerunThatWasMeantForAFormerLifeIsNotDoneToTheNextOne() {
        Map<JobKey, String> recorded = Map.of(JobKey.HANDLER, "reports", JobKey.RECORD_FIRINGS, "true");
        JobOperations at = b.engine.operations();
        a.duration = Duration.ofMillis(10);
        b.duration = Duration.ofMillis(10);
        world.now(at.create("recorded", recorded, ANN));
        world.now(at.trigger(TriggerRequest.of("recorded")));
        world.seconds(5);
        a.holding = true;
        CompletableFuture<?> asked = a.engine
                .operations()
                .rerun(RerunRequest.of("recorded", new Firing.Triggered(0))
                        .withShards(new TreeSet<>(Set.of(0)))
                        .with(RerunRequest.Option.PRESENT_PARAMETERS))
                .toCompletableFuture();
        world.time.pass(Duration.ofMillis(500));
        assertThat(asked).as("it is decided, and waits to be sent").isNotDone();
        world.now(at.remove("recorded", ANN));
        world.now(at.create("recorded", recorded, ANN));
        world.now(at.trigger(TriggerRequest.of("recorded")));
        world.seconds(2);
        a.release();
        world.seconds(5);

        assertThatThrownBy(asked::join)
                .hasCauseInstanceOf(OperationRefusedException.class)
                .hasMessageContaining("was removed, and created again");
        assertThat(world.runs("recorded")).isEqualTo(2);
    }

    /** A request that comes just after the job was created elsewhere is about that job, though this instance has not heard of it. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("requests")
    void whatWasCreatedElsewhereAMomentAgoIsFound(String name, Function<JobOperations, CompletionStage<?>> request) {
        world.latency = Duration.ofMillis(300);
        Process slow = world.start("slow", REPORTS);
        world.latency = Duration.ZERO;
        world.seconds(5);
        world.now(b.engine.operations().create("fresh", NIGHTLY, ANN));
        CompletableFuture<?> asked = request.apply(slow.engine.operations()).toCompletableFuture();
        world.seconds(10);

        assertThat(asked).isDone();
        String told = asked.handle((done, refused) -> String.valueOf(refused)).join();
        assertThat(told).doesNotContain("NoSuchJob");
    }

    static Stream<Arguments> requests() {
        return Stream.of(
                of("disable", operations -> operations.disable("fresh", JobPart.WHOLE_JOB, ANN)),
                of("trigger", operations -> operations.trigger(TriggerRequest.of("fresh"))),
                of(
                        "plan",
                        operations ->
                                operations.plan(PlanRequest.after(Duration.ofHours(1), TriggerRequest.of("fresh")))),
                of("cancel a plan", operations -> operations.cancelPlan("fresh", "none", ANN)),
                of("cancel", operations -> operations.cancel(new CancelRequest("fresh", null, new TreeSet<>(), ANN))),
                of("rerun", operations -> operations.rerun(RerunRequest.of("fresh", new Firing.Triggered(0)))),
                of("cancel a trigger", operations -> operations.cancel("fresh", 0, ANN)));
    }

    private static Arguments of(String name, Function<JobOperations, CompletionStage<?>> write) {
        return Arguments.of(name, write);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("writes")
    void whatWasMeantForAFormerLifeIsNotDoneToTheNextOne(
            String name, Function<JobOperations, CompletionStage<?>> write) {
        a.holding = true;
        CompletableFuture<?> asked = write.apply(a.engine.operations()).toCompletableFuture();
        world.time.pass(Duration.ofMillis(500)); // it is decided, and waits to be sent
        createAgain();
        byte[] before = node("/test/jobs/nightly").data();
        a.release();
        world.seconds(5);

        assertThatThrownBy(asked::join)
                .hasCauseInstanceOf(OperationRefusedException.class)
                .hasMessageContaining("was removed, and created again");
        assertThat(node("/test/jobs/nightly").data()).isEqualTo(before);
        assertThat(world.ensemble.children("/test/jobs/nightly")).hasSize(1);
        assertThat(world.ensemble.node("/test/jobs/nightly/trigger-0000000000")).isInstanceOf(Read.Present.class);
    }

    @Test
    void anEndThatWasMeantForAFormerLifeLeavesTheNextOneAlone() {
        Process runner = runnerOf("nightly");
        Process other = runner == a ? b : a;
        createAgainBy(other);
        world.seconds(2);
        String now = records("nightly");
        long folders = folders("nightly");
        world.seconds(40);

        assertThat(folders).as("of both lives: something runs in each").isEqualTo(2);
        assertThat(folders("nightly")).isEqualTo(1);
        assertThat(now).isEqualTo(records("nightly"));
        assertThat(world.ledger.entries().stream().map(entry -> entry.id.life()).distinct())
                .hasSize(2);
    }

    @Test
    void aJobThatSomebodyHasWrittenOverGoesOnInItsLife() {
        String life = records("nightly");
        world.overwrite("/test/jobs/nightly", "rubbish");
        a.kill();
        b.kill();
        world.seconds(10);
        Process c = world.start("c", REPORTS, JobDefinition.named("nightly").build());
        world.seconds(5);

        assertThat(records("nightly")).isEqualTo(life);
        assertThat(c.events(ElasticJobEvent.JobRefused.class)).isEmpty();
    }

    private void createAgain() {
        createAgainBy(b);
    }

    private void createAgainBy(Process process) {
        int version = node("/test/jobs/nightly").stat().version();
        world.now(process.engine.operations().remove("nightly", ANN));
        world.now(process.engine.operations().create("nightly", NIGHTLY, ANN));
        world.now(process.engine.operations().trigger(TriggerRequest.of("nightly")));
        assertThat(node("/test/jobs/nightly").stat().version()).isEqualTo(version);
    }

    private Process runnerOf(String job) {
        String name = world.ledger.entries().stream()
                .filter(entry -> entry.id.job().equals(job))
                .findFirst()
                .orElseThrow()
                .process;
        return name.equals("a") ? a : b;
    }

    private long folders(String job) {
        return world.ensemble.children("/test/shards").stream()
                .filter(name -> name.startsWith(job + "@"))
                .count();
    }

    private String records(String job) {
        Read.Present node = node("/test/jobs/" + job);
        return StoredJobCodec.lifeIn(job, node.data(), node.stat().created()).orElseThrow();
    }

    private Read.Present node(String path) {
        return (Read.Present) world.ensemble.node(path);
    }
}
