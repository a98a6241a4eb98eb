package io.elasticjob.simulation;

import static org.assertj.core.api.Assertions.fail;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The protocol under all faults at once. {@code -Dsimulation.seeds=N} runs more of them, {@code -Dsimulation.seed=S}
 * replays one.
 */
class SimulationTest {

    private static final int SEEDS = Integer.getInteger("simulation.seeds", 1_000);
    private static final int MUTANT_SEEDS = 1_000;
    private static final Long ONE = Long.getLong("simulation.seed");

    @Test
    void everyPromiseIsKeptWhateverGoesWrong() {
        long first = ONE != null ? ONE : 1;
        long last = ONE != null ? ONE : SEEDS;
        for (long seed = first; seed <= last; seed++) {
            Simulation simulation = new Simulation(seed);
            List<String> violations;
            try {
                violations = simulation.run();
            } catch (RuntimeException | Error broken) {
                throw new AssertionError(simulation.report(), broken);
            }
            if (!violations.isEmpty()) {
                fail(simulation.report());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Mutant.class)
    void noRuleCanBeBrokenUnseen(Mutant mutant) {
        for (long seed = 1; seed <= MUTANT_SEEDS; seed++) {
            Simulation simulation = new Simulation(seed, mutant);
            try {
                if (!simulation.run().isEmpty()) {
                    return;
                }
            } catch (RuntimeException | AssertionError broken) {
                return; // broken so badly that the run does not come to its end
            }
        }
        fail(mutant + " lived through " + MUTANT_SEEDS + " seeds: the checker does not see it");
    }
}
