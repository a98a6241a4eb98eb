package io.elasticjob.integration;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.RegistryException;
import io.elasticjob.TriggerRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.curator.test.InstanceSpec;
import org.apache.curator.test.TestingServer;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * A chain of four jobs with a join in processes of their own, one of which is killed at any moment of each ten firings: each
 * firing of the first job has exactly one of each other job. {@code -Dchains.firings=1000} takes longer, and {@code
 * -Dchains.seed=N} kills at other moments.
 */
@Execution(ExecutionMode.CONCURRENT)
class ChainsUnderKillsTest {

    private static final int FIRINGS = Integer.getInteger("chains.firings", 60);
    /** So many of them are asked for between two kills. */
    private static final int AT_ONCE = 10;
    /** So many executions they have, where none is cut off: one job has three shards, and one has two. */
    private static final int EXECUTIONS = 7 * AT_ONCE;

    @TempDir
    private Path folder;

    private final Random random = new Random(Long.getLong("chains.seed", 7));
    private final List<Process> alive = new ArrayList<>();
    private int started;

    @AfterEach
    void endAll() {
        alive.forEach(process -> process.destroyForcibly().onExit().join());
    }

    @Test
    void eachFiringHasOneOfEachSuccessorWhoeverDies() throws Exception {
        long began = System.nanoTime();
        int kills = 0;
        ChainLedgers ledgers = new ChainLedgers(folder);
        InstanceSpec spec = new InstanceSpec(
                null, -1, -1, -1, true, -1, 500, -1, Map.of("minSessionTimeout", "1000", "maxSessionTimeout", "60000"));
        try (TestingServer server = new TestingServer(spec, true);
                Application asking =
                        ChainWorker.start("asking", server.getConnectString(), folder.resolve("asking.ledger"))) {
            startOne(server);
            startOne(server);
            until(() -> asking.view().instances().size() == 3
                    && asking.view().jobs().size() == 4);
            for (int asked = 0; asked < FIRINGS; asked += AT_ONCE) {
                int enough = Math.min(FIRINGS, asked + AT_ONCE);
                int moment = ledgers.now().executions() + random.nextInt(EXECUTIONS * (enough - asked) / AT_ONCE);
                for (int i = asked; i < enough; i++) {
                    TriggerRequest request = TriggerRequest.of("first").withId("request-" + i);
                    until(() -> isAccepted(asking, request));
                }
                until(() -> ledgers.now().executions() >= moment);
                Process victim = alive.remove(random.nextInt(alive.size()));
                victim.destroyForcibly().onExit().join();
                kills++;
                startOne(server);
                untilAllHaveFollowed(ledgers, enough);
            }
        }
        List<String> faults = ledgers.now().faults();
        System.out.println(FIRINGS + " firings of a chain of four in "
                + Duration.ofNanos(System.nanoTime() - began).toSeconds() + " s, " + kills + " kills, "
                + ledgers.executions() + " executions, " + ledgers.attemptsAfterTheFirst()
                + " of them in the place of one that was cut off: " + faults.size() + " faults");

        assertThat(ledgers.begun("first")).isEqualTo(FIRINGS);
        assertThat(faults).isEmpty();
    }

    /** Asked again where ZooKeeper could not be reached: the request has an id. */
    private static boolean isAccepted(Application asking, TriggerRequest request) throws Exception {
        try {
            asking.engine.operations().trigger(request).toCompletableFuture().get(30, TimeUnit.SECONDS);
            return true;
        } catch (ExecutionException refused) {
            if (refused.getCause() instanceof RegistryException) {
                return false;
            }
            throw refused;
        }
    }

    private void startOne(TestingServer server) throws IOException {
        String name = "worker-" + started++;
        alive.add(new ProcessBuilder(
                        ProcessHandle.current().info().command().orElse("java"),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Xmx128m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ChainWorker.class.getName(),
                        name,
                        server.getConnectString(),
                        folder.resolve(name + ".ledger").toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(name + ".log").toFile())
                .start());
    }

    private static void untilAllHaveFollowed(ChainLedgers ledgers, int enough) {
        try {
            until(() -> ledgers.now().begun("last") >= enough);
        } catch (ConditionTimeoutException late) {
            throw new AssertionError(
                    ledgers.begun("last") + " of " + enough + " firings have come to their end: " + ledgers.faults(),
                    late);
        }
    }

    private static void until(Callable<Boolean> condition) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(90))
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(2))
                .until(condition);
    }
}
