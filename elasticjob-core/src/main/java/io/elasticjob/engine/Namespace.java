package io.elasticjob.engine;

import io.elasticjob.NoSuchJobException;
import io.elasticjob.coordination.Layout;
import io.elasticjob.coordination.Trigger;
import io.elasticjob.registry.Read;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
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

    /**
     * Whether it is not known of a trigger that was begun whether it is there. Of one that this version cannot read, nobody here
     * can tell what was asked for.
     */
    boolean isUnheard(JobState job, long number) {
        Optional<Trigger> known = job.knownTriggers().get(number);
        if (known != null) {
            return known.isEmpty();
        }
        boolean isGone = number <= job.lastTrigger() && !job.areTriggersDoubted();
        return !isGone && !(isKnown() && triggers.isSettled(job)); // who hears of what was begun has heard of it before
    }

    /**
     * Goes on with a job that something is asked of, also where another instance has created it so recently that this one has
     * not heard of it yet.
     *
     * @param then throws what is to be answered instead
     */
    <T> void find(String name, Changes changes, Question<T> answer, Consumer<JobState> then) {
        JobState known = jobs.find(name);
        if (known != null) {
            then.accept(known);
            return;
        }
        changes.make(answer, List.of(layout.job(name)), reads -> {
            if (reads.get(0) instanceof Read.Absent) {
                throw new NoSuchJobException(name);
            }
            JobState heard = jobs.find(name);
            if (heard == null) {
                return Changes.Decision.hear(
                        "This instance cannot read the stored job " + name + " at present",
                        done -> changes.over().ifPresent(over -> jobs.reread(over, List.of(name), done)));
            }
            then.accept(heard);
            return Changes.Decision.later();
        });
    }

    void disconnected() {
        roster.disconnected();
        jobs.disconnected();
        triggers.disconnected();
        cancels.disconnected();
        planned.disconnected();
    }
}
