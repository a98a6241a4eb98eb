package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.JobOperations;
import io.elasticjob.JobPart;
import io.elasticjob.OperationRefusedException;
import io.elasticjob.Operator;
import io.elasticjob.TriggerRequest;
import io.elasticjob.codec.StoredJobCodec;
import io.elasticjob.engine.World.Process;
import io.elasticjob.registry.Read;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
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
        return Stream.of(
                of("configure", operations -> operations.configure("nightly", Map.of(JobKey.MISFIRE, "SKIP"), ANN)),
                of("disable", operations -> operations.disable("nightly", JobPart.WHOLE_JOB, ANN)),
                of("disable a shard", operations -> operations.disable("nightly", new JobPart.Shard(0), ANN)),
                of("cancel a trigger", operations -> operations.cancel("nightly", 0, ANN)),
                of("remove", operations -> operations.remove("nightly", ANN)),
                of("trigger", operations -> operations.trigger(TriggerRequest.of("nightly"))));
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
