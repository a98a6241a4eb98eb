package io.elasticjob.zookeeper.embedded;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.FileLockInterruptionException;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * The right to host the server of a directory: one holder at a time, over all processes and within this one. The
 * operating system takes it back when the process of its holder ends, however it ends. Confined to one thread; another
 * thread ends a wait by interrupting it.
 *
 * <p>Between processes it is a lock on a file. Within a process such a lock is shared by all, and closing <em>any</em>
 * channel on the file gives it up, so those who want the seat first queue up here and only the head of the queue ever
 * opens the file. The queues are this package's one piece of static state: the lock they guard belongs to the process
 * as well. An entry is one small object a directory, and stays.
 */
final class HostSeat implements AutoCloseable {
    private static final ConcurrentMap<Path, Semaphore> QUEUES = new ConcurrentHashMap<>();
    /** Kept from the collector, which would close them; see {@link #opened()}. */
    private static final Set<FileChannel> NEVER_CLOSED = ConcurrentHashMap.newKeySet();

    private final Path file;
    private final Semaphore queue;
    private boolean head;
    private @Nullable FileChannel channel;
    private @Nullable Object key;

    /** The directory has to exist, under its real path: that is its name in this process. */
    HostSeat(Path realDirectory) {
        this.file = realDirectory.resolve("host.lock");
        this.queue = QUEUES.computeIfAbsent(file, any -> new Semaphore(1, true));
    }

    /** Takes the seat if it is free, and says so. Never waits. */
    boolean tryTake() throws IOException {
        head = head || queue.tryAcquire();
        return head && locked(FileChannel::tryLock);
    }

    /**
     * Waits until the seat is free and takes it.
     *
     * @throws IOException if the file system refuses to wait, as Linux does when processes that host one directory
     *     each wait for the other's: it calls that a deadlock. Asking again later is all right.
     */
    void take() throws IOException, InterruptedException {
        if (!head) {
            queue.acquire();
            head = true;
        }
        try {
            while (!locked(FileChannel::lock)) {
                // The file was deleted or replaced while we waited: queue up at the one that is there now.
            }
        } catch (FileLockInterruptionException | ClosedByInterruptException e) {
            throw new InterruptedException();
        }
    }

    /** Leaves the seat, or the queue for it. */
    @Override
    public void close() throws IOException {
        try {
            closeChannel();
        } finally {
            if (head) {
                head = false;
                queue.release();
            }
        }
    }

    private interface Locking {
        @Nullable
        FileLock on(FileChannel channel, long position, long size, boolean shared) throws IOException;
    }

    private boolean locked(Locking locking) throws IOException {
        FileChannel opened = opened();
        try {
            if (locking.on(opened, 0, 1, false) == null) {
                return false;
            }
        } catch (OverlappingFileLockException e) {
            // Another copy of this class, loaded by another class loader, holds the lock of this process.
            // Closing our channel would give that lock up.
            NEVER_CLOSED.add(opened);
            channel = null;
            throw new EmbeddedZooKeeperException(
                    "The embedded ZooKeeper in " + file.getParent()
                            + " is already used in this process by another class loader.",
                    "Give each of the applications its own elasticjob.registry.embedded.data-dir, "
                            + "or set elasticjob.registry.connect-string.",
                    e);
        }
        if (Objects.equals(key, keyOfFile())) {
            return true;
        }
        closeChannel();
        return false;
    }

    private FileChannel opened() throws IOException {
        FileChannel opened = channel;
        if (opened == null) {
            PrivateFolder.at(Objects.requireNonNull(file.getParent()));
            opened = PrivateFolder.open(
                    file, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS));
            channel = opened;
            key = keyOfFile();
        }
        return opened;
    }

    private @Nullable Object keyOfFile() throws IOException {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
        } catch (NoSuchFileException e) {
            return file;
        }
    }

    private void closeChannel() throws IOException {
        FileChannel opened = channel;
        channel = null;
        if (opened != null) {
            opened.close();
        }
    }
}
