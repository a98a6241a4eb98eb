package io.elasticjob.simulation;

import static org.assertj.core.api.Assertions.fail;

import ch.qos.logback.classic.Logger;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/**
 * The registry loses data, in every way and in all circumstances. {@code -Dsimulation.seeds=N} runs a fifteenth as many of
 * these histories, {@code -Dsimulation.lossSeed=S} replays one.
 */
@Tag("simulation")
class LossSimulationTest {

    private static final int SEEDS = Math.max(1, Integer.getInteger("simulation.seeds", 1_500) / 15);
    private static final int MUTANT_SEEDS = 300;
    private static final Long ONE = Long.getLong("simulation.lossSeed");
    private static final SimulationTest.BrokenSteps BROKEN = new SimulationTest.BrokenSteps();
    private static final Supplier<Logger> ENGINE = () -> (Logger) LoggerFactory.getLogger("io.elasticjob.engine");

    @BeforeAll
    static void hearOfStepsThatBreak() {
        BROKEN.start();
        ENGINE.get().addAppender(BROKEN);
    }

    @AfterAll
    static void hearNoMore() {
        ENGINE.get().detachAppender(BROKEN);
    }

    @Test
    void jobsGoOnAndEveryLossIsToldOnceWhateverDataTheRegistryLoses() throws Exception {
        OptionalLong failing =
                ONE != null ? OptionalLong.of(ONE) : SimulationTest.firstOf(SEEDS, seed -> fails(LossPlan.of(seed)));
        if (failing.isPresent() && fails(LossPlan.of(failing.getAsLong()))) {
            show(LossPlan.of(failing.getAsLong()).shrunk(LossSimulationTest::fails));
        }
    }

    @ParameterizedTest
    @EnumSource(LossMutant.class)
    void noRuleCanBeBrokenUnseen(LossMutant mutant) throws Exception {
        Mutants.assertSeen(
                mutant,
                MUTANT_SEEDS,
                seed -> !new LossSimulation(LossPlan.of(seed), mutant).run().isEmpty());
    }

    private static boolean fails(LossPlan plan) {
        BROKEN.take();
        try {
            return !new LossSimulation(plan).run().isEmpty() || !BROKEN.take().isEmpty();
        } catch (RuntimeException | AssertionError broken) {
            return true; // so badly that it does not come to its end
        }
    }

    private static void show(LossPlan plan) {
        LossSimulation simulation = new LossSimulation(plan);
        BROKEN.take();
        String what = "seed " + plan.seed() + ", with the least that makes it fail, ";
        try {
            simulation.run();
        } catch (RuntimeException | AssertionError broken) {
            throw new AssertionError(what + "does not come to its end:\n" + simulation.report(), broken);
        }
        fail(what + "fails:\n" + simulation.report() + String.join("\n", BROKEN.take()));
    }
}
