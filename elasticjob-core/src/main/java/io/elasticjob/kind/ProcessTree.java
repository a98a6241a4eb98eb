package io.elasticjob.kind;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A process with all that come from it, also those whose parents have ended: on Linux they are known by a variable in their
 * environment. One that clears its environment and loses its parent is not found.
 */
final class ProcessTree {

    /** In the environment of all processes of a tree. */
    static final String VARIABLE = "EJ_PROCESS_TREE";

    private static final Logger log = LoggerFactory.getLogger(ProcessTree.class);

    private static final Path PROC = Path.of("/proc");
    private static final int MOST_ROUNDS = 10;
    private static final Duration ROUND = Duration.ofSeconds(1);

    private final Process root;
    private final byte[] mark;

    /** @param id the value of {@link #VARIABLE}, which no other tree has */
    ProcessTree(Process root, String id) {
        this.root = root;
        this.mark = (VARIABLE + "=" + id).getBytes(StandardCharsets.UTF_8);
    }

    /** Those that have not ended, the first of them first. */
    List<ProcessHandle> living() {
        Set<ProcessHandle> all = new LinkedHashSet<>();
        all.add(root.toHandle());
        root.descendants().forEach(all::add);
        all.addAll(marked());
        return all.stream()
                .filter(ProcessHandle::isAlive)
                .filter(process -> !isZombie(process.pid()))
                .toList();
    }

    /**
     * Asks all to end; kills what has not ended after the grace, or when this thread is interrupted. When this returns all
     * have ended, as far as that can be brought about.
     *
     * @return whether there was any to end
     */
    boolean end(Duration grace) {
        List<ProcessHandle> asked = living();
        if (asked.isEmpty()) {
            return false;
        }
        asked.forEach(ProcessHandle::destroy);
        boolean interrupted = await(asked, grace);
        for (int round = 0; round < MOST_ROUNDS; round++) {
            List<ProcessHandle> left = living();
            if (left.isEmpty()) {
                break;
            }
            left.forEach(ProcessHandle::destroyForcibly);
            interrupted |= await(left, ROUND);
        }
        List<ProcessHandle> left = living();
        if (!left.isEmpty()) {
            log.error("These processes were killed and have not ended; they are left behind: {}", left);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return true;
    }

    /** Waits for their ends; true when it was interrupted, and did not wait on. */
    private static boolean await(List<ProcessHandle> processes, Duration atMost) {
        CompletableFuture<?>[] ends =
                processes.stream().map(ProcessHandle::onExit).toArray(CompletableFuture<?>[]::new);
        try {
            CompletableFuture.allOf(ends).get(TimeUnit.NANOSECONDS.convert(atMost), TimeUnit.NANOSECONDS);
        } catch (InterruptedException impatient) {
            return true;
        } catch (TimeoutException | ExecutionException alive) {
            log.debug("Not all have ended after {}", atMost, alive);
        }
        return false;
    }

    /** Those with the mark in their environment; none where there is no /proc, or they are somebody else's. */
    private List<ProcessHandle> marked() {
        List<ProcessHandle> found = new ArrayList<>();
        if (!Files.isDirectory(PROC)) {
            return found;
        }
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path process : processes) {
                Optional<ProcessHandle> handle =
                        ProcessHandle.of(Long.parseLong(String.valueOf(process.getFileName())));
                if (handle.isPresent() && isMarked(process)) {
                    found.add(handle.get());
                }
            }
        } catch (IOException unreadable) {
            log.debug("/proc cannot be listed", unreadable);
        }
        return found;
    }

    private boolean isMarked(Path process) {
        try {
            byte[] environment = Files.readAllBytes(process.resolve("environ"));
            for (int i = 0; i + mark.length <= environment.length; i++) {
                if ((i == 0 || environment[i - 1] == 0) && startsWithMark(environment, i)) {
                    return true;
                }
            }
        } catch (IOException goneOrSomebodyElses) {
            return false;
        }
        return false;
    }

    private boolean startsWithMark(byte[] environment, int at) {
        for (int i = 0; i < mark.length; i++) {
            if (environment[at + i] != mark[i]) {
                return false;
            }
        }
        return true;
    }

    /** Whether it has ended, and only its parent has not asked how. */
    private static boolean isZombie(long pid) {
        try {
            String stat = Files.readString(PROC.resolve(pid + "/stat"), StandardCharsets.ISO_8859_1);
            int state = stat.lastIndexOf(')') + 2;
            return state < stat.length() && stat.charAt(state) == 'Z';
        } catch (IOException gone) {
            return false;
        }
    }
}
