package io.elasticjob.coordination;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;

/** Which jobs run after which others. Walks what is known of the namespace, each job once. */
public final class ChainGraph {

    private final Function<String, ? extends Collection<String>> predecessorsOf;
    private final Predicate<String> joins;
    private final Map<String, Set<String>> ancestors = new HashMap<>();
    private final Map<String, Set<String>> common = new HashMap<>();

    /**
     * @param predecessorsOf the jobs after whose firings a job runs; empty for one that nobody knows
     * @param joins whether a job takes several of them together: its firings descend from what all of these descend from
     */
    public ChainGraph(Function<String, ? extends Collection<String>> predecessorsOf, Predicate<String> joins) {
        this.predecessorsOf = predecessorsOf;
        this.joins = joins;
    }

    /** The jobs that a job runs after, in however many steps, and itself. */
    public Set<String> ancestorsOf(String job) {
        return ancestors.computeIfAbsent(job, this::walk);
    }

    private Set<String> walk(String job) {
        Set<String> seen = new TreeSet<>();
        Deque<String> next = new ArrayDeque<>(List.of(job));
        while (!next.isEmpty()) {
            String one = next.poll();
            if (seen.add(one)) {
                next.addAll(predecessorsOf.apply(one));
            }
        }
        return seen;
    }

    /** The jobs that firings of all predecessors of a job descend from, or are of; empty when there are none. */
    public Set<String> common(String job) {
        Set<String> known = common.putIfAbsent(job, Set.of()); // what a circle comes back to is in common with nothing
        if (known != null) {
            return known;
        }
        Set<String> all = null;
        for (String predecessor : predecessorsOf.apply(job)) {
            if (all == null) {
                all = descentOf(predecessor);
            } else {
                all.retainAll(descentOf(predecessor));
            }
        }
        Set<String> found = all == null ? Set.of() : all;
        common.put(job, found);
        return found;
    }

    /** The jobs whose firings one of a job may descend from, and itself: of a join, only those that are common to what it joins. */
    private Set<String> descentOf(String job) {
        Set<String> seen = new TreeSet<>();
        Deque<String> next = new ArrayDeque<>(List.of(job));
        while (!next.isEmpty()) {
            String one = next.poll();
            if (seen.add(one)) {
                next.addAll(joins.test(one) ? common(one) : predecessorsOf.apply(one));
            }
        }
        return seen;
    }

    /**
     * Two predecessors of a job that descend from a common job, though not all of them do: nobody could say which firings of
     * them belong together.
     */
    public Optional<List<String>> mixed(String job) {
        List<String> all = List.copyOf(predecessorsOf.apply(job));
        if (!common(job).isEmpty()) {
            return Optional.empty();
        }
        for (int i = 0; i < all.size(); i++) {
            for (String other : all.subList(i + 1, all.size())) {
                if (ancestorsOf(all.get(i)).stream().anyMatch(ancestorsOf(other)::contains)) {
                    return Optional.of(List.of(all.get(i), other));
                }
            }
        }
        return Optional.empty();
    }

    /** The jobs by which a job would run after itself, from itself to itself; empty when it would not. */
    public Optional<List<String>> circle(String job) {
        Map<String, String> cameFrom = new HashMap<>();
        Deque<String> next = new ArrayDeque<>();
        for (String predecessor : predecessorsOf.apply(job)) {
            if (cameFrom.putIfAbsent(predecessor, job) == null) {
                next.add(predecessor);
            }
        }
        while (!next.isEmpty()) {
            String one = next.poll();
            if (one.equals(job)) {
                return Optional.of(way(job, cameFrom));
            }
            for (String predecessor : predecessorsOf.apply(one)) {
                if (cameFrom.putIfAbsent(predecessor, one) == null) {
                    next.add(predecessor);
                }
            }
        }
        return Optional.empty();
    }

    private static List<String> way(String job, Map<String, String> cameFrom) {
        List<String> way = new ArrayList<>(List.of(job));
        for (String one = cameFrom.get(job); one != null && !one.equals(job); one = cameFrom.get(one)) {
            way.add(one);
        }
        way.add(job);
        return way;
    }
}
