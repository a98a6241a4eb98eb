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
 * @param chapter what is there beside the faults of every world
 * @param steps in the order of their times
 */
record Plan(long seed, Chapter chapter, List<Step> steps) {

    /** Each has steps and weights of its own, so that the histories of one stay as they are when another changes. */
    enum Chapter {
        FAULTS,
        /** What nobody can read or work with, answers that are too long, and user code that throws. */
        POISON,
        /** A job whose executions have no end of their own: its shards move while they run. */
        STREAMS,
        /** Instances have few slots, and run what others have none for. */
        SLOTS,
        /** Executions fail and are run again, take too long, or are cancelled, and some go on all the same. */
        CUTS,
        /** ZooKeeper's clock steps, by a little as when another server leads, or by an hour; and clocks of machines jump. */
        CLOCKS,
        /** Not all shards may run at a time that are due. */
        LIMITS,
        /** Firings are recorded as wholes: one is open at a time, and listeners hear of it. */
        WHOLES,
        /** Operators ask for firings that are to come, and for those of the past. */
        PLANS,
        /** Jobs run after one another, and join. */
        CHAINS,
        /** Firings come due while their shard runs, or while nobody is there, and versions start. */
        OVERLAPS,
        /** Jobs that each instance runs as a whole. */
        BROADCASTS,
        /** Shards are at home with instances, which come back under their names; and not every instance runs every job. */
        HOMES,
        /** Past firings run again. */
        RERUNS,
        /** Planners split firings, which take long, and die on the way. */
        DIVISIONS
    }

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
        return of(seed, Chapter.FAULTS);
    }

    static Plan of(long seed, Chapter chapter) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Step> steps = new ArrayList<>();
        int first = 1 + random.nextInt(3);
        for (int i = 0; i < first; i++) {
            steps.add(new Step(Duration.ZERO, Mischief.START, random.nextLong()));
        }
        Duration at = Duration.ZERO;
        while (at.compareTo(TROUBLE) < 0) {
            steps.add(new Step(at, Mischief.any(chapter, random), random.nextLong()));
            at = at.plusMillis(random.nextInt(3) == 0 ? random.nextInt(30) : random.nextInt(3_000));
        }
        return new Plan(seed, chapter, List.copyOf(steps));
    }

    /**
     * A plan with as few of the steps as fail, too: leaves out many together, then ever fewer, for as long as it fails
     * without them.
     */
    Plan shrunk(Predicate<Plan> fails) {
        return new Plan(seed, chapter, fewest(steps, fewer -> fails.test(new Plan(seed, chapter, fewer))));
    }

    static <S> List<S> fewest(List<S> steps, Predicate<List<S>> fails) {
        List<S> smallest = steps;
        int size = Math.max(1, steps.size() / 2);
        while (true) {
            int before = smallest.size();
            for (int from = before - size; from >= 0; from -= size) {
                List<S> fewer = new ArrayList<>(smallest);
                fewer.subList(from, Math.min(fewer.size(), from + size)).clear();
                smallest = fails.test(List.copyOf(fewer)) ? List.copyOf(fewer) : smallest;
            }
            if (size == 1 && smallest.size() == before) {
                return smallest;
            }
            size = Math.max(1, size / 2);
        }
    }

    @Override
    public String toString() {
        return steps.stream().map(Step::toString).collect(Collectors.joining("\n"));
    }
}
