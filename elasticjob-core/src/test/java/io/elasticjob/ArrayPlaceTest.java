package io.elasticjob;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ArrayPlaceTest {

    private static final ArrayPlace RUNNING =
            ArrayPlace.none(5).at("slurm", "41").with(Indexes.of(0, 3), Indexes.of(1));

    @Test
    void theNextAttemptHasOnlyWhatDidNotEndWell() {
        ArrayPlace next = RUNNING.again(5);

        assertThat(next.tasks().text()).isEqualTo("1,2,4");
        assertThat(next.released()).isEmpty();
        assertThat(next.failed()).isEqualTo(Indexes.NONE);
        assertThat(next.at("slurm", "42")
                        .with(Indexes.of(1), Indexes.NONE)
                        .again(5)
                        .tasks()
                        .text())
                .isEqualTo("2,4");
    }

    @Test
    void aFiringOfAnotherSizeBeginsAnew() {
        assertThat(RUNNING.again(6)).isEqualTo(ArrayPlace.none(6));
    }

    @Test
    void whatSucceededOnceHasNotFailed() {
        assertThat(RUNNING.with(Indexes.of(1), Indexes.NONE).failed()).isEqualTo(Indexes.NONE);
        assertThat(RUNNING.with(Indexes.NONE, Indexes.of(0)).failed().text()).isEqualTo("1");
    }

    @Test
    void itsProgressIsInWords() {
        assertThat(RUNNING.progress()).isEqualTo(new Progress(60, "3 of 5, 1 failed"));
        assertThat(RUNNING.again(5).progress()).isEqualTo(new Progress(40, "2 of 5"));
    }
}
