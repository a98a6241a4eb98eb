package io.elasticjob.deploy;

import static io.elasticjob.deploy.Rendered.at;
import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.testing.kubernetes.Kubectl;
import io.elasticjob.testing.machine.Needs;
import io.elasticjob.testing.machine.Signals;
import io.elasticjob.testing.security.Identity;
import java.io.IOException;
import java.io.StringReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import org.apache.zookeeper.common.ClientX509Util;
import org.apache.zookeeper.common.QuorumX509Util;
import org.apache.zookeeper.common.X509Util;
import org.apache.zookeeper.server.quorum.QuorumPeerConfig;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The ZooKeeper of one's own: its configuration is ZooKeeper's, and its probes say what they are meant to. */
@Needs(value = Kubectl.NAME, there = Kubectl.class)
class EnsembleTest {

    @TempDir
    private Path directory;

    private final List<Process> servers = new ArrayList<>();

    @AfterEach
    void endServers() {
        servers.forEach(Process::destroyForcibly);
        servers.forEach(server -> server.onExit().join());
    }

    /** Real servers, with the configuration as it is rendered, but for names, ports and folders; without TLS, and with it. */
    @ParameterizedTest
    @ValueSource(strings = {"overlays/scheduler", "overlays/own-zookeeper"})
    @Needs(value = Signals.NAME, there = Signals.class)
    void aServerLivesWithoutAQuorumAndIsReadyWithOne(String folder) throws Exception {
        Rendered rendered = Rendered.of(folder);
        Map<?, ?> container = Rendered.container(rendered.object("StatefulSet", "zookeeper"));
        String configuration = withKeys(rendered.data("zookeeper-").get("zoo.cfg"));
        for (int server = 0; server < 3; server++) {
            configuration = configuration.replace(
                    "zookeeper-" + server + ".zookeeper:2888:3888", "127.0.0.1:" + freePort() + ":" + freePort());
        }
        int port = freePort();

        start(1, configuration, port);
        Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> probe(container, "livenessProbe", port) == 0);
        assertThat(probe(container, "startupProbe", port)).isZero();
        assertThat(probe(container, "readinessProbe", port)).isNotZero();

        start(2, configuration, freePort());
        Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> probe(container, "readinessProbe", port) == 0);

        servers.get(0).destroyForcibly().onExit().join();
        assertThat(probe(container, "livenessProbe", port)).isNotZero();
        assertThat(probe(container, "readinessProbe", port)).isNotZero();
    }

    @Test
    void itsConfigurationNamesAsManyServersAsThereArePods() throws Exception {
        for (String folder : List.of("overlays/scheduler", "overlays/own-zookeeper")) {
            Rendered rendered = Rendered.of(folder);
            Map<String, Object> set = rendered.object("StatefulSet", "zookeeper");
            QuorumPeerConfig configuration = parsed(rendered.data("zookeeper-").get("zoo.cfg"));

            assertThat(configuration.getServers())
                    .hasSize((Integer) at(set, "spec", "replicas"))
                    .allSatisfy(
                            (number, server) -> assertThat(server.addr.getOne().getHostString())
                                    .isEqualTo("zookeeper-" + (number - 1) + "." + at(set, "spec", "serviceName")));
            int port = configuration.getSecureClientPortAddress() != null
                    ? configuration.getSecureClientPortAddress().getPort()
                    : configuration.getClientPortAddress().getPort();
            assertThat(at(Rendered.container(set), "ports", 0, "containerPort")).isEqualTo(port);
            assertThat(rendered.settings().get("ELASTICJOB_REGISTRY_CONNECTSTRING"))
                    .isEqualTo("zookeeper-0.zookeeper:%1$d,zookeeper-1.zookeeper:%1$d,zookeeper-2.zookeeper:%1$d"
                            .formatted(port));
        }
    }

    /** ZooKeeper takes what it does not know for a system property, and says nothing. */
    @Test
    void itsSettingsOfTlsAreSuchOfZooKeeper() throws IOException {
        Properties properties = new Properties();
        properties.load(new StringReader(
                Rendered.of("overlays/own-zookeeper").data("zookeeper-").get("zoo.cfg")));
        List<String> known;
        try (ClientX509Util clients = new ClientX509Util();
                QuorumX509Util quorum = new QuorumX509Util()) {
            known = Stream.of(clients, quorum).flatMap(EnsembleTest::names).toList();
        }

        assertThat(properties.stringPropertyNames())
                .filteredOn(name -> name.startsWith("ssl."))
                .hasSize(9)
                .allSatisfy(name -> assertThat(known).contains("zookeeper." + name));
        assertThat(properties)
                .containsEntry("sslQuorum", "true")
                .containsEntry("clientPortAddress", "127.0.0.1")
                .containsEntry("ssl.clientAuth", "need");
    }

    /** The files that the container gets from a Secret, or makes of it: a key that each server shows, and that each believes. */
    private String withKeys(String configuration) throws Exception {
        Identity identity = Identity.make(directory, "zookeeper", "ip:127.0.0.1");
        String certificate =
                pem("CERTIFICATE", identity.keys().getCertificate("zookeeper").getEncoded());
        String key = pem(
                "PRIVATE KEY",
                identity.keys()
                        .getKey("zookeeper", identity.password().toCharArray())
                        .getEncoded());
        Path authority = Files.writeString(directory.resolve("ca.crt"), certificate);
        Path server = Files.writeString(directory.resolve("server.pem"), key + certificate);
        return configuration
                .replace("/etc/zookeeper-tls/ca.crt", authority.toString())
                .replace("/tmp/server.pem", server.toString());
    }

    private static String pem(String type, byte[] bytes) {
        return "-----BEGIN " + type + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes) + "\n-----END " + type + "-----\n";
    }

    private static Stream<String> names(X509Util of) {
        return Stream.of(
                of.getSslKeystoreLocationProperty(),
                of.getSslKeystoreTypeProperty(),
                of.getSslTruststoreLocationProperty(),
                of.getSslTruststoreTypeProperty(),
                of.getSslClientAuthProperty());
    }

    private QuorumPeerConfig parsed(String configuration) throws Exception {
        Path data = Files.createTempDirectory(directory, "data");
        Files.writeString(data.resolve("myid"), "1");
        Path file = Files.createTempFile(directory, "zoo", ".cfg");
        Files.writeString(file, configuration.replace("dataDir=/data", "dataDir=" + data));
        QuorumPeerConfig parsed = new QuorumPeerConfig();
        parsed.parse(file.toString());
        return parsed;
    }

    private void start(int number, String configuration, int port) throws IOException {
        Path data = Files.createTempDirectory(directory, "data");
        Files.writeString(data.resolve("myid"), String.valueOf(number));
        Path file = Files.createTempFile(directory, "zoo", ".cfg");
        Files.writeString(
                file,
                configuration
                        .replace("dataDir=/data", "dataDir=" + data)
                        .replace("secureClientPort=2281", "secureClientPort=" + freePort())
                        .replace("\nclientPort=2181", "\nclientPort=" + port));
        servers.add(new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Xmx128m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "org.apache.zookeeper.server.quorum.QuorumPeerMain",
                        file.toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("server-" + number + ".log").toFile())
                .start());
    }

    /** The exit code of the command that a probe runs, asking the port of this server. */
    private static int probe(Map<?, ?> container, String name, int port) throws IOException {
        List<String> command = new ArrayList<>();
        for (Object word : (List<?>) at(container, name, "exec", "command")) {
            command.add(String.valueOf(word).replace("/127.0.0.1/2181", "/127.0.0.1/" + port));
        }
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .onExit()
                .join()
                .exitValue();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
