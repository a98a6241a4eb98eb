package io.elasticjob.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * What is done to a world whose registry loses data, as one seed says. Of eight plans one loses nothing, and half of the
 * others lose something towards the end, so that no later loss covers it.
 *
 * @param seed decides what the world is like
 * @param steps in the order of their times
 */
record LossPlan(long seed, List<Step> steps) {

    private static final Duration TROUBLE = Duration.ofSeconds(60);

    /**
     * One thing that is done.
     *
     * @param at how long after the beginning
     * @param seed decides whatever else is open
     */
    record Step(Duration at, LossMischief what, long seed) {

        @Override
        public String toString() {
            return "after " + at.toMillis() + " ms " + what;
        }
    }

    static LossPlan of(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        boolean losesNothing = random.nextInt(8) == 0;
        List<Step> steps = new ArrayList<>();
        for (int left = random.nextInt(3); left >= 0; left--) {
            steps.add(new Step(Duration.ZERO, LossMischief.START, random.nextLong()));
        }
        Duration at = Duration.ZERO;
        while (at.compareTo(TROUBLE) < 0) {
            steps.add(new Step(at, LossMischief.any(random), random.nextLong()));
            at = at.plusMillis(random.nextInt(4) == 0 ? random.nextInt(30) : random.nextInt(3_000));
        }
        if (random.nextBoolean()) {
            Duration late = Duration.ofMillis(45_000 + random.nextInt(15_000));
            steps.add(new Step(late, LossMischief.anyLoss(random), random.nextLong()));
        }
        return new LossPlan(
                seed,
                steps.stream()
                        .filter(step -> !losesNothing || !step.what().loses())
                        .sorted(Comparator.comparing(Step::at))
                        .toList());
    }

    /** A plan with as few of the steps as fail, too. */
    LossPlan shrunk(Predicate<LossPlan> fails) {
        return new LossPlan(seed, Plan.fewest(steps, fewer -> fails.test(new LossPlan(seed, fewer))));
    }

    @Override
    public String toString() {
        return steps.stream().map(Step::toString).collect(Collectors.joining("\n"));
    }
}
