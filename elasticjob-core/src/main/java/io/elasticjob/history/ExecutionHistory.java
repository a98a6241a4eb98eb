package io.elasticjob.history;

import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where records of executions are kept. Safe to use from any thread. Every method may block for as long as whatever is
 * behind it takes, and so is called by no thread that runs jobs; see {@link HistoryWriter}.
 *
 * @since 0.1.0
 */
public interface ExecutionHistory {

    /** Whose executions it holds. */
    enum Scope {
        /** Those that this instance has told of. */
        INSTANCE,
        /** Those of all instances of the namespace that write to the same place. */
        NAMESPACE
    }

    Scope scope();

    /**
     * Takes what is told of executions, merged with what it has of them ({@link ExecutionRecord#mergedWith}). Taking the same
     * again changes nothing.
     *
     * @return how many it cannot take, now or ever, for what they are; the others are kept
     * @throws HistoryException when it cannot be reached: nothing, or only some of it, is kept, and all may be told again
     */
    int record(List<ExecutionRecord> records);

    /**
     * What it has of what is asked for, latest first.
     *
     * @throws HistoryException when it cannot be reached
     */
    List<ExecutionRecord> find(ExecutionQuery query);

    /**
     * The latest executions of each of the jobs, latest first; nothing of a job that it has nothing of. A history that can
     * ask for all of them at once overrides this.
     *
     * @param each how many at most of each job, from 1 to {@link ExecutionQuery#MAX_SIZE}
     * @throws HistoryException when it cannot be reached
     */
    default Map<String, List<ExecutionRecord>> latest(Collection<String> jobs, int each) {
        Map<String, List<ExecutionRecord>> latest = new LinkedHashMap<>();
        for (String job : jobs) {
            List<ExecutionRecord> found = find(ExecutionQuery.latest(job, each));
            if (!found.isEmpty()) {
                latest.put(job, found);
            }
        }
        return latest;
    }

    /**
     * Counts what it has, in no particular order. A history that does not override this does not count.
     *
     * @return empty when it cannot count
     * @throws HistoryException when it cannot be reached
     */
    default Optional<List<ExecutionTally>> tally(ExecutionTally.Query query) {
        return Optional.empty();
    }

    /**
     * Takes what executions have said so far, each in the place of what it has of that execution's log. Of an execution that
     * it has no record of it need not keep anything: it is told again when that has ended, and its end is recorded. A history
     * that does not override this keeps no logs.
     *
     * @param logs each no longer than {@link ExecutionLog#MAX_BYTES}, with {@link ExecutionLog#progress} while it runs
     * @throws HistoryException when it cannot be reached: nothing, or only some of it, is kept, and all may be told again
     */
    default void keep(List<ExecutionLog> logs) {}

    /**
     * What an execution has said, as it was told last; empty when it has nothing of it.
     *
     * @throws HistoryException when it cannot be reached
     */
    default Optional<ExecutionLog> log(ExecutionRecord.Identity execution) {
        return Optional.empty();
    }

    /**
     * Removes a bounded part of what is to be kept no longer. Ends what seems to run, though a later execution of its shard
     * has begun, with a larger token and at a later time: its end was lost with a process, or in a full buffer.
     *
     * @return whether there is more to do
     * @throws HistoryException when it cannot be reached
     */
    boolean prune(Retention retention, Instant now);
}
