package io.elasticjob.testing.aot;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * An application with the class path of this JVM: processed in a process of its own, compiled, and run from what was generated in
 * another one.
 */
public final class ProcessedApplication {

    private static final String PROCESSOR = "org.springframework.boot.SpringApplicationAotProcessor";

    private final Path folder;
    private final Class<?> application;

    /** @param folder for all that is generated and logged */
    public ProcessedApplication(Path folder, Class<?> application) {
        this.folder = folder;
        this.application = application;
    }

    /** Processes and compiles. */
    public void process(String... arguments) throws IOException {
        List<String> all = new ArrayList<>(List.of(
                application.getName(),
                folder.resolve("sources").toString(),
                folder.resolve("resources").toString(),
                folder.resolve("classes").toString(),
                "io.elasticjob",
                "application"));
        all.addAll(List.of(arguments));
        int failed = java("processing", "", List.of(), PROCESSOR, all)
                .onExit()
                .join()
                .exitValue();
        if (failed != 0) {
            throw new AssertionError("processing has ended with " + failed + "\n" + log("processing"));
        }
        compile();
    }

    private void compile() throws IOException {
        Path classes = folder.resolve("classes");
        JavaCompiler compiler = Objects.requireNonNull(ToolProvider.getSystemJavaCompiler(), "a JDK");
        List<String> options = List.of(
                "-nowarn",
                "-proc:none",
                "-cp",
                classes + File.pathSeparator + System.getProperty("java.class.path"),
                "-d",
                classes.toString());
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null);
                Stream<Path> generated = Files.walk(folder.resolve("sources"))) {
            List<Path> java =
                    generated.filter(path -> path.toString().endsWith(".java")).toList();
            if (!compiler.getTask(null, files, null, options, null, files.getJavaFileObjectsFromPaths(java))
                    .call()) {
                throw new AssertionError("what was generated does not compile");
            }
        }
    }

    /** Starts it from what was generated. What it prints is {@link #log()}. */
    public Process start(String... arguments) throws IOException {
        String generated =
                folder.resolve("classes") + File.pathSeparator + folder.resolve("resources") + File.pathSeparator;
        return java(
                "running", generated, List.of("-Dspring.aot.enabled=true"), application.getName(), List.of(arguments));
    }

    public String log() {
        return log("running");
    }

    private Process java(String name, String pathBefore, List<String> options, String main, List<String> arguments)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                pathBefore + System.getProperty("java.class.path")));
        command.addAll(options);
        command.add(main);
        command.addAll(arguments);
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(name).toFile())
                .start();
    }

    private String log(String name) {
        try {
            return Files.readString(folder.resolve(name));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
