package io.elasticjob.integration;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.integration.Application.Place;
import io.elasticjob.view.JobView;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.curator.test.InstanceSpec;
import org.apache.curator.test.TestingServer;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * This version beside an earlier one, which is compiled from the history of this repository, in one namespace and in processes
 * of their own. {@code -Dformer.version=ref} says which; without it, and where the history is not there, {@code CodecTest}
 * holds each stored form as earlier versions write it, and {@code JobFormatTest} who may run what.
 */
@EnabledIfSystemProperty(
        named = "former.version",
        matches = ".+",
        disabledReason = "-Dformer.version=<git ref> runs it")
class TwoVersionsTest {

    private static final String FORMER = System.getProperty("former.version");
    private static final Duration PERIOD = Duration.ofSeconds(2);
    private static final String ORDERS = "orders,every=2s,shardingTotalCount=4,failover=true";

    /** What both versions declare, one of them with a key that the other may not know. */
    private static final String FAILS = "fails,every=2s";

    private static final String FAILS_AND_IS_RETRIED = FAILS + ",retryAttempts=2,retryDelay=200ms";

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
    private record Run(String job, Instant fireTime, int shard, int attempt, String instance) {
        static Run of(String line) {
            String[] words = line.split(" ");
            return new Run(
                    words[0],
                    Instant.parse(words[1]),
                    Integer.parseInt(words[2]),
                    Integer.parseInt(words[3]),
                    words[4]);
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
                    javaTool("java"),
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

    private static String javaTool(String name) {
        return Path.of(System.getProperty("java.home"), "bin", name).toString();
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

    // ---- The earlier version ----------------------------------------------------------------------------------------

    /** Compiles it from the history; gives its class path, with the libraries of this one. */
    private String former() throws Exception {
        Path sources = directory.resolve("former");
        Path archive = directory.resolve("former.tar");
        Files.createDirectories(sources);
        Path root = Path.of("").toAbsolutePath().getParent();
        run(root, "git", "archive", "--format=tar", "-o", archive.toString(), FORMER, "elasticjob-core/src/main");
        run(sources, "tar", "-xf", archive.toString());
        Path main = sources.resolve("elasticjob-core/src/main");
        List<String> files;
        try (Stream<Path> all = Files.walk(main.resolve("java"))) {
            files = all.filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> !file.endsWith("module-info.java"))
                    .map(Path::toString)
                    .collect(Collectors.toCollection(ArrayList::new));
        }
        files.add(Path.of("src/test/java/io/elasticjob/integration/VersionedWorker.java")
                .toAbsolutePath()
                .toString());
        Path list = directory.resolve("files");
        Files.write(list, files);
        Path classes = directory.resolve("classes");
        String libraries = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> entry.endsWith(".jar")
                        && !Path.of(entry).getFileName().toString().startsWith("elasticjob"))
                .collect(Collectors.joining(File.pathSeparator));
        run(root, javaTool("javac"), "-proc:none", "-nowarn", "-d", classes.toString(), "-cp", libraries, "@" + list);
        return classes + File.pathSeparator + main.resolve("resources") + File.pathSeparator + libraries;
    }

    private void run(Path where, String... command) throws Exception {
        Path log = directory.resolve("tool.log");
        int ended = new ProcessBuilder(command)
                .directory(where.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start()
                .waitFor();
        assertThat(ended).as(() -> String.join(" ", command) + read(log)).isZero();
    }

    // ---- Both at once -----------------------------------------------------------------------------------------------

    @Test
    void aRollingDeploymentAndTheWayBackLoseNothingAndDoubleNothing() throws Exception {
        String former = former();
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

        Copy current1 = new Copy("current-1", current, ORDERS, FAILS_AND_IS_RETRIED);
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
        Copy current2 = new Copy("current-2", current, ORDERS, FAILS_AND_IS_RETRIED);
        current2.takesPart();
        former2.end();
        current2.takesPart();
        Instant onlyCurrent = Instant.now();

        Copy former3 = new Copy("former-3", former, ORDERS, FAILS);
        former3.takesPart();
        current1.end();
        former3.takesPart();
        Copy former4 = new Copy("former-4", former, ORDERS, FAILS);
        former4.takesPart();
        current2.end();
        former4.takesPart();

        checkOrders();
        checkFails(onlyCurrent);
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
        Map<Integer, List<Instant>> byShard = new TreeMap<>();
        runs("orders")
                .forEach(run -> byShard.computeIfAbsent(run.shard(), any -> new ArrayList<>())
                        .add(run.fireTime()));
        assertThat(byShard).hasSize(4);
        byShard.forEach((shard, fireTimes) -> {
            List<Instant> sorted = fireTimes.stream().sorted().toList();
            for (int i = 1; i < sorted.size(); i++) {
                assertThat(sorted.get(i))
                        .as("shard %s after %s", shard, sorted.get(i - 1))
                        .isEqualTo(sorted.get(i - 1).plus(PERIOD));
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
