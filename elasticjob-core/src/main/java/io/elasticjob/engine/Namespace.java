package io.elasticjob.engine;

import io.elasticjob.coordination.Layout;
import org.jspecify.annotations.Nullable;

/**
 * What this instance knows of the namespace: who lives in it, its jobs, their triggers, what is to end of them, and firings that are to come. Confined to
 * the loop.
 */
record Namespace(
        Layout layout,
        Roster roster,
        JobTable jobs,
        TriggerTable triggers,
        CancelTable cancels,
        HomeTable homes,
        PlannedTable planned) {

    /** Whether all of it was read since the connection was made. */
    boolean isKnown() {
        return missing() == null;
    }

    /** What has not been read since the connection was made, for people; null when all is known. */
    @Nullable
    String missing() {
        if (!roster.isComplete()) {
            return "the live instances";
        } else if (!jobs.isLoaded()) {
            return "the jobs";
        }
        if (!triggers.isComplete()) {
            return "the triggers of all jobs";
        }
        return cancels.isComplete() ? null : "what operators have cancelled";
    }

    void disconnected() {
        roster.disconnected();
        jobs.disconnected();
        triggers.disconnected();
        cancels.disconnected();
        planned.disconnected();
    }
}
