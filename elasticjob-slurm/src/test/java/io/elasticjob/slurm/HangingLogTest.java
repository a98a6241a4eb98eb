package io.elasticjob.slurm;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.Firing;
import io.elasticjob.spi.ArrayRules;
import io.elasticjob.spi.ArrayRun;
import io.elasticjob.spi.ArrayTask;
import io.elasticjob.spi.Created;
import io.elasticjob.spi.RunId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A log whose file cannot be opened for as long as nobody writes to it: it is a pipe. */
class HangingLogTest {

    private static final RunId RUN = new RunId("tests", "aaa", "life", new Firing.Triggered(1), 1);
    private static final SlurmTemplate TEMPLATE = new SlurmTemplate(List.of("true"), null, Map.of(), List.of());

    @TempDir
    private Path directory;

    @Test
    void holdsUpNobodyWhoCancels() throws Exception {
        Creation creation = Creation.of(RUN, new SplittableRandom(1));
        Folder folder = new SharedDirectory(directory).folder(creation);
        folder.create(new ArrayRun(RUN, "t", List.of(new ArrayTask(0, "")), Map.of(), ArrayRules.NONE), TEMPLATE, 1);
        Path pipe = folder.path().resolve("log").resolve("0.0");
        Files.createDirectories(pipe.getParent());
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        Created created = new Created(RUN, creation.name());
        SlurmSettings settings = new SlurmSettings(
                "fake",
                directory,
                null,
                null,
                new SlurmSettings.Times(
                        Duration.ofMillis(300), Duration.ofSeconds(20), Duration.ofSeconds(2), Duration.ofDays(1)),
                Map.of("t", TEMPLATE));
        try (SlurmCluster cluster =
                new SlurmCluster(settings, command -> new Answer(0, "", ""), new SplittableRandom(3))) {
            List<CompletableFuture<String>> logs = IntStream.range(0, 20)
                    .mapToObj(i -> cluster.log(created, 0, 100).toCompletableFuture())
                    .toList();

            assertThat(cluster.cancel(created).toCompletableFuture()).succeedsWithin(Duration.ofSeconds(10));
            assertThat(logs.get(19))
                    .failsWithin(Duration.ofSeconds(10))
                    .withThrowableOfType(ExecutionException.class)
                    .withMessageContaining("too many logs are read");
            assertThat(logs.get(0))
                    .failsWithin(Duration.ofSeconds(60))
                    .withThrowableOfType(ExecutionException.class)
                    .withMessageContaining("within 20 s");
        } finally {
            Files.newByteChannel(pipe, StandardOpenOption.READ, StandardOpenOption.WRITE) // ends those that wait
                    .close();
        }
    }
}
