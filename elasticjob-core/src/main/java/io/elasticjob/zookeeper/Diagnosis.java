package io.elasticjob.zookeeper;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.apache.zookeeper.client.ConnectStringParser;
import org.jspecify.annotations.Nullable;

/**
 * Finds out in words why no server can be reached, which ZooKeeper's client does not tell: knocks at each as a client
 * would, without beginning a session.
 *
 * <p>A thread that ends by itself: each server is tried once, with a deadline.
 */
final class Diagnosis extends Thread {

    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final int ENOUGH = 256;

    private final List<InetSocketAddress> servers;
    private final ZooKeeperSettings settings;
    private final @Nullable ZooKeeperTls tls;
    private final Consumer<String> told;

    /**
     * @param tls that connections are made with; null for plain ones
     * @param told hears what was found, on this thread
     */
    Diagnosis(ZooKeeperSettings settings, @Nullable ZooKeeperTls tls, Consumer<String> told) {
        super("elasticjob-registry-diagnosis");
        setDaemon(true);
        this.servers = new ConnectStringParser(settings.connectString()).getServerAddresses();
        this.settings = settings;
        this.tls = tls;
        this.told = told;
    }

    @Override
    public void run() {
        Map<String, String> found = new LinkedHashMap<>();
        for (InetSocketAddress server : servers) {
            found.merge(what(server), server.getHostString() + ":" + server.getPort(), (a, b) -> a + ", " + b);
        }
        told.accept(found.entrySet().stream()
                .map(entry -> entry.getValue() + ": " + entry.getKey())
                .collect(Collectors.joining("; ")));
    }

    private String what(InetSocketAddress unresolved) {
        InetSocketAddress server = new InetSocketAddress(unresolved.getHostString(), unresolved.getPort());
        if (server.isUnresolved()) {
            return "there is no host of that name";
        }
        try (Socket socket = new Socket()) {
            socket.setSoTimeout((int) PATIENCE.toMillis());
            socket.connect(server, (int) PATIENCE.toMillis());
            return tls == null ? plain(socket) : secured(socket, tls, server);
        } catch (ConnectException e) {
            return "nothing listens there (" + e.getMessage() + ")";
        } catch (SocketTimeoutException e) {
            return "there is no answer";
        } catch (IOException e) {
            return "the connection fails (" + e.getMessage() + ")";
        }
    }

    private String plain(Socket socket) {
        if (!settings.isRightServer()) {
            return "a program listens there that is not the host of the embedded ZooKeeper, or not yet; nothing is sent to it";
        }
        try {
            return answered(ask(socket));
        } catch (SocketTimeoutException e) {
            return "it accepts connections, and does not answer";
        } catch (IOException e) {
            return answered(""); // broken off
        }
    }

    private static String secured(Socket socket, ZooKeeperTls tls, InetSocketAddress server) throws IOException {
        try (SSLSocket secured = (SSLSocket)
                tls.context().getSocketFactory().createSocket(socket, server.getHostString(), server.getPort(), true)) {
            SSLParameters parameters = secured.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            parameters.setProtocols(tls.protocols().toArray(String[]::new));
            if (!tls.ciphers().isEmpty()) {
                parameters.setCipherSuites(tls.ciphers().toArray(String[]::new));
            }
            secured.setSSLParameters(parameters);
            secured.startHandshake();
            return greeted(secured);
        } catch (SSLException e) {
            return "no connection under TLS with elasticjob.registry.ssl.bundle (" + e.getMessage() + ")";
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return "elasticjob.registry.ssl.bundle cannot be used (" + e.getMessage() + ")";
        }
    }

    /** With TLS 1.3 a server looks at a client's certificate only after the handshake. */
    private static String greeted(SSLSocket secured) throws SSLException {
        try {
            String answer = ask(secured);
            if (!answer.isEmpty()) {
                return answered(answer);
            }
        } catch (SSLException e) {
            throw e;
        } catch (IOException e) {
            // broken off: the same is told
        }
        return "it breaks the connection under TLS off: it may want another certificate than"
                + " elasticjob.registry.ssl.bundle shows";
    }

    /** What a server says of itself; one that may not, says that. With the line's end it is long enough to be seen not to be TLS. */
    private static String ask(Socket socket) throws IOException {
        socket.getOutputStream().write("srvr\n".getBytes(US_ASCII));
        socket.getOutputStream().flush();
        return new String(socket.getInputStream().readNBytes(ENOUGH), US_ASCII);
    }

    private static String answered(String answer) {
        if (answer.contains("not currently serving")) {
            return "the server is up but does not serve: its ensemble has no leader";
        }
        if (answer.contains("Zookeeper version") || answer.contains("is not executed because")) {
            return "a ZooKeeper answers there";
        }
        return "it closes the connection without an answer that ZooKeeper gives: if it wants TLS, set"
                + " elasticjob.registry.ssl.bundle";
    }
}
