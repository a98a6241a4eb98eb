package io.elasticjob.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LoopSilenceTest {

    private static final Duration SESSION = Duration.ofSeconds(6);

    @Test
    void aLoopThatTurnsIsNeverStuckHoweverSeldomOneLooks() {
        LoopSilence silence = LoopSilence.NONE;
        for (int turns = 1; turns <= 10; turns++) {
            silence = silence.look(turns, Duration.ofSeconds(20));
            assertThat(silence.isStuck(SESSION)).isFalse();
        }
    }

    @Test
    void aLoopThatDoesNotTurnForHalfASessionIsStuckUntilItTurns() {
        LoopSilence silence = LoopSilence.NONE.look(7, LoopSilence.LOOK);
        for (int looks = 0; looks < 6; looks++) {
            assertThat(silence.isStuck(SESSION)).isFalse();
            silence = silence.look(7, LoopSilence.LOOK);
        }
        assertThat(silence.isStuck(SESSION)).isTrue();
        assertThat(silence.look(8, LoopSilence.LOOK).isStuck(SESSION)).isFalse();
    }

    @Test
    void aPauseOfTheWholeProcessIsNotTheLoops() {
        LoopSilence silence = LoopSilence.NONE.look(7, LoopSilence.LOOK).look(7, Duration.ofMinutes(5));

        assertThat(silence.lasted()).isEqualTo(LoopSilence.LOOK.multipliedBy(2));
        assertThat(silence.isStuck(SESSION)).isFalse();
    }

    @Test
    void aShortSessionMakesNoIdleLoopStuck() {
        LoopSilence silence = LoopSilence.NONE.look(7, LoopSilence.LOOK);
        silence = silence.look(7, LoopSilence.LOOK).look(7, LoopSilence.LOOK).look(7, LoopSilence.LOOK);

        assertThat(silence.isStuck(Duration.ofSeconds(1))).isFalse();
    }
}
