package io.elasticjob.engine;

import io.elasticjob.ShardRecord;
import io.elasticjob.coordination.Layout;
import io.elasticjob.coordination.LeftTrigger;
import io.elasticjob.coordination.Trigger;
import io.elasticjob.registry.Write;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Removes what is done: {@link FinishedTriggers triggers that all of their shards have run}, {@link FinishedJobs jobs that an
 * operator made to run once}, and {@link OverCancels cancels whose firings are over}. The instance that recorded the last shard does it; what that instance could not do any
 * more, the leader does, who also {@link ExpiredTriggers gives up} what was never run. Confined to the loop.
 */
final class Finished {

    /** Of each job; the next look begins behind the last one, as the first ones may stay there for long. */
    private static final int MOST_AT_A_LOOK = 20;

    /** What is known here of the records of shards. */
    interface Outlook {

        /** Null when nothing is known here of the record of this shard. */
        @Nullable
        Ahead of(JobState job, int shard);
    }

    /**
     * A record as it is, or as the end that is being written will leave it.
     *
     * @param check that the end is written; null when nothing is being written that matters
     */
    record Ahead(ShardRecord record, Write.@Nullable Check check) {}

    private final JobTable jobTable;
    private final FinishedTriggers triggers;
    private final ExpiredTriggers expired;
    private final FinishedJobs jobs;
    private final OverCancels cancels;
    private final Outbox outbox;

    /** The trigger that was looked at last, by the names of jobs that have some. */
    private Map<String, Long> looked = new HashMap<>();

    Finished(Namespace namespace, Registration registration, Leadership leadership, RequestNodes nodes, Outbox outbox) {
        Layout layout = namespace.layout();
        TriggerTable triggerTable = namespace.triggers();
        ShardRecords records = new ShardRecords(outbox, "what waits for the shard's end stays");
        this.jobTable = namespace.jobs();
        this.triggers = new FinishedTriggers(layout, registration, triggerTable, nodes, records, outbox);
        this.expired = new ExpiredTriggers(layout, leadership, jobTable, triggerTable, records, outbox);
        this.jobs = new FinishedJobs(registration, jobTable, records, outbox);
        this.cancels = new OverCancels(namespace, leadership, outbox);
        this.outbox = outbox;
    }

    /** What seemed to be done was so before data was lost from the registry. */
    void dataLost() {
        triggers.dataLost();
        jobs.dataLost();
    }

    /** The end of an execution is sent in this turn. */
    void ending(JobState job, ShardRecord before, ShardRecord after) {
        if (after.trigger() > before.trigger()) {
            triggers.ending(job, after.trigger());
        }
    }

    /** A shard's record was written by this instance. */
    void recorded(JobState job, ShardRecord before, ShardRecord after) {
        if (after.trigger() > before.trigger()) {
            triggers.recorded(job, after.trigger());
        }
        jobs.recorded(job, after);
    }

    /** Nobody runs any more what triggers ask these shards for. */
    void takenBack(JobState job, Collection<Integer> shards) {
        job.triggers().pending().values().stream()
                .filter(trigger -> shards.stream().anyMatch(trigger.shards()::contains))
                .forEach(trigger -> triggers.left(job, trigger.number()));
    }

    /** A trigger is over, as the record of the firings of its job says. */
    void left(JobState job, long number) {
        triggers.left(job, number);
    }

    /** The leader's look at what others have left. */
    void round(Connection over) {
        cancels.round(over);
        Instant now = outbox.time().registryNow();
        Map<String, Long> next = new HashMap<>();
        for (JobState job : jobTable.jobs()) {
            jobs.look(job, now);
            List<Long> numbers = LeftTrigger.inTurn(
                    job.knownTriggers().keySet(), looked.getOrDefault(job.name(), -1L), MOST_AT_A_LOOK);
            for (long number : numbers) {
                next.put(job.name(), number);
                look(over, job, number, now);
            }
        }
        looked = next;
    }

    private void look(Connection over, JobState job, long number, Instant now) {
        Trigger trigger = job.triggers().pending().get(number);
        if (trigger == null) {
            expired.giveUpUnreadable(over, job, number, now);
            return;
        }
        switch (LeftTrigger.of(trigger, now)) {
            case EXPIRED -> {
                if (trigger.isPlanned()) {
                    expired.giveUpPlanned(over, job, trigger, () -> triggers.left(job, number));
                } else {
                    expired.giveUp(over, job, trigger);
                }
            }
            case PERHAPS_DONE -> triggers.left(job, number);
            case TO_OTHERS -> {}
        }
    }

    /**
     * Removes what is known to be done, and asks about what may be; once, at the end of a turn, when the ends of that turn
     * are on their way.
     */
    void flush(Connection over, Outlook outlook) {
        triggers.flush(over, outlook);
        jobs.flush(over);
    }
}
