package io.elasticjob.history;

import java.time.Instant;
import java.util.List;

/**
 * Where records of executions are kept. Safe to use from any thread. Every method may block for as long as whatever is
 * behind it takes, and so is called by no thread that runs jobs; see {@link HistoryWriter}.
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
     * @return how many it can not take, now or ever, for what they are; the others are kept
     * @throws HistoryException when it can not be reached: nothing, or only some of it, is kept, and all may be told again
     */
    int record(List<ExecutionRecord> records);

    /**
     * What it has of what is asked for, latest first.
     *
     * @throws HistoryException when it can not be reached
     */
    List<ExecutionRecord> find(ExecutionQuery query);

    /**
     * Removes a bounded part of what is to be kept no longer. Ends what seems to run, though a later execution of its shard
     * has begun, with a larger token and at a later time: its end was lost with a process, or in a full buffer.
     *
     * @return whether there is more to do
     * @throws HistoryException when it can not be reached
     */
    boolean prune(Retention retention, Instant now);
}
