package io.elasticjob.zookeeper.embedded;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;

/** Questions about TCP ports of the loopback interface. */
final class Ports {
    private static final String HOST = "127.0.0.1";
    private static final int PATIENCE_MILLIS = 1_000;

    private Ports() {}

    static boolean valid(int port) {
        return port > 0 && port <= 65_535;
    }

    static InetSocketAddress address(int port) {
        return new InetSocketAddress(HOST, port);
    }

    static String connectString(int port) {
        return HOST + ":" + port;
    }

    /**
     * Whether a server could listen there now. Asked without listening, so that no client that tries to reconnect is
     * received only to be thrown out.
     */
    static boolean free(int port) throws IOException {
        try (Socket socket = new Socket()) {
            socket.setReuseAddress(true);
            socket.bind(address(port));
            return true;
        } catch (BindException e) {
            return false;
        }
    }

    /**
     * A port that is free now, below those that operating systems give to outgoing connections: while nobody listens
     * there, between two hosts, a client that tries to reconnect could be given the very port it calls, and would
     * connect to itself and keep the next host out.
     */
    static int anyFree() throws IOException {
        for (int tries = 0; tries < 200; tries++) {
            int port = ThreadLocalRandom.current().nextInt(20_000, 30_000);
            if (free(port)) {
                return port;
            }
        }
        throw new EmbeddedZooKeeperException(
                "No port that is free was found for the embedded ZooKeeper between 20000 and 29999.",
                "Set elasticjob.registry.embedded.port.",
                null);
    }

    /**
     * Whether a ZooKeeper serves there. It answers this question with its version once it serves, and before that with
     * an apology.
     */
    static boolean zooKeeperServesAt(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(address(port), PATIENCE_MILLIS);
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.getOutputStream().write("srvr".getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readNBytes(256), StandardCharsets.US_ASCII);
            return answer.startsWith("Zookeeper version") || answer.contains("not in the whitelist");
        } catch (IOException e) {
            return false;
        }
    }
}
