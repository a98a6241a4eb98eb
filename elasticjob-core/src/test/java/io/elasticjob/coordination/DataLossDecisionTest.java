package io.elasticjob.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DataLossDecisionTest {

    private static final Instant THEN = Instant.parse("2026-01-01T00:00:00Z");
    private static final Landmark KNOWN = new Landmark("/n/jobs", 100, THEN, 200, 5, 7);

    @ParameterizedTest
    @CsvSource({
        // created, at, modified, version, children made; whether that is the past
        "100, 0, 200, 5, 7, false",
        "100, 0, 201, 6, 7, false",
        "100, 0, 200, 5, 8, false",
        "300, 9, 300, 0, 0, false", // deleted, and made again
        "100, 0, 200, 5, 6, true",
        "100, 0, 199, 5, 7, true",
        "100, 0, 201, 4, 7, true",
        "100, 9, 900, 9, 9, true", // the same id, given again
        "100, -9, 100, 0, 0, true",
        "99, 9, 900, 9, 9, true",
    })
    void theDataWentBackWhereWhatIsReadCanNotHaveComeAfterwards(
            long created, long at, long modified, int version, long made, boolean past) {
        Landmark later = new Landmark("/n/jobs", created, THEN.plusSeconds(at), modified, version, made);
        assertThat(KNOWN.wentBack(later).isPresent()).isEqualTo(past);
        assertThat(between(Map.of("/n/jobs", later), 0, null).filter(DataLoss.WentBack.class::isInstance))
                .as("as a folder")
                .matches(found -> found.isPresent() == past);
    }

    @Test
    void aFolderThatIsMissingOrAnotherOneWasDeleted() {
        assertThat(between(Map.of(), 0, null)).containsInstanceOf(DataLoss.Deleted.class);
        assertThat(between(Map.of("/n/jobs", new Landmark("/n/jobs", 300, THEN.plusSeconds(9), 300, 0, 0)), 0, null))
                .containsInstanceOf(DataLoss.Deleted.class);
        assertThat(between(Map.of("/n/jobs", KNOWN), 0, null)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"400, true", "500, true", "501, false"})
    void aRegistrationComesAfterAllThatWasHeardOfBefore(long registered, boolean past) {
        Landmark own = new Landmark("/n/instances/a", registered, THEN, registered, 0, 0);
        assertThat(between(Map.of("/n/jobs", KNOWN), 500, own).isPresent()).isEqualTo(past);
    }

    @Test
    void thatTheDataWentBackIsSaidRatherThanThatAFolderIsMissing() {
        Map<String, Landmark> before = new HashMap<>();
        before.put("/n", new Landmark("/n", 50, THEN, 50, 0, 4));
        before.put("/n/jobs", KNOWN);
        Map<String, Landmark> after = Map.of("/n/jobs", new Landmark("/n/jobs", 3, THEN.plusSeconds(9), 3, 0, 0));
        assertThat(DataLoss.between(List.of("/n", "/n/jobs"), before, 0, after, null))
                .containsInstanceOf(DataLoss.WentBack.class);
    }

    private static Optional<DataLoss> between(Map<String, Landmark> after, long latest, Landmark own) {
        return DataLoss.between(List.of("/n", "/n/jobs"), Map.of("/n/jobs", KNOWN), latest, after, own);
    }
}
