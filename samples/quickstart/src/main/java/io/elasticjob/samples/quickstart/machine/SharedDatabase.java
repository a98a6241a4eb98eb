package io.elasticjob.samples.quickstart.machine;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.time.Duration;
import java.util.UUID;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.h2.tools.Server;

/**
 * One H2 database for all copies of the sample. The copy that holds the lock on a file serves it, on loopback. When that
 * copy ends, however it ends, the operating system gives the lock to another one, which serves it from then on, at the
 * same address and without a pause that a job would notice.
 *
 * <p>H2's own {@code AUTO_SERVER=TRUE} is meant for the same, but needs 2 to 4 seconds to take over, and copies that
 * start together fail.
 *
 * <p>Owns one daemon thread, which waits for its turn and then starts the server.
 */
final class SharedDatabase {

    private static final Log LOG = LogFactory.getLog(SharedDatabase.class);
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration FOR_THE_PORT = Duration.ofSeconds(3);
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(50);

    static {
        // Both are read when their libraries are loaded. Serve on loopback only; and try each pooled connection before
        // it is used, since the copy at its other end may just have ended.
        System.setProperty("h2.bindAddress", "127.0.0.1");
        System.setProperty("com.zaxxer.hikari.aliveBypassWindowMs", "0");
    }

    /** Open until the process ends: its lock makes this copy the one that serves. */
    private static FileChannel turn;

    private final Path directory;
    private final Path addressFile;

    private SharedDatabase(Path directory) throws IOException {
        this.directory = directory;
        this.addressFile = directory.resolve("database.address");
        turn = FileChannel.open(
                directory.resolve("database.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    /** Begins to serve the database of this directory, as soon as no other copy does. */
    static SharedDatabase in(Path directory) throws IOException {
        SharedDatabase database = new SharedDatabase(directory);
        Thread thread = new Thread(database::serveInTurn, "shared-database");
        thread.setDaemon(true);
        thread.start();
        return database;
    }

    /** Where the database is served, by this copy or another, as H2's URLs want to have it; waits until it is. */
    String address() throws IOException {
        long giveUp = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < giveUp) {
            if (Files.exists(addressFile)) {
                Address address = Address.read(addressFile);
                if (address.answers()) {
                    return address.toString();
                }
            }
            pause();
        }
        throw new IOException("Nobody has served the database within " + PATIENCE.toSeconds() + " s");
    }

    private void serveInTurn() {
        try {
            turn.lock();
            Address address = serve();
            LOG.info("This copy serves the database, at " + address.port() + ", until it ends.");
        } catch (IOException | SQLException e) {
            LOG.error("This copy cannot serve the database; another one has to.", e);
        }
    }

    /** At the address used so far, since others may know it; at another one only if that is taken. */
    private Address serve() throws IOException, SQLException {
        if (Files.exists(addressFile)) {
            Address known = Address.read(addressFile);
            long giveUp = System.nanoTime() + FOR_THE_PORT.toNanos();
            while (System.nanoTime() < giveUp) {
                try {
                    start(known);
                    return known;
                } catch (SQLException e) {
                    pause(); // The copy that served before is still about to end.
                }
            }
        }
        String key = UUID.randomUUID().toString();
        Address fresh = new Address(start(new Address(0, key)), key);
        fresh.write(addressFile);
        return fresh;
    }

    private int start(Address address) throws SQLException {
        String file = directory.resolve("invoices").toString();
        return Server.createTcpServer(
                        "-tcpPort",
                        String.valueOf(address.port()),
                        "-tcpDaemon",
                        "-ifNotExists",
                        "-key",
                        address.key(),
                        file)
                .start()
                .getPort();
    }

    private static void pause() {
        try {
            Thread.sleep(BETWEEN_LOOKS.toMillis());
        } catch (InterruptedException e) {
            throw new IllegalStateException("Interrupted while waiting for the database", e);
        }
    }

    /**
     * @param key stands for the database; who does not know it is not let in
     */
    private record Address(int port, String key) {

        static Address read(Path file) throws IOException {
            String[] parts = Files.readString(file).split("[:/]");
            return new Address(Integer.parseInt(parts[1]), parts[2]);
        }

        /** In one step, and readable by its owner only, as temporary files are. */
        void write(Path file) throws IOException {
            Path whole = Files.createTempFile(file.getParent(), "database", ".new");
            Files.writeString(whole, toString());
            Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }

        boolean answers() {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return socket.isConnected();
            } catch (IOException e) {
                return false;
            }
        }

        @Override
        public String toString() {
            return "127.0.0.1:" + port + "/" + key;
        }
    }
}
