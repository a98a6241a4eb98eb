package io.elasticjob.slurm;

import io.elasticjob.spi.ClusterException;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The directory that this machine and all nodes share. It has a mark, so that one that is not mounted at present is not taken
 * for one in which nothing is.
 */
final class SharedDirectory {

    private static final String MARK = "elasticjob";

    private final Path path;
    private @Nullable String seen; // guarded by this

    SharedDirectory(Path path) {
        this.path = path;
    }

    /**
     * Makes sure that it is there, and that it is the one that was there before.
     *
     * @throws ClusterException otherwise
     */
    synchronized void check() {
        try {
            String mark = seen == null ? mark() : Files.readString(path.resolve(MARK));
            if (seen != null && !seen.equals(mark)) {
                throw new ClusterException("Another directory than before is at " + path);
            }
            seen = mark;
        } catch (NoSuchFileException absent) {
            throw new ClusterException("The shared directory is not at " + path + " any more: is it mounted?", absent);
        } catch (IOException e) {
            throw new ClusterException("The shared directory cannot be used: " + e, e);
        }
    }

    private String mark() throws IOException {
        Path file = path.resolve(MARK);
        if (!Files.exists(file)) {
            Files.createDirectories(path);
            Path written = Files.createTempFile(path, MARK, ".new");
            Files.writeString(written, UUID.randomUUID().toString());
            try {
                Files.createLink(file, written);
            } catch (FileAlreadyExistsException another) {
                // made by another process at the same time
            } catch (UnsupportedOperationException noLinks) {
                Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(written);
            }
        }
        return Files.readString(file);
    }

    Folder folder(Creation creation) {
        return new Folder(path, creation);
    }

    /** All creations of which something is here, in the order of their names. */
    List<Creation> all() {
        check();
        List<Creation> all = new ArrayList<>();
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(path, "ej-*")) {
            folders.forEach(folder -> {
                String name = folder.getFileName().toString();
                if (Creation.isOne(name)) {
                    all.add(new Creation(name));
                }
            });
        } catch (IOException | DirectoryIteratorException e) {
            throw new ClusterException("The shared directory cannot be read: " + e, e);
        }
        all.sort(Comparator.comparing(Creation::name));
        return all;
    }
}
