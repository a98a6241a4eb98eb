package io.elasticjob.slurm;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.Firing;
import io.elasticjob.slurm.Interrupting.When;
import io.elasticjob.spi.ArrayRules;
import io.elasticjob.spi.ArrayRun;
import io.elasticjob.spi.ArrayTask;
import io.elasticjob.spi.ClusterException;
import io.elasticjob.spi.Created;
import io.elasticjob.spi.RunId;
import io.elasticjob.spi.SystemTimekeeper;
import io.elasticjob.testing.machine.Needs;
import io.elasticjob.testing.machine.SlurmDaemons;
import io.elasticjob.testing.slurm.LoopbackSlurm;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * The controller is started again, or the owner of a run is killed, between every two steps. Each task runs, none runs twice in an attempt, and
 * nothing is left behind.
 */
@Needs(value = SlurmDaemons.NAME, there = SlurmDaemons.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SlurmFaultsTest {

    /** What an owner has done: a look, the configuration, three arrays, the release. */
    private static final List<String> STEPS = List.of("squeue", "scontrol", "sbatch", "sbatch", "sbatch", "scontrol");

    private static final boolean CRASH = Boolean.getBoolean("slurm.crash");

    private LoopbackSlurm slurm;

    @BeforeAll
    void start() {
        slurm = LoopbackSlurm.start(4);
    }

    @AfterAll
    void stop() {
        slurm.close();
    }

    private Programs programs() {
        return new LocalPrograms(Map.of("SLURM_CONF", slurm.configuration().toString()), Duration.ofSeconds(20));
    }

    private SlurmCluster client() {
        return Owner.client(slurm.configuration(), slurm.shared(), programs());
    }

    @Test
    void theStepsAreThese() throws Exception {
        Interrupting programs = new Interrupting(programs(), When.BEFORE, -1, () -> {});
        try (SlurmCluster cluster = Owner.client(slurm.configuration(), slurm.shared(), programs)) {
            new Owner(cluster, slurm.shared(), "undisturbed").finish();

            assertThat(programs.ran()).containsExactlyElementsOf(STEPS);
            Owner.assertEachHasRunOnce(slurm.shared(), "undisturbed");
        }
    }

    /** Around which step, and when. Before one is after the one before it, but for what the owner itself writes. */
    private record Point(When when, int step) {

        static List<Point> all() {
            return IntStream.range(0, STEPS.size())
                    .boxed()
                    .flatMap(step -> Stream.of(When.values()).map(when -> new Point(when, step)))
                    .toList();
        }

        String job(String who) {
            return who + "-" + step + "-" + when.name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * By a signal that it writes its state at. One that crashes comes back with a state of up to five seconds before
     * (-Dslurm.crash=true). In that state tasks run that have ended since, and hold the processors of their node until it
     * registers, for which it is made to.
     */
    @Test
    void theControllerIsEndedAndStartedAgainBetweenEveryTwoSteps() throws Exception {
        for (Point point : Point.all()) {
            if (point.when() == When.AFTER && point.step() < STEPS.size() - 1) {
                continue; // the same as before the next one
            }
            String job = point.job("controller");
            Runnable again = () -> {
                if (CRASH) {
                    slurm.killController();
                } else {
                    slurm.stopController();
                }
                slurm.startController();
            };
            try (SlurmCluster cluster =
                            Owner.client(slurm.configuration(), slurm.shared(), point.when(), point.step(), again);
                    SystemTimekeeper time = SystemTimekeeper.daemon("reconfigures")) {
                reconfigure(time);
                new Owner(cluster, slurm.shared(), job).finish();

                Owner.assertEachHasRunOnce(slurm.shared(), job);
                Owner.assertNoOrphanIsLeft(slurm, cluster);
            }
        }
    }

    /** As an administrator does after a crash; of use for tasks that have begun more than 15 seconds ago. */
    private void reconfigure(SystemTimekeeper time) {
        if (CRASH) {
            time.after(Duration.ofSeconds(5), () -> {
                slurm.run("scontrol", "reconfigure");
                reconfigure(time);
            });
        }
    }

    @Test
    void theOwnerIsKilledBetweenEveryTwoSteps() throws Exception {
        Map<String, Process> owners = new LinkedHashMap<>();
        for (Point point : Point.all()) {
            if (point.when() != When.UNHEARD) {
                owners.put(point.job("owner"), owner(point.job("owner"), point));
            }
        }
        for (Map.Entry<String, Process> owner : owners.entrySet()) {
            assertThat(owner.getValue().waitFor()).as(owner.getKey()).isEqualTo(9);
        }

        try (SlurmCluster cluster = client()) {
            for (String job : owners.keySet()) {
                new Owner(cluster, slurm.shared(), job).finish();
                Owner.assertEachHasRunOnce(slurm.shared(), job);
            }
            Owner.assertNoOrphanIsLeft(slurm, cluster);
        }
    }

    private Process owner(String job, Point point) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        OwnerMain.class.getName(),
                        slurm.configuration().toString(),
                        slurm.shared().toString(),
                        job,
                        point.when().name(),
                        Integer.toString(point.step()))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    @Test
    void aControllerThatIsDownIsNoAnswer() throws Exception {
        try (SlurmCluster cluster = client()) {
            RunId run = new RunId(Owner.NAMESPACE, "down", "life", new Firing.Triggered(1), 1);
            Created created = Owner.answer(cluster.prepare(new ArrayRun(
                    run, "task", List.of(new ArrayTask(0, "")), Map.of("EJ_JOB", "down"), ArrayRules.NONE)));
            slurm.stopController();

            List<Throwable> answers = Stream.of(
                            cluster.find(run), cluster.release(created), cluster.list(Owner.NAMESPACE))
                    .map(stage -> stage.toCompletableFuture()
                            .handle((value, failure) -> failure)
                            .join())
                    .toList();
            slurm.startController();

            assertThat(answers)
                    .hasSize(3)
                    .allMatch(failure -> failure != null && failure.getClass().equals(ClusterException.class));
            Owner.answer(cluster.cancel(created));
        }
    }
}
