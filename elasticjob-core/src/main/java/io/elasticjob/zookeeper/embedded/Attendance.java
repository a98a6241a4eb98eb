package io.elasticjob.zookeeper.embedded;

import io.elasticjob.coordination.Unattended;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows when nobody hosted: the host writes to the file {@code attended} every few seconds, and the one that hosts first after
 * all others have ended notes in {@code unattended} since when that was. Where one process ends and another lives, that
 * takes over, so that a time without a host is one without any process. The times are those of the file system.
 */
final class Attendance {

    private static final Logger LOG = LoggerFactory.getLogger(Attendance.class);

    private static final Duration BETWEEN = Duration.ofSeconds(5);

    private final Path attended;
    private final Path unattended;

    /** Of the thread that hosts. */
    private @Nullable ScheduledExecutorService clerk;

    Attendance(Path directory) {
        this.attended = directory.resolve("attended");
        this.unattended = directory.resolve("unattended");
    }

    /**
     * From now on somebody hosts.
     *
     * @param first whether that one has not joined another
     */
    void begin(boolean first) throws IOException {
        if (first) {
            note(lastSeen());
        } else {
            write();
        }
        clerk = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "elasticjob-embedded-attendance");
            thread.setDaemon(true);
            return thread;
        });
        clerk.scheduleWithFixedDelay(
                this::writeIfPossible, BETWEEN.toMillis(), BETWEEN.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Nobody hosts here any more. Does nothing when nobody did. */
    void end() {
        if (clerk != null) {
            clerk.shutdownNow();
            clerk = null;
            writeIfPossible();
        }
    }

    /** The time without a host before the present ones; empty when that is not known, or there was none. */
    Optional<Unattended> last() {
        try {
            String[] fromAndTo = Files.readString(unattended).strip().split(" ");
            return fromAndTo.length == 2
                    ? Optional.of(new Unattended(Instant.parse(fromAndTo[0]), Instant.parse(fromAndTo[1])))
                    : Optional.empty();
        } catch (IOException | DateTimeException unknown) {
            return Optional.empty();
        }
    }

    private void note(@Nullable Instant seen) throws IOException {
        write();
        Instant now = Files.getLastModifiedTime(attended).toInstant();
        if (seen == null || seen.isAfter(now)) {
            Files.deleteIfExists(unattended);
            return;
        }
        Path draft = unattended.resolveSibling("unattended.new");
        Files.writeString(draft, seen + " " + now + System.lineSeparator());
        Files.move(draft, unattended, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private @Nullable Instant lastSeen() throws IOException {
        try {
            return Files.getLastModifiedTime(attended).toInstant();
        } catch (NoSuchFileException never) {
            return null;
        }
    }

    private void write() throws IOException {
        Files.writeString(attended, "A process hosts the embedded ZooKeeper." + System.lineSeparator());
    }

    private void writeIfPossible() {
        try {
            write();
        } catch (IOException full) {
            LOG.debug("{} cannot be written", attended, full);
        }
    }
}
