package io.elasticjob.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
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
import java.util.function.LongFunction;
import java.util.function.LongPredicate;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/**
 * The protocol under all faults at once. {@code -Dsimulation.seeds=N} runs more of them, {@code -Dsimulation.firstSeed=F}
 * begins later, to go on where a long run stopped, and {@code -Dsimulation.seed=S} replays one. Of a seed that fails, what has
 * nothing to do with it is left out before it is shown.
 */
@Tag("simulation")
class SimulationTest {

    private static final int SEEDS = Integer.getInteger("simulation.seeds", 750);
    private static final long FIRST_SEED = Long.getLong("simulation.firstSeed", 1);
    private static final int MUTANT_SEEDS = 1_000;
    private static final int LONG_RUN = 10_000;
    /** A chapter of its own is shorter, and grows as the rest does. */
    private static final int CHAPTER_SEEDS = Math.max(1, SEEDS / 30);

    private static final Long ONE = Long.getLong("simulation.seed");
    private static final BrokenSteps BROKEN = new BrokenSteps();
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
    void everyPromiseIsKeptAndNoStepBreaksWhateverGoesWrong() throws Exception {
        showAFailing(SEEDS, Plan::of);
    }

    @Test
    void whatNobodyCanReadOrWorkWithIsToldCostsNoOtherJobAndComesBackWhenItIsPutRight() throws Exception {
        showAFailing(CHAPTER_SEEDS, seed -> Plan.of(seed, Plan.Chapter.POISON));
    }

    @Test
    void whatHasNoEndOfItsOwnMovesAndNeverRunsTwiceAtOnce() throws Exception {
        showAFailing(CHAPTER_SEEDS, seed -> Plan.of(seed, Plan.Chapter.STREAMS));
    }

    @Test
    void whatItsInstanceHasNoSlotForIsRunOnceElsewhere() throws Exception {
        showAFailing(CHAPTER_SEEDS, seed -> Plan.of(seed, Plan.Chapter.SLOTS));
    }

    @Test
    void whatFailsIsRunAgainInOneChainAndWhatIsCutOffNeverBesideItself() throws Exception {
        showAFailing(CHAPTER_SEEDS, seed -> Plan.of(seed, Plan.Chapter.CUTS));
    }

    @Test
    void nothingStartsBeforeItsTimeAndJobsGoOnWhateverClocksShow() throws Exception {
        showAFailing(CHAPTER_SEEDS, seed -> Plan.of(seed, Plan.Chapter.CLOCKS));
    }

    @Test
    void neverMoreRunThanALimitAllowsAndNothingIsCountedThatDoesNotRun() throws Exception {
        showAFailing(CHAPTER_SEEDS, seed -> Plan.of(seed, Plan.Chapter.LIMITS));
    }

    @Test
    void whereLimitsAreLowShardsReallyWait() {
        Simulation simulation = new Simulation(Plan.of(1, Plan.Chapter.LIMITS));
        simulation.run();

        assertThat(simulation.limited()).isPositive();
    }

    @Test
    void eachFiringThatIsRecordedAsAWholeIsClosedOnceAndTold() throws Exception {
        showAFailing(CHAPTER_SEEDS, seed -> Plan.of(seed, Plan.Chapter.WHOLES));
    }

    @Test
    void firingsAreReallyClosedAndToldInThePlaceOfTheDead() {
        Simulation simulation = new Simulation(Plan.of(1, Plan.Chapter.WHOLES));
        simulation.run();

        assertThat(simulation.wholes()).hasSize(2).first().matches(closes -> closes > 10);
    }

    @Test
    void pastFiringsRunAgainOnceForEachRequestAndNoAttemptHasTheNumberOfAnother() throws Exception {
        showAFailing(CHAPTER_SEEDS, seed -> Plan.of(seed, Plan.Chapter.RERUNS));
    }

    @Test
    void amongRerunsThereAreSomeThatRun() {
        Simulation simulation = new Simulation(Plan.of(1, Plan.Chapter.RERUNS));
        simulation.run();

        assertThat(simulation.reruns()).isPositive();
    }

    @ParameterizedTest
    @EnumSource(RerunMutant.class)
    void noRuleAboutRerunsCanBeBrokenUnseen(RerunMutant mutant) throws Exception {
        Mutants.assertSeen(
                mutant, MUTANT_SEEDS, seed -> isSeen(new Simulation(Plan.of(seed, Plan.Chapter.RERUNS), mutant)));
    }

    @Test
    void divisionsOfAFiringAreOnePlanAndEachPartRunsAsItSays() throws Exception {
        showAFailing(CHAPTER_SEEDS, seed -> Plan.of(seed, Plan.Chapter.DIVISIONS));
    }

    @Test
    void divisionsAreReallyPlannedAndInThePlaceOfTheDead() {
        int divided = 0;
        int retaken = 0;
        int lost = 0;
        for (long seed = 1; seed <= 5; seed++) {
            Simulation simulation = new Simulation(Plan.of(seed, Plan.Chapter.DIVISIONS));
            simulation.run();
            divided += simulation.divisions().get(0);
            retaken += simulation.divisions().get(1);
            lost += simulation.divisions().get(2);
        }

        assertThat(divided).isGreaterThan(20);
        assertThat(retaken).isPositive();
        assertThat(lost).isPositive();
    }

    @ParameterizedTest
    @EnumSource(DivisionMutant.class)
    void noRuleAboutDivisionsCanBeBrokenUnseen(DivisionMutant mutant) throws Exception {
        Mutants.assertSeen(
                mutant, MUTANT_SEEDS, seed -> isSeen(new Simulation(Plan.of(seed, Plan.Chapter.DIVISIONS), mutant)));
    }

    @Test
    void eachJoinRunsItsJobOnceAndWaitsForNothingThatWillNotCome() throws Exception {
        showAFailing(CHAPTER_SEEDS, seed -> Plan.of(seed, Plan.Chapter.CHAINS));
    }

    @Test
    void amongChainsThereAreJoinsThatRunAndJoinsThatEnd() {
        Simulation simulation = new Simulation(Plan.of(1, Plan.Chapter.CHAINS));
        simulation.run();

        assertThat(simulation.joins()).hasSize(2).allMatch(times -> times > 0);
    }

    @Test
    void amongChainsThereAreJoinsThatRunBecauseAFiringBeforeRanAgain() throws Exception {
        OptionalLong first = firstOf(CHAPTER_SEEDS, seed -> {
            Simulation simulation = new Simulation(Plan.of(seed, Plan.Chapter.CHAINS));
            simulation.run();
            return simulation.lateJoins() > 0;
        });

        assertThat(first).isPresent();
    }

    @ParameterizedTest
    @EnumSource(ChainMutant.class)
    void noRuleAboutChainsCanBeBrokenUnseen(ChainMutant mutant) throws Exception {
        Mutants.assertSeen(
                mutant, MUTANT_SEEDS, seed -> isSeen(new Simulation(Plan.of(seed, Plan.Chapter.CHAINS), mutant)));
    }

    @Test
    void whatIsToWaitIsNotPassedOverAndAVersionThatStartsIsRunOnce() throws Exception {
        showAFailing(CHAPTER_SEEDS, seed -> Plan.of(seed, Plan.Chapter.OVERLAPS));
    }

    @ParameterizedTest
    @EnumSource(OverlapMutant.class)
    void noRuleAboutOverlapsCanBeBrokenUnseen(OverlapMutant mutant) throws Exception {
        Mutants.assertSeen(
                mutant, MUTANT_SEEDS, seed -> isSeen(new Simulation(Plan.of(seed, Plan.Chapter.OVERLAPS), mutant)));
    }

    @Test
    void amongOverlapsFiringsReallyWait() {
        Simulation simulation = new Simulation(Plan.of(1, Plan.Chapter.OVERLAPS));
        simulation.run();

        assertThat(simulation.waited()).isPositive();
    }

    @Test
    void whatIsPlannedIsRunOnceInItsOrderWhoeverDies() throws Exception {
        showAFailing(CHAPTER_SEEDS, seed -> Plan.of(seed, Plan.Chapter.PLANS));
    }

    @Test
    void amongPlansSomeAreReallyCarriedOut() {
        Simulation simulation = new Simulation(Plan.of(1, Plan.Chapter.PLANS));
        simulation.run();

        assertThat(simulation.planned()).isPositive();
    }

    @Test
    void whatEachInstanceRunsRunsOnceOnEachAndIsTakenBackFromTheDead() throws Exception {
        showAFailing(CHAPTER_SEEDS, seed -> Plan.of(seed, Plan.Chapter.BROADCASTS));
    }

    @Test
    void amongBroadcastsShardsAreReallyTakenBack() {
        Simulation simulation = new Simulation(Plan.of(1, Plan.Chapter.BROADCASTS));
        simulation.run();

        assertThat(simulation.takenBack()).isPositive();
    }

    @Test
    void whatIsAtHomeSomewhereRunsThereAndNothingRunsWhereItMayNot() throws Exception {
        showAFailing(CHAPTER_SEEDS, seed -> Plan.of(seed, Plan.Chapter.HOMES));
    }

    @Test
    void amongHomesShardsReallyGetAnother() {
        Simulation simulation = new Simulation(Plan.of(1, Plan.Chapter.HOMES));
        simulation.run();

        assertThat(simulation.moved()).isPositive();
    }

    @ParameterizedTest
    @EnumSource(PlacementMutant.class)
    void noRuleAboutPlacesCanBeBrokenUnseen(PlacementMutant mutant) throws Exception {
        Mutants.assertSeen(
                mutant, MUTANT_SEEDS, seed -> isSeen(new Simulation(Plan.of(seed, Plan.Chapter.HOMES), mutant)));
    }

    @ParameterizedTest
    @EnumSource(BroadcastMutant.class)
    void noRuleAboutBroadcastsCanBeBrokenUnseen(BroadcastMutant mutant) throws Exception {
        Mutants.assertSeen(
                mutant, MUTANT_SEEDS, seed -> isSeen(new Simulation(Plan.of(seed, Plan.Chapter.BROADCASTS), mutant)));
    }

    @ParameterizedTest
    @EnumSource(PlanMutant.class)
    void noRuleAboutPlansCanBeBrokenUnseen(PlanMutant mutant) throws Exception {
        Mutants.assertSeen(
                mutant, MUTANT_SEEDS, seed -> isSeen(new Simulation(Plan.of(seed, Plan.Chapter.PLANS), mutant)));
    }

    @Test
    void amongCutsThereAreRetriesCancelsPausesAndRunsThatGoOn() {
        Simulation simulation = new Simulation(Plan.of(1, Plan.Chapter.CUTS));
        simulation.run();

        assertThat(simulation.cuts()).hasSize(3).allMatch(times -> times > 0);
        assertThat(simulation.pauses()).isPositive();
    }

    @Test
    void whereSlotsAreFewShardsAreReallyRunElsewhere() {
        Simulation simulation = new Simulation(Plan.of(1, Plan.Chapter.SLOTS));
        simulation.run();

        assertThat(simulation.taken()).isPositive();
    }

    private static void showAFailing(int seeds, LongFunction<Plan> plans) throws Exception {
        OptionalLong failing =
                ONE != null ? OptionalLong.of(ONE) : firstOf(FIRST_SEED, seeds, seed -> fails(plans.apply(seed)));
        if (failing.isPresent() && fails(plans.apply(failing.getAsLong()))) {
            System.out.println("Seed " + failing.getAsLong() + " fails. Leaving out what has nothing to do with it...");
            show(plans.apply(failing.getAsLong()).shrunk(SimulationTest::fails));
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
    @MethodSource("io.elasticjob.simulation.Mutant#all")
    void noRuleCanBeBrokenUnseen(Mutant mutant) throws Exception {
        Mutants.assertSeen((Enum<?>) mutant, MUTANT_SEEDS, seed -> isSeen(new Simulation(Plan.of(seed), mutant)));
    }

    @ParameterizedTest
    @EnumSource(PoisonMutant.class)
    void noRuleAboutPoisonCanBeBrokenUnseen(PoisonMutant mutant) throws Exception {
        Mutants.assertSeen(
                mutant, MUTANT_SEEDS, seed -> isSeen(new Simulation(Plan.of(seed, Plan.Chapter.POISON), mutant)));
    }

    @ParameterizedTest
    @EnumSource(StreamMutant.class)
    void noRuleAboutMovingCanBeBrokenUnseen(StreamMutant mutant) throws Exception {
        Mutants.assertSeen(
                mutant, MUTANT_SEEDS, seed -> isSeen(new Simulation(Plan.of(seed, Plan.Chapter.STREAMS), mutant)));
    }

    @ParameterizedTest
    @EnumSource(OfferMutant.class)
    void noRuleAboutOffersCanBeBrokenUnseen(OfferMutant mutant) throws Exception {
        Mutants.assertSeen(
                mutant, MUTANT_SEEDS, seed -> isSeen(new Simulation(Plan.of(seed, Plan.Chapter.SLOTS), mutant)));
    }

    @ParameterizedTest
    @EnumSource(LimitMutant.class)
    void noRuleAboutLimitsCanBeBrokenUnseen(LimitMutant mutant) throws Exception {
        Mutants.assertSeen(
                mutant, MUTANT_SEEDS, seed -> isSeen(new Simulation(Plan.of(seed, Plan.Chapter.LIMITS), mutant)));
    }

    @ParameterizedTest
    @EnumSource(WholeMutant.class)
    void noRuleAboutWholeFiringsCanBeBrokenUnseen(WholeMutant mutant) throws Exception {
        Mutants.assertSeen(
                mutant, MUTANT_SEEDS, seed -> isSeen(new Simulation(Plan.of(seed, Plan.Chapter.WHOLES), mutant)));
    }

    @ParameterizedTest
    @EnumSource(CutMutant.class)
    void noRuleAboutEndsCanBeBrokenUnseen(CutMutant mutant) throws Exception {
        Mutants.assertSeen(
                mutant, MUTANT_SEEDS, seed -> isSeen(new Simulation(Plan.of(seed, Plan.Chapter.CUTS), mutant)));
    }

    @ParameterizedTest
    @EnumSource(ClockMutant.class)
    void noRuleAboutClocksCanBeBrokenUnseen(ClockMutant mutant) throws Exception {
        Mutants.assertSeen(
                mutant, MUTANT_SEEDS, seed -> isSeen(new Simulation(Plan.of(seed, Plan.Chapter.CLOCKS), mutant)));
    }

    private static boolean isSeen(Simulation broken) {
        try {
            return !broken.run().isEmpty();
        } finally {
            BROKEN.take(); // steps may break by a rule that is broken: no other history has to do with it
        }
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
    static OptionalLong firstOf(long most, LongPredicate isSo) throws Exception {
        return firstOf(1, most, isSo);
    }

    static OptionalLong firstOf(long first, long most, LongPredicate isSo) throws Exception {
        AtomicLong next = new AtomicLong(first);
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
                        if (most > LONG_RUN && seed % 1_000 == 0) {
                            System.out.println("seed " + seed); // how far it is
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
    static final class BrokenSteps extends AppenderBase<ILoggingEvent> {

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
