package io.elasticjob.zookeeper;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import org.apache.jute.BinaryOutputArchive;
import org.apache.jute.Record;
import org.apache.zookeeper.ZooDefs.OpCode;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.client.ConnectStringParser;
import org.apache.zookeeper.proto.ConnectRequest;
import org.apache.zookeeper.proto.RequestHeader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends a session on the servers that was given up here. The request to end it follows the one to resume it without waiting
 * for an answer in between, so that it arrives also where answers do not; ZooKeeper's own client would wait.
 *
 * <p>A thread that ends by itself: each server is tried once, until one has done it, and none is waited for for long.
 */
final class Farewell extends Thread {

    private static final Logger log = LoggerFactory.getLogger(Farewell.class);

    /** How long a server that does not answer is waited for, where nothing depends on it. */
    static final Duration PATIENCE = Duration.ofMillis(500);

    private final List<InetSocketAddress> servers;
    private final long session;
    private final byte[] requests;
    private final int patienceMillis;

    /**
     * @param left the handle of the session, which nobody asks anything any more
     * @param patience how long each server is waited for, to connect and to confirm
     */
    Farewell(ZooKeeperSettings settings, ZooKeeper left, Duration patience) {
        super("elasticjob-registry-farewell");
        setDaemon(true);
        patienceMillis = (int) patience.toMillis();
        servers = new ConnectStringParser(settings.connectString()).getServerAddresses();
        session = left.getSessionId();
        requests = requests(left);
    }

    @Override
    public void run() {
        for (InetSocketAddress server : servers) {
            try {
                say(new InetSocketAddress(server.getHostString(), server.getPort()));
                return;
            } catch (IOException e) {
                log.debug("{} did not confirm the end of the session {}.", server, Long.toHexString(session), e);
            }
        }
    }

    /** Returns when the server has closed the connection, as it does once the session is over. */
    private void say(InetSocketAddress server) throws IOException {
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(patienceMillis);
            socket.connect(server, patienceMillis);
            socket.getOutputStream().write(requests);
            socket.getInputStream().transferTo(OutputStream.nullOutputStream());
        }
    }

    private static byte[] requests(ZooKeeper left) {
        int timeout = left.getSessionTimeout();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream requests = new DataOutputStream(bytes)) {
            write(requests, new ConnectRequest(0, 0, timeout, left.getSessionId(), left.getSessionPasswd(), false));
            write(requests, new RequestHeader(1, OpCode.closeSession));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void write(DataOutputStream requests, Record request) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        request.serialize(BinaryOutputArchive.getArchive(bytes), "request");
        requests.writeInt(bytes.size());
        bytes.writeTo(requests);
    }
}
