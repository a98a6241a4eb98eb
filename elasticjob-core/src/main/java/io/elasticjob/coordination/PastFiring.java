package io.elasticjob.coordination;

import io.elasticjob.Firing;
import io.elasticjob.Outcome;
import io.elasticjob.ShardRecord;
import io.elasticjob.text.StableHash;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A firing that was closed, as far as it takes to run it again as that firing.
 *
 * @param count into how many shards it was split
 * @param listed its shards, where those are not all of them
 */
public record PastFiring(Firing.Past of, int count, SortedSet<Integer> listed, Ends ends, Asked asked) {

    /**
     * How it has ended.
     *
     * @param at registry time
     * @param others how each shard has ended that did not succeed; {@link FiringRecord.Closed#NOT_RUN} for those that did not run
     * @param attempts how often each shard has begun it; none for those that never did
     */
    public record Ends(Instant at, SortedMap<Integer, String> others, SortedMap<Integer, Integer> attempts) {

        public Ends {
            others = Collections.unmodifiableSortedMap(new TreeMap<>(others));
            attempts = Collections.unmodifiableSortedMap(new TreeMap<>(attempts));
        }

        private String of(int shard) {
            return others.getOrDefault(shard, SUCCEEDED);
        }
    }

    /**
     * What it was run with.
     *
     * @param parameter in place of the job's own; null for that one
     * @param parameters tells the parameters of the job and of its shards from others; they are not kept
     * @param interval as of {@link Trigger.Content}
     * @param chain as of {@link Trigger.Content}
     * @param isKept whether all of it is kept here; else it was too long, and the firing cannot be run again
     */
    public record Asked(
            @Nullable String parameter,
            long parameters,
            Trigger.@Nullable Interval interval,
            Chain chain,
            boolean isKept) {

        /** So many characters are kept at most. */
        public static final int MOST_LENGTH = 4_000;

        private static final int LENGTH_OF_ANCESTOR = 150;

        static Asked of(@Nullable ShardParameters parameters) {
            return new Asked(null, digest(parameters), null, Chain.NONE, true);
        }

        static Asked of(Trigger.Content content) {
            Asked all = new Asked(
                    content.parameter(), digest(content.parameters()), content.interval(), content.chain(), true);
            return all.length() <= MOST_LENGTH
                    ? all
                    : new Asked(null, all.parameters, content.interval(), Chain.NONE, false);
        }

        /** The same with other parameters of shards. */
        Asked with(ShardParameters others) {
            return new Asked(parameter, digest(others), interval, chain, isKept);
        }

        /** The same for the same parameters. */
        static long digest(@Nullable ShardParameters parameters) {
            return parameters == null
                    ? 0
                    : StableHash.ofText(parameters.ofJob()
                            + parameters.ofShards().entrySet().stream()
                                    .map(one -> "\n" + one.getKey() + "=" + one.getValue())
                                    .collect(Collectors.joining()));
        }

        /** About how many characters it takes to write it. */
        int length() {
            int results = chain.causes().stream()
                    .mapToInt(cause -> LENGTH_OF_ANCESTOR
                            + cause.results().values().stream()
                                    .mapToInt(result -> 12 + result.length())
                                    .sum())
                    .sum();
            int ancestors = LENGTH_OF_ANCESTOR * chain.ancestors().size();
            return results + ancestors + (parameter == null ? 0 : parameter.length());
        }
    }

    private static final String SUCCEEDED = new Outcome.Succeeded().name();

    public PastFiring {
        listed = Collections.unmodifiableSortedSet(new TreeSet<>(listed));
    }

    /** Its shards, ascending. */
    public SortedSet<Integer> shards() {
        return listed.isEmpty()
                ? IntStream.range(0, count).boxed().collect(Collectors.toCollection(TreeSet::new))
                : listed;
    }

    /** The shards that ran and did not succeed. */
    public SortedSet<Integer> failed() {
        return ends.others().entrySet().stream()
                .filter(one -> !one.getValue().equals(FiringRecord.Closed.NOT_RUN))
                .map(Map.Entry::getKey)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** How a shard of it has ended. */
    String endOf(int shard) {
        return ends.of(shard);
    }

    /** About how many characters it takes to write it. */
    int length() {
        Map<Integer, String> shards = new HashMap<>();
        listed.forEach(shard -> shards.put(shard, ""));
        return 200 + lengthOf(shards) + lengthOf(ends.others()) + lengthOf(ends.attempts()) + asked.length();
    }

    /** Of the shards by what they have, as they are written: as ranges. */
    private static int lengthOf(Map<Integer, ?> values) {
        int length = new HashSet<>(values.values())
                .stream().mapToInt(value -> value.toString().length() + 6).sum();
        for (Map.Entry<Integer, ?> one : values.entrySet()) {
            int shard = one.getKey();
            boolean isFirst = !one.getValue().equals(values.get(shard - 1));
            boolean isLast = !one.getValue().equals(values.get(shard + 1));
            if (isFirst || isLast) {
                length += 1 + Integer.toString(shard).length();
            }
        }
        return length;
    }

    /** A firing that was closed. */
    static PastFiring of(FiringRecord.Whole whole, IntFunction<ShardRecord> records, Asked asked, Instant now) {
        PastFiring begun = new PastFiring(
                new Firing.Past(whole.firing(), whole.fireTime()),
                whole.count(),
                whole.listed(),
                new Ends(now, new TreeMap<>(), new TreeMap<>()),
                asked);
        return begun.with(whole, records, now);
    }

    /** The same after some of its shards were run again, or were to be. */
    PastFiring with(FiringRecord.Whole whole, IntFunction<ShardRecord> records, Instant now) {
        SortedMap<Integer, String> others = new TreeMap<>(ends.others());
        SortedMap<Integer, Integer> attempts = new TreeMap<>(ends.attempts());
        for (int shard : whole.shards()) {
            ShardRecord record = records.apply(shard);
            if (whole.firing().equals(record.firing())) {
                attempts.merge(shard, record.attempt(), Math::max);
            }
            if (whole.isRerun() && !FiringStep.hasRun(whole, record)) {
                continue; // it has ended as it did before
            }
            String end = FiringStep.endOf(whole, record);
            if (end.equals(SUCCEEDED)) {
                others.remove(shard);
            } else {
                others.put(shard, end);
            }
        }
        return new PastFiring(of, count, listed, new Ends(now, others, attempts), asked);
    }
}
