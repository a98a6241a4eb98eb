package io.elasticjob.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class AbsenceTest {

    private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");
    private static final Instant LATE = NOON.plus(Absence.PATIENCE).plusNanos(1);

    @Test
    void aRegistryThatDoesNotAppearIsToldOnceAfterAWhile() {
        Absence start = Absence.fromStart(NOON);

        assertThat(start.isToBeTold(NOON.plus(Absence.PATIENCE))).isFalse();
        assertThat(start.isToBeTold(LATE)).isTrue();
        assertThat(start.told().isToBeTold(LATE)).isFalse();
    }

    @Test
    void norIsItWhereAReasonWasSaid() {
        assertThat(Absence.fromStart(NOON).because("refused").isToBeTold(LATE)).isFalse();
    }

    @Test
    void aLostConnectionIsNoRegistryThatWasNeverReached() {
        assertThat(Absence.fromLoss(NOON).isToBeTold(LATE)).isFalse();
        assertThat(Absence.fromStart(NOON).lostAgain(NOON).isToBeTold(LATE)).isFalse();
    }

    @Test
    void aReasonIsNewsOnceAndStaysTheReasonThroughAFurtherLoss() {
        Absence away = Absence.fromLoss(NOON);
        assertThat(away.isNews("refused")).isTrue();

        Absence refused = away.because("refused").lostAgain(LATE);
        assertThat(refused.isNews("refused")).isFalse();
        assertThat(refused.isNews("away")).isTrue();
        assertThat(refused.since()).isEqualTo(LATE);
        assertThat(refused.because()).isEqualTo("refused");
    }
}
