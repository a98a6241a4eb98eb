package io.elasticjob.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobKey;
import io.elasticjob.JobOperations;
import io.elasticjob.Operator;
import io.elasticjob.engine.JobEngine;
import io.elasticjob.testing.machine.Needed;
import io.elasticjob.testing.machine.Needs;
import io.elasticjob.testing.machine.Signals;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.curator.test.TestingServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.EventListener;

/** Three gateways behind one address, each request to the next one: workers stay where they attached. */
@Needs(value = Signals.NAME, there = Signals.class)
@ResourceLock("applications")
class ThreeGatewaysTest {

    @SpringBootConfiguration
    @EnableAutoConfiguration
    static class Scheduler extends GatewayHttpTest.Scheduler {

        final List<WorkerEvent> workers = new CopyOnWriteArrayList<>();

        @EventListener
        void on(WorkerEvent event) {
            workers.add(event);
        }
    }

    private record Node(int port, ConfigurableApplicationContext application) {

        List<WorkerEvent> events() {
            return application.getBean(Scheduler.class).workers;
        }
    }

    private static final Path CLIENTS = Path.of(System.getProperty("basedir", "."))
            .resolve("../clients")
            .normalize()
            .toAbsolutePath();

    private final List<Node> nodes = new CopyOnWriteArrayList<>();
    private final List<Process> processes = new ArrayList<>();
    private final AtomicInteger turn = new AtomicInteger();
    private @TempDir Path folder;
    private TestingServer server;
    private ContractProxy balancer;

    static Stream<List<String>> clients() {
        return Stream.of(
                List.of(
                        "python3",
                        CLIENTS.resolve("python/elasticjob_worker.py").toString()),
                List.of("bash", CLIENTS.resolve("bash/elasticjob-worker.bash").toString()));
    }

    @AfterEach
    void end() throws Exception {
        processes.forEach(process -> process.descendants().forEach(ProcessHandle::destroyForcibly));
        processes.forEach(Process::destroyForcibly);
        if (balancer != null) {
            balancer.close();
        }
        nodes.forEach(node -> node.application().close());
        if (server != null) {
            server.close();
        }
    }

    @ParameterizedTest
    @MethodSource("clients")
    void noExecutionIsAdoptedWhileTheGatewayOfItsWorkerLives(List<String> client) throws Exception {
        Needed.command(client.get(0));
        start();
        worker(client, "w1");
        worker(client, "w2");
        until(() -> nodes.stream().flatMap(node -> node.events().stream()).count() >= 2);
        create();
        until(() -> lines("ended").size() >= 16);

        assertThat(balancer.faults()).isEmpty();
        assertThat(balancer.seen()).isGreaterThan(20);
        // On a busy machine one may attach again; that it does so with each third exchange would be seen.
        assertThat(attached()).as("attached").hasSizeLessThan(6);
        assertThat(attached()).allSatisfy(one -> assertThat(one.adopted()).isZero());
        assertThat(lines("begun")).doesNotHaveDuplicates();

        Node holder = nodes.stream()
                .filter(node -> node.events().stream().anyMatch(WorkerEvent.Attached.class::isInstance))
                .findFirst()
                .orElseThrow();
        nodes.remove(holder);
        holder.application().close();
        int before = lines("ended").size();
        until(() -> lines("ended").size() >= before + 16);
        assertThat(attached()).as("attached").hasSizeLessThan(10);
        assertThat(lines("begun")).doesNotHaveDuplicates();
        assertThat(balancer.faults()).isEmpty();
    }

    private List<WorkerEvent.Attached> attached() {
        return nodes.stream()
                .flatMap(node -> node.events().stream())
                .filter(WorkerEvent.Attached.class::isInstance)
                .map(WorkerEvent.Attached.class::cast)
                .toList();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            http://s1:8080 | ftp://s1 | elasticjob.gateway.peers[0] | must be an address without a path
            http://s1:8080 | http://s1:8080/x | elasticjob.gateway.peers[0] | must be an address without a path
            http://s1:8080 | http://s2:8080 | elasticjob.gateway.self | must be one of elasticjob.gateway.peers
            | http://s2:8080 | elasticjob.gateway.self | must be one of elasticjob.gateway.peers
            http://s1:8080 | http://s1:8080/,http://s1:8080 | elasticjob.gateway.peers[1] | must not be listed twice
            """)
    void peersThatCannotBeToldApartAreRefused(String self, String peers, String key, String rule) {
        assertThatThrownBy(() -> Peers.of(self, List.of(peers.split(",")), null))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining(key)
                .hasMessageContaining(rule);
    }

    @Test
    void anAttachmentSaysWhichGatewayHasIt() {
        List<String> all = List.of("http://s1:8080", "http://s2:8080");
        Peers first = Peers.of("http://s1:8080", all, null);
        Peers second = Peers.of("http://s2:8080/", all, null);
        String worker = "a-b.c." + first.marked("k3x9a");
        assertThat(first.holder(worker)).isEmpty();
        assertThat(second.holder(worker)).contains("http://s1:8080");
        assertThat(second.holder("a-b.k3x9a")).isEmpty();
        assertThat(Peers.NONE.holder(worker)).isEmpty();
        assertThat(Peers.NONE.marked("k3x9a")).isEqualTo("k3x9a");
    }

    // ---- Helpers --------------------------------------------------------------------------------------------------

    private void start() throws Exception {
        server = new TestingServer(true);
        List<Integer> ports = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                ports.add(free.getLocalPort());
            }
        }
        String peers = String.join(
                ",", ports.stream().map(port -> "http://127.0.0.1:" + port).toList());
        for (int port : ports) {
            nodes.add(new Node(
                    port,
                    new SpringApplicationBuilder(Scheduler.class)
                            .web(nodes.size() == 1 ? WebApplicationType.REACTIVE : WebApplicationType.SERVLET)
                            .run(
                                    "--server.port=" + port,
                                    "--server.address=127.0.0.1",
                                    "--spring.application.name=scheduler",
                                    "--elasticjob.registry.connect-string=" + server.getConnectString(),
                                    "--elasticjob.gateway.enabled=true",
                                    "--elasticjob.gateway.insecure=true",
                                    "--elasticjob.gateway.self=http://127.0.0.1:" + port,
                                    "--elasticjob.gateway.peers=" + peers)));
        }
        balancer = new ContractProxy(() -> {
            List<Node> there = List.copyOf(nodes);
            return there.get(turn.getAndIncrement() % there.size()).port();
        });
    }

    private void worker(List<String> client, String name) throws Exception {
        List<String> command = new ArrayList<>(client);
        command.addAll(List.of("--gateway", "http://127.0.0.1:" + balancer.port(), "--handler", "resize"));
        command.addAll(List.of("--crew", "resize", "--name", name, "--slots", "2", "--", "sh", "-c"));
        command.add("echo $EJ_EXECUTION $EJ_FENCING_TOKEN >> begun; sleep 1; echo $EJ_EXECUTION >> ended");
        processes.add(new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(name + ".log").toFile())
                .start());
    }

    private void create() throws Exception {
        ConfigurableApplicationContext any = nodes.get(0).application();
        until(() -> any.getBean(JobEngine.class).namespace().toCompletableFuture().join().instances().values().stream()
                .anyMatch(one -> one.instance().handlers().contains("resize")));
        any.getBean(JobOperations.class)
                .create(
                        "pictures",
                        Map.of(
                                JobKey.EVERY, "2s",
                                JobKey.SHARDING_TOTAL_COUNT, "4",
                                JobKey.FAILOVER, "true",
                                JobKey.HANDLER, "resize"),
                        new Operator("test", "a test"))
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS);
    }

    private List<String> lines(String file) throws Exception {
        Path path = folder.resolve(file);
        return Files.exists(path) ? Files.readAllLines(path) : List.of();
    }

    private static void until(Callable<Boolean> condition) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(90))
                .pollInterval(Duration.ofMillis(50))
                .ignoreExceptions()
                .until(condition);
    }
}
