package io.elasticjob.integration;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.RegistryException;
import io.elasticjob.TriggerRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.curator.test.InstanceSpec;
import org.apache.curator.test.TestingServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * A chain of four jobs with a join in processes of their own, which are killed at random: each firing of the first job has
 * exactly one of each other job. {@code -Dchains.firings=1000} takes longer.
 */
@Execution(ExecutionMode.CONCURRENT)
class ChainsUnderKillsTest {

    private static final int FIRINGS = Integer.getInteger("chains.firings", 30);
    /** So many of them are asked for between two kills. */
    private static final int AT_ONCE = 10;

    @TempDir
    private Path folder;

    private final Random random = new Random(7);
    private final List<Process> alive = new ArrayList<>();
    private int started;

    @AfterEach
    void endAll() {
        alive.forEach(process -> process.destroyForcibly().onExit().join());
    }

    @Test
    void eachFiringHasOneOfEachSuccessorWhoeverDies() throws Exception {
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
                for (int i = asked; i < enough; i++) {
                    TriggerRequest request = TriggerRequest.of("first").withId("request-" + i);
                    until(() -> isAccepted(asking, request));
                }
                until(() -> runs("left").size() > enough - AT_ONCE);
                Process victim = alive.remove(random.nextInt(alive.size()));
                victim.destroyForcibly().onExit().join();
                startOne(server);
                until(() -> runs("last").size() >= enough);
            }
        }

        for (String job : List.of("first", "left", "right", "last")) {
            assertThat(runs(job)).as("firings of %s", job).hasSize(FIRINGS);
        }
        for (String job : List.of("left", "right", "last")) {
            assertThat(new TreeSet<>(runs(job).values()))
                    .as("what the firings of %s run after, each another one", job)
                    .hasSize(FIRINGS);
        }
        assertThat(runs("last").values())
                .allMatch(causes -> causes.matches("left/trigger-\\d+ \\w+,right/trigger-\\d+ \\w+"));
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

    /** The firings of a job that were begun, however often, with what they run after. */
    private Map<Long, String> runs(String job) throws IOException {
        Map<Long, String> runs = new TreeMap<>();
        try (var files = Files.newDirectoryStream(folder, "*.ledger")) {
            for (Path ledger : files) {
                for (String line : Files.readAllLines(ledger)) {
                    String[] parts = line.split(" ", 3);
                    if (parts[0].equals(job)) {
                        runs.put(Long.parseLong(parts[1]), parts[2]);
                    }
                }
            }
        }
        return runs;
    }

    private static void until(Callable<Boolean> condition) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(90))
                .pollInterval(Duration.ofMillis(50))
                .until(condition);
    }
}
