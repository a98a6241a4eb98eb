package io.elasticjob.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.Firing;
import io.elasticjob.Outcome;
import io.elasticjob.ShardRecord;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class FormerLifeTest {

    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

    @Test
    void aLifeIsOverWhenItsJobIsGoneOrWasCreatedAgain() {
        assertThat(FormerLife.isOver("x77", null)).isTrue();
        assertThat(FormerLife.isOver("x77", "x78")).isTrue();
        assertThat(FormerLife.isOver("x77", "x77")).isFalse();
    }

    @Test
    void aRecordGoesUnlessSomebodyWhoMayBeAliveRunsIt() {
        ShardRecord running = ShardRecord.NEW.claimed(new Firing.Scheduled(NOON), "a", 1, 0, NOON);

        assertThat(FormerLife.isRemovable(ShardRecord.NEW, false)).isTrue();
        assertThat(FormerLife.isRemovable(running.completed(new Outcome.Succeeded(), NOON, NOON), false))
                .isTrue();
        assertThat(FormerLife.isRemovable(running, false)).isFalse();
        assertThat(FormerLife.isRemovable(running, true)).isTrue();
    }
}
