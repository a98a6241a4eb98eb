package io.elasticjob.integration;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.JobDefinition;
import io.elasticjob.schedule.Schedule;
import io.elasticjob.testing.faults.Fault;
import io.elasticjob.testing.faults.LedgerAudit;
import io.elasticjob.testing.faults.LedgerLine;
import io.elasticjob.testing.faults.LedgerLine.What;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.curator.test.InstanceSpec;
import org.apache.curator.test.TestingServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three copies of an application in processes of their own, of which again and again one is stopped in good order, one is
 * killed, and both are replaced. {@code -Dprocesses.rounds=N} does it more often.
 */
class ThreeProcessesTest {

    private static final int ROUNDS = Integer.getInteger("processes.rounds", 1);

    @TempDir
    Path directory;

    private final List<Copy> copies = new ArrayList<>();
    private final List<Fault> kills = new ArrayList<>();
    private final TestingServer server;

    ThreeProcessesTest() throws Exception {
        Map<String, Object> limit = Map.of("minSessionTimeout", "1000");
        server = new TestingServer(new InstanceSpec(null, -1, -1, -1, true, -1, 500, -1, limit), true);
    }

    /** One process, and the test's view of its ledger. */
    private final class Copy {
        final String name = "worker-" + copies.size();
        final Path ledger = directory.resolve(name + ".csv");
        final Path log = directory.resolve(name + ".log");
        final Process process;

        Copy() throws IOException {
            process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-XX:TieredStopAtLevel=1",
                            "-XX:+UseSerialGC",
                            "-Xmx128m",
                            "-cp",
                            System.getProperty("java.class.path"),
                            Worker.class.getName(),
                            name,
                            server.getConnectString(),
                            ledger.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            copies.add(this);
        }

        List<LedgerLine> lines() {
            return LedgerLine.of(ledger);
        }

        /** So many firings that are yet to come are begun here. */
        void runsFirings(int count) {
            Instant now = Instant.now();
            until(() -> lines().stream()
                            .map(LedgerLine::firing)
                            .filter(firing -> firing.isAfter(now))
                            .distinct()
                            .count()
                    >= count);
        }

        /** It has just begun a shard of the job. */
        boolean isInTheMidst(String job) {
            Instant lately = Instant.now().minus(Worker.WORK.dividedBy(4));
            return lines().stream()
                    .anyMatch(line -> line.what() == What.START
                            && line.job().equals(job)
                            && line.time().isAfter(lately));
        }

        void stop() {
            process.destroy();
            until(() -> !process.isAlive());
            assertThat(process.exitValue())
                    .as("%s ends as it was told to", name)
                    .isEqualTo(143);
        }

        void kill() {
            kills.add(Fault.killed(name, Instant.now()));
            process.destroyForcibly().onExit().join();
        }
    }

    @AfterEach
    void endAll() throws Exception {
        copies.forEach(copy -> copy.process.destroyForcibly().onExit().join());
        server.close();
    }

    @Test
    void everyFiringRunsOnceWhoeverLeavesAndIsRunAgainAtMostWhereItsOwnerDied() throws Exception {
        List<Copy> alive = new ArrayList<>(List.of(new Copy(), new Copy(), new Copy()));
        for (Copy copy : alive) {
            copy.runsFirings(3);
        }
        for (int round = 0; round < ROUNDS; round++) {
            alive.remove(0).stop();
            alive.get(0).runsFirings(3);

            Copy victim = alive.remove(0);
            until(() -> victim.isInTheMidst("retried"));
            victim.kill();
            alive.add(new Copy());
            alive.get(1).runsFirings((int) Worker.SESSION.toSeconds() + 4);

            alive.add(new Copy());
            alive.get(2).runsFirings(3);
        }
        alive.forEach(copy -> copy.process.destroy());
        alive.forEach(Copy::stop);

        LedgerAudit audit = new LedgerAudit(
                Worker.JOBS.stream().map(ThreeProcessesTest::audited).toList(),
                Worker.SESSION.plusSeconds(2),
                copies.stream().flatMap(copy -> copy.lines().stream()).toList(),
                kills);
        assertThat(audit.violations()).as(() -> audit.excerpt() + logs()).isEmpty();
        assertThat(audit.cutOff()).as("runs that a kill cut off").isPositive();
        assertThat(audit.retried()).as("runs that were run again").isPositive();
    }

    private static LedgerAudit.Job audited(JobDefinition job) {
        return new LedgerAudit.Job(
                job.name(),
                ((Schedule.Every) job.schedule()).period(),
                job.shardingTotalCount(),
                job.failover().wanted());
    }

    private String logs() {
        StringBuilder all = new StringBuilder();
        for (Copy copy : copies) {
            try {
                all.append(copy.name).append(":\n").append(Files.readString(copy.log));
            } catch (IOException e) {
                all.append(e);
            }
        }
        return all.toString();
    }

    private static void until(BooleanSupplier condition) {
        Awaitility.await()
                .atMost(60, TimeUnit.SECONDS)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(20))
                .until(condition::getAsBoolean);
    }
}
