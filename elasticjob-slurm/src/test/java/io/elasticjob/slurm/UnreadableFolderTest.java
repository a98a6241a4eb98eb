package io.elasticjob.slurm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.elasticjob.Firing;
import io.elasticjob.spi.ArrayRules;
import io.elasticjob.spi.ArrayRun;
import io.elasticjob.spi.ArrayTask;
import io.elasticjob.spi.RunId;
import io.elasticjob.spi.RunStatus;
import io.elasticjob.spi.RunStatus.Phase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What cannot be told of one creation keeps nobody from being told of the others. */
class UnreadableFolderTest {

    private static final RunId FIRST = new RunId("tests", "aaa", "life", new Firing.Triggered(1), 1);
    private static final RunId SECOND = new RunId("tests", "bbb", "life", new Firing.Triggered(1), 1);
    private static final SlurmTemplate TEMPLATE = new SlurmTemplate(List.of("true"), null, Map.of(), List.of());

    @TempDir
    private Path directory;

    @Test
    void theOthersAreToldAndListed() throws Exception {
        SharedDirectory shared = new SharedDirectory(directory);
        Folder unreadable = shared.folder(Creation.of(FIRST, new SplittableRandom(1)));
        Files.createDirectories(unreadable.path().resolve("run")); // where a file is expected
        Folder ended = shared.folder(Creation.of(SECOND, new SplittableRandom(2)));
        ended.create(new ArrayRun(SECOND, "t", List.of(new ArrayTask(0, "")), Map.of(), ArrayRules.NONE), TEMPLATE, 1);
        ended.noteReleased();
        ended.noteEnd(0, "0");
        Queue<RunStatus> told = new ConcurrentLinkedQueue<>();
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
            cluster.watch("tests", told::add);

            await().atMost(Duration.ofSeconds(30)).until(() -> !told.isEmpty());
            assertThat(told).allMatch(status -> status.run().run().equals(SECOND));
            assertThat(told.peek().phase()).isEqualTo(Phase.ENDED);
            assertThat(Owner.answer(cluster.list("tests")))
                    .singleElement()
                    .satisfies(status -> assertThat(status.run().run()).isEqualTo(SECOND));
        }
    }
}
