package io.elasticjob.boot.faults;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.MBeanServerConnection;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;
import org.apache.curator.test.InstanceSpec;
import org.apache.zookeeper.server.quorum.QuorumPeerMain;
import org.jspecify.annotations.Nullable;
import org.springframework.util.FileSystemUtils;

/** Three ZooKeeper servers in processes of their own, which keep their data and their ports when they are restarted. */
final class Ensemble implements AutoCloseable {

    private static final int SIZE = 3;
    private static final String LOOPBACK = "127.0.0.1";
    private static final ObjectName CONNECTIONS = connections();

    final List<Server> servers;

    Ensemble(Path directory) throws IOException {
        List<Seat> seats = IntStream.rangeClosed(1, SIZE)
                .mapToObj(id -> new Seat(
                        id,
                        InstanceSpec.getRandomPort(),
                        InstanceSpec.getRandomPort(),
                        InstanceSpec.getRandomPort(),
                        InstanceSpec.getRandomPort()))
                .toList();
        String members = seats.stream().map(Seat::member).collect(Collectors.joining("\n"));
        List<Server> made = new ArrayList<>();
        for (Seat seat : seats) {
            made.add(new Server(seat, Files.createDirectories(directory.resolve("zookeeper-" + seat.id)), members));
        }
        servers = List.copyOf(made);
    }

    private record Seat(int id, int clients, int peers, int election, int jmx) {
        String member() {
            return "server." + id + "=" + LOOPBACK + ":" + peers + ":" + election;
        }
    }

    void start() throws IOException {
        for (Server server : servers) {
            server.start();
        }
        awaitQuorum();
    }

    void awaitQuorum() {
        servers.forEach(Server::awaitServing);
    }

    /** {@code kill -9} for all of them. */
    void kill() {
        servers.forEach(Server::kill);
    }

    /** What all of them keep, as of now: for servers that do not run. */
    Path copyOfData(Path to) throws IOException {
        for (Server server : servers) {
            FileSystemUtils.copyRecursively(server.data(), to.resolve(String.valueOf(server.seat.id)));
        }
        return to;
    }

    /** As when their disks are lost: for servers that do not run. */
    void loseData() throws IOException {
        for (Server server : servers) {
            FileSystemUtils.deleteRecursively(server.data());
        }
    }

    /** As from a backup: for servers that do not run. */
    void restoreData(Path from) throws IOException {
        loseData();
        for (Server server : servers) {
            FileSystemUtils.copyRecursively(from.resolve(String.valueOf(server.seat.id)), server.data());
        }
    }

    /** Ends the session of everybody who holds one of these nodes, on the side of the servers: nobody is told before. */
    void expireHolders(Collection<String> prefixes) {
        Set<String> left = new HashSet<>(prefixes);
        Eventually.until(() -> "sessions that hold " + left, () -> {
            servers.forEach(server -> server.expireHolders(left));
            return left.isEmpty();
        });
    }

    @Override
    public void close() {
        kill();
    }

    private static ObjectName connections() {
        try {
            return new ObjectName("org.apache.ZooKeeperService:name3=Connections,*");
        } catch (MalformedObjectNameException e) {
            throw new AssertionError(e);
        }
    }

    /** One server of the three. */
    static final class Server {

        private final Seat seat;
        private final Path directory;
        private final Path configuration;
        private @Nullable JavaProcess process;

        Server(Seat seat, Path directory, String members) throws IOException {
            this.seat = seat;
            this.directory = directory;
            Files.writeString(directory.resolve("myid"), String.valueOf(seat.id));
            configuration = Files.writeString(
                    directory.resolve("zoo.cfg"), """
                    tickTime=500
                    initLimit=20
                    syncLimit=10
                    dataDir=%s
                    clientPortAddress=%s
                    clientPort=%d
                    admin.enableServer=false
                    4lw.commands.whitelist=srvr
                    %s
                    """.formatted(directory, LOOPBACK, seat.clients, members));
        }

        private Path data() {
            return directory.resolve("version-2");
        }

        int port() {
            return seat.clients;
        }

        void start() throws IOException {
            process = new JavaProcess(
                    directory.resolve("log"),
                    List.of(
                            "-Dzookeeper.forceSync=no",
                            "-Djava.rmi.server.hostname=" + LOOPBACK,
                            "-Dcom.sun.management.jmxremote.host=" + LOOPBACK,
                            "-Dcom.sun.management.jmxremote.port=" + seat.jmx,
                            "-Dcom.sun.management.jmxremote.rmi.port=" + seat.jmx,
                            "-Dcom.sun.management.jmxremote.authenticate=false",
                            "-Dcom.sun.management.jmxremote.ssl=false"),
                    QuorumPeerMain.class,
                    List.of(configuration.toString()));
        }

        void restart() throws IOException {
            if (process != null) {
                process.terminate();
                process.awaitEnd();
            }
            start();
            awaitServing();
        }

        void kill() {
            if (process != null) {
                process.kill();
            }
        }

        void awaitServing() {
            Eventually.until(
                    () -> "a server that takes part: " + (process == null ? "none" : process.log()),
                    () -> srvr().contains("Mode: "));
        }

        private String srvr() {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), seat.clients)) {
                socket.setSoTimeout(1_000);
                socket.getOutputStream().write("srvr".getBytes(US_ASCII));
                return new String(socket.getInputStream().readAllBytes(), US_ASCII);
            } catch (IOException e) {
                return "";
            }
        }

        /** Takes away from {@code prefixes} what was found here. */
        private void expireHolders(Set<String> prefixes) {
            try (JMXConnector connector = JMXConnectorFactory.connect(
                    new JMXServiceURL("service:jmx:rmi:///jndi/rmi://%s:%d/jmxrmi".formatted(LOOPBACK, seat.jmx)))) {
                MBeanServerConnection beans = connector.getMBeanServerConnection();
                for (ObjectName connection : beans.queryNames(CONNECTIONS, null)) {
                    List<String> nodes = List.of((String[]) beans.getAttribute(connection, "EphemeralNodes"));
                    if (prefixes.removeIf(prefix -> nodes.stream().anyMatch(node -> node.startsWith(prefix)))) {
                        beans.invoke(connection, "terminateSession", new Object[0], new String[0]);
                    }
                }
            } catch (InstanceNotFoundException alreadyGone) {
                // looked up again, as long as something is left
            } catch (JMException | IOException e) {
                throw new AssertionError("server " + seat.id + " does not end a session", e);
            }
        }
    }
}
