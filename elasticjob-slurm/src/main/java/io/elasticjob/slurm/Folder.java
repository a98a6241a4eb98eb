package io.elasticjob.slurm;

import io.elasticjob.Firing;
import io.elasticjob.codec.Json;
import io.elasticjob.spi.ArrayRun;
import io.elasticjob.spi.ArrayTask;
import io.elasticjob.spi.ClusterException;
import io.elasticjob.spi.RunId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What there is of one creation in the shared directory. Only the user of this process can read it, since parameters may be
 * secret.
 *
 * <pre>
 * run            which execution it is
 * command        words, each with U+0000 behind it
 * environment    NAME=value, each with U+0000 behind it
 * tasks          shard and parameter of each task, each with U+0000 behind it
 * begun/5        task 5 has begun
 * ended/5.0      it has ended with exit code 0
 * ended/5.TIMEOUT  Slurm has said so
 * log/0.5        what the task at place 5 of chunk 0 has printed
 * released, cancelled, forget   what was asked for
 * abandoned      its creation has failed: nobody knows of it
 * </pre>
 */
final class Folder {

    /** What an adapter of a later version has written is left alone. */
    private static final long FORMAT = 1;

    private static final String RUN = "run";
    private static final String RELEASED = "released";
    private static final String CANCELLED = "cancelled";
    private static final String ABANDONED = "abandoned";
    private static final String FORGET = "forget";
    private static final String BEGUN = "begun";
    private static final String ENDED = "ended";
    private static final String LOG = "log";

    private static final FileAttribute<Set<PosixFilePermission>> MINE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    /**
     * Which run it is, and what is known of it for good.
     *
     * @param largest tasks of a chunk
     */
    record Facts(RunId run, int tasks, int largest) {}

    private final Path path;

    Folder(Path directory, Creation creation) {
        this.path = directory.resolve(creation.name());
    }

    Path path() {
        return path;
    }

    // ---- Before the submission --------------------------------------------------------------------------------------

    /**
     * Writes all that tasks read. What tells which run it is comes last.
     *
     * @param largest tasks of a chunk
     */
    void create(ArrayRun run, SlurmTemplate template, int largest) {
        try {
            Files.createDirectory(path, MINE);
            for (String each : List.of(BEGUN, ENDED, LOG)) {
                Files.createDirectory(path.resolve(each));
            }
            Files.write(path.resolve("command"), listed(template.command()));
            Files.write(
                    path.resolve("environment"),
                    listed(Stream.of(template.environment(), run.environment())
                            .flatMap(each -> each.entrySet().stream())
                            .map(each -> each.getKey() + "=" + each.getValue())
                            .toList()));
            Files.write(
                    path.resolve("tasks"),
                    listed(run.tasks().stream().flatMap(Folder::fields).toList()));
            replace(RUN, facts(run, largest));
        } catch (IOException e) {
            throw new ClusterException("The directory of the run cannot be written: " + e, e);
        }
    }

    private static Stream<String> fields(ArrayTask task) {
        return Stream.of(Integer.toString(task.shard()), task.parameter());
    }

    private static byte[] listed(List<String> texts) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (String text : texts) {
            bytes.writeBytes(text.getBytes(StandardCharsets.UTF_8));
            bytes.write(0);
        }
        return bytes.toByteArray();
    }

    private static byte[] facts(ArrayRun run, int largest) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("format", FORMAT);
        facts.put("namespace", run.id().namespace());
        facts.put("job", run.id().job());
        facts.put("life", run.id().life());
        facts.put("firing", run.id().firing().text());
        facts.put("attempt", run.id().attempt());
        facts.put("template", run.template());
        facts.put("tasks", run.tasks().size());
        facts.put("chunk", largest);
        return Json.write(facts);
    }

    /** Where Slurm writes what the tasks of a chunk print. */
    String outputs(Chunk chunk) {
        return path.resolve(LOG).resolve(chunk.number() + ".%a").toString();
    }

    // ---- What it says -----------------------------------------------------------------------------------------------

    /** @return empty when it is not there, is being created, or is not of this version */
    Optional<Facts> facts() {
        try {
            Map<String, Object> facts = Json.read(Files.readAllBytes(path.resolve(RUN)));
            if (!Long.valueOf(FORMAT).equals(facts.get("format"))) {
                return Optional.empty();
            }
            return Optional.of(new Facts(
                    new RunId(
                            text(facts, "namespace"),
                            text(facts, "job"),
                            text(facts, "life"),
                            Firing.of(text(facts, "firing")),
                            number(facts, "attempt")),
                    number(facts, "tasks"),
                    number(facts, "chunk")));
        } catch (NoSuchFileException absent) {
            return Optional.empty();
        } catch (IOException e) {
            throw unreadable(e);
        } catch (RuntimeException notOurs) {
            return Optional.empty();
        }
    }

    private static String text(Map<String, Object> facts, String name) {
        return (String) Objects.requireNonNull(facts.get(name), name);
    }

    private static int number(Map<String, Object> facts, String name) {
        return Math.toIntExact((Long) Objects.requireNonNull(facts.get(name), name));
    }

    boolean isThere() {
        return isThere(RUN);
    }

    boolean isReleased() {
        return isThere(RELEASED);
    }

    boolean isCancelled() {
        return isThere(CANCELLED) || isAbandoned();
    }

    boolean isAbandoned() {
        return isThere(ABANDONED);
    }

    /** Whether any task of it has begun. */
    boolean hasBegun() {
        return !names(BEGUN).isEmpty();
    }

    /** How tasks have ended: an exit code, or Slurm's word for it. Where there are both, the exit code. */
    Map<Integer, String> ended() {
        Map<Integer, String> ended = new LinkedHashMap<>();
        for (String name : names(ENDED)) {
            int dot = name.indexOf('.');
            if (dot > 0 && dot < 7 && name.chars().limit(dot).allMatch(Character::isDigit)) {
                ended.merge(
                        Integer.valueOf(name.substring(0, dot)),
                        name.substring(dot + 1),
                        (one, other) -> Character.isDigit(one.charAt(0)) ? one : other);
            }
        }
        return ended;
    }

    /** After which it may be deleted; empty while it is kept. */
    Optional<Instant> forgotten() {
        try {
            return Optional.of(Instant.ofEpochMilli(
                    Long.parseLong(Files.readString(path.resolve(FORGET)).strip())));
        } catch (NoSuchFileException kept) {
            return Optional.empty();
        } catch (IOException | NumberFormatException e) {
            throw unreadable(e);
        }
    }

    /** When something was last noted in it. */
    Instant changed() {
        try {
            return Files.getLastModifiedTime(path.resolve(ENDED)).toInstant();
        } catch (NoSuchFileException halfDeleted) {
            return Instant.EPOCH; // somebody who was deleting it did not come to an end
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /** The end of what a task has printed, at most so many bytes of it, cut between characters. */
    String log(int index, int bytes) {
        int largest = facts().map(Facts::largest).orElse(1);
        Path file = path.resolve(LOG).resolve(index / largest + "." + index % largest);
        try (SeekableByteChannel channel = Files.newByteChannel(file)) {
            long from = Math.max(0, channel.size() - bytes);
            ByteBuffer read = ByteBuffer.allocate((int) (channel.size() - from));
            channel.position(from);
            while (read.hasRemaining() && channel.read(read) >= 0) {
                // until it is full
            }
            int start = 0;
            while (from > 0 && start < read.position() && (read.get(start) & 0xC0) == 0x80) {
                start++;
            }
            return new String(read.array(), start, read.position() - start, StandardCharsets.UTF_8);
        } catch (NoSuchFileException nothing) {
            return "";
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    // ---- What is noted ----------------------------------------------------------------------------------------------

    void noteReleased() {
        note(RELEASED, "");
    }

    void noteCancelled() {
        note(CANCELLED, "");
    }

    void noteAbandoned() {
        note(ABANDONED, "");
    }

    void noteForgotten(Instant from) {
        if (forgotten().filter(known -> !known.isAfter(from)).isPresent()) {
            return; // the earliest holds
        }
        try {
            replace(FORGET, Long.toString(from.toEpochMilli()).getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new ClusterException("It cannot be noted that a run is forgotten: " + e, e);
        }
    }

    /** What Slurm says of a task that could not tell it. Slurm itself forgets it after some minutes. */
    void noteEnd(int index, String word) {
        note(ENDED + "/" + index + "." + word, "");
    }

    private void note(String name, String text) {
        try {
            Files.writeString(path.resolve(name), text, StandardOpenOption.CREATE_NEW);
        } catch (FileAlreadyExistsException noted) {
            // by somebody else, or before
        } catch (IOException e) {
            throw new ClusterException("The directory of the run cannot be written: " + e, e);
        }
    }

    private void replace(String name, byte[] bytes) throws IOException {
        Path written = Files.createTempFile(path, name, ".new");
        Files.write(written, bytes);
        Files.move(written, path.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }

    /** What tells which run it is goes first, so that nobody takes the rest for a run. */
    void delete() {
        try {
            Files.deleteIfExists(path.resolve(RUN));
            List<Path> all;
            try (Stream<Path> tree = Files.walk(path)) {
                all = tree.sorted(Comparator.reverseOrder()).toList();
            }
            for (Path each : all) {
                Files.deleteIfExists(each);
            }
        } catch (NoSuchFileException gone) {
            // somebody else was faster
        } catch (UncheckedIOException e) {
            if (!(e.getCause() instanceof NoSuchFileException)) { // else somebody else was faster
                throw new ClusterException("The directory of the run cannot be deleted: " + e, e);
            }
        } catch (IOException e) {
            throw new ClusterException("The directory of the run cannot be deleted: " + e, e);
        }
    }

    private List<String> names(String below) {
        try (Stream<Path> files = Files.list(path.resolve(below))) {
            return files.map(file -> file.getFileName().toString()).toList();
        } catch (NoSuchFileException none) {
            return List.of();
        } catch (IOException | UncheckedIOException e) {
            throw unreadable(e);
        }
    }

    /** "Not there" and "cannot tell" are different answers. */
    private boolean isThere(String name) {
        try {
            path.getFileSystem().provider().checkAccess(path.resolve(name));
            return true;
        } catch (NoSuchFileException absent) {
            return false;
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private static ClusterException unreadable(Exception cause) {
        return new ClusterException("The shared directory cannot be read: " + cause, cause);
    }
}
