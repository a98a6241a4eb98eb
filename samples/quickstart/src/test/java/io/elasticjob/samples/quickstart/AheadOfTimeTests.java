package io.elasticjob.samples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplicationAotProcessor;

/** In processes of their own, as Spring Boot's plugins do it: processed at build time, compiled, and run from that. */
class AheadOfTimeTests {

    @TempDir
    private Path directory;

    @Test
    void theSampleIsProcessedWithoutStartingAnythingAndRunsFromWhatIsGenerated() throws Exception {
        Path shared = directory.resolve("shared");
        Path sources = directory.resolve("sources");
        Path resources = directory.resolve("resources");
        Path classes = directory.resolve("classes");

        Process processing = java(
                "processing",
                "",
                SpringApplicationAotProcessor.class.getName(),
                QuickstartApplication.class.getName(),
                sources.toString(),
                resources.toString(),
                classes.toString(),
                "io.elasticjob.samples",
                "quickstart",
                "--quickstart.directory=" + shared);
        assertThat(processing.onExit().join().exitValue()).as(log("processing")).isZero();
        assertThat(shared).doesNotExist();

        compile(sources, classes);
        Process application = java(
                "running",
                classes + File.pathSeparator + resources + File.pathSeparator,
                "-Dspring.aot.enabled=true",
                QuickstartApplication.class.getName(),
                "--quickstart.directory=" + shared,
                "--quickstart.database=none",
                "--spring.datasource.url=jdbc:h2:mem:aot",
                "--server.port=0");
        try {
            await().atMost(Duration.ofMinutes(2))
                    .failFast("the application has ended", () -> !application.isAlive())
                    .untilAsserted(() -> assertThat(log("running"))
                            .contains("settled 20 invoices")
                            .contains("Summary: "));
        } finally {
            application.destroyForcibly().onExit().join();
        }
    }

    private static void compile(Path sources, Path classes) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null);
                Stream<Path> generated = Files.walk(sources)) {
            List<Path> java =
                    generated.filter(path -> path.toString().endsWith(".java")).toList();
            assertThat(java).anyMatch(path -> path.endsWith("QuickstartApplication__BeanDefinitions.java"));
            List<String> options = List.of(
                    "-nowarn",
                    "-proc:none",
                    "-cp",
                    classes + File.pathSeparator + System.getProperty("java.class.path"),
                    "-d",
                    classes.toString());
            assertThat(compiler.getTask(null, files, null, options, null, files.getJavaFileObjectsFromPaths(java))
                            .call())
                    .isTrue();
        }
    }

    private Process java(String name, String pathBefore, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                pathBefore + System.getProperty("java.class.path")));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve(name).toFile())
                .start();
    }

    private String log(String name) {
        try {
            return Files.readString(directory.resolve(name));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
