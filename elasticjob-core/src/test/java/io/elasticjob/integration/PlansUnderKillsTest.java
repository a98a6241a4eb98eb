package io.elasticjob.integration;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.RegistryException;
import io.elasticjob.TriggerRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.curator.test.InstanceSpec;
import org.apache.curator.test.TestingServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Two planned jobs, one after the other, in processes of their own, one of which is killed while it plans, once for each ten
 * firings: each firing runs by one plan, each part of it, and each one is followed by one. {@code -Dplans.firings=100} takes
 * longer.
 */
@Execution(ExecutionMode.CONCURRENT)
class PlansUnderKillsTest {

    private static final int FIRINGS = Integer.getInteger("plans.firings", 20);
    /** So many of them are asked for between two kills. */
    private static final int AT_ONCE = 10;

    @TempDir
    private Path folder;

    /** The first shard belongs to the first of them, which plans: so the one that asks, and is not killed, has the last name. */
    private final Map<String, Process> alive = new LinkedHashMap<>();

    private int started;

    @AfterEach
    void endAll() {
        alive.values().forEach(process -> process.destroyForcibly().onExit().join());
    }

    @Test
    void eachFiringRunsByOnePlanAndHasOneSuccessorWhoeverDiesPlanning() throws Exception {
        long began = System.nanoTime();
        InstanceSpec spec = new InstanceSpec(
                null, -1, -1, -1, true, -1, 500, -1, Map.of("minSessionTimeout", "1000", "maxSessionTimeout", "60000"));
        try (TestingServer server = new TestingServer(spec, true);
                Application asking =
                        PlanWorker.start("z-asking", server.getConnectString(), folder.resolve("z-asking.ledger"))) {
            startOne(server);
            startOne(server);
            until(() -> asking.view().instances().size() == 3
                    && asking.view().jobs().size() == 2);
            for (int asked = 0; asked < FIRINGS; asked += AT_ONCE) {
                int enough = Math.min(FIRINGS, asked + AT_ONCE);
                Map<String, Integer> before = plansByWorker();
                for (int i = asked; i < enough; i++) {
                    TriggerRequest request = TriggerRequest.of("first").withId("request-" + i);
                    until(() -> isAccepted(asking, request));
                }
                until(() -> planning(before) != null);
                alive.remove(planning(before)).destroyForcibly().onExit().join();
                startOne(server);
                until(() -> ran("last").size() >= enough
                        && ran("last").values().stream().allMatch(Set::isEmpty));
            }
        }
        List<String> faults = faults();
        System.out.println(FIRINGS + " firings of a planned chain in "
                + Duration.ofNanos(System.nanoTime() - began).toSeconds() + " s, " + (started - 2)
                + " kills while planning, " + plannedAgain() + " firings planned again: " + faults.size() + " faults");

        assertThat(ran("first")).hasSize(FIRINGS);
        assertThat(ran("last")).hasSize(FIRINGS);
        assertThat(faults).isEmpty();
        assertThat(plannedAgain()).isPositive();
    }

    // ---- What is written down
    // ------------------------------------------------------------------------------------------

    /** Lines of one kind, by the worker that wrote them. */
    private Map<String, List<String[]>> lines(String kind) {
        Map<String, List<String[]>> lines = new TreeMap<>();
        try (var files = Files.newDirectoryStream(folder, "*.ledger")) {
            for (Path ledger : files) {
                String text = Files.readString(ledger, StandardCharsets.UTF_8);
                String worker = ledger.getFileName().toString().replace(".ledger", "");
                text.substring(0, text.lastIndexOf('\n') + 1)
                        .lines()
                        .map(line -> line.split(" ", 8))
                        .filter(line -> line[0].equals(kind))
                        .forEach(line -> lines.computeIfAbsent(worker, any -> new ArrayList<>())
                                .add(line));
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return lines;
    }

    private List<String[]> all(String kind) {
        return lines(kind).values().stream().flatMap(List::stream).toList();
    }

    private Map<String, Integer> plansByWorker() {
        Map<String, Integer> plans = new HashMap<>();
        lines("plans").forEach((worker, lines) -> plans.put(worker, lines.size()));
        return plans;
    }

    /** One that can be killed, and has begun to plan since; null while there is none. */
    private String planning(Map<String, Integer> before) {
        return plansByWorker().entrySet().stream()
                .filter(worker -> alive.containsKey(worker.getKey()))
                .filter(worker -> worker.getValue() > before.getOrDefault(worker.getKey(), 0))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(null);
    }

    private long plannedAgain() {
        Map<String, Integer> calls = new HashMap<>();
        all("plans").forEach(line -> calls.merge(line[1] + "/" + line[2], 1, Integer::sum));
        return calls.values().stream().filter(times -> times > 1).count();
    }

    /** The firings of a job that have begun, and which of the shards of each have not. */
    private Map<Long, Set<Integer>> ran(String job) {
        Map<Long, Set<Integer>> left = new TreeMap<>();
        for (String[] line : all("runs")) {
            if (line[1].equals(job)) {
                left.computeIfAbsent(
                                Long.parseLong(line[2]),
                                any -> new TreeSet<>(IntStream.range(0, Integer.parseInt(line[5]))
                                        .boxed()
                                        .toList()))
                        .remove(Integer.parseInt(line[4]));
            }
        }
        return left;
    }

    private List<String> faults() {
        List<String> faults = new ArrayList<>();
        Map<String, String> plans = new TreeMap<>();
        Map<String, String> followed = new TreeMap<>();
        Set<String> attempts = new HashSet<>();
        for (String[] line : all("runs")) {
            String firing = line[1] + "/" + line[2];
            String[] part = line[6].split("/");
            String plan = part[0] + " of " + line[5];
            String other = plans.putIfAbsent(firing, plan);
            if (other != null && !other.equals(plan)) {
                faults.add(firing + " ran by two plans: " + other + " and " + plan);
            }
            if (!part[1].equals(line[4])) {
                faults.add("shard " + line[4] + " of " + firing + " ran the part " + line[6]);
            }
            if (!attempts.add(firing + "/" + line[4] + "/" + line[3])) {
                faults.add("ran twice: attempt " + line[3] + " of shard " + line[4] + " of " + firing);
            }
            String after = line.length > 7 ? line[7].replaceFirst(" .*", "") : "";
            String successor = after.isEmpty() ? null : followed.putIfAbsent(after, firing);
            if (successor != null && !successor.equals(firing)) {
                faults.add(after + " is followed by " + successor + " and by " + firing);
            }
        }
        for (String job : List.of("first", "last")) {
            ran(job).forEach((firing, left) -> {
                if (!left.isEmpty()) {
                    faults.add(job + "/" + firing + " did not run its shards " + left);
                }
            });
        }
        if (followed.size() != FIRINGS) {
            faults.add(followed.size() + " firings are followed");
        }
        return faults;
    }

    // ---- Processes
    // -----------------------------------------------------------------------------------------------------

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
        alive.put(
                name,
                new ProcessBuilder(
                                ProcessHandle.current().info().command().orElse("java"),
                                "-XX:TieredStopAtLevel=1",
                                "-XX:+UseSerialGC",
                                "-Xmx128m",
                                "-cp",
                                System.getProperty("java.class.path"),
                                PlanWorker.class.getName(),
                                name,
                                server.getConnectString(),
                                folder.resolve(name + ".ledger").toString())
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve(name + ".log").toFile())
                        .start());
    }

    private static void until(Callable<Boolean> condition) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(90))
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(2))
                .until(condition);
    }
}
