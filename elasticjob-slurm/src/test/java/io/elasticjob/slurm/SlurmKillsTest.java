package io.elasticjob.slurm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.elasticjob.TriggerReceipt;
import io.elasticjob.TriggerRequest;
import io.elasticjob.engine.JobEngine;
import io.elasticjob.runner.InProcessShardRunner;
import io.elasticjob.spi.RunStatus.Phase;
import io.elasticjob.testing.machine.Needs;
import io.elasticjob.testing.machine.SlurmDaemons;
import io.elasticjob.testing.slurm.LoopbackSlurm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.curator.test.TestingServer;
import org.junit.jupiter.api.Test;

/**
 * Firings of jobs on a real Slurm, with a real ZooKeeper, while one of two instances is killed at random moments. Each task of
 * each firing runs once, in its first attempt: nothing is lost, nothing runs twice, nothing is left behind. A short one by
 * default; -Dslurm.firings=300 -Dslurm.kills=60 takes a quarter of an hour.
 */
@Needs(value = SlurmDaemons.NAME, there = SlurmDaemons.class)
class SlurmKillsTest {

    private static final int FIRINGS = Integer.getInteger("slurm.firings", 10);
    private static final int KILLS = Integer.getInteger("slurm.kills", 3);
    private static final long SEED = Long.getLong("slurm.seed", 1);

    private final Random random = new Random(SEED);
    private final List<Process> instances = new ArrayList<>();
    private int started;
    private int killed;
    private int fired;

    @Test
    void eachTaskOfEachFiringRunsOnceThoughInstancesAreKilled() throws Exception {
        try (TestingServer zooKeeper = new TestingServer();
                LoopbackSlurm slurm = LoopbackSlurm.start(1001)) {
            for (int i = 0; i < 2; i++) {
                instances.add(start(zooKeeper, slurm));
            }
            try (JobEngine engine = EngineMain.engine(zooKeeper.getConnectString(), "asks", Duration.ofSeconds(15))
                    .runner(InProcessShardRunner.platform(Map.of(), 1))
                    .build()) {
                engine.start();
                fireAll(engine, zooKeeper, slurm);
                assertThat(killed).isEqualTo(KILLS);
                look(slurm);
            } finally {
                instances.forEach(Process::destroyForcibly);
            }
        }
    }

    private Process start(TestingServer zooKeeper, LoopbackSlurm slurm) throws IOException {
        String name = "owner-" + started++;
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Xmx128m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        EngineMain.class.getName(),
                        zooKeeper.getConnectString(),
                        slurm.configuration().toString(),
                        slurm.shared().toString(),
                        name)
                .redirectErrorStream(true)
                .redirectOutput(slurm.shared().resolve(name + ".out").toFile())
                .start();
    }

    /** Of each job one firing after another. The kills are spread over all of them, each at a random moment. */
    private void fireAll(JobEngine engine, TestingServer zooKeeper, LoopbackSlurm slurm) throws Exception {
        Map<String, TriggerReceipt> open = new HashMap<>();
        await().atMost(Duration.ofMinutes(2)).ignoreExceptions().until(() -> fire(engine, open, EngineMain.job(0)));
        int done = 0;
        while (done < FIRINGS) {
            if (killed < KILLS && fired >= (killed + 1) * FIRINGS / (KILLS + 1)) {
                TimeUnit.MILLISECONDS.sleep(random.nextInt(3_000)); // the random moment
                int which = random.nextInt(instances.size());
                instances.get(which).destroyForcibly().waitFor();
                instances.set(which, start(zooKeeper, slurm));
                killed++;
            }
            int before = done;
            await("a firing ends: where a node was too busy, Slurm starts a task again after two minutes")
                    .atMost(Duration.ofMinutes(8))
                    .pollInterval(Duration.ofMillis(50))
                    .until(() -> isAnyDone(open) || open.size() < EngineMain.JOBS && fired < FIRINGS);
            for (String job : List.copyOf(open.keySet())) {
                if (open.get(job).completion().toCompletableFuture().isDone()) {
                    open.remove(job);
                    done++;
                }
            }
            for (int number = 0; number < EngineMain.JOBS && fired < FIRINGS; number++) {
                if (!open.containsKey(EngineMain.job(number))) {
                    fire(engine, open, EngineMain.job(number));
                }
            }
            if (done / 25 > before / 25) {
                System.out.println(done + " of " + FIRINGS + " firings done, " + killed + " instances killed");
            }
        }
    }

    private boolean fire(JobEngine engine, Map<String, TriggerReceipt> open, String job) {
        open.put(
                job,
                engine.operations()
                        .trigger(TriggerRequest.of(job))
                        .toCompletableFuture()
                        .orTimeout(60, TimeUnit.SECONDS)
                        .join());
        fired++;
        return true;
    }

    private static boolean isAnyDone(Map<String, TriggerReceipt> open) {
        return open.values().stream()
                .anyMatch(receipt -> receipt.completion().toCompletableFuture().isDone());
    }

    private void look(LoopbackSlurm slurm) throws IOException {
        int tasks = 0;
        for (int number = 0; number < EngineMain.JOBS; number++) {
            Path ledger = slurm.shared().resolve(EngineMain.job(number) + ".ledger");
            List<String> lines = Files.exists(ledger) ? Files.readAllLines(ledger) : List.of();
            assertThat(lines).doesNotHaveDuplicates().allMatch(line -> line.endsWith(" 1"), "in its first attempt");
            tasks += lines.size();
        }
        assertThat(tasks).isEqualTo(FIRINGS * Owner.TASKS);
        try (SlurmCluster cluster = Owner.client(
                slurm.configuration(),
                slurm.shared(),
                new LocalPrograms(Map.of("SLURM_CONF", slurm.configuration().toString()), Duration.ofSeconds(20)))) {
            await("what nobody has released is swept")
                    .atMost(Duration.ofMinutes(3))
                    .pollInterval(Duration.ofSeconds(1))
                    .ignoreExceptions()
                    .until(() -> Owner.answer(cluster.list(Owner.NAMESPACE)).stream()
                            .allMatch(status -> status.phase() == Phase.ENDED));
        }
    }
}
