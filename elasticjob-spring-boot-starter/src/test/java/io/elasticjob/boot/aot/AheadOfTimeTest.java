package io.elasticjob.boot.aot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.springframework.boot.SpringApplicationAotProcessor;

/** An application is processed ahead of time as Spring Boot's plugins do it, and runs from that in a JVM of its own. */
@ResourceLock("applications") // each sets up the logging of the whole process
class AheadOfTimeTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private Path directory;

    private final List<Process> processes = new ArrayList<>();

    @AfterEach
    void end() {
        processes.forEach(process -> process.destroyForcibly().onExit().join());
    }

    @Test
    void jobsOfEveryKindRun() throws Exception {
        Path sources = directory.resolve("sources");
        Path resources = directory.resolve("resources");
        Path classes = directory.resolve("classes");
        Path ledger = directory.resolve("ledger");
        Path zooKeeper = directory.resolve("zookeeper");
        List<String> arguments = new ArrayList<>(List.of(
                "--spring.application.name=aot",
                "--spring.main.banner-mode=off",
                "--logging.level.io.elasticjob.boot.aot=info",
                "--spring.datasource.url=jdbc:h2:mem:aot",
                "--elasticjob.history.jdbc.enabled=true",
                "--elasticjob.jobs.handler-in-properties.handler=handler",
                "--elasticjob.jobs.handler-in-properties.every=1s",
                "--elasticjob.scheduled.take-over=true",
                "--elasticjob.scripts.note.command=/bin/sh,-c,echo scripted >> " + ledger,
                "--elasticjob.registry.embedded.data-dir=" + zooKeeper,
                "--ledger=" + ledger));

        List<String> processing = new ArrayList<>(List.of(
                AheadOfTimeApplication.class.getName(),
                sources.toString(),
                resources.toString(),
                classes.toString(),
                "io.elasticjob",
                "aot"));
        processing.addAll(arguments);
        Process processor = java("processing", List.of(), SpringApplicationAotProcessor.class, processing);
        assertThat(processor.onExit().join().exitValue())
                .as(() -> log("processing"))
                .isZero();
        assertThat(zooKeeper).as("what processing must not start").doesNotExist();
        assertThat(ledger).doesNotExist();

        compile(sources, classes);
        Process application = java(
                "running",
                List.of(classes, resources),
                AheadOfTimeApplication.class,
                arguments,
                "-Dspring.aot.enabled=true");

        Awaitility.await()
                .atMost(PATIENCE)
                .failFast("the application has ended", () -> !application.isAlive())
                .untilAsserted(() -> assertThat(ran(ledger))
                        .as(() -> log("running"))
                        .containsExactlyInAnyOrderElementsOf(AheadOfTimeApplication.JOBS));
        assertThat(log("running")).contains("AOT-processed").doesNotContain("ERROR");
    }

    private static Set<String> ran(Path ledger) {
        try {
            return Files.exists(ledger) ? new TreeSet<>(Files.readAllLines(ledger)) : Set.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void compile(Path sources, Path classes) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter complaints = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null);
                Stream<Path> generated = Files.walk(sources)) {
            List<Path> java =
                    generated.filter(path -> path.toString().endsWith(".java")).toList();
            String path = String.join(File.pathSeparator, classes.toString(), System.getProperty("java.class.path"));
            boolean compiled = compiler.getTask(
                            complaints,
                            files,
                            null,
                            List.of("-nowarn", "-proc:none", "-cp", path, "-d", classes.toString()),
                            null,
                            files.getJavaFileObjectsFromPaths(java))
                    .call();
            assertThat(compiled).as(complaints.toString()).isTrue();
        }
    }

    private Process java(String name, List<Path> before, Class<?> main, List<String> arguments, String... options)
            throws IOException {
        List<String> path = new ArrayList<>();
        before.forEach(folder -> path.add(folder.toString()));
        path.add(System.getProperty("java.class.path"));
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m"));
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", String.join(File.pathSeparator, path), main.getName()));
        command.addAll(arguments);
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve(name + ".log").toFile())
                .start();
        processes.add(process);
        return process;
    }

    private String log(String name) {
        try {
            return Files.readString(directory.resolve(name + ".log"));
        } catch (IOException e) {
            return e.toString();
        }
    }
}
