package io.elasticjob.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/**
 * Workers and gateways under all faults at once. {@code -Dworkers.seeds=N} runs more of them, {@code -Dworkers.seed=S}
 * replays one.
 */
class WorkerSimulationTest {

    private static final int SEEDS = Integer.getInteger("workers.seeds", 16);
    private static final int MUTANT_SEEDS = 300;
    /** A history that has shown it once, to be looked at first; after changes perhaps another one does. */
    private static final Map<WorkerMutant, Long> SHOWN_BY = Map.of(
            WorkerMutant.LEASE_FROM_THE_ANSWER, 2L,
            WorkerMutant.LEASE_BY_OTHER_THREADS, 8L,
            WorkerMutant.ADOPTION_WITHOUT_VERSION, 16L,
            WorkerMutant.REFUSED_IS_LOST, 14L);

    private static final Long ONE = Long.getLong("workers.seed");

    private static final Logger LOG = (Logger) LoggerFactory.getLogger("io.elasticjob");
    private static @Nullable Level before;

    @BeforeAll
    static void beQuiet() {
        before = LOG.getLevel();
        LOG.setLevel(Level.OFF);
    }

    @AfterAll
    static void speakAgain() {
        LOG.setLevel(before);
    }

    @Test
    void everyPromiseToWorkersIsKeptWhateverGoesWrong() {
        int adoptions = 0;
        for (long seed = ONE == null ? 1 : ONE; seed <= (ONE == null ? SEEDS : ONE); seed++) {
            WorkerSimulation simulation = new WorkerSimulation(seed);
            if (!simulation.run().isEmpty()) {
                fail("seed " + seed + " fails:\n" + simulation.report());
            }
            adoptions += simulation.adoptions();
        }
        assertThat(adoptions).as("what is told of adoptions is not of none").isPositive();
    }

    @ParameterizedTest
    @EnumSource(WorkerMutant.class)
    void noRuleAboutWorkersCanBeBrokenUnseen(WorkerMutant mutant) {
        long shown = SHOWN_BY.getOrDefault(mutant, 1L);
        if (isSeen(mutant, shown)) {
            return;
        }
        for (long seed = 1; seed <= MUTANT_SEEDS; seed++) {
            if (seed != shown && isSeen(mutant, seed)) {
                return;
            }
        }
        fail("In " + MUTANT_SEEDS + " histories nothing shows that this rule is broken: " + mutant);
    }

    private static boolean isSeen(WorkerMutant mutant, long seed) {
        return !new WorkerSimulation(seed, mutant).run().isEmpty();
    }

    @Test
    void aHistoryReplaysExactly() {
        assertThat(history(7)).isEqualTo(history(7)).isNotEqualTo(history(8));
    }

    private static String history(long seed) {
        WorkerSimulation simulation = new WorkerSimulation(seed);
        simulation.run();
        return simulation.report();
    }
}
