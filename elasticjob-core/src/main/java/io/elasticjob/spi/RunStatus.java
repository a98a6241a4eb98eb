package io.elasticjob.spi;

import io.elasticjob.Indexes;

/**
 * How far a run has come. All sets are of indexes: places in {@link ArrayRun#tasks()}.
 *
 * @param run which one it is; its identity tells it from others that had the same {@link RunId}
 * @param running how many tasks run now
 * @param succeeded tasks that have ended well. Such a task never runs again, and stays in here
 * @param failed tasks that have ended otherwise for good: what the cluster begins again is not among them. None is in both
 * @param message what keeps the run from going on, or why it has failed, in one line for people; "" for nothing
 * @since 0.1.0
 */
public record RunStatus(Created run, Phase phase, int running, Indexes succeeded, Indexes failed, String message) {

    /** Where a run stands. */
    public enum Phase {
        /** Created, and nothing of it runs before {@link Cluster#release}. */
        SUSPENDED,
        /** Released, and not over: tasks run, wait, or are about to end after a cancellation. */
        RELEASED,
        /**
         * Nothing of it runs, and nothing will. Tasks that neither succeeded nor failed were cancelled, or are lost. What was
         * cancelled before it was released ends so, too, or is {@link #GONE}.
         */
        ENDED,
        /** It is not there any more, and nothing of it runs. Told by {@link Cluster#watch} only. */
        GONE
    }

    public RunStatus {
        if (running < 0) {
            throw new IllegalArgumentException("running must not be negative");
        }
        if (succeeded.without(failed).size() != succeeded.size()) {
            throw new IllegalArgumentException("A task of " + run + " succeeded and failed");
        }
    }
}
