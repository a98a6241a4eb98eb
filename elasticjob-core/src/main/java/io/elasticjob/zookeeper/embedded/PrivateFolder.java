package io.elasticjob.zookeeper.embedded;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.Set;

/**
 * A folder that is this user's own. The one who may write there could hand this user's jobs to a server of his own, or have
 * this user's files overwritten, and folders for temporary files are everybody's: so the way there is gone step by step,
 * and what lies in a place where others may write is used only if it belongs to this user or to root, who alone can
 * replace it then.
 *
 * <p>Where a file system knows no owners and modes, as on Windows, temporary files are each user's own anyway, and nothing
 * is asked.
 */
final class PrivateFolder {

    private static final String KEY = "elasticjob.registry.embedded.data-dir";

    private static final Set<PosixFilePermission> ALL_FOR_OWNER = PosixFilePermissions.fromString("rwx------");
    private static final Set<PosixFilePermission> FILE_OF_OWNER = PosixFilePermissions.fromString("rw-------");

    private static final int WRITABLE_BY_OTHERS = 0022;
    private static final int OPEN_TO_OTHERS = 0077;
    private static final int MOST_LINKS = 40;

    private PrivateFolder() {}

    /** Whose something is, and who may do what with it, as Unix tells it. */
    record Owned(int user, int mode) {

        /** Whether others than its owner may put something there. */
        boolean writableByOthers() {
            return (mode & WRITABLE_BY_OTHERS) != 0;
        }

        private static Owned of(Path path) throws IOException {
            return new Owned(number(path, "unix:uid"), number(path, "unix:mode"));
        }

        private static int number(Path path, String attribute) throws IOException {
            return ((Number) Files.getAttribute(path, attribute, LinkOption.NOFOLLOW_LINKS)).intValue();
        }
    }

    /**
     * Decides whether a step on the way may be taken: a folder or a link in a place.
     *
     * @param me the user of this process
     * @return what is wrong with it, continuing a sentence that begins with its path; empty when nothing is
     */
    static Optional<String> wrongOnTheWay(Owned place, Owned step, int me) {
        boolean anybodys = place.writableByOthers() && step.user() != me && step.user() != 0;
        return anybodys
                ? Optional.of("belongs to another user (uid " + step.user() + ", this process has uid " + me + ")")
                : Optional.empty();
    }

    /** Decides whether the folder itself may be used; as {@link #wrongOnTheWay}. */
    static Optional<String> wrongAtTheEnd(Owned folder, int me) {
        if (folder.user() != me) {
            return Optional.of("belongs to another user (uid " + folder.user() + ", this process has uid " + me + ")");
        }
        return folder.writableByOthers()
                ? Optional.of("may be written by others (mode " + Integer.toOctalString(folder.mode() & 07777) + ")")
                : Optional.empty();
    }

    /**
     * Makes it if it is not there, for this user alone, as all that is missing above it.
     *
     * @return its real path
     * @throws EmbeddedZooKeeperException when others could interfere with it
     */
    static Path at(Path directory) throws IOException {
        Path root = directory.getRoot();
        if (root == null || !knowsOwners(root)) {
            return Files.createDirectories(directory).toRealPath();
        }
        int me = me();
        boolean shared = false;
        int links = 0;
        Path place = root;
        Deque<Path> rest = new ArrayDeque<>();
        root.relativize(directory).forEach(rest::add);
        while (!rest.isEmpty()) {
            Path name = rest.pop();
            if (name.toString().isEmpty() || name.toString().equals(".")) {
                continue;
            }
            if (name.toString().equals("..")) {
                place = place.getParent() == null ? place : place.getParent();
                continue;
            }
            Path step = place.resolve(name);
            make(step);
            Owned owned = Owned.of(step);
            refuse(directory, step, wrongOnTheWay(Owned.of(place), owned, me));
            shared |= Owned.of(place).writableByOthers();
            if (Files.isSymbolicLink(step)) {
                if (++links > MOST_LINKS) {
                    throw new FileSystemLoopException(directory.toString());
                }
                Path target = Files.readSymbolicLink(step);
                place = target.isAbsolute() ? root : place;
                Deque<Path> before = new ArrayDeque<>();
                (target.isAbsolute() ? root.relativize(target) : target).forEach(before::push);
                before.forEach(rest::push);
            } else if (Files.isDirectory(step, LinkOption.NOFOLLOW_LINKS)) {
                place = step;
            } else {
                throw new NotDirectoryException(step.toString());
            }
        }
        refuse(directory, place, wrongAtTheEnd(Owned.of(place), me));
        if (shared) {
            closeToOthers(place);
        }
        return place;
    }

    /** Makes a folder in one that is this user's own, or makes sure that the one which is there is this user's alone. */
    static Path within(Path folder, String name) throws IOException {
        Path inner = folder.resolve(name);
        if (!knowsOwners(folder)) {
            return Files.createDirectories(inner);
        }
        make(inner);
        if (!Files.isDirectory(inner, LinkOption.NOFOLLOW_LINKS)) {
            throw new NotDirectoryException(inner.toString());
        }
        refuse(inner, inner, wrongAtTheEnd(Owned.of(inner), me()));
        closeToOthers(inner);
        return inner;
    }

    /** Opens a file in such a folder, which is this user's alone when it is made here. No link is followed. */
    static FileChannel open(Path file, Set<? extends OpenOption> options) throws IOException {
        return knowsOwners(file.getParent() == null ? file : file.getParent())
                ? FileChannel.open(file, options, PosixFilePermissions.asFileAttribute(FILE_OF_OWNER))
                : FileChannel.open(file, options);
    }

    private static void make(Path folder) throws IOException {
        if (Files.notExists(folder, LinkOption.NOFOLLOW_LINKS)) {
            FileAttribute<?> own = PosixFilePermissions.asFileAttribute(ALL_FOR_OWNER);
            try {
                Files.createDirectory(folder, own);
            } catch (FileAlreadyExistsException e) {
                // somebody was faster: whose it is will be looked at
            }
        }
    }

    private static void closeToOthers(Path folder) throws IOException {
        if ((Owned.of(folder).mode() & OPEN_TO_OTHERS) != 0) {
            Files.setPosixFilePermissions(folder, ALL_FOR_OWNER);
        }
    }

    private static void refuse(Path directory, Path step, Optional<String> wrong) {
        wrong.ifPresent(what -> {
            throw new EmbeddedZooKeeperException(
                    KEY + ": " + directory + " is not used for the embedded ZooKeeper, because " + step + " " + what
                            + ". Who may write there could take over the jobs of this application.",
                    "Name a folder that is not there yet, or one that belongs to this user and that nobody else may"
                            + " write (chmod go-w), or set elasticjob.registry.connect-string.",
                    null);
        });
    }

    private static boolean knowsOwners(Path path) throws IOException {
        return path.getFileSystem().supportedFileAttributeViews().contains("unix");
    }

    /** The user of this process, as the owner of what it makes. The name of a user need not be one that there is. */
    private static int me() throws IOException {
        Path probe;
        try {
            probe = Files.createTempFile("elasticjob-", null);
        } catch (IOException readOnly) {
            return Owned.of(Path.of("/proc/self")).user();
        }
        try {
            return Owned.of(probe).user();
        } finally {
            try {
                Files.delete(probe);
            } catch (NoSuchFileException e) {
                // cleaned up by somebody else
            } catch (FileSystemException e) {
                probe.toFile().deleteOnExit();
            }
        }
    }
}
