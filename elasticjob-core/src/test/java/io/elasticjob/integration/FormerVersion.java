package io.elasticjob.integration;

import java.io.File;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The version that users have before this one, compiled from the history of this repository: {@code former.version} names it,
 * which the POM sets. It is compiled once and kept in {@code target/former}.
 */
public final class FormerVersion implements BooleanSupplier {

    static final String NAME = "history";

    private static final String REF = System.getProperty("former.version", "");
    private static final Path WORKER = Path.of("src/test/java/io/elasticjob/integration/VersionedWorker.java");
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();

    /** Whether the history of this repository is here, as far back as to that version. */
    @Override
    public boolean getAsBoolean() {
        return commit().isPresent();
    }

    private static Optional<String> commit() {
        try {
            return Optional.of(run(ROOT, "git", "rev-parse", "--verify", "--quiet", REF + "^{commit}")
                    .strip());
        } catch (IOException missing) {
            return Optional.empty();
        }
    }

    /** Its class path, with the libraries of this version and {@link VersionedWorker}. */
    static String classPath() throws IOException {
        String commit = commit().orElseThrow();
        String worker = Files.readString(WORKER);
        Path kept = Path.of(
                        "target/former", commit + "-" + Integer.toHexString(worker.hashCode()) + "-" + javaVersion())
                .toAbsolutePath();
        String libraries = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> entry.endsWith(".jar")
                        && !Path.of(entry).getFileName().toString().startsWith("elasticjob"))
                .collect(Collectors.joining(File.pathSeparator));
        if (!Files.exists(kept)) {
            compile(commit, libraries, kept);
        }
        return kept.resolve("classes")
                + File.pathSeparator
                + kept.resolve("elasticjob-core/src/main/resources")
                + File.pathSeparator
                + libraries;
    }

    private static int javaVersion() {
        return Runtime.version().feature();
    }

    /** Is moved to its place as a whole: a build that is stopped leaves nothing that is only half compiled. */
    private static void compile(String commit, String libraries, Path kept) throws IOException {
        Files.createDirectories(kept.getParent());
        Path made = Files.createTempDirectory(kept.getParent(), "made");
        Path archive = made.resolve("former.tar");
        run(ROOT, "git", "archive", "--format=tar", "-o", archive.toString(), commit, "elasticjob-core/src/main");
        run(made, "tar", "-xf", archive.toString());
        Files.delete(archive);
        List<String> files;
        try (Stream<Path> all = Files.walk(made.resolve("elasticjob-core/src/main/java"))) {
            files = all.filter(file -> file.toString().endsWith(".java") && !file.endsWith("module-info.java"))
                    .map(Path::toString)
                    .collect(Collectors.toCollection(ArrayList::new));
        }
        files.add(WORKER.toAbsolutePath().toString());
        Path list = Files.write(made.resolve("files"), files);
        Path classes = made.resolve("classes");
        run(made, javaTool("javac"), "-proc:none", "-nowarn", "-d", classes.toString(), "-cp", libraries, "@" + list);
        Files.move(made, kept, StandardCopyOption.ATOMIC_MOVE);
    }

    static String javaTool(String name) {
        return Path.of(System.getProperty("java.home"), "bin", name).toString();
    }

    /** What it prints. */
    private static String run(Path where, String... command) throws IOException {
        Process process = new ProcessBuilder(command)
                .directory(where.toFile())
                .redirectErrorStream(true)
                .start();
        String printed = new String(process.getInputStream().readAllBytes(), Charset.defaultCharset());
        if (process.onExit().join().exitValue() != 0) {
            throw new IOException(String.join(" ", command) + ":\n" + printed);
        }
        return printed;
    }
}
