package io.elasticjob.samples.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.testing.machine.Needed;
import io.elasticjob.testing.machine.Needs;
import io.elasticjob.testing.machine.Signals;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the README shows, with real processes. */
@Needs(value = Signals.NAME, there = Signals.class)
class SchedulerTests {

    private static final Path ROOT = Path.of(System.getProperty("basedir", "."))
            .resolve("../..")
            .normalize()
            .toAbsolutePath();

    /** One run of the script. */
    private record Run(String worker, int shard, Instant due, int attempt) {

        static Run of(String line) {
            String[] words = line.split(" ");
            return new Run(words[0], Integer.parseInt(words[1]), Instant.parse(words[2]), Integer.parseInt(words[3]));
        }
    }

    private final HttpClient http = HttpClient.newHttpClient();
    private final List<Process> processes = new ArrayList<>();
    private @TempDir Path folder;

    @AfterEach
    void killAll() {
        processes.forEach(process -> process.descendants().forEach(ProcessHandle::destroyForcibly));
        processes.forEach(Process::destroyForcibly);
        processes.forEach(process -> process.onExit().join());
    }

    @Test
    void workersTakeShardsAndOthersGoOnWhenOneIsKilledBeItAWorkerOrTheNode() throws Exception {
        Needed.command("python3");
        Needed.command("bash");
        Needed.command("curl");
        int first = freePort();
        int second = freePort();
        Process node = node(first, first, second);
        until(() -> demand(first).contains("\"due\":4"));
        assertThat(demand(first)).isEqualTo("{\"thumbnail\":{\"due\":4,\"running\":0,\"slots\":0}}");

        Process python = worker("py", first, "python3", "clients/python/elasticjob_worker.py");
        worker("sh", first, "bash", "clients/bash/elasticjob-worker.bash");
        until(() -> workersOf(runs()).containsAll(Set.of("py", "sh")));
        until(() -> runs().stream().map(Run::shard).collect(Collectors.toSet()).equals(Set.of(0, 1, 2, 3)));

        int before = runs().size();
        until(() -> workersOf(since(before)).contains("py")); // it works just now
        python.descendants().forEach(ProcessHandle::destroyForcibly);
        python.destroyForcibly();
        until(() -> runs().stream().anyMatch(run -> run.worker().equals("sh") && run.attempt() > 1));

        worker("py2", first, "python3", "clients/python/elasticjob_worker.py");
        node(second, first, second);
        until(() -> demand(second).contains("thumbnail"));
        until(() -> workersOf(runs()).contains("py2"));
        node.destroyForcibly();
        Instant killed = Instant.now();
        until(() -> {
            List<Run> later =
                    runs().stream().filter(run -> run.due().isAfter(killed)).toList();
            return workersOf(later).containsAll(Set.of("sh", "py2"))
                    && later.stream()
                            .map(Run::shard)
                            .collect(Collectors.toSet())
                            .equals(Set.of(0, 1, 2, 3));
        });
    }

    private static Set<String> workersOf(List<Run> runs) {
        return runs.stream().map(Run::worker).collect(Collectors.toSet());
    }

    private List<Run> since(int before) throws IOException {
        List<Run> all = runs();
        return all.subList(before, all.size());
    }

    private List<Run> runs() throws IOException {
        Path log = folder.resolve("thumbnails.log");
        return Files.exists(log) ? Files.readAllLines(log).stream().map(Run::of).toList() : List.of();
    }

    private String demand(int port) throws Exception {
        return http.send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/actuator/elasticjob/demand"))
                                .timeout(Duration.ofSeconds(10))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private Process node(int port, int first, int second) throws IOException {
        return start(
                "node-" + port,
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        SchedulerApplication.class.getName(),
                        "--server.port=" + port,
                        "--elasticjob.gateway.addresses=http://127.0.0.1:" + first + ",http://127.0.0.1:" + second,
                        "--elasticjob.registry.embedded.data-dir=" + folder.resolve("zookeeper")),
                Map.of());
    }

    private Process worker(String name, int port, String... command) throws IOException {
        List<String> all = new ArrayList<>(List.of(command));
        all.addAll(List.of(
                "--gateway",
                "http://127.0.0.1:" + port,
                "--handler",
                "thumbnail",
                "--crew",
                "thumbnails",
                "--slots",
                "2",
                "--name",
                name,
                "--",
                "samples/scheduler/thumbnail.sh"));
        return start(
                name,
                all,
                Map.of(
                        "WORKER",
                        name,
                        "THUMBNAILS_LOG",
                        folder.resolve("thumbnails.log").toString()));
    }

    private Process start(String name, List<String> command, Map<String, String> environment) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(ROOT.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(name + ".log").toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        processes.add(process);
        return process;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void until(Callable<Boolean> condition) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(90))
                .pollInterval(Duration.ofMillis(100))
                .ignoreExceptions()
                .until(condition);
    }
}
