package io.elasticjob.coordination;

import io.elasticjob.Cause;
import io.elasticjob.ElasticJobEvent;
import io.elasticjob.FiringResult;
import io.elasticjob.JobDefinition;
import io.elasticjob.Join;
import io.elasticjob.OperationRefusedException;
import io.elasticjob.Operator;
import io.elasticjob.Outcome;
import io.elasticjob.Predecessor;
import io.elasticjob.TriggerRequest;
import io.elasticjob.coordination.Chain.Ancestor;
import io.elasticjob.coordination.JoinRecord.Arrival;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What follows for other jobs when a firing is closed: the jobs that run after it, and the joins in which it counts, be it as one
 * that will not come. All of it is written by the transaction that closes the firing. Decides; never acts.
 */
public final class Succession {

    /** What the requests of such triggers begin with. */
    public static final String REQUEST = "after-";

    /** So many of them may wait to be run by one job. */
    static final int MOST_WAITING = 100;

    /** So many jobs may run after one. */
    public static final int MOST_SUCCESSORS = 200;

    /** So many bytes one close writes for others. */
    public static final int MOST_BYTES = 500_000;

    /** So many bytes of them are results. */
    private static final int MOST_BYTES_OF_RESULTS = 250_000;

    /** What is known of the other jobs of the namespace. */
    public interface Jobs {

        /** Null when there is no job of this name that this version can use. */
        @Nullable
        JobDefinition definition(String job);

        /** Why this version cannot use the job; empty where it can, or there is none. */
        Optional<String> unusable(String job);

        /** What a job ran after when its settings were known last. */
        Collection<Predecessor> lastPredecessorsOf(String job);

        /** Names of the jobs that run after a job, whatever becomes of it, in alphabetical order. */
        Collection<String> successorsOf(String job);

        /** @throws RuntimeException when the job may not run now; its message says why */
        Trigger trigger(String job, TriggerRequest request);

        /** What is recorded of its joins; null where that was not read yet. */
        @Nullable
        JoinRecord joins(String job);

        /** Why this version must not touch what is recorded of its joins; empty where it may. */
        Optional<String> unusableJoins(String job);

        /** How many bytes the writes take that create it. */
        int lengthOf(String job, Trigger trigger);

        /** How many bytes the writes take that store it. */
        int lengthOf(String job, JoinRecord joins);
    }

    /**
     * A firing that has ended.
     *
     * @param results of its shards
     * @param id of at most 50 characters that can stand in a path, the same for no other close
     */
    public record Ended(
            Layout.JobLife of, FiringRecord.Whole whole, FiringResult result, Map<Integer, String> results, String id) {

        private String name() {
            return of.job() + "/" + whole.seen().firing().text();
        }
    }

    /**
     * What travels with a close.
     *
     * @param triggers to create, by job
     * @param joins to store, by job
     * @param toRead jobs whose joins have to be read before it can be decided; nothing else counts then
     * @param told once it is written
     */
    public record Following(
            Map<String, Trigger> triggers,
            Map<String, JoinRecord> joins,
            Set<String> toRead,
            List<ElasticJobEvent> told) {}

    private final Jobs jobs;
    private final Ended ended;
    private final Instant now;
    private final ChainGraph graph;
    private final List<Ancestor> descent;
    private final Cause cause;

    private final Map<String, Trigger> triggers = new LinkedHashMap<>();
    private final Map<String, JoinRecord> joins = new TreeMap<>();
    private final Set<String> toRead = new TreeSet<>();
    private final List<ElasticJobEvent> told = new ArrayList<>();

    /** The jobs that will not run for this close or one that descends from it, with what they would have descended from. */
    private final Map<String, List<Ancestor>> gone = new LinkedHashMap<>();

    private long bytes;

    private Succession(Jobs jobs, Ended ended, Instant now) {
        this.jobs = jobs;
        this.ended = ended;
        this.now = now;
        this.graph = new ChainGraph(job -> predecessorsOf(jobs, job), job -> {
            JobDefinition definition = jobs.definition(job);
            return definition != null && definition.join() != Join.EACH;
        });
        this.descent = Chain.descent(ended.of(), ended.whole());
        int successors = Math.max(1, jobs.successorsOf(ended.of().job()).size());
        this.cause = Chain.cause(
                ended.of().job(), ended.whole(), ended.result(), ended.results(), MOST_BYTES_OF_RESULTS / successors);
    }

    private static List<String> predecessorsOf(Jobs jobs, String job) {
        JobDefinition definition = jobs.definition(job);
        return definition == null
                ? List.of()
                : definition.predecessors().stream().map(Predecessor::job).toList();
    }

    /** Whether a job runs after such an end of another one. */
    public static boolean follows(JobDefinition job, String predecessor, FiringResult result) {
        return follows(job.predecessors(), predecessor, result);
    }

    private static boolean follows(Collection<Predecessor> after, String predecessor, FiringResult result) {
        return after.stream()
                .anyMatch(one -> one.job().equals(predecessor) && one.on().includes(result));
    }

    /** @param now time of the registry */
    public static Following of(Jobs jobs, Ended ended, Instant now) {
        return new Succession(jobs, ended, now).decide();
    }

    /** Closes without all of them. */
    public static Following none(Jobs jobs, Ended ended, Instant now, String why) {
        Succession all = new Succession(jobs, ended, now);
        for (String name : jobs.successorsOf(ended.of().job())) {
            JobDefinition successor = jobs.definition(name);
            if (successor != null && follows(successor, ended.of().job(), ended.result())) {
                all.notRun(name, why);
            }
        }
        return new Following(Map.of(), Map.of(), Set.of(), all.told);
    }

    private Following decide() {
        String job = ended.of().job();
        int number = 0;
        for (String name : jobs.successorsOf(job)) {
            JobDefinition successor = jobs.definition(name);
            if (successor == null) {
                if (follows(jobs.lastPredecessorsOf(name), job, ended.result())) {
                    notRun(
                            name,
                            "its settings could not be used by the instance that closed the firing"
                                    + jobs.unusable(name).map(why -> ": " + why).orElse(""));
                }
                continue;
            }
            boolean follows = follows(successor, job, ended.result());
            if (++number > MOST_SUCCESSORS) {
                if (follows) {
                    notRun(
                            name,
                            "more than " + MOST_SUCCESSORS + " jobs run after " + job
                                    + ", and it is none of the first by name");
                }
            } else if (successor.join() != Join.EACH) {
                arrive(successor, job, arrival(follows), descent);
            } else if (follows) {
                run(name, new Chain(descent, List.of(cause)));
            }
        }
        jobs.successorsOf(job).forEach(name -> goneIfSo(name, descent));
        passOn();
        return new Following(triggers, joins, toRead, told);
    }

    private Arrival arrival(boolean follows) {
        return follows ? new Arrival.Came(cause) : new Arrival.Not(ended.name() + " has ended as " + ended.result());
    }

    /** What is gone does not come where others wait for it, and takes along what runs after nothing else. */
    private void passOn() {
        Set<String> passed = new TreeSet<>();
        while (passed.size() < gone.size()) {
            String next = gone.keySet().stream()
                    .filter(one -> !passed.contains(one))
                    .findFirst()
                    .orElseThrow();
            passed.add(next);
            List<Ancestor> from = gone.getOrDefault(next, descent);
            for (String name : jobs.successorsOf(next)) {
                JobDefinition successor = jobs.definition(name);
                if (successor == null || gone.containsKey(name) || triggers.containsKey(name)) {
                    continue;
                }
                if (successor.join() != Join.EACH) {
                    arrive(successor, next, new Arrival.Not(next + " does not run after " + ended.name()), from);
                } else {
                    goneIfSo(name, from);
                }
            }
        }
    }

    private void goneIfSo(String name, List<Ancestor> from) {
        JobDefinition job = jobs.definition(name);
        if (job != null && job.join() == Join.EACH && !triggers.containsKey(name) && isGone(job, from)) {
            gone.put(name, from);
        }
    }

    /** Whether none of the jobs comes any more that it runs after, as far as they descend from the same firings. */
    private boolean isGone(JobDefinition job, List<Ancestor> from) {
        return job.predecessors().stream()
                .map(Predecessor::job)
                .filter(one -> from.stream()
                        .anyMatch(ancestor -> graph.ancestorsOf(one).contains(ancestor.job())))
                .allMatch(one -> gone.containsKey(one) || one.equals(ended.of().job()));
    }

    // ---- Joins
    // -----------------------------------------------------------------------------------------------------

    private void arrive(JobDefinition joining, String from, Arrival arrival, List<Ancestor> descends) {
        String name = joining.name();
        List<String> mixed = graph.mixed(name).orElse(null);
        if (mixed != null) {
            if (arrival instanceof Arrival.Came) {
                notRun(
                        name,
                        "join=" + joining.join() + " cannot tell which firings belong together: " + mixed.get(0)
                                + " and " + mixed.get(1) + " descend from a common job, and not all in after do");
            }
            return;
        }
        Set<String> common = graph.common(name);
        String unknown = unknownBefore(joining, common).orElse(null);
        if (unknown != null) {
            if (arrival instanceof Arrival.Came) {
                notRun(
                        name,
                        "join=" + joining.join() + " cannot tell which firings belong together: " + unknown
                                + " is not known, so that nobody knows what it runs after");
            }
            return;
        }
        if (common.isEmpty()) {
            unrelated(joining, from, arrival);
            return;
        }
        int last = lastOf(descends, common);
        if (last < 0) {
            if (arrival instanceof Arrival.Came) {
                notRun(
                        name,
                        "join=" + joining.join() + " counts firings that descend from one of "
                                + String.join(" or ", common) + ", and this one does not");
            }
            return;
        }
        List<Ancestor> shared = descends.subList(0, last + 1);
        count(joining, from, arrival, descends.get(last), shared);
    }

    /** A job on the way whose predecessors are not known: what descends from a common one may seem to have nothing in common. */
    private Optional<String> unknownBefore(JobDefinition joining, Set<String> common) {
        return joining.predecessors().stream()
                .flatMap(one -> graph.ancestorsOf(one.job()).stream())
                .filter(one -> !common.contains(one) && jobs.definition(one) == null)
                .findFirst();
    }

    private static int lastOf(List<Ancestor> descends, Set<String> common) {
        for (int i = descends.size() - 1; i >= 0; i--) {
            if (common.contains(descends.get(i).job())) {
                return i;
            }
        }
        return -1;
    }

    /** Where the jobs in {@code after} have nothing in common, the first of any is each of them. */
    private void unrelated(JobDefinition joining, String from, Arrival arrival) {
        if (joining.join() == Join.ALL) {
            count(joining, from, arrival, null, List.of());
        } else if (arrival instanceof Arrival.Came came
                && !run(joining.name(), new Chain(descent, List.of(came.cause())))) {
            gone.put(joining.name(), descent);
        }
    }

    private void count(
            JobDefinition joining, String from, Arrival arrival, @Nullable Ancestor of, List<Ancestor> shared) {
        String name = joining.name();
        String unusable = jobs.unusableJoins(name).orElse(null);
        if (unusable != null) {
            notRun(name, "its joins cannot be read: " + unusable);
            gone.putIfAbsent(name, shared);
            return;
        }
        JoinRecord known = joins.containsKey(name) ? joins.get(name) : jobs.joins(name);
        if (known == null) {
            toRead.add(name);
            gone.putIfAbsent(name, shared); // as if, so that whatever may count is read at once
            return;
        }
        List<String> predecessors =
                joining.predecessors().stream().map(Predecessor::job).toList();
        JoinRecord.Step step = known.arrived(of, from, arrival, joining.join(), predecessors, now);
        if (step instanceof JoinRecord.Waits waits) {
            if (store(name, waits.next())) {
                waits.dropped().forEach(entry -> told.add(dropped(name, entry, predecessors)));
            }
        } else if (step instanceof JoinRecord.Fires fires) {
            if (!run(name, new Chain(shared, fires.causes()))) {
                store(name, of == null ? fires.next() : fires.next().notFired(of));
                gone.put(name, shared);
            } else if (!store(name, fires.next())) {
                triggers.remove(name); // what is not noted would fire again
                gone.put(name, shared);
            }
        } else if (step instanceof JoinRecord.Fails fails && store(name, fails.next())) {
            notRun(name, "join=" + joining.join() + ": " + fails.why());
            gone.put(name, shared);
        } else if (step instanceof JoinRecord.Kept kept && store(name, kept.next()) && isCounted(arrival)) {
            notRun(name, "join=" + joining.join() + ": " + kept.why());
        } else if (step instanceof JoinRecord.Unchanged && isCounted(arrival)) {
            notRun(
                    name,
                    "join=" + joining.join() + " has counted " + ended.name()
                            + " before, or keeps no more what has come for it. Trigger " + name
                            + " if it is to run");
        }
    }

    /** Whether somebody waits for what comes of a firing that has run again. */
    private boolean isCounted(Arrival arrival) {
        return ended.whole().isRerun() && arrival instanceof Arrival.Came;
    }

    private static ElasticJobEvent dropped(String job, JoinRecord.Entry entry, List<String> predecessors) {
        Ancestor of = entry.of();
        if (of == null) {
            throw new IllegalStateException("A join of unrelated firings is never the oldest of many");
        }
        return new ElasticJobEvent.JoinDropped(
                job,
                of.job(),
                of.firing(),
                entry.since(),
                List.copyOf(entry.arrived().keySet()),
                entry.missing(predecessors));
    }

    private boolean store(String job, JoinRecord record) {
        long before = joins.containsKey(job) ? jobs.lengthOf(job, joins.get(job)) : 0;
        long more = jobs.lengthOf(job, record) - before;
        if (bytes + more > MOST_BYTES) {
            notRun(job, tooLong("its join would make"));
            return false;
        }
        bytes += more;
        joins.put(job, record);
        return true;
    }

    // ---- Triggers
    // --------------------------------------------------------------------------------------------------

    /** False when it may not run, which is told. */
    private boolean run(String job, Chain chain) {
        try {
            refuseCircles(job, chain);
            TriggerRequest request = TriggerRequest.of(job)
                    .withId(REQUEST + ended.id())
                    .by(new Operator(
                            "",
                            "after " + ended.of().job() + " "
                                    + ended.whole().seen().firing().text() + " " + ended.result()));
            Trigger trigger = jobs.trigger(job, request).after(chain);
            int more = jobs.lengthOf(job, trigger);
            if (bytes + more > MOST_BYTES) {
                throw new OperationRefusedException(tooLong("its trigger would make"));
            }
            bytes += more;
            triggers.put(job, trigger);
            return true;
        } catch (RuntimeException refused) {
            notRun(job, String.valueOf(refused.getMessage()));
            return false;
        } catch (Throwable failed) { // what its settings do costs it alone, not the firing that it runs after
            notRun(job, Outcome.Failed.because(failed).error());
            return false;
        }
    }

    private String tooLong(String what) {
        return what + " the transaction that closes " + ended.name() + " longer than " + MOST_BYTES
                + " bytes: let fewer jobs run after it, or leave shorter results and parameters";
    }

    private void refuseCircles(String job, Chain chain) {
        boolean isCircle = graph.ancestorsOf(ended.of().job()).contains(job);
        if (isCircle || chain.ancestors().stream().anyMatch(one -> one.job().equals(job))) {
            throw new OperationRefusedException("it runs before " + ended.of().job()
                    + " as well, so that both would run without end: change 'after'");
        }
        if (chain.ancestors().size() > Chain.MOST_ANCESTORS) {
            throw new OperationRefusedException(
                    Chain.MOST_ANCESTORS + " firings have followed one another already, and more are not run");
        }
    }

    /**
     * The trigger of a successor.
     *
     * @param instances as of {@link Demand#trigger}
     * @param waiting its triggers that are not done
     * @throws RuntimeException when the successor may not run now; its message says why
     */
    public static Trigger trigger(
            StoredJob successor,
            Standing standing,
            Collection<ProcessShards.Process> instances,
            Supplier<JobDefinition> effective,
            Triggers waiting,
            TriggerRequest request,
            Instant now) {
        long chained = waiting.pending().values().stream()
                .filter(trigger -> trigger.request().startsWith(REQUEST))
                .count();
        if (chained >= MOST_WAITING) {
            throw new OperationRefusedException(
                    MOST_WAITING + " firings of " + successor.name() + " after other jobs wait already");
        }
        return Demand.trigger(successor, standing, instances, effective, request, now);
    }

    private void notRun(String job, String why) {
        told.add(new ElasticJobEvent.SuccessorNotTriggered(
                ended.of().job(), ended.whole().seen().firing(), job, why));
    }
}
