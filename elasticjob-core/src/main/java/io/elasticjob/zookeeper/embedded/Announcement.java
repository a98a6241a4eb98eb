package io.elasticjob.zookeeper.embedded;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The file in which a host announces the port at which it serves. A new host withdraws it before it does anything else
 * and publishes it once it serves; the end of a host leaves it, so that the next one can serve at the same port.
 */
final class Announcement {
    private static final int LONGEST = 32;

    private final Path file;

    Announcement(Path directory) {
        this.file = directory.resolve("port");
    }

    /** The announced port, if there is one that can be read. */
    OptionalInt port() throws IOException {
        try {
            int port = Integer.parseInt(read().strip());
            return Ports.valid(port) ? OptionalInt.of(port) : OptionalInt.empty();
        } catch (NoSuchFileException | NumberFormatException e) {
            return OptionalInt.empty();
        }
    }

    private String read() throws IOException {
        try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            return new String(in.readNBytes(LONGEST), StandardCharsets.US_ASCII);
        }
    }

    /** Takes the announcement down and gives what it said. */
    OptionalInt withdraw() throws IOException {
        OptionalInt port = port();
        Files.deleteIfExists(file);
        return port;
    }

    /** Readers see all of it or nothing. */
    void publish(int port) throws IOException {
        Path draft = file.resolveSibling("port.new");
        Files.deleteIfExists(draft);
        try (FileChannel out = PrivateFolder.open(draft, Set.of(CREATE_NEW, WRITE))) {
            out.write(StandardCharsets.US_ASCII.encode(port + System.lineSeparator()));
        }
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
