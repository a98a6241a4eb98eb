package io.elasticjob.integration;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.testing.faults.LedgerLine;
import io.elasticjob.testing.machine.Needed;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.curator.test.InstanceSpec;
import org.apache.curator.test.TestingServer;
import org.apache.zookeeper.server.ZooKeeperServerMain;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Processes of their own whose clocks are wrong, by what the engine reads, or by a preloaded library that shifts the clock of
 * the whole process, that of ZooKeeper's too. {@code -Dclocks.measure=N} says how far apart the shards of N firings begin.
 */
class WrongClocksTest {

    private static final Map<String, Duration> WRONG =
            Map.of("ahead", Duration.ofSeconds(7), "behind", Duration.ofHours(-1), "right", Duration.ZERO);
    private static final int FIRINGS = 2;

    @TempDir
    Path directory;

    private final List<Process> processes = new ArrayList<>();
    private final Map<String, Path> ledgers = new TreeMap<>();

    @AfterEach
    void endAll() {
        processes.forEach(process -> process.destroyForcibly().onExit().join());
    }

    @Test
    void nothingStartsBeforeItsTimeAndNobodyIsDrainedWhateverClocksShow() throws Exception {
        try (TestingServer server = new TestingServer(true)) {
            WRONG.forEach((name, wrong) -> start(name, server.getConnectString(), wrong, null));
            WRONG.keySet().forEach(name -> runs(name, FIRINGS));

            assertThat(log("behind")).contains("EVENT ClockIgnored[skew=PT");
            WRONG.keySet().forEach(name -> assertThat(log(name)).doesNotContain("EVENT ClockOff"));
        }
        assertNothingIsEarly();
    }

    @Test
    void jobsGoOnThoughTheClockOfEveryMachineIsShiftedAndThatOfZooKeeperSteps() throws Exception {
        Needed.command("gcc");
        Path library = library();
        Path shift = shift("zookeeper", Duration.ZERO);
        int port = InstanceSpec.getRandomPort();
        Path settings = Files.writeString(
                directory.resolve("zoo.cfg"),
                "clientPort=" + port + "\nclientPortAddress=127.0.0.1\ntickTime=500\nadmin.enableServer=false\ndataDir="
                        + directory.resolve("data"));
        launch("zookeeper", shifted(library, shift), ZooKeeperServerMain.class.getName(), settings.toString());
        WRONG.forEach((name, wrong) -> start(name, "127.0.0.1:" + port, wrong, library));
        WRONG.keySet().forEach(name -> runs(name, FIRINGS));
        assertThat(log("behind")).contains("EVENT ClockIgnored[skew=PT");

        set(shift, Duration.ofHours(1));
        WRONG.keySet().forEach(name -> {
            until(name, () -> log(name).contains("isHeld=true"));
            runs(name, FIRINGS);
        });
        set(shift, Duration.ZERO);
        WRONG.keySet().forEach(name -> {
            until(name, () -> log(name).contains("isHeld=false"));
            runs(name, FIRINGS);
            assertThat(log(name)).doesNotContain("EVENT ClockOff");
        });
        assertNothingIsEarly();
    }

    /** The same three, first with right clocks. */
    @Test
    @EnabledIfSystemProperty(named = "clocks.measure", matches = "\\d+")
    void theShardsOfAFiringBeginAsTheyDoWithRightClocks() throws Exception {
        int firings = Integer.getInteger("clocks.measure");
        Map<String, List<Long>> apart = new LinkedHashMap<>();
        for (boolean wrong : new boolean[] {false, true, false, true}) {
            try (TestingServer server = new TestingServer(true)) {
                WRONG.forEach((name, by) -> start(name, server.getConnectString(), wrong ? by : Duration.ZERO, null));
                WRONG.keySet().forEach(name -> runs(name, firings));
            }
            endAll();
            apart.computeIfAbsent(wrong ? "wrong" : "right", any -> new ArrayList<>())
                    .addAll(beginsApart());
            System.out.println((wrong ? "wrong" : "right") + " clocks, late by ms: " + quantiles(lateness()));
            assertNothingIsEarly();
            for (Path ledger : ledgers.values()) {
                Files.delete(ledger);
            }
        }
        apart.forEach(
                (clocks, micros) -> System.out.println(clocks + " clocks, begins apart ms: " + quantiles(micros)));
    }

    // ---- What is seen ----------------------------------------------------------------------------------------------

    private void assertNothingIsEarly() {
        List<LedgerLine> all = ledgers.values().stream()
                .flatMap(ledger -> LedgerLine.of(ledger).stream())
                .toList();
        assertThat(all)
                .isNotEmpty()
                .allSatisfy(line -> assertThat(line.time()).as("%s", line).isAfterOrEqualTo(line.firing()));
        assertThat(all).extracting(line -> line.firing() + "/" + line.shard()).doesNotHaveDuplicates();
    }

    /** Of each firing that all have run a shard of, in µs. */
    private List<Long> beginsApart() {
        Map<Instant, List<LedgerLine>> firings = new TreeMap<>();
        ledgers.values()
                .forEach(ledger -> LedgerLine.of(ledger)
                        .forEach(line -> firings.computeIfAbsent(line.firing(), any -> new ArrayList<>())
                                .add(line)));
        return firings.values().stream()
                .filter(lines -> lines.size() == ClockWorker.TICKS.shardingTotalCount())
                .filter(lines ->
                        lines.stream().map(LedgerLine::instance).distinct().count() == WRONG.size())
                .skip(3)
                .map(lines -> Duration.between(
                                        lines.stream()
                                                .map(LedgerLine::time)
                                                .min(Instant::compareTo)
                                                .orElseThrow(),
                                        lines.stream()
                                                .map(LedgerLine::time)
                                                .max(Instant::compareTo)
                                                .orElseThrow())
                                .toNanos()
                        / 1000)
                .toList();
    }

    private List<Long> lateness() {
        return ledgers.values().stream()
                .flatMap(ledger -> LedgerLine.of(ledger).stream().skip(6))
                .map(line -> Duration.between(line.firing(), line.time()).toNanos() / 1000)
                .toList();
    }

    private static String quantiles(List<Long> micros) {
        List<Long> sorted = micros.stream().sorted().toList();
        return sorted.size() + " of them, p50 " + sorted.get(sorted.size() / 2) / 1000.0 + ", p99 "
                + sorted.get(sorted.size() * 99 / 100) / 1000.0;
    }

    private String log(String name) {
        try {
            return Files.readString(directory.resolve(name + ".log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** So many firings that are yet to come are begun there. */
    private void runs(String name, int count) {
        Instant now = Instant.now();
        until(
                name,
                () -> LedgerLine.of(Objects.requireNonNull(ledgers.get(name))).stream()
                                .map(LedgerLine::firing)
                                .filter(firing -> firing.isAfter(now))
                                .distinct()
                                .count()
                        >= count);
    }

    private void until(String name, BooleanSupplier condition) {
        Awaitility.await()
                .atMost(120, TimeUnit.SECONDS)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(20))
                .conditionEvaluationListener(seen -> {
                    if (!seen.isSatisfied() && seen.getRemainingTimeInMS() < 100) {
                        System.out.println(log(name));
                    }
                })
                .until(condition::getAsBoolean);
    }

    // ---- Processes -------------------------------------------------------------------------------------------------

    /** @param library that shifts the clock of the whole process; null where only the engine's is wrong */
    private void start(String name, String connectString, Duration wrong, @Nullable Path library) {
        Path ledger = directory.resolve(name + ".csv");
        ledgers.put(name, ledger);
        try {
            launch(
                    name,
                    library == null ? Map.of() : shifted(library, shift(name, wrong)),
                    ClockWorker.class.getName(),
                    name,
                    connectString,
                    ledger.toString(),
                    (library == null ? wrong : Duration.ZERO).toString(),
                    (library == null ? Duration.ZERO : wrong).toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void launch(String name, Map<String, String> environment, String main, String... args) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx128m",
                "-cp",
                System.getProperty("java.class.path"),
                main));
        command.addAll(List.of(args));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve(name + ".log").toFile());
        builder.environment().putAll(environment);
        processes.add(builder.start());
    }

    // ---- The clock of a whole process ------------------------------------------------------------------------------

    private Path library() throws Exception {
        Path source = directory.resolve("shifted-clock.c");
        try (InputStream text = WrongClocksTest.class.getResourceAsStream("shifted-clock.c")) {
            Files.copy(Objects.requireNonNull(text), source);
        }
        Path library = directory.resolve("shifted-clock.so");
        Process gcc = new ProcessBuilder("gcc", "-shared", "-fPIC", "-O2", "-o", library.toString(), source.toString())
                .redirectErrorStream(true)
                .start();
        assertThat(new String(gcc.getInputStream().readAllBytes())).isEmpty();
        assertThat(gcc.onExit().join().exitValue()).isZero();
        return library;
    }

    private static Map<String, String> shifted(Path library, Path shift) {
        return Map.of("LD_PRELOAD", library.toString(), "CLOCK_SHIFT", shift.toString());
    }

    private Path shift(String name, Duration by) throws IOException {
        Path file = directory.resolve(name + ".shift");
        set(file, by);
        return file;
    }

    /** In place: it is mapped into the memory of the process. */
    private static void set(Path shift, Duration by) throws IOException {
        byte[] seconds = ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.nativeOrder())
                .putLong(by.toSeconds())
                .array();
        try (var file = Files.newByteChannel(shift, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.wrap(seconds));
        }
    }
}
