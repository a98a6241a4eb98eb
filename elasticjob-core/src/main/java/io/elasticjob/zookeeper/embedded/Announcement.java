package io.elasticjob.zookeeper.embedded;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.OptionalInt;

/**
 * The file in which a host announces the port at which it serves. A new host withdraws it before it does anything else
 * and publishes it once it serves; the end of a host leaves it, so that the next one can serve at the same port.
 */
final class Announcement {
    private final Path file;

    Announcement(Path directory) {
        this.file = directory.resolve("port");
    }

    /** The announced port, if there is one that can be read. */
    OptionalInt port() throws IOException {
        try {
            int port = Integer.parseInt(Files.readString(file).strip());
            return Ports.valid(port) ? OptionalInt.of(port) : OptionalInt.empty();
        } catch (NoSuchFileException | CharacterCodingException | NumberFormatException e) {
            return OptionalInt.empty();
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
        Files.writeString(draft, port + System.lineSeparator());
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
