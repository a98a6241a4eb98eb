package io.elasticjob.testing.security;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A ZooKeeper server that speaks nothing but TLS, in a process of its own, since such a server is set up by system
 * properties. ZooKeeper has to be on the class path.
 */
public final class SecureZooKeeper implements AutoCloseable {

    private static final String PASSWORD = "secret-of-trust";

    private final int port;
    private final Process process;

    /**
     * Starts it, and waits until it listens.
     *
     * @param shown what it shows itself as
     * @param client the only client that it lets in; null for all
     */
    public SecureZooKeeper(Path parent, Identity shown, @Nullable Identity client)
            throws IOException, GeneralSecurityException, InterruptedException {
        Path directory = Files.createTempDirectory(parent, "zookeeper");
        port = freePort();
        Path log = directory.resolve("log");
        Path trusted = directory.resolve("trusted.p12");
        KeyStore trust = (client == null ? shown : client).trust();
        try (OutputStream out = Files.newOutputStream(trusted)) {
            trust.store(out, PASSWORD.toCharArray());
        }
        Path configuration = Files.writeString(directory.resolve("zoo.cfg"), """
                tickTime=500
                dataDir=%s
                secureClientPortAddress=127.0.0.1
                secureClientPort=%d
                serverCnxnFactory=org.apache.zookeeper.server.NettyServerCnxnFactory
                ssl.keyStore.location=%s
                ssl.keyStore.password=%s
                ssl.trustStore.location=%s
                ssl.trustStore.password=%s
                ssl.clientAuth=%s
                admin.enableServer=false
                """.formatted(
                directory, port, shown.file(), shown.password(), trusted, PASSWORD, client == null ? "none" : "need"));
        process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Xmx128m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "org.apache.zookeeper.server.quorum.QuorumPeerMain",
                        configuration.toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        while (!listens()) {
            if (process.waitFor(50, TimeUnit.MILLISECONDS)) {
                throw new IOException("ZooKeeper did not start: " + Files.readString(log));
            }
        }
    }

    private boolean listens() {
        try (Socket socket = new Socket(InetAddress.getByName("127.0.0.1"), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    /** The one port that it listens on. */
    public int port() {
        return port;
    }

    public String connectString() {
        return "127.0.0.1:" + port;
    }

    /** {@code kill -9} */
    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
