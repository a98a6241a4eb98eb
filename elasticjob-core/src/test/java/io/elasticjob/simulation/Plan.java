package io.elasticjob.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * What is done to a world, as one seed says. Each step has a random source of its own and a time of its own, so that the
 * others stay as they are when one is left out.
 *
 * @param seed decides what the world is like
 * @param steps in the order of their times
 */
record Plan(long seed, List<Step> steps) {

    private static final Duration TROUBLE = Duration.ofSeconds(60);

    /**
     * One thing that is done.
     *
     * @param at how long after the beginning
     * @param seed decides to whom, for how long, and whatever else is open
     */
    record Step(Duration at, Mischief what, long seed) {

        @Override
        public String toString() {
            return "after " + at.toMillis() + " ms " + what;
        }
    }

    static Plan of(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Step> steps = new ArrayList<>();
        int first = 1 + random.nextInt(3);
        for (int i = 0; i < first; i++) {
            steps.add(new Step(Duration.ZERO, Mischief.START, random.nextLong()));
        }
        Duration at = Duration.ZERO;
        while (at.compareTo(TROUBLE) < 0) {
            steps.add(new Step(at, Mischief.any(random), random.nextLong()));
            at = at.plusMillis(random.nextInt(3) == 0 ? random.nextInt(30) : random.nextInt(3_000));
        }
        return new Plan(seed, List.copyOf(steps));
    }

    /**
     * A plan with as few of the steps as fail, too: leaves out many together, then ever fewer, for as long as it fails
     * without them.
     */
    Plan shrunk(Predicate<Plan> fails) {
        Plan smallest = this;
        int size = Math.max(1, steps.size() / 2);
        while (true) {
            int before = smallest.steps.size();
            for (int from = before - size; from >= 0; from -= size) {
                Plan fewer = smallest.without(from, size);
                smallest = fails.test(fewer) ? fewer : smallest;
            }
            if (size == 1 && smallest.steps.size() == before) {
                return smallest;
            }
            size = Math.max(1, size / 2);
        }
    }

    private Plan without(int from, int size) {
        List<Step> fewer = new ArrayList<>(steps);
        fewer.subList(from, Math.min(fewer.size(), from + size)).clear();
        return new Plan(seed, List.copyOf(fewer));
    }

    @Override
    public String toString() {
        return steps.stream().map(Step::toString).collect(Collectors.joining("\n"));
    }
}
