package io.elasticjob.samples.quickstart.machine;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.IntStream;

/**
 * A web port of one's own: 8080, or the next that is free. A free port alone would not do, since copies that start
 * together all find the same one free: each also locks the byte of that number in a file, for as long as it lives.
 */
final class WebPort {

    private static final int FIRST = 8080;
    private static final int LAST = 8179;

    /** Open until the process ends: its locks are the claims. */
    private static FileChannel claims;

    private WebPort() {}

    static synchronized int claim(Path directory) throws IOException {
        if (claims == null) {
            claims = FileChannel.open(
                    directory.resolve("web-ports.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        }
        for (int port : IntStream.rangeClosed(FIRST, LAST).toArray()) {
            if (claims.tryLock(port, 1, false) != null && isFree(port)) {
                return port;
            }
        }
        throw new IllegalStateException(
                "server.port: all ports from " + FIRST + " to " + LAST + " are taken. Name another one.");
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }
}
