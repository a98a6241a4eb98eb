package io.elasticjob.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class SlotTurnoverTest {

    private static final Duration WITHIN = Duration.ofMillis(250);

    @Test
    void withoutExperienceOnlyFreeSlotsCount() {
        assertThat(SlotTurnover.UNKNOWN.begun(64, WITHIN)).isEqualTo(64);
        assertThat(SlotTurnover.UNKNOWN.begun(0, WITHIN)).isZero();
        assertThat(SlotTurnover.UNKNOWN.begun(-1, WITHIN)).isZero();
    }

    @Test
    void shortExecutionsLeaveTheirSlotsToOthers() {
        SlotTurnover turnover = SlotTurnover.UNKNOWN.then(Duration.ofMillis(10));

        assertThat(turnover.begun(64, WITHIN)).isEqualTo(64 * 26);
        assertThat(turnover.begun(1, WITHIN)).isEqualTo(26);
        assertThat(turnover.begun(0, WITHIN))
                .as("all slots are taken, perhaps for long")
                .isZero();
    }

    @Test
    void longExecutionsLeaveNothing() {
        assertThat(SlotTurnover.UNKNOWN.then(Duration.ofHours(1)).begun(64, WITHIN))
                .isEqualTo(64);
    }

    @Test
    void howeverShortTheyAreThereIsALimit() {
        SlotTurnover turnover = SlotTurnover.UNKNOWN.then(Duration.ZERO);

        assertThat(turnover.begun(64, WITHIN)).isEqualTo(64_000);
        assertThat(turnover.begun(Integer.MAX_VALUE, WITHIN)).isPositive();
    }

    @Test
    void longOnesAreBelievedWhenThereAreManyAndForgottenLater() {
        SlotTurnover turnover = SlotTurnover.UNKNOWN.then(Duration.ofMillis(1));
        turnover = turnover.then(Duration.ofMinutes(1));
        assertThat(turnover.begun(64, WITHIN)).isEqualTo(64);
        for (int i = 0; i < 500; i++) {
            turnover = turnover.then(Duration.ofMillis(1));
        }
        assertThat(turnover.begun(64, WITHIN)).isGreaterThan(64 * 100);
    }
}
