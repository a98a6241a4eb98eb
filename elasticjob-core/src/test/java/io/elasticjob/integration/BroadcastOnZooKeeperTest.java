package io.elasticjob.integration;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.coordination.ProcessShards;
import io.elasticjob.integration.Application.Place;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.apache.curator.test.InstanceSpec;
import org.apache.curator.test.TestingServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A job that each instance runs, on a real ZooKeeper: one of three processes is killed, and one joins. */
class BroadcastOnZooKeeperTest {

    private static final Duration PERIOD = Duration.ofSeconds(5);
    private static final String REFRESH = "refresh,every=5s,broadcast=true,misfire=RUN_ALL";

    @TempDir
    private Path directory;

    private final List<Copy> copies = new ArrayList<>();
    private final TestingServer server;
    private Application observer;

    BroadcastOnZooKeeperTest() throws Exception {
        server = new TestingServer(
                new InstanceSpec(null, -1, -1, -1, true, -1, 500, -1, Map.of("maxSessionTimeout", "60000")), true);
    }

    @AfterEach
    void end() throws Exception {
        copies.forEach(copy -> copy.process.destroyForcibly().onExit().join());
        if (observer != null) {
            observer.close();
        }
        server.close();
    }

    private final class Copy {
        final String name;
        final Path ledger;
        final Process process;

        Copy(String name) throws IOException {
            this.name = name;
            ledger = directory.resolve(name + ".ledger");
            process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-XX:TieredStopAtLevel=1",
                            "-XX:+UseSerialGC",
                            "-Xmx128m",
                            "-cp",
                            System.getProperty("java.class.path"),
                            "io.elasticjob.integration.VersionedWorker",
                            name,
                            server.getConnectString(),
                            ledger.toString(),
                            REFRESH)
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve(name + ".log").toFile())
                    .start();
            copies.add(this);
        }

        /** Fire times that it has run, each as often as it did. */
        List<Instant> runs() {
            try (Stream<String> lines = Files.exists(ledger) ? Files.lines(ledger) : Stream.of()) {
                return lines.map(line -> Instant.parse(line.split(" ")[1])).toList();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Test
    void eachFiringRunsExactlyOnceOnEachLiveProcess() throws Exception {
        observer = new Application(
                "observer",
                new Place(server.getConnectString(), Duration.ofSeconds(10)),
                List.of(),
                context -> {},
                any -> {});
        Copy a = new Copy("a");
        Copy b = new Copy("b");
        Copy c = new Copy("c");
        until(() -> together(a, b, c) >= 2);

        c.process.destroyForcibly().onExit().join();
        Copy d = new Copy("d");
        until(() -> together(a, b, d) >= 2);
        until(() -> shards().byShard().values().stream()
                .noneMatch(holder -> holder.process().name().equals("c")));
        until(() -> together(a, b, d) >= 4);

        for (Copy copy : List.of(a, b, c, d)) {
            List<Instant> runs = copy.runs();
            NavigableSet<Instant> fireTimes = new TreeSet<>(runs);
            assertThat(runs).as("%s has run none twice", copy.name).hasSize(fireTimes.size());
            assertThat(fireTimes)
                    .as("%s has left out none while it lived", copy.name)
                    .hasSize((int) (Duration.between(fireTimes.first(), fireTimes.last())
                                    .dividedBy(PERIOD)
                            + 1));
        }
        assertThat(shards().byShard()).hasSize(3);
        assertThat(observer.view().jobs().get("refresh").processes()).hasSize(3);
    }

    private ProcessShards shards() {
        return observer.view().jobs().get("refresh").stored().shardCount().processes();
    }

    /** How many firings all of them have run. */
    private static int together(Copy... copies) {
        NavigableSet<Instant> all = new TreeSet<>(copies[0].runs());
        for (Copy copy : copies) {
            all.retainAll(copy.runs());
        }
        return all.size();
    }

    private static void until(Callable<Boolean> condition) {
        Awaitility.await()
                .atMost(Duration.ofMinutes(3))
                .pollInterval(Duration.ofMillis(100))
                .until(condition);
    }
}
