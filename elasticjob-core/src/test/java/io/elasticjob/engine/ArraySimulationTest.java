package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.engine.ArrayHistory.Broken;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Executions on a cluster, in histories that are drawn from seeds: each task once per attempt, none again that has succeeded,
 * nothing left behind, nothing that was collected runs again, nothing is lost that nobody has deleted. One of the instances has
 * another cluster than the others. {@code -Dsimulation.arrays=N} draws more, {@code -Dsimulation.firstArray=F} begins later.
 */
class ArraySimulationTest {

    private static final long SEEDS = Long.getLong("simulation.arrays", 150);
    private static final long FIRST = Long.getLong("simulation.firstArray", 0);

    @Test
    void whatIsPromisedHoldsInEachHistory() {
        int begun = 0;
        int adopted = 0;
        for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
            ArrayHistory history = new ArrayHistory(seed, Broken.NOTHING);
            history.run();
            assertThat(history.violations).as("seed " + seed).isEmpty();
            begun += history.tasksBegun();
            adopted += history.adopted();
        }
        assertThat(begun).isGreaterThan((int) SEEDS * 20);
        assertThat(adopted).isGreaterThan((int) SEEDS / 2);
    }

    /** The history in which a death was told once more, after the array of the dead one had gone on elsewhere. */
    @Test
    void aDeathIsNotToldOfAnExecutionThatWentOnWhoeverClaimsNext() {
        ArrayHistory history = new ArrayHistory(2_452, Broken.NOTHING);
        history.run();

        assertThat(history.violations).isEmpty();
    }

    @Test
    void nothingIsLeftOnTheClusterAndTheJobGoesOnThoughDataIsLostAndJobsAreRemoved() {
        int lost = 0;
        for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
            ArrayHistory history = ArrayHistory.withLosses(seed, Broken.NOTHING);
            history.run();
            assertThat(history.violations).as("seed " + seed).isEmpty();
            lost += history.lost();
        }
        assertThat(lost).isGreaterThan((int) SEEDS);
    }

    @Test
    void thatNobodyLooksForWhatNoRecordSaysToRunIsFoundWhereDataIsLost() {
        assertThat(LongStream.range(0, SEEDS).anyMatch(seed -> {
                    ArrayHistory history = ArrayHistory.withLosses(seed, Broken.NO_SWEEP);
                    history.run();
                    return !history.violations.isEmpty();
                }))
                .isTrue();
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NOTHING")
    void aBrokenRuleIsFound(Broken broken) {
        assertThat(LongStream.range(0, 10 * SEEDS).anyMatch(seed -> {
                    ArrayHistory history = new ArrayHistory(seed, broken);
                    history.run();
                    return !history.violations.isEmpty();
                }))
                .as("some history shows it")
                .isTrue();
    }
}
