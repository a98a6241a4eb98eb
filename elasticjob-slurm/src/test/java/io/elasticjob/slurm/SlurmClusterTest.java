package io.elasticjob.slurm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.elasticjob.Firing;
import io.elasticjob.Indexes;
import io.elasticjob.spi.ArrayResources;
import io.elasticjob.spi.ArrayRules;
import io.elasticjob.spi.ArrayRun;
import io.elasticjob.spi.ArrayTask;
import io.elasticjob.spi.ClusterException;
import io.elasticjob.spi.Created;
import io.elasticjob.spi.RunId;
import io.elasticjob.spi.RunStatus;
import io.elasticjob.spi.RunStatus.Phase;
import io.elasticjob.testing.machine.Needs;
import io.elasticjob.testing.machine.SlurmDaemons;
import io.elasticjob.testing.slurm.LoopbackSlurm;
import io.elasticjob.testing.values.OddValues;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** On a real Slurm with arrays of the usual length. */
@Needs(value = SlurmDaemons.NAME, there = SlurmDaemons.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SlurmClusterTest {

    private static final SlurmSettings.Times TIMES = new SlurmSettings.Times(
            Duration.ofMillis(300), Duration.ofSeconds(20), Duration.ofSeconds(30), Duration.ofDays(1));

    private LoopbackSlurm slurm;
    private int runs;

    /** What the present test has asked of Slurm. */
    private final List<Command> asked = new CopyOnWriteArrayList<>();

    private SlurmCluster cluster;

    @BeforeAll
    void start() {
        slurm = LoopbackSlurm.start(1001);
    }

    @AfterAll
    void stop() {
        slurm.close();
    }

    @BeforeEach
    void open() {
        asked.clear();
        cluster = cluster(slurm.shared().resolve("runs"));
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    private SlurmCluster cluster(Path directory) {
        Programs programs = new LocalPrograms(
                Map.of("SLURM_CONF", slurm.configuration().toString(), "SECRET_OF_APPLICATION", "x"), TIMES.command());
        return new SlurmCluster(
                new SlurmSettings(
                        "loopback",
                        directory,
                        null,
                        slurm.configuration(),
                        TIMES,
                        Map.of(
                                "print",
                                template("printf '%s|%s' \"$EJ_SHARD_PARAMETER\" \"$EJ_JOB_PARAMETER\""),
                                "environment",
                                template("env"),
                                "wait",
                                template("sleep 600"),
                                "nowhere",
                                new SlurmTemplate(
                                        List.of("true"), null, Map.of(), List.of("--partition=no-such-one")))),
                command -> {
                    asked.add(command);
                    return programs.run(command);
                },
                new SecureRandom());
    }

    private static SlurmTemplate template(String text) {
        return new SlurmTemplate(List.of("sh", "-c", text), null, Map.of("A", "$(id), 'b'\nc"), List.of());
    }

    private ArrayRun run(String template, List<String> parameters, ArrayRules rules, String jobParameter) {
        return new ArrayRun(
                new RunId("tests", "orders", "life", new Firing.Triggered(runs++), 1),
                template,
                IntStream.range(0, parameters.size())
                        .mapToObj(shard -> new ArrayTask(shard, parameters.get(shard)))
                        .toList(),
                Map.of("EJ_JOB_PARAMETER", jobParameter),
                rules);
    }

    private Created released(ArrayRun run) {
        Created created = Owner.answer(cluster.prepare(run));
        Owner.answer(cluster.release(created));
        return created;
    }

    private RunStatus told(Created created, Predicate<RunStatus> condition) throws Exception {
        CompletableFuture<RunStatus> told = new CompletableFuture<>();
        cluster.watch("tests", status -> {
            if (status.run().equals(created) && condition.test(status)) {
                told.complete(status);
            }
        });
        return told.get(3, TimeUnit.MINUTES); // Slurm begins tasks when it sees fit
    }

    private RunStatus ended(Created created) throws Exception {
        return told(created, status -> status.phase() == Phase.ENDED);
    }

    private List<String> programs() {
        return asked.stream().map(Command::program).toList();
    }

    // ---- Bounds -----------------------------------------------------------------------------------------------------

    @Test
    void aFiringOfFiveThousandShardsTakesACallForEachThousandAndTwo() {
        ArrayRun run = run("wait", IntStream.range(0, 5_000).mapToObj(i -> "").toList(), ArrayRules.NONE, "");
        Created before =
                Owner.answer(cluster.prepare(run("wait", List.of(""), ArrayRules.NONE, ""))); // knows the limit
        asked.clear();

        Created created = Owner.answer(cluster.prepare(run));
        Owner.answer(cluster.release(created));

        // That it is released is told by the look which comes from time to time, one for all runs.
        assertThat(programs().subList(0, 7))
                .containsExactly("squeue", "sbatch", "sbatch", "sbatch", "sbatch", "sbatch", "scontrol");
        assertThat(programs().subList(7, programs().size())).containsOnly("squeue");
        RunStatus status = Owner.answer(cluster.find(run.id())).orElseThrow();
        assertThat(status.phase()).isEqualTo(Phase.RELEASED);
        Owner.answer(cluster.cancel(created));
        Owner.answer(cluster.cancel(before));
    }

    @Test
    void slurmIsNotAskedWhileNothingIsThere() throws Exception {
        SlurmCluster idle = cluster(slurm.shared().resolve("empty"));
        CompletableFuture<Void> later = new CompletableFuture<>();
        idle.watch("tests", status -> {});
        CompletableFuture.delayedExecutor(2, TimeUnit.SECONDS).execute(() -> later.complete(null));

        later.get(60, TimeUnit.SECONDS);
        idle.close();

        assertThat(asked).isEmpty();
    }

    // ---- Values -----------------------------------------------------------------------------------------------------

    @Test
    void oddValuesReachATaskUnchanged() throws Exception {
        String all = String.join("\n", OddValues.all());
        Created created = released(run("print", OddValues.all(), ArrayRules.NONE, all));

        RunStatus ended = ended(created);

        assertThat(ended.succeeded()).isEqualTo(Indexes.upTo(OddValues.all().size()));
        for (int i = 0; i < OddValues.all().size(); i++) {
            assertThat(Owner.answer(cluster.log(created, i, 64 * 1024)))
                    .isEqualTo(OddValues.all().get(i) + "|" + all);
        }
        assertThat(asked.toString()).doesNotContain("hacked", "日本語");
    }

    @Test
    void aTaskHasTheEnvironmentOfItsTemplateAndItsRunAndLittleElse() throws Exception {
        Created created = released(run("environment", List.of("ü"), ArrayRules.NONE, "all"));
        ended(created);

        List<String> lines =
                Owner.answer(cluster.log(created, 0, 64 * 1024)).lines().toList();

        assertThat(lines).contains("EJ_SHARD=0", "EJ_SHARD_PARAMETER=ü", "EJ_JOB_PARAMETER=all", "A=$(id), 'b'", "c");
        assertThat(lines).noneMatch(line -> line.startsWith("JAVA") || line.startsWith("SLURM_JWT"));
        assertThat(lines.stream().filter(line -> line.startsWith("EJ_"))).hasSize(3);
    }

    // ---- Odd clusters -----------------------------------------------------------------------------------------------

    @Test
    void whatSlurmRefusesIsRefusedAndLeavesNothing() {
        ArrayRun run = run("nowhere", List.of(""), ArrayRules.NONE, "");

        assertThatThrownBy(() -> Owner.answer(cluster.prepare(run)))
                .isInstanceOf(ClusterException.Refused.class)
                .hasMessageContaining("partition");
        assertThat(Owner.answer(cluster.find(run.id()))).isEmpty();
        assertThat(Owner.answer(cluster.list("tests")))
                .noneMatch(status -> status.run().run().equals(run.id()));
    }

    @Test
    void aTaskThatAnOperatorCancelsHasFailedAndTheOthersGoOn() throws Exception {
        Created created = released(run("wait", List.of("", "", ""), ArrayRules.NONE, ""));
        told(created, status -> status.running() == 3);
        String job = slurm.run("squeue", "--noheader", "--name=" + created.identity(), "--format=%F")
                .lines()
                .findFirst()
                .orElseThrow()
                .strip();

        slurm.run("scancel", job + "_1");

        RunStatus status = told(created, each -> !each.failed().isEmpty());
        assertThat(status.failed()).isEqualTo(Indexes.of(1));
        assertThat(status.phase()).isEqualTo(Phase.RELEASED);
        assertThat(status.running()).isEqualTo(2);
        Owner.answer(cluster.cancel(created));
        assertThat(ended(created).running()).isZero();
    }

    @Test
    void aTimeoutAndResourcesAreTakenBySlurm() {
        ArrayRules rules = new ArrayRules(2, Duration.ofSeconds(90), 0, ArrayResources.parse("cpu=1500m,memory=64Mi"));
        Created created = Owner.answer(cluster.prepare(run("wait", List.of("", "", ""), rules, "")));

        String job = slurm.run("squeue", "--noheader", "--name=" + created.identity(), "--format=%l|%C|%m|%K");

        assertThat(job.strip()).isEqualTo("2:00|2|64M|0-2%2");
        Owner.answer(cluster.cancel(created));
    }

    @Test
    void aDirectoryThatIsNotMountedIsNoAnswer() throws Exception {
        Path directory = slurm.shared().resolve("mounted");
        SlurmCluster other = cluster(directory);
        ArrayRun run = run("wait", List.of(""), ArrayRules.NONE, "");
        Created created = Owner.answer(other.prepare(run));
        Path away = Files.move(directory, slurm.shared().resolve("away"));

        assertThatThrownBy(() -> Owner.answer(other.find(run.id())))
                .isExactlyInstanceOf(ClusterException.class)
                .hasMessageContaining("mounted");
        Files.createDirectory(directory);
        assertThatThrownBy(() -> Owner.answer(other.release(created))).isExactlyInstanceOf(ClusterException.class);
        Files.delete(directory);
        Files.move(away, directory);
        assertThat(Owner.answer(other.find(run.id()))).isPresent();
        Owner.answer(other.cancel(created));
        other.close();
    }

    @Test
    void whatIsClosedAnswersNothing() {
        cluster.close();

        assertThatThrownBy(() -> Owner.answer(cluster.find(new RunId("n", "j", "l", new Firing.Triggered(1), 1))))
                .isInstanceOf(ClusterException.class)
                .hasMessageContaining("closed");
    }
}
