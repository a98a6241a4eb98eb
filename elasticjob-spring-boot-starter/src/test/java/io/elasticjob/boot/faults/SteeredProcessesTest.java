package io.elasticjob.boot.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.testing.machine.Needs;
import io.elasticjob.testing.machine.Signals;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.curator.test.InstanceSpec;
import org.apache.curator.test.TestingServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Three processes and one ZooKeeper: what is asked of one of them over HTTP is true on the others. */
class SteeredProcessesTest {

    private static final JsonMapper JSON = new JsonMapper();

    @TempDir
    private Path directory;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final List<Copy> copies = new ArrayList<>();
    private final TestingServer zooKeeper;

    SteeredProcessesTest() throws Exception {
        zooKeeper = new TestingServer(
                new InstanceSpec(null, -1, -1, -1, true, -1, 500, -1, Map.of("minSessionTimeout", "1000")), true);
    }

    @AfterEach
    void end() throws IOException {
        copies.forEach(copy -> copy.process.kill());
        zooKeeper.close();
    }

    /** One of the processes. */
    private final class Copy {
        final String name;
        final JavaProcess process;
        private final Path port;

        Copy(String name) throws IOException {
            this.name = name;
            this.port = directory.resolve(name + ".port");
            process = new JavaProcess(
                    directory.resolve(name + ".log"),
                    List.of(),
                    SteeredApplication.class,
                    List.of(
                            "--elasticjob.namespace=steered",
                            "--elasticjob.instance.name=" + name,
                            "--elasticjob.registry.session-timeout=4s",
                            "--elasticjob.registry.connect-string=" + zooKeeper.getConnectString(),
                            "--server.port=0",
                            "--server.address=127.0.0.1",
                            "--management.endpoints.web.exposure.include=elasticjob",
                            "--management.endpoint.elasticjob.access=unrestricted",
                            "--spring.main.banner-mode=off",
                            "--elasticjob.scripts.nap.command[0]=sh",
                            "--elasticjob.scripts.nap.command[1]=-c",
                            "--elasticjob.scripts.nap.command[2]=sleep 120 & echo $! $$ > $EJ_SHARD.$EJ_TRIGGER.new"
                                    + " && mv $EJ_SHARD.$EJ_TRIGGER.new $EJ_SHARD.$EJ_TRIGGER.pids; wait",
                            "--elasticjob.scripts.nap.working-directory=" + directory,
                            "--elasticjob.jobs.nap.script=nap",
                            "--elasticjob.jobs.nap.sharding-total-count=3",
                            "--elasticjob.jobs.nap.failover=true",
                            "--elasticjob.jobs.nap.retry-attempts=3",
                            "--ledger=" + directory.resolve(name + ".ledger"),
                            "--port=" + port));
            copies.add(this);
        }

        JsonNode get(String path) {
            return JSON.readTree(send(request(path).GET().build()).body());
        }

        HttpResponse<String> post(String path, String body) {
            return send(request(path)
                    .header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofString(body))
                    .build());
        }

        private HttpRequest.Builder request(String path) {
            try {
                return HttpRequest.newBuilder(URI.create(
                                "http://127.0.0.1:" + Files.readString(port) + "/actuator/elasticjob" + path))
                        .timeout(Duration.ofSeconds(30));
            } catch (IOException e) {
                throw new AssertionError(name + " does not serve", e);
            }
        }

        private HttpResponse<String> send(HttpRequest request) {
            try {
                return http.send(request, BodyHandlers.ofString());
            } catch (IOException | InterruptedException e) {
                throw new AssertionError(request + " of " + name + " was not answered", e);
            }
        }
    }

    /** Three copies, each of which has a shard of each job. */
    private void startThree() throws IOException {
        for (String name : List.of("a", "b", "c")) {
            new Copy(name);
        }
        for (Copy copy : copies) {
            until(() -> Files.exists(copy.port), copy.name + " serves");
            until(() -> copy.get("/instances").at("/instances").size() == 3, copy.name + " knows the others");
            for (String job : List.of("by-hand", "nap")) {
                until(() -> valuesOfShards(copy, job, "assignedTo").size() == 3, "each has a shard of " + job);
            }
        }
    }

    /** What is said of the shards of a job, each value once. */
    private static Set<String> valuesOfShards(Copy asked, String job, String field) {
        return asked.get("/jobs/" + job)
                .at("/shards")
                .valueStream()
                .map(shard -> shard.at("/" + field).asString(""))
                .collect(Collectors.toSet());
    }

    private static void trigger(Copy asked, String job, String parameter) {
        HttpResponse<String> accepted =
                asked.post("/jobs/" + job, "{\"operation\":\"trigger\",\"parameter\":\"" + parameter + "\"}");
        assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(202);
    }

    private static void cancel(Copy asked, String job, String reason) {
        HttpResponse<String> accepted =
                asked.post("/jobs/" + job, "{\"operation\":\"cancel\",\"reason\":\"" + reason + "\"}");
        assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(202);
    }

    @Test
    void whatRunsIsCancelledByAnyOfThemWhicheverRunsIt() throws Exception {
        startThree();
        int number = 0;
        for (Copy asked : copies) {
            String reason = "as " + asked.name + " says";
            String run = "/trigger-" + number + "/";
            trigger(asked, "by-hand", SteeredApplication.SLOW);
            until(() -> lines(line -> line.contains(run)).size() == 3, "it runs on each");
            cancel(asked, "by-hand", reason);
            until(
                    () -> lines(line -> line.contains(run)
                                            && line.contains(SteeredApplication.TOLD + "cancelled by an unknown user: "
                                                    + reason))
                                    .size()
                            == 3,
                    "each handler was told why");
            until(
                    () -> valuesOfShards(asked, "by-hand", "error")
                            .equals(Set.of("cancelled by an unknown user: " + reason)),
                    "it is recorded who and why");
            assertThat(valuesOfShards(asked, "by-hand", "outcome")).containsOnly("CANCELLED");
            until(() -> asked.get("/jobs/by-hand").at("/triggers").isEmpty(), "nothing of it is left to run");
            assertThat(lines(line -> line.contains(run)))
                    .as("begun once, told once")
                    .hasSize(6);
            number++;
        }
    }

    /** A process that has ended and whose parent does not ask how has no command. */
    private static boolean runs(ProcessHandle process) {
        return process.isAlive() && process.info().command().isPresent();
    }

    @Test
    @Needs(value = Signals.NAME, there = Signals.class)
    void whatAScriptStartsEndsWithIt() throws Exception {
        startThree();
        int number = 0;
        for (Copy asked : copies) {
            List<Path> files = new ArrayList<>();
            for (int shard = 0; shard < 3; shard++) {
                files.add(directory.resolve(shard + "." + number + ".pids"));
            }
            trigger(asked, "nap", "");
            until(() -> files.stream().allMatch(Files::exists), "each instance runs a script");
            List<ProcessHandle> processes = files.stream()
                    .flatMap(file -> Stream.of(read(file).get(0).split(" ")))
                    .flatMap(pid -> ProcessHandle.of(Long.parseLong(pid)).stream())
                    .toList();
            assertThat(processes).hasSize(6).allMatch(SteeredProcessesTest::runs);

            cancel(asked, "nap", "enough");

            until(() -> processes.stream().noneMatch(SteeredProcessesTest::runs), "shell and sleep have ended");
            until(() -> valuesOfShards(asked, "nap", "outcome").equals(Set.of("CANCELLED")), "it is recorded");
            until(() -> asked.get("/jobs/nap").at("/triggers").isEmpty(), "nothing of it is left to run");
            number++;
        }
        assertThat(directory.toFile().list((folder, name) -> name.endsWith(".pids")))
                .as("none was run again")
                .hasSize(9);
    }

    @Test
    void whatIsAskedOfOneIsTrueOnTheOthers() throws Exception {
        startThree();
        Copy a = copies.get(0);
        Copy b = copies.get(1);
        Copy c = copies.get(2);

        HttpResponse<String> accepted =
                a.post("/jobs/by-hand", "{\"operation\":\"trigger\",\"parameter\":\"once\",\"reason\":\"to see it\"}");
        assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(202);
        until(() -> lines(line -> line.contains(" once ")).size() == 3, "three shards have run it");
        assertThat(lines(line -> line.contains(" once ")))
                .allMatch(line -> line.startsWith("by-hand/trigger-0/"))
                .extracting(line -> line.substring(line.lastIndexOf(' ') + 1))
                .as("one on each")
                .containsExactlyInAnyOrder("a", "b", "c");

        assertThat(a.post("/jobs/by-hand", "{\"operation\":\"disable\",\"reason\":\"stock-taking\"}")
                        .statusCode())
                .isEqualTo(204);
        for (Copy copy : List.of(b, c)) {
            until(
                    () -> copy.get("/jobs/by-hand").toString().contains("stock-taking"),
                    copy.name + " shows who switched it off, and why");
        }
        assertThat(b.post("/jobs/by-hand", "{\"operation\":\"trigger\"}").statusCode())
                .isEqualTo(409);
        assertThat(c.post("/jobs/by-hand", "{\"operation\":\"enable\"}").statusCode())
                .isEqualTo(204);

        // What a killed process ran of a firing by hand, another one runs again.
        HttpResponse<String> slow =
                c.post("/jobs/by-hand", "{\"operation\":\"trigger\",\"shards\":\"0\",\"parameter\":\"slow\"}");
        assertThat(slow.statusCode()).as(slow.body()).isEqualTo(202);
        String number = JSON.readTree(slow.body()).at("/number").asString();
        until(() -> !lines(line -> line.contains(" slow ")).isEmpty(), "somebody runs it");
        String first = lines(line -> line.contains(" slow ")).get(0);
        Copy victim = copies.stream()
                .filter(copy -> first.endsWith(" " + copy.name))
                .findFirst()
                .orElseThrow();
        victim.process.kill();
        until(() -> lines(line -> line.contains(" slow ")).size() == 2, "another one runs it again");
        assertThat(lines(line -> line.contains(" slow ")))
                .extracting(line -> line.substring(0, line.indexOf(' ')))
                .containsExactlyInAnyOrder("by-hand/trigger-" + number + "/0/1", "by-hand/trigger-" + number + "/0/2");
        Copy survivor =
                copies.stream().filter(copy -> copy != victim).findFirst().orElseThrow();
        until(() -> survivor.get("/jobs/by-hand").at("/triggers").isEmpty(), "nothing is left of it");
    }

    private List<String> lines(Predicate<String> which) {
        return copies.stream()
                .map(copy -> directory.resolve(copy.name + ".ledger"))
                .filter(Files::exists)
                .flatMap(ledger -> read(ledger).stream())
                .filter(which)
                .collect(Collectors.toList());
    }

    private static List<String> read(Path ledger) {
        try {
            return Files.readAllLines(ledger);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void until(BooleanSupplier condition, String what) {
        Eventually.until(
                () -> what
                        + copies.stream()
                                .map(copy -> "\n-- " + copy.name + "\n" + copy.process.log())
                                .collect(Collectors.joining()),
                condition);
    }
}
