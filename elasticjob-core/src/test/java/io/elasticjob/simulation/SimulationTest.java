package io.elasticjob.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongPredicate;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/**
 * The protocol under all faults at once. {@code -Dsimulation.seeds=N} runs more of them, {@code -Dsimulation.seed=S}
 * replays one. Of a seed that fails, what has nothing to do with it is left out before it is shown.
 */
class SimulationTest {

    private static final int SEEDS = Integer.getInteger("simulation.seeds", 3_000);
    private static final int MUTANT_SEEDS = 1_000;
    private static final Long ONE = Long.getLong("simulation.seed");
    private static final BrokenSteps BROKEN = new BrokenSteps();
    private static final Supplier<Logger> ENGINE = () -> (Logger) LoggerFactory.getLogger("io.elasticjob.engine");

    @BeforeAll
    static void hearOfStepsThatBreak() {
        // Another test's thread may still be the one that sets logging up.
        await().until(() -> LoggerFactory.getILoggerFactory() instanceof LoggerContext);
        BROKEN.start();
        ENGINE.get().addAppender(BROKEN);
    }

    @AfterAll
    static void hearNoMore() {
        ENGINE.get().detachAppender(BROKEN);
    }

    @Test
    void everyPromiseIsKeptAndNoStepBreaksWhateverGoesWrong() throws Exception {
        OptionalLong failing = ONE != null ? OptionalLong.of(ONE) : firstOf(SEEDS, seed -> fails(Plan.of(seed)));
        if (failing.isPresent() && fails(Plan.of(failing.getAsLong()))) {
            show(Plan.of(failing.getAsLong()).shrunk(SimulationTest::fails));
        }
    }

    @Test
    void aStepThatBreaksIsHeardOnTheThreadOfItsHistoryAndOnNoOther() throws Exception {
        Thread other = new Thread(() -> ENGINE.get().error("of another test"));
        other.start();
        other.join();
        assertThat(BROKEN.take()).isEmpty();

        ENGINE.get().warn("no harm");
        ENGINE.get().error("a step failed", new IllegalStateException("what broke"));
        assertThat(BROKEN.take()).singleElement().asString().contains("a step failed", "what broke");
        assertThat(BROKEN.take()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Mutant.class)
    void noRuleCanBeBrokenUnseen(Mutant mutant) throws Exception {
        assertThat(firstOf(
                        MUTANT_SEEDS,
                        seed -> !new Simulation(Plan.of(seed), mutant).run().isEmpty()))
                .as("the first seed of %s at which the checker sees %s", MUTANT_SEEDS, mutant)
                .isPresent();
    }

    @Test
    void aPlanReplaysExactly() {
        assertThat(history(Plan.of(7))).isEqualTo(history(Plan.of(7))).isNotEqualTo(history(Plan.of(8)));
    }

    @Test
    void ofAPlanThatFailsOnlyWhatMakesItFailIsLeft() {
        Plan plan = Plan.of(1);
        List<Plan.Step> guilty = List.of(plan.steps().get(5), plan.steps().get(30));

        Plan least = plan.shrunk(fewer -> fewer.steps().containsAll(guilty));

        assertThat(plan.steps()).hasSizeGreaterThan(40);
        assertThat(least.steps()).isEqualTo(guilty);
    }

    private static String history(Plan plan) {
        Simulation simulation = new Simulation(plan);
        simulation.run();
        return simulation.trace().last(Integer.MAX_VALUE);
    }

    private static boolean fails(Plan plan) {
        BROKEN.take();
        try {
            return !new Simulation(plan).run().isEmpty() || !BROKEN.take().isEmpty();
        } catch (RuntimeException | AssertionError broken) {
            return true; // so badly that it does not come to its end
        }
    }

    private static void show(Plan plan) {
        Simulation simulation = new Simulation(plan);
        BROKEN.take();
        String what = "seed " + plan.seed() + ", with the least that makes it fail, ";
        try {
            simulation.run();
        } catch (RuntimeException | AssertionError broken) {
            throw new AssertionError(what + "does not come to its end:\n" + simulation.report(), broken);
        }
        fail(what + "fails:\n" + simulation.report() + String.join("\n", BROKEN.take()));
    }

    /** The least seed for which it is so. One thread for each processor; each history is confined to one of them. */
    private static OptionalLong firstOf(long most, LongPredicate isSo) throws Exception {
        AtomicLong next = new AtomicLong(1);
        AtomicLong found = new AtomicLong(Long.MAX_VALUE);
        int threads = Runtime.getRuntime().availableProcessors();
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                all.add(pool.submit(() -> {
                    for (long seed = next.getAndIncrement(); seed <= most && seed < found.get(); ) {
                        if (isSo.test(seed)) {
                            found.accumulateAndGet(seed, Math::min);
                        }
                        seed = next.getAndIncrement();
                    }
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        } finally {
            pool.shutdownNow();
        }
        return found.get() == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(found.get());
    }

    /** What an engine logs of steps that broke, by the thread that its history is confined to. */
    private static final class BrokenSteps extends AppenderBase<ILoggingEvent> {

        private final ThreadLocal<List<String>> told = ThreadLocal.withInitial(ArrayList::new);

        @Override
        protected void append(ILoggingEvent event) {
            if (event.getLevel() == Level.ERROR) {
                told.get()
                        .add(event.getFormattedMessage() + "\n"
                                + ThrowableProxyUtil.asString(event.getThrowableProxy()));
            }
        }

        /** Of the present thread, since the last time. */
        List<String> take() {
            List<String> taken = List.copyOf(told.get());
            told.remove();
            return taken;
        }
    }
}
