package io.elasticjob.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.ArrayKind;
import io.elasticjob.ArrayPlace;
import io.elasticjob.Firing;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Outcome;
import io.elasticjob.ShardRecord;
import io.elasticjob.coordination.ShardStep.Owner;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Place before policy: what runs on a cluster is adopted, whatever the settings of its job say. */
class ArrayAdoptionTest {

    private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");
    private static final JobDefinition PLAIN =
            JobDefinition.named("images").every(Duration.ofHours(1)).build();
    private static final JobDefinition ARRAY = JobDefinition.named("images")
            .every(Duration.ofHours(1))
            .set(ArrayKind.ARRAY, "resize")
            .build();
    private static final ShardRecord CLAIMED = ShardRecord.NEW.claimed(new Firing.Scheduled(NOON), "a.0", 1, 0, NOON);

    private static ShardRecord record(String place) {
        return switch (place) {
            case "none" -> CLAIMED;
            case "claimed" -> CLAIMED.withArray(ArrayPlace.none(3));
            default -> CLAIMED.withArray(ArrayPlace.none(3).at("slurm", "41"));
        };
    }

    @ParameterizedTest
    @CsvSource({
        "none, false, DEAD, false",
        "none, true, DEAD, true",
        "claimed, false, DEAD, false",
        "claimed, true, DEAD, true",
        "released, false, DEAD, true",
        "released, true, LIVE, false",
        "released, true, UNKNOWN, false",
        "released, true, LEASED, false",
        "claimed, true, SELF, false",
        "released, false, SELF, true"
    })
    void onlyADeadOwnersOrOnesOwnIsAdopted(String place, boolean isArray, Owner owner, boolean isToBeAdopted) {
        assertThat(ShardStep.isToBeAdopted(isArray ? ARRAY : PLAIN, record(place), owner))
                .isEqualTo(isToBeAdopted);
    }

    @Test
    void whatHasEndedIsNot() {
        ShardRecord ended = record("released").completed(new Outcome.Succeeded(), NOON, NOON);

        assertThat(ShardStep.isToBeAdopted(ARRAY, ended, Owner.DEAD)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"enabled", "failover"})
    void noPolicyKeepsItFromBeingAdopted(String key) {
        JobDefinition job = JobDefinition.named("images")
                .every(Duration.ofHours(1))
                .set(ArrayKind.ARRAY, "resize")
                .set(JobKey.of(key).orElseThrow(), "false")
                .build();
        ShardStep.Job later = new ShardStep.Job(job, NOON.plusSeconds(60), ShardCount.always(1), null);

        assertThat(ShardStep.next(later, 0, record("released"), Owner.DEAD, NOON.plusSeconds(61)))
                .isEqualTo(new ShardStep.Adopt());
    }
}
