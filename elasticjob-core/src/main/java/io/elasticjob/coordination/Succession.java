package io.elasticjob.coordination;

import io.elasticjob.FiringResult;
import io.elasticjob.JobDefinition;
import io.elasticjob.OperationRefusedException;
import io.elasticjob.Operator;
import io.elasticjob.TriggerRequest;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/** What follows for other jobs when a firing is closed. Decides; never acts. */
public final class Succession {

    /** What the requests of such triggers begin with. */
    public static final String REQUEST = "after-";

    /** So many of them may wait to be run by one job. */
    static final int MOST_WAITING = 100;

    private Succession() {}

    /** Whether a job runs after such an end of another one. */
    public static boolean follows(JobDefinition job, String predecessor, FiringResult result) {
        return job.predecessors().stream()
                .anyMatch(one -> one.job().equals(predecessor) && one.on().includes(result));
    }

    /**
     * The trigger of a successor.
     *
     * @param instances as of {@link Demand#trigger}
     * @param waiting its triggers that are not done
     * @param cause the firing that was closed, as its listeners get its id
     * @throws RuntimeException when the successor may not run now; its message says why
     */
    public static Trigger trigger(
            StoredJob successor,
            Standing standing,
            Collection<ProcessShards.Process> instances,
            Supplier<JobDefinition> effective,
            Triggers waiting,
            Cause cause,
            Instant now) {
        long chained = waiting.pending().values().stream()
                .filter(trigger -> trigger.request().startsWith(REQUEST))
                .count();
        if (chained >= MOST_WAITING) {
            throw new OperationRefusedException(
                    MOST_WAITING + " firings of " + successor.name() + " after other jobs wait already");
        }
        TriggerRequest request =
                TriggerRequest.of(successor.name()).withId(REQUEST + cause.id()).by(new Operator("", cause.text()));
        return Demand.trigger(successor, standing, instances, effective, request, now);
    }

    /**
     * The firing that was closed.
     *
     * @param id of at most 50 characters that can stand in a path, the same for no other close
     * @param text for people
     */
    public record Cause(String id, String text) {}

    /** Whether a job would run after itself, in however many steps: it would run without end. */
    public static boolean isCycle(
            String job, String successor, Function<String, ? extends Collection<String>> successorsOf) {
        Deque<String> next = new ArrayDeque<>();
        Set<String> seen = new HashSet<>();
        next.add(successor);
        while (!next.isEmpty()) {
            String one = next.poll();
            if (one.equals(job)) {
                return true;
            }
            if (seen.add(one)) {
                next.addAll(successorsOf.apply(one));
            }
        }
        return false;
    }
}
