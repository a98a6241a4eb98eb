package io.elasticjob.benchmarks.environment;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** ZooKeeper servers, each in a JVM of its own, which force every write to the disk unless told otherwise. */
public final class ZooKeeperServers {

    /** Options of the servers' JVMs, where they are not the usual ones. */
    public static final String JVM = "zookeeper-jvm";

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int CONNECT_MILLIS = 1_000;
    private static final int ANSWER_MILLIS = 10_000;

    private static final int BYTES_OF_A_WORD = 4;

    private final List<Integer> ports = new ArrayList<>();
    /** How many words were sent to count, which a server counts as packets; before the first count there were more. */
    private long asked;

    /** @param started gets each server as soon as it is there, also when another one fails */
    ZooKeeperServers(Path home, Path work, Options options, Consumer<Process> started) throws Exception {
        int count = options.number("zookeepers", 1);
        StringBuilder quorum = new StringBuilder();
        for (int i = 1; i <= count; i++) {
            ports.add(Processes.freePort());
            quorum.append("server.%d=127.0.0.1:%d:%d%n".formatted(i, Processes.freePort(), Processes.freePort()));
        }
        for (int i = 1; i <= count; i++) {
            Path data = Files.createDirectories(work.resolve("zookeeper" + i));
            Files.writeString(data.resolve("myid"), String.valueOf(i));
            Path settings = Files.writeString(work.resolve("zookeeper" + i + ".cfg"), """
                    tickTime=%d
                    initLimit=10
                    syncLimit=5
                    dataDir=%s
                    clientPort=%d
                    clientPortAddress=127.0.0.1
                    maxClientCnxns=0
                    maxSessionTimeout=60000
                    admin.enableServer=false
                    4lw.commands.whitelist=*
                    %s""".formatted(
                            options.number("tick", 2_000), data, ports.get(i - 1), count > 1 ? quorum.toString() : ""));
            List<String> command = new ArrayList<>(List.of(Processes.java().toString()));
            command.addAll(List.of(options.text(JVM, "-Xmx1g -XX:+UseSerialGC").split(" ")));
            command.addAll(List.of(
                    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                    "-Dzookeeper.jmx.log4j.disable=true",
                    "-Dzookeeper.forceSync=" + (options.flag("fsync", true) ? "yes" : "no"),
                    "-cp",
                    home.resolve("server/target/lib") + "/*",
                    "org.apache.zookeeper.server.quorum.QuorumPeerMain",
                    settings.toString()));
            started.accept(Processes.spawn(work, "zookeeper" + i, command));
        }
        for (int port : ports) {
            Processes.await("ZooKeeper", PATIENCE, () -> serves(port));
        }
    }

    /** The addresses of all of them. */
    public String connectString() {
        return ports.stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(","));
    }

    /**
     * What the servers have counted.
     *
     * @param packets that clients have sent, pings among them, but not what is asked here
     * @param writes transactions, of which the begin and end of a session are some
     * @param bytes of what is stored: paths and data
     * @param bytesReceived with those packets
     * @param bytesSent with answers, but not with those to pings, and not with events
     */
    public record Counts(
            long packets,
            long packetsSent,
            long writes,
            long nodes,
            long ephemerals,
            long watches,
            long bytes,
            long bytesReceived,
            long bytesSent) {

        /** What was counted since then, where it is a counter. */
        public Counts since(Counts earlier) {
            return new Counts(
                    packets - earlier.packets,
                    packetsSent - earlier.packetsSent,
                    writes - earlier.writes,
                    nodes - earlier.nodes,
                    ephemerals - earlier.ephemerals,
                    watches - earlier.watches,
                    bytes - earlier.bytes,
                    bytesReceived - earlier.bytesReceived,
                    bytesSent - earlier.bytesSent);
        }
    }

    /** Counters are sums over all servers; what all servers hold alike is that of one. */
    public Counts counts() throws IOException {
        Map<String, Long> sum = new LinkedHashMap<>();
        Map<String, Long> alike = new LinkedHashMap<>();
        long writes = 0;
        for (int port : ports) {
            asked += 2;
            for (String line : ask(port, "mntr").split("\n")) {
                String[] pair = line.split("\t");
                if (pair.length == 2 && pair[1].matches("[0-9.]+")) {
                    long value = (long) Double.parseDouble(pair[1]);
                    sum.merge(pair[0], value, Long::sum);
                    alike.put(pair[0], value);
                }
            }
            writes = Math.max(writes, lastTransaction(ask(port, "srvr")));
        }
        return new Counts(
                of(sum, "zk_packets_received") - asked,
                of(sum, "zk_packets_sent"),
                writes,
                of(alike, "zk_znode_count"),
                of(alike, "zk_ephemerals_count"),
                of(sum, "zk_watch_count"),
                of(alike, "zk_approximate_data_size"),
                of(sum, "zk_bytes_received_count") - asked * BYTES_OF_A_WORD,
                of(sum, "zk_response_bytes"));
    }

    private static long of(Map<String, Long> values, String key) throws IOException {
        Long value = values.get(key);
        if (value == null) {
            throw new IOException("ZooKeeper's mntr tells no " + key);
        }
        return value;
    }

    /** The counter in the id of the last transaction. */
    private static long lastTransaction(String srvr) throws IOException {
        String zxid = srvr.lines()
                .filter(line -> line.startsWith("Zxid: 0x"))
                .findFirst()
                .orElseThrow(() -> new IOException("ZooKeeper's srvr tells no Zxid"));
        return Long.parseLong(zxid.substring("Zxid: 0x".length()).strip(), 16) & 0xffff_ffffL;
    }

    /** A server that is coming up refuses connections, or takes them and says nothing. */
    private static boolean serves(int port) {
        try {
            return ask(port, "mntr", CONNECT_MILLIS).contains("zk_server_state");
        } catch (IOException notYet) {
            return false;
        }
    }

    private static String ask(int port, String word) throws IOException {
        return ask(port, word, ANSWER_MILLIS);
    }

    private static String ask(int port, String word, int patienceMillis) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), CONNECT_MILLIS);
            socket.setSoTimeout(patienceMillis);
            OutputStream out = socket.getOutputStream();
            out.write(word.getBytes(StandardCharsets.US_ASCII));
            out.flush();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
