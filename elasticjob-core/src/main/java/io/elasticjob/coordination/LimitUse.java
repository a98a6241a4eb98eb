package io.elasticjob.coordination;

import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What is known of a limit: how much it allows, which claims are counted in it, and who waits. It may be behind: a claim is
 * counted by a transaction that is refused when another one was counted since.
 *
 * @param most so many claims at most; 0 where nobody has said how many, so that none begins
 * @param holders shards whose claims are counted; more than allowed where the limit was lowered
 * @param waiting those that others can see
 */
public record LimitUse(int most, Set<Layout.ShardOf> holders, SortedSet<Waiter> waiting) {

    /** For so long room is kept for the first of those that wait; its instance may be held up. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    /** The same for one that has to be counted in several limits, which may have room at different times. */
    private static final Duration PATIENCE_FOR_SEVERAL = Duration.ofSeconds(30);

    public LimitUse {
        holders = Set.copyOf(holders);
        waiting = Collections.unmodifiableSortedSet(new TreeSet<>(waiting));
    }

    /** How many more could be counted. */
    public int room() {
        return Math.max(0, most - holders.size());
    }

    /** The same after these were counted as well. */
    public LimitUse with(Collection<Layout.ShardOf> counted) {
        Set<Layout.ShardOf> all = new HashSet<>(holders);
        all.addAll(counted);
        return new LimitUse(most, all, waiting);
    }

    /**
     * Whether the claim of a shard may be counted now: there is room for it behind all that come before it.
     *
     * @param overlooked waiters for whom no room is kept any more
     */
    public boolean admits(Waiter claim, Set<Waiter> overlooked) {
        if (holders.contains(claim.shard())) {
            return true; // it is counted already
        }
        long before = waiting.headSet(claim).stream()
                .filter(other -> !other.shard().equals(claim.shard()))
                .filter(other -> !holders.contains(other.shard()) && !overlooked.contains(other))
                .count();
        return before < room();
    }

    /**
     * Those for whom there is room, and who have not taken it as far as is known.
     *
     * @param overlooked as of {@link #admits}
     */
    public List<Waiter> invited(Set<Waiter> overlooked) {
        return waiting.stream()
                .filter(waiter -> !holders.contains(waiter.shard()) && !overlooked.contains(waiter))
                .limit(room())
                .toList();
    }

    /** For how long room is kept for one that does not take it. */
    public static Duration patience(Waiter waiter) {
        return waiter.limits() > 1 ? PATIENCE_FOR_SEVERAL : PATIENCE;
    }
}
