package io.elasticjob.sharding;

import io.elasticjob.Outcome;
import io.elasticjob.text.StableHash;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The assignment that counts: what the job's strategy says if it keeps its promises, else what {@code average} says.
 * Each instance decides this for itself. A strategy that answers two of them differently leaves shards to nobody or to
 * both, so one that can be seen to do so is not believed.
 */
public sealed interface ShardingDecision {

    /** What to act on. */
    Assignment assignment();

    /** The strategy's own assignment. */
    record Accepted(Assignment assignment) implements ShardingDecision {}

    /**
     * The assignment by {@code average}, because the strategy broke a promise.
     *
     * @param reason what the strategy did, for people: a clause that "the strategy" begins, without a full stop
     * @param cause what the strategy threw, null if it broke its promise otherwise
     */
    record Replaced(
            Assignment assignment, String reason, @Nullable Throwable cause) implements ShardingDecision {}

    /**
     * Asks the strategy twice, the second time with the instances in another order, and accepts its answer if it is the
     * same both times and gives every shard to an eligible instance. A built-in strategy is asked once and believed.
     * With no instance the strategy is not asked and {@link Assignment#none(int)} is accepted.
     *
     * <p>What an instance has beyond {@link Sharding#maxShardsPerInstance()} goes to others that have room, or has no owner.
     *
     * <p>Nothing that the strategy throws comes out of here, be it an {@link Error}.
     *
     * @param sharding with the eligible instances in any order
     */
    static ShardingDecision of(ShardingStrategy strategy, Sharding sharding) {
        if (sharding.instances().isEmpty()) {
            return new Accepted(Assignment.none(sharding.shardingTotalCount()));
        }
        try {
            Assignment answer = strategy.assign(sharding);
            if (strategy instanceof BuiltInStrategy) {
                return new Accepted(limited(answer, sharding));
            }
            Optional<String> fault = fault(answer, sharding);
            if (fault.isEmpty()) {
                Assignment again = strategy.assign(sharding.with(shuffled(sharding)));
                fault = fault(again, sharding).or(() -> difference(answer, again));
            }
            return fault.isEmpty()
                    ? new Accepted(limited(answer, sharding))
                    : new Replaced(byAverage(sharding), fault.get(), null);
        } catch (Throwable thrown) { // it costs the strategy, and no other job
            String words = Outcome.Failed.because(thrown).error();
            return new Replaced(byAverage(sharding), "the strategy threw " + words, thrown);
        }
    }

    private static Optional<String> fault(@Nullable Assignment answer, Sharding sharding) {
        int shardingTotalCount = sharding.shardingTotalCount();
        if (answer == null) {
            return Optional.of("the strategy gave null for an assignment");
        }
        if (answer.shardingTotalCount() != shardingTotalCount) {
            return Optional.of("the strategy assigned %d shards of a job that has %d"
                    .formatted(answer.shardingTotalCount(), shardingTotalCount));
        }
        var eligible = new HashSet<>(sharding.ids());
        for (int shard = 0; shard < shardingTotalCount; shard++) {
            Optional<String> owner = answer.owner(shard);
            if (owner.isEmpty()) {
                return Optional.of("the strategy gave the shards to nobody, though %d instances are eligible"
                        .formatted(sharding.instances().size()));
            }
            if (!eligible.contains(owner.get())) {
                return Optional.of("the strategy gave shard %d to \"%s\", which is not an eligible instance"
                        .formatted(shard, owner.get()));
            }
        }
        return Optional.empty();
    }

    private static Optional<String> difference(Assignment answer, Assignment again) {
        for (int shard = 0; shard < answer.shardingTotalCount(); shard++) {
            Optional<String> owner = answer.owner(shard);
            Optional<String> other = again.owner(shard);
            if (!owner.equals(other)) {
                return Optional.of(
                        "the strategy gave shard %d to \"%s\" and, with the instances in another order, to \"%s\""
                                .formatted(shard, owner.orElse(""), other.orElse("")));
            }
        }
        return Optional.empty();
    }

    private static Assignment limited(Assignment answer, Sharding sharding) {
        int most = sharding.maxShardsPerInstance();
        return most < sharding.shardingTotalCount() ? answer.atMost(most, sharding.ids()) : answer;
    }

    private static Assignment byAverage(Sharding sharding) {
        return limited(AverageStrategy.inOrder(sharding.shardingTotalCount(), sharding.sortedIds()), sharding);
    }

    /** One cycle through all places, so that no instance keeps its own; another one for another job. */
    private static List<Candidate> shuffled(Sharding sharding) {
        long seed = StableHash.ofText(sharding.jobName());
        var shuffled = new ArrayList<>(sharding.instances());
        for (int place = shuffled.size() - 1; place > 0; place--) {
            Collections.swap(shuffled, place, (int) Long.remainderUnsigned(StableHash.ofIndex(seed, place), place));
        }
        return shuffled;
    }
}
