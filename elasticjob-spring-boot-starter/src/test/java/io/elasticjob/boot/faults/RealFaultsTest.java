package io.elasticjob.boot.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.boot.faults.Ensemble.Server;
import io.elasticjob.boot.faults.Fleet.Copy;
import io.elasticjob.testing.faults.Fault;
import io.elasticjob.testing.faults.Fault.Kind;
import io.elasticjob.testing.faults.FaultProxy;
import io.elasticjob.testing.faults.FaultProxy.Direction;
import io.elasticjob.testing.faults.LedgerAudit;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/**
 * Copies of a Boot application in processes of their own, on three ZooKeeper servers in processes of their own, and what
 * happens to such in the course of years. {@code -Dfaults.rounds=N} lets it happen more often.
 *
 * <p>What is promised is held against the order of what the processes wrote down. How long things took is printed and not
 * asserted, since it says as much of the machine.
 */
class RealFaultsTest {

    private static final int ROUNDS = Integer.getInteger("faults.rounds", 1);

    @TempDir
    private static Path directory;

    private static Ensemble ensemble;
    private static int fleets;

    private final List<Duration> recoveries = new ArrayList<>();
    private Fleet fleet;

    @BeforeAll
    static void startEnsemble() throws Exception {
        ensemble = new Ensemble(directory);
        ensemble.start();
    }

    @AfterAll
    static void stopEnsemble() {
        ensemble.close();
    }

    @BeforeEach
    void newFleet() {
        fleet = new Fleet(ensemble, directory, "faults-" + ++fleets, LedgerApplication.JOBS, List.of());
    }

    @AfterEach
    void endFleet() {
        fleet.close();
    }

    @Test
    void whatAKilledInstanceRanIsRunAgainOnceAndWhatItHadFinishedIsNot(TestInfo test) throws Exception {
        fleet.start(3);
        for (int round = 0; round < ROUNDS; round++) {
            Copy victim = fleet.alive.get(0);
            victim.awaitMidstOf("report");
            Instant killed = Instant.now();
            victim.kill();
            recoveries.add(fleet.awaitOnTime(killed));
            fleet.start(1);
        }
        LedgerAudit audit = audited(test);
        assertThat(audit.cutOff()).as("runs that a kill cut off").isGreaterThanOrEqualTo(ROUNDS);
        assertThat(audit.failovers()).as("runs that were run again").hasSizeGreaterThanOrEqualTo(ROUNDS);
    }

    @Test
    void anInstanceThatStoodStillForLongerThanItsSessionIsOvertakenAndComesBack(TestInfo test) throws Exception {
        fleet.start(2);
        for (int round = 0; round < ROUNDS; round++) {
            Copy sleeper = fleet.alive.get(round % 2);
            sleeper.awaitMidstOf("report");
            fleet.suffers(Kind.FROZEN, sleeper.name, () -> {
                Instant frozen = Instant.now();
                sleeper.process.signal("STOP");
                recoveries.add(fleet.awaitOnTime(frozen));
                sleeper.process.signal("CONT");
            });
            sleeper.awaitMidstOf("tick");
        }
        assertThat(audited(test).retried()).as("runs that were run again").isPositive();
    }

    /** Refused connections, and half-open ones. */
    @Test
    void anInstanceOutOfReachOfTheServersGivesUpItsRunsBeforeOthersTakeThemOver(TestInfo test) throws Exception {
        fleet.start(2);
        for (int round = 0; round < ROUNDS; round++) {
            cutOff(fleet.alive.get(0), FaultProxy::cut);
            cutOff(fleet.alive.get(1), proxy -> proxy.silence(Direction.TO_CLIENT));
            cutOff(fleet.alive.get(0), proxy -> proxy.silence(Direction.TO_SERVER));
        }
        audited(test);
    }

    private void cutOff(Copy copy, Consumer<FaultProxy> how) throws Exception {
        copy.awaitMidstOf("report");
        fleet.suffers(Kind.CUT, copy.name, () -> {
            Instant cut = Instant.now();
            copy.network(how);
            recoveries.add(fleet.awaitOnTime(cut));
            copy.network(FaultProxy::heal);
        });
        copy.awaitMidstOf("tick");
    }

    @Test
    void jobsGoOnWhenServersAreRestartedOneByOneAndWhenAllDieAtOnce(TestInfo test) throws Exception {
        fleet.start(2);
        for (int round = 0; round < ROUNDS; round++) {
            for (Server server : ensemble.servers) {
                fleet.suffers(Kind.CUT, Fault.ALL, server::restart);
                recoveries.add(fleet.awaitOnTime(Instant.now()));
            }
            fleet.suffers(Kind.CUT, Fault.ALL, () -> {
                ensemble.kill();
                ensemble.start();
            });
            recoveries.add(fleet.awaitOnTime(Instant.now()));
        }
        audited(test);
    }

    @Test
    void jobsGoOnUnderRunningProcessesWhenTheServersComeBackEmpty(TestInfo test) throws Exception {
        fleet.start(2);
        fleet.awaitOnTime(Instant.now()); // what ends with the first loss is an era in which every shard has run
        for (int round = 0; round < ROUNDS; round++) {
            fleet.alive.get(round % 2).awaitMidstOf("report");
            recoveries.add(fleet.suffersLoss(ensemble::loseData));
        }
        auditedEachEra(test);
    }

    @Test
    void jobsGoOnUnderRunningProcessesWhenTheServersComeBackFromAnOlderCopy(TestInfo test) throws Exception {
        fleet.start(2);
        for (int round = 0; round < ROUNDS; round++) {
            Path copy = directory.resolve("backup-" + round);
            fleet.suffers(Kind.CUT, Fault.ALL, () -> {
                ensemble.kill();
                ensemble.copyOfData(copy);
                ensemble.start();
            });
            recoveries.add(fleet.awaitOnTime(Instant.now()));
            recoveries.add(fleet.suffersLoss(() -> ensemble.restoreData(copy)));
        }
        auditedEachEra(test);
    }

    @Test
    void aRollingRestartLosesNoFiringAndDoublesNone(TestInfo test) throws Exception {
        fleet.start(3);
        for (int round = 0; round < ROUNDS; round++) {
            for (Copy old : List.copyOf(fleet.alive)) {
                old.stop();
                fleet.start(1);
            }
        }
        LedgerAudit audit = audited(test);
        assertThat(audit.cutOff()).isZero();
        assertThat(audit.retried()).isZero();
    }

    @Test
    void fiftyJobsGoOnAfterTheSessionsOfAllInstancesExpireAgainAndAgain(TestInfo test) throws Exception {
        List<LedgerAudit.Job> jobs = new ArrayList<>();
        List<String> settings = new ArrayList<>(Stream.of("tick", "bill", "report")
                .map(name -> "--elasticjob.jobs." + name + ".enabled=false")
                .toList());
        IntStream.range(0, 50).forEach(i -> {
            jobs.add(new LedgerAudit.Job("pulse" + i, Duration.ofSeconds(1), 1, true));
            settings.add("--elasticjob.jobs.pulse" + i + ".handler=tick");
            settings.add("--elasticjob.jobs.pulse" + i + ".every=1s");
            settings.add("--elasticjob.jobs.pulse" + i + ".failover=true");
            settings.add("--elasticjob.jobs.pulse" + i + ".sharding-strategy=odevity"); // some here, some there
        });
        fleet = new Fleet(ensemble, directory, "faults-" + fleets, jobs, settings);
        fleet.start(2);
        fleet.awaitOnTime(Instant.now());
        for (int expiry = 0; expiry < 10 * ROUNDS; expiry++) {
            Instant expired = Instant.now();
            fleet.suffers(Kind.EXPIRED, Fault.ALL, fleet::expire);
            recoveries.add(fleet.awaitOnTime(expired));
        }
        audited(test);
    }

    private LedgerAudit audited(TestInfo test) {
        LedgerAudit audit = fleet.audit();
        System.out.printf(
                "%s: %d runs, %d cut off, %d run again (%d of them had ended unrecorded), %d superseded in peace;"
                        + " failover began after %s, back on time after %s%n",
                test.getTestMethod().orElseThrow().getName(),
                audit.runs(),
                audit.cutOff(),
                audit.retried(),
                audit.repeated(),
                audit.supersededInPeace(),
                figures(audit.failovers()),
                figures(recoveries));
        assertThat(audit.violations())
                .as(() -> audit.violations() + "\n" + audit.excerpt() + fleet.report())
                .isEmpty();
        return audit;
    }

    private void auditedEachEra(TestInfo test) {
        List<LedgerAudit> eras = fleet.auditEachEra();
        System.out.printf(
                "%s: runs of each era %s; back on time after %s%n",
                test.getTestMethod().orElseThrow().getName(),
                eras.stream().map(LedgerAudit::runs).toList(),
                figures(recoveries));
        assertThat(eras).allSatisfy(era -> {
            assertThat(era.runs()).isPositive();
            assertThat(era.violations())
                    .as(() -> era.violations() + "\n" + era.excerpt() + fleet.report())
                    .isEmpty();
        });
        assertThat(fleet.told("ZooKeeper has lost data: ")).isPositive();
    }

    private static String figures(List<Duration> durations) {
        if (durations.isEmpty()) {
            return "-";
        }
        List<Long> sorted = durations.stream().map(Duration::toMillis).sorted().toList();
        return sorted.get(sorted.size() / 2) + " ms (median of " + sorted.size() + "), " + sorted.get(sorted.size() - 1)
                + " ms at most";
    }
}
