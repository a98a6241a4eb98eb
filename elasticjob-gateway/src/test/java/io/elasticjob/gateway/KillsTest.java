package io.elasticjob.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.testing.faults.FaultProxy;
import io.elasticjob.testing.machine.Needed;
import io.elasticjob.testing.machine.Needs;
import io.elasticjob.testing.machine.Signals;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
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
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.apache.curator.test.TestingServer;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * Gateways and workers as real processes, killed again and again: nothing is lost, begun twice under one token, or finished
 * twice. {@code -Dgateway.kills=200} kills more often.
 */
@Needs(value = Signals.NAME, there = Signals.class)
@ResourceLock("applications")
class KillsTest {

    private static final int KILLS = Integer.getInteger("gateway.kills", 20);
    private static final int GATEWAYS = 3;

    private static final Path CLIENT = Path.of(System.getProperty("basedir", "."))
            .resolve("../clients/python/elasticjob_worker.py")
            .normalize()
            .toAbsolutePath();

    private static final String SCRIPT = "echo \"begin $WORKER $EJ_EXECUTION $EJ_FENCING_TOKEN\" >> work; sleep 1;"
            + " echo \"end $WORKER $EJ_EXECUTION $EJ_FENCING_TOKEN\" >> work";

    /** An execution that a worker has begun, or has ended: firing and shard are of its id, without the attempt. */
    private record Line(String what, String worker, String execution, String token) {

        static Line of(String text) {
            String[] words = text.split(" ");
            return new Line(words[0], words[1], words[2], words[3]);
        }

        String claim() {
            return execution + "#" + token;
        }

        String firing() {
            return execution.substring(0, execution.lastIndexOf('/'));
        }
    }

    private final List<Integer> ports = new ArrayList<>();
    private final List<FaultProxy> networks = new ArrayList<>();
    private final Map<Integer, Process> gateways = new HashMap<>();
    private final Map<String, Process> workers = new LinkedHashMap<>();
    private final Set<String> killed = new HashSet<>();
    private @TempDir Path folder;
    private TestingServer server;
    private int named;

    @AfterEach
    void end() throws Exception {
        workers.values().forEach(KillsTest::kill);
        gateways.values().forEach(KillsTest::kill);
        networks.forEach(FaultProxy::close);
        if (server != null) {
            server.close();
        }
    }

    @Test
    void nothingIsLostOrDoubledHoweverOftenSomebodyIsKilled() throws Exception {
        Needed.command("python3");
        server = new TestingServer(true);
        for (int i = 0; i < GATEWAYS; i++) {
            try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                ports.add(free.getLocalPort());
            }
            networks.add(new FaultProxy(ports.get(i)));
        }
        for (int i = 0; i < GATEWAYS; i++) {
            startGateway(i);
        }
        startWorker();
        startWorker();
        until(() -> holders().keySet().containsAll(workers.keySet()));

        for (int kill = 0; kill < KILLS; kill++) {
            until(() -> !underWay().isEmpty());
            if (kill % 2 == 0) {
                killAGateway();
            } else {
                killAWorker();
            }
        }
        try {
            until(() -> leftBehind().isEmpty()); // it is run again, and comes to its end
        } catch (ConditionTimeoutException left) {
            throw new AssertionError("Left behind: " + leftBehind() + report(), left);
        }
        workers.values().forEach(Process::destroy); // it ends what it runs, and leaves
        for (Process worker : workers.values()) {
            assertThat(worker.waitFor(60, java.util.concurrent.TimeUnit.SECONDS))
                    .isTrue();
        }
        check();
    }

    /** The one that has workers, without a word; another one adopts what they run. */
    private void killAGateway() throws Exception {
        // One at a time: without any gateway for longer than their leases, workers give up what they run.
        until(() -> ports.stream().allMatch(KillsTest::answers));
        Map<String, Integer> holders = holders();
        int victim = holders.get(workers.keySet().iterator().next());
        Set<String> concerned = new HashSet<>(workers.keySet());
        concerned.removeIf(worker -> holders.get(worker) != victim);
        int before = attachments().size();
        kill(gateways.get(victim));
        until(() -> attachments().subList(before, attachments().size()).stream()
                .map(words -> words[2])
                .collect(Collectors.toSet())
                .containsAll(concerned));
        startGateway(victim);
    }

    private static boolean answers(int port) {
        try (Socket ignored = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    private void killAWorker() throws Exception {
        String victim = workers.keySet().iterator().next();
        killed.add(victim);
        kill(workers.remove(victim));
        String next = startWorker();
        until(() -> holders().containsKey(next));
    }

    private void check() throws IOException {
        List<String> claims = begun().map(Line::claim).toList();
        assertThat(claims).as("begun under its token").doesNotHaveDuplicates();
        assertThat(ended().map(Line::claim)).as("ended under its token").doesNotHaveDuplicates();
        assertThat(claims).hasSizeGreaterThan(KILLS);

        Map<String, List<Line>> ends = ended().collect(Collectors.groupingBy(Line::firing));
        Set<String> lost = begun().map(Line::firing).collect(Collectors.toSet());
        lost.removeAll(ends.keySet());
        assertThat(lost).as("begun, and never ended").isEmpty();
        // A worker that is killed after the last line of its command, and before it has told so, is run again.
        assertThat(ends.values().stream()
                        .filter(all ->
                                all.size() > 1 && !killed.contains(all.get(0).worker())))
                .as("ended twice though nobody was killed who ran it")
                .isEmpty();

        Map<String, Integer> recorded = new HashMap<>();
        for (String[] words : ledger("ended")) {
            if (words[4].equals("SUCCEEDED")) {
                recorded.merge(words[2].substring(0, words[2].lastIndexOf('/')), 1, Integer::sum);
            }
        }
        assertThat(recorded.values()).as("recorded as finished").isNotEmpty().allMatch(times -> times == 1);
        assertThat(attachments().stream()
                        .mapToInt(words -> Integer.parseInt(words[3]))
                        .sum())
                .as("adopted from gateways that were killed")
                .isPositive();
        // Of workers that lived nothing was cut off: each adoption came within its lease.
        Set<String> cutOff = new HashSet<>();
        begun().filter(line -> !killed.contains(line.worker())).forEach(line -> cutOff.add(line.claim()));
        ended().forEach(line -> cutOff.remove(line.claim()));
        assertThat(cutOff).as("cut off though its worker lived").isEmpty();
    }

    // ---- What the processes have written --------------------------------------------------------------------------

    private java.util.stream.Stream<Line> begun() throws IOException {
        return work().filter(line -> line.what().equals("begin"));
    }

    private java.util.stream.Stream<Line> ended() throws IOException {
        return work().filter(line -> line.what().equals("end"));
    }

    private java.util.stream.Stream<Line> work() throws IOException {
        return whole("work").map(Line::of);
    }

    /** Begun by workers that live, and not ended. */
    private Set<String> underWay() throws IOException {
        Set<String> open = begun().filter(line -> workers.containsKey(line.worker()))
                .map(Line::claim)
                .collect(Collectors.toSet());
        ended().map(Line::claim).forEach(open::remove);
        return open;
    }

    /** Firings of shards that nobody has ended, and that nobody runs who lives. */
    private Set<String> leftBehind() throws IOException {
        Set<String> open = begun().map(Line::firing).collect(Collectors.toSet());
        ended().map(Line::firing).forEach(open::remove);
        begun().filter(line -> workers.containsKey(line.worker()))
                .map(Line::firing)
                .forEach(open::remove);
        return open;
    }

    private List<String[]> attachments() throws IOException {
        return ledger("attached");
    }

    private List<String[]> ledger(String what) throws IOException {
        return whole("ledger")
                .map(line -> line.split(" "))
                .filter(words -> words[0].equals(what))
                .toList();
    }

    /** By the name of the worker, the number of the gateway that it has attached to last. */
    private Map<String, Integer> holders() throws IOException {
        Map<String, Integer> holders = new HashMap<>();
        attachments().forEach(words -> holders.put(words[2], ports.indexOf(Integer.parseInt(words[1]))));
        return holders;
    }

    private java.util.stream.Stream<String> whole(String file) throws IOException {
        Path path = folder.resolve(file);
        String text = Files.exists(path) ? Files.readString(path) : "";
        return text.substring(0, text.lastIndexOf('\n') + 1).lines();
    }

    /** All that is known, for a test that fails. */
    private String report() throws IOException {
        StringBuilder all = new StringBuilder();
        try (java.util.stream.Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                all.append("\n-- ").append(file.getFileName()).append('\n').append(Files.readString(file));
            }
        }
        return all.toString();
    }

    // ---- The processes --------------------------------------------------------------------------------------------

    private void startGateway(int number) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx192m",
                "-cp",
                System.getProperty("java.class.path"),
                GatewayProcess.class.getName()));
        command.addAll(List.of(
                "--server.port=" + ports.get(number),
                "--server.address=127.0.0.1",
                "--test.ledger=" + folder.resolve("ledger"),
                "--spring.application.name=scheduler",
                "--elasticjob.registry.connect-string=" + server.getConnectString(),
                "--elasticjob.registry.session-timeout=18s", // a worker that stands still for a quarter of it gives up
                "--elasticjob.gateway.enabled=true",
                "--elasticjob.gateway.insecure=true",
                "--elasticjob.gateway.handlers=work",
                "--elasticjob.gateway.addresses=" + addresses().collect(Collectors.joining(",")),
                "--elasticjob.jobs.works.handler=work",
                "--elasticjob.jobs.works.every=2s",
                "--elasticjob.jobs.works.sharding-total-count=4",
                "--elasticjob.jobs.works.failover=true",
                "--elasticjob.jobs.works.failover-limit=1000")); // that one shard is hit again and again is no loss
        gateways.put(number, start("gateway-" + number, command, Map.of()));
    }

    private java.util.stream.Stream<String> addresses() {
        return networks.stream().map(network -> "http://" + network.address());
    }

    private String startWorker() throws IOException {
        String name = "w" + ++named;
        List<String> command = new ArrayList<>(List.of("python3", CLIENT.toString()));
        addresses().forEach(address -> command.addAll(List.of("--gateway", address)));
        command.addAll(List.of("--handler", "work", "--crew", "work", "--slots", "4", "--name", name));
        command.addAll(List.of("--", "sh", "-c", SCRIPT));
        workers.put(name, start(name, command, Map.of("WORKER", name)));
        return name;
    }

    private Process start(String name, List<String> command, Map<String, String> environment) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        folder.resolve(name + ".log").toFile()));
        builder.environment().putAll(environment);
        return builder.start();
    }

    /** {@code kill -9}, of what it has begun as well: as when its machine is gone. */
    private static void kill(Process process) {
        List<ProcessHandle> below = process.descendants().toList();
        process.destroyForcibly().onExit().join();
        below.forEach(ProcessHandle::destroyForcibly);
    }

    private static void until(Callable<Boolean> condition) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(90))
                .pollInterval(Duration.ofMillis(50))
                .until(condition);
    }
}
