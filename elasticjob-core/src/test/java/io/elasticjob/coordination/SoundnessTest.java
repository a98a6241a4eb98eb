package io.elasticjob.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class SoundnessTest {

    private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");
    private static final long MINUTE = Duration.ofMinutes(1).toNanos();

    @Test
    void anEngineOfWhichNothingIsKnownIsSound() {
        assertThat(Soundness.SOUND.trouble(0)).isEmpty();
    }

    @Test
    void aStepThatFailsIsTroubleAtOnceAndUntilNoneHasFailedForAWhile() {
        Soundness failed = Soundness.SOUND.failed("assigning orders", NOON, 7);

        assertThat(failed.trouble(7)).contains(new Soundness.Trouble("a step of it failed: assigning orders", NOON));
        assertThat(failed.at(7 + MINUTE).trouble(7 + MINUTE)).isPresent();
        assertThat(failed.at(8 + MINUTE).trouble(8 + MINUTE)).isEmpty();
    }

    @Test
    void stepsThatGoOnFailingAreOneTroubleOfTheLatestThatBeganWithTheFirst() {
        Soundness failed = Soundness.SOUND
                .failed("assigning orders", NOON, 0)
                .failed("reading jobs", NOON.plusSeconds(50), 50 * MINUTE / 60);

        assertThat(failed.at(MINUTE + 1).trouble(MINUTE + 1))
                .contains(new Soundness.Trouble("a step of it failed: reading jobs", NOON));
    }

    @Test
    void whatIsNotKnownIsTroubleOnlyAfterAWhileWhateverItIsByThen() {
        Soundness missing = Soundness.SOUND
                .missing("the live instances", NOON, 0)
                .missing("the jobs", NOON.plusSeconds(30), MINUTE / 2);

        assertThat(missing.trouble(MINUTE - 1)).isEmpty();
        assertThat(missing.trouble(MINUTE)).hasValueSatisfying(trouble -> {
            assertThat(trouble.reason()).contains("does not know the jobs");
            assertThat(trouble.since()).isEqualTo(NOON);
        });
        assertThat(missing.missing(null, NOON.plusSeconds(60), MINUTE).trouble(2 * MINUTE))
                .isEmpty();
    }

    @Test
    void whatIsKnownAtLastLeavesStepsThatFailAsTheyAre() {
        Soundness both = Soundness.SOUND.failed("reading jobs", NOON, 0).missing("the jobs", NOON, 0);

        assertThat(both.missing(null, NOON, 1).trouble(1)).isPresent();
    }
}
