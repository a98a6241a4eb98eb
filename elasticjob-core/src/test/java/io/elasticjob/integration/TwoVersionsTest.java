package io.elasticjob.integration;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.integration.Application.Place;
import io.elasticjob.testing.machine.Needs;
import io.elasticjob.view.JobView;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.apache.curator.test.InstanceSpec;
import org.apache.curator.test.TestingServer;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * This version beside the one that users have before it ({@link FormerVersion}), in one namespace and in processes of their own.
 * {@code -Dformer.version=ref} names another one; where the history is not there, {@code CodecTest} still holds each stored form
 * as earlier versions write it, and {@code JobFormatTest} who may run what.
 */
@Needs(value = FormerVersion.NAME, there = FormerVersion.class)
class TwoVersionsTest {

    private static final Duration PERIOD = Duration.ofSeconds(2);
    private static final String ORDERS = "orders,every=2s,shardingTotalCount=4,failover=true";

    /** What both versions declare, one of them with a key that the other may not know. */
    private static final String FAILS = "fails,every=2s";

    private static final String FAILS_AND_IS_RETRIED = FAILS + ",retryAttempts=2,retryDelay=200ms";

    /** What this version makes: its records are where the other one does not look. */
    private static final String FRESH = "fresh,every=2s";

    @TempDir
    private Path directory;

    private final List<Copy> copies = new ArrayList<>();
    private final TestingServer server;
    private Application observer;

    TwoVersionsTest() throws Exception {
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

    /** A line of a ledger. */
    private record Run(String job, Instant fireTime, int shard, int attempt, String instance, Instant begun) {
        static Run of(String line) {
            String[] words = line.split(" ");
            return new Run(
                    words[0],
                    Instant.parse(words[1]),
                    Integer.parseInt(words[2]),
                    Integer.parseInt(words[3]),
                    words[4],
                    Instant.parse(words[5]));
        }

        boolean isByFormer() {
            return instance.startsWith("former");
        }
    }

    private final class Copy {
        final String name;
        final Path log;
        final Path ledger;
        final Process process;

        Copy(String name, String classPath, String... jobs) throws IOException {
            this.name = name;
            log = directory.resolve(name + ".log");
            ledger = directory.resolve(name + ".ledger");
            List<String> command = new ArrayList<>(List.of(
                    FormerVersion.javaTool("java"),
                    "-XX:TieredStopAtLevel=1",
                    "-XX:+UseSerialGC",
                    "-Xmx128m",
                    "-cp",
                    classPath,
                    "io.elasticjob.integration.VersionedWorker",
                    name,
                    server.getConnectString(),
                    ledger.toString()));
            command.addAll(List.of(jobs));
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            copies.add(this);
        }

        List<Run> runs() {
            try {
                return Files.exists(ledger)
                        ? Files.readAllLines(ledger).stream().map(Run::of).toList()
                        : List.of();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        /** It runs so many shards that are yet to come due. */
        void takesPart() {
            Instant now = Instant.now();
            until(
                    name + " takes part",
                    () -> runs().stream()
                                    .filter(run -> run.fireTime().isAfter(now))
                                    .count()
                            >= 2);
        }

        /** In good order. */
        void end() throws IOException {
            process.getOutputStream().close();
            assertThat(process.onExit().join().exitValue()).as(name + " ends").isZero();
        }
    }

    private void until(String what, BooleanSupplier condition) {
        try {
            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .pollInterval(Duration.ofMillis(50))
                    .until(condition::getAsBoolean);
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(
                    what
                            + copies.stream()
                                    .map(copy -> "\n-- " + copy.name + read(copy.log))
                                    .collect(Collectors.joining()),
                    e);
        }
    }

    private static String read(Path file) {
        try {
            return "\n" + Files.readString(file);
        } catch (IOException e) {
            return "\n" + e;
        }
    }

    // ---- Both at once -----------------------------------------------------------------------------------------------

    @Test
    void aRollingDeploymentAndTheWayBackLoseNothingAndDoubleNothing() throws Exception {
        String former = FormerVersion.classPath();
        String current = System.getProperty("java.class.path");
        observer = new Application(
                "observer",
                new Place(server.getConnectString(), Duration.ofSeconds(40)),
                List.of(),
                context -> {},
                event -> {});
        Copy former1 = new Copy("former-1", former, ORDERS, FAILS);
        Copy former2 = new Copy("former-2", former, ORDERS, FAILS);
        former1.takesPart();
        former2.takesPart();

        Copy current1 = new Copy("current-1", current, ORDERS, FAILS_AND_IS_RETRIED, FRESH);
        current1.takesPart();
        until("the new declaration is known", () -> obstaclesOfFails().size() >= 2);
        assertThat(obstaclesOfFails())
                .isNotEmpty()
                .allSatisfy(
                        (instance, why) -> assertThat(instance + ": " + why)
                                .startsWith("former-")
                                .contains(
                                        "has an older version, which does not know what the job uses: retryAttempts, retryDelay"));
        until("what failed is run again", () -> runs("fails").stream().anyMatch(run -> run.attempt() == 2));
        former1.end();
        current1.takesPart();
        former2.takesPart();
        Copy current2 = new Copy("current-2", current, ORDERS, FAILS_AND_IS_RETRIED, FRESH);
        current2.takesPart();
        former2.end();
        current2.takesPart();
        Instant onlyCurrent = Instant.now();

        Copy former3 = new Copy("former-3", former, ORDERS, FAILS, FRESH);
        former3.takesPart();
        current1.end();
        former3.takesPart();
        Copy former4 = new Copy("former-4", former, ORDERS, FAILS, FRESH);
        former4.takesPart();
        current2.end();
        former4.takesPart();

        checkOrders();
        checkFails(onlyCurrent);
        assertThat(runs("fresh")).isNotEmpty().allMatch(run -> !run.isByFormer());
        assertThat(runs("fresh")).extracting(Run::fireTime).doesNotHaveDuplicates();
    }

    private Map<String, String> obstaclesOfFails() {
        JobView view = observer.view().jobs().get("fails");
        Map<String, String> older = new TreeMap<>(view == null ? Map.of() : view.obstacles());
        older.values().removeIf(why -> !why.contains("older version"));
        return older;
    }

    private List<Run> runs(String job) {
        return copies.stream()
                .flatMap(copy -> copy.runs().stream())
                .filter(run -> run.job().equals(job))
                .toList();
    }

    /** Each firing from the first to the last, on each shard, once. */
    private void checkOrders() {
        Map<Integer, List<Run>> byShard = new TreeMap<>();
        runs("orders")
                .forEach(run -> byShard.computeIfAbsent(run.shard(), any -> new ArrayList<>())
                        .add(run));
        assertThat(byShard).hasSize(4);
        byShard.forEach((shard, runs) -> {
            runs.sort(Comparator.comparing(Run::fireTime));
            for (int i = 1; i < runs.size(); i++) {
                assertThat(runs.get(i).fireTime())
                        .as("%s after %s", runs.get(i), runs.get(i - 1))
                        .isEqualTo(runs.get(i - 1).fireTime().plus(PERIOD));
            }
        });
    }

    /** Once it has a key that the earlier version does not know, that one does not run it. */
    private void checkFails(Instant onlyCurrent) {
        List<Run> runs = runs("fails");
        Instant first = runs.stream()
                .filter(run -> !run.isByFormer())
                .map(Run::fireTime)
                .min(Instant::compareTo)
                .orElseThrow();
        assertThat(runs.stream().filter(run -> run.attempt() == 2)).allMatch(run -> !run.isByFormer());
        assertThat(runs.stream()
                        .filter(run ->
                                run.fireTime().isAfter(first) && run.fireTime().isBefore(onlyCurrent)))
                .isNotEmpty()
                .allMatch(run -> !run.isByFormer());
        assertThat(runs.stream().filter(run -> run.fireTime().isAfter(onlyCurrent)))
                .as("what this version has stored stays, as long as no operator removes the job")
                .allMatch(run -> !run.isByFormer());
    }
}
