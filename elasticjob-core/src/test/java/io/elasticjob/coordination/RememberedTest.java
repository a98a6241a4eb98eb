package io.elasticjob.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RememberedTest {

    private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");
    private static final List<String> PATHS = List.of("/n", "/n/jobs");

    private static final Map<String, Landmark> FOLDERS = folders(4, 10);
    private static final Landmark OWN = node("/n/instances/a", 100, 0, 0);

    @Test
    void anInstanceThatIsYoungerThanAllThatWasReadBeforeHasLostNothing() {
        Remembered before = Remembered.NOTHING.read(FOLDERS, 50, false).underNewSession(99);

        assertThat(before.loss(PATHS, FOLDERS, null, OWN)).isEmpty();
    }

    @Test
    void anInstanceThatIsNotYoungerThanWhatWasReadUnderAFormerSessionShowsThatDataWentBack() {
        Remembered before = Remembered.NOTHING.underNewSession(100);

        assertThat(before.loss(PATHS, FOLDERS, null, OWN)).containsInstanceOf(DataLoss.WentBack.class);
        assertThat(before.loss(PATHS, FOLDERS, OWN, OWN))
                .as("also if its node was written before it was looked at")
                .containsInstanceOf(DataLoss.WentBack.class);
        assertThat(before.read(FOLDERS, 100, false).loss(PATHS, FOLDERS, OWN, OWN))
                .as("it is looked at once in a session")
                .isEmpty();
    }

    @Test
    void aFolderThatIsMissingWasDeletedAndOneThatWentBackShowsThatAllDid() {
        Remembered before = Remembered.NOTHING.read(FOLDERS, 50, false).underNewSession(0);

        assertThat(before.loss(PATHS, Map.of("/n", FOLDERS.get("/n")), null, OWN))
                .containsInstanceOf(DataLoss.Deleted.class);
        assertThat(before.loss(PATHS, folders(4, 9), null, OWN)).containsInstanceOf(DataLoss.WentBack.class);
        assertThat(before.loss(PATHS, folders(5, 10), null, OWN)).isEmpty();
        assertThat(Remembered.NOTHING.loss(PATHS, Map.of(), null, OWN)).isEmpty();
    }

    @Test
    void anOwnNodeThatWentBackShowsThatAllDid() {
        Remembered before = Remembered.NOTHING.read(FOLDERS, 100, false);
        Landmark known = node("/n/instances/a", 100, 3, 0);

        assertThat(before.loss(PATHS, FOLDERS, known, known)).isEmpty();
        assertThat(before.loss(PATHS, FOLDERS, known, node("/n/instances/a", 100, 2, 0)))
                .containsInstanceOf(DataLoss.WentBack.class);
    }

    @Test
    void jobsAreCountedThatWereCreatedAfterWhatIsRemembered() {
        Remembered first = Remembered.NOTHING.underNewSession(0).read(FOLDERS, 100, false);
        assertThat(first.countedUpTo()).isEqualTo(100);
        assertThat(first.withJob(100)).isEmpty();

        Optional<Remembered> counted = first.withJob(101);
        assertThat(counted).isPresent();
        assertThat(counted.get().withJob(101)).isEmpty();
        assertThat(counted.get().read(FOLDERS, 100, false).countedUpTo())
                .as("under the same session a further look changes nothing")
                .isEqualTo(101);
        assertThat(counted.get().read(FOLDERS, 100, true).countedUpTo())
                .as("after a loss all is counted again")
                .isEqualTo(100);
        assertThat(counted.get().underNewSession(101).read(FOLDERS, 200, false).countedUpTo())
                .isEqualTo(200);
    }

    private static Map<String, Landmark> folders(long rootsChildren, long jobsEver) {
        Map<String, Landmark> folders = new LinkedHashMap<>();
        folders.put("/n", node("/n", 1, 0, rootsChildren));
        folders.put("/n/jobs", node("/n/jobs", 2, 0, jobsEver));
        return folders;
    }

    private static Landmark node(String path, long created, int version, long childrenMade) {
        return new Landmark(path, created, NOON, created + version, version, childrenMade);
    }
}
