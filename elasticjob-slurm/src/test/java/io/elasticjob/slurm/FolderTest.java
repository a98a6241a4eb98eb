package io.elasticjob.slurm;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.Firing;
import io.elasticjob.spi.ArrayRules;
import io.elasticjob.spi.ArrayRun;
import io.elasticjob.spi.ArrayTask;
import io.elasticjob.spi.RunId;
import io.elasticjob.testing.machine.Needs;
import io.elasticjob.testing.machine.Posix;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Needs(value = Posix.NAME, there = Posix.class)
class FolderTest {

    private static final RunId RUN = new RunId(
            "ns", "Bericht für \"Köln\"", "life", new Firing.Scheduled(Instant.parse("2026-03-01T02:00:00Z")), 2);
    private static final SlurmTemplate TEMPLATE =
            new SlurmTemplate(List.of("a b", "$(c)"), null, Map.of("A", "1"), List.of());

    @TempDir
    private Path directory;

    private SharedDirectory shared;
    private Folder folder;
    private Creation creation;

    @BeforeEach
    void create() {
        shared = new SharedDirectory(directory);
        creation = Creation.of(RUN, new SplittableRandom(1));
        folder = shared.folder(creation);
        folder.create(
                new ArrayRun(
                        RUN,
                        "t",
                        List.of(new ArrayTask(3, "x\ny"), new ArrayTask(7, "")),
                        Map.of("EJ_B", "2\n3"),
                        ArrayRules.NONE),
                TEMPLATE,
                1);
    }

    @Test
    void tellsWhichRunItIs() {
        assertThat(folder.facts()).contains(new Folder.Facts(RUN, 2, 1));
        assertThat(shared.all()).containsExactly(creation);
    }

    @Test
    void hasTheValuesThatATaskReads() throws Exception {
        assertThat(Files.readString(folder.path().resolve("command"))).isEqualTo("a b\0$(c)\0");
        assertThat(Files.readString(folder.path().resolve("environment"))).isEqualTo("A=1\0EJ_B=2\n3\0");
        assertThat(Files.readString(folder.path().resolve("tasks"))).isEqualTo("3\0x\ny\0007\0\0");
    }

    @Test
    void nobodyElseReadsIt() throws Exception {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.path())))
                .isEqualTo("rwx------");
    }

    @Test
    void aLaterFormatAndWhatIsNoneAreLeftAlone() throws Exception {
        for (String odd : List.of("{\"format\":2,\"namespace\":\"ns\"}", "{\"format\":1}", "no JSON", "")) {
            Files.writeString(folder.path().resolve("run"), odd);

            assertThat(folder.facts()).as(odd).isEmpty();
        }
        Files.delete(folder.path().resolve("run"));
        assertThat(folder.facts()).isEmpty();
    }

    @Test
    void anExitCodeCountsMoreThanSlurmsWord() throws Exception {
        for (String name : List.of(
                "0.0", "1.TIMEOUT", "1.143", "2.143", "2.CANCELLED", "3.TIMEOUT", "x.0", ".5", "4", "99999999.0")) {
            Files.createFile(folder.path().resolve("ended").resolve(name));
        }

        assertThat(folder.ended()).containsExactlyInAnyOrderEntriesOf(Map.of(0, "0", 1, "143", 2, "143", 3, "TIMEOUT"));
    }

    @Test
    void marksStayAsTheyAre() {
        folder.noteReleased();
        folder.noteReleased();
        folder.noteForgotten(Instant.ofEpochMilli(17));
        folder.noteForgotten(Instant.ofEpochMilli(18));
        assertThat(folder.forgotten()).as("the earliest holds").contains(Instant.ofEpochMilli(17));
        folder.noteForgotten(Instant.ofEpochMilli(16));

        assertThat(folder.isReleased()).isTrue();
        assertThat(folder.isCancelled()).isFalse();
        assertThat(folder.forgotten()).contains(Instant.ofEpochMilli(16));
        folder.noteAbandoned();
        assertThat(folder.isCancelled()).isTrue();
    }

    @Test
    void theEndOfALogIsCutBetweenCharacters() throws Exception {
        Files.writeString(folder.path().resolve("log/1.0"), "one äöü");

        assertThat(folder.log(1, 100)).isEqualTo("one äöü");
        assertThat(folder.log(1, 4)).isEqualTo("öü");
        assertThat(folder.log(1, 3)).isEqualTo("ü");
        assertThat(folder.log(1, 0)).isEmpty();
        assertThat(folder.log(0, 100)).isEmpty();
    }

    @Test
    void isDeletedAsAWhole() {
        folder.delete();
        folder.delete();

        assertThat(folder.path()).doesNotExist();
        assertThat(shared.all()).isEmpty();
    }
}
