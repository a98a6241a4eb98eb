package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.ShardRecord;
import io.elasticjob.coordination.Layout;
import io.elasticjob.coordination.LeftTrigger;
import io.elasticjob.coordination.Trigger;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Write;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Gives up triggers that have had their time, as only the leader may. Confined to the loop. */
final class ExpiredTriggers {

    private final Layout layout;
    private final Leadership leadership;
    private final JobTable jobTable;
    private final TriggerTable triggerTable;
    private final ShardRecords records;
    private final Outbox outbox;

    ExpiredTriggers(
            Layout layout,
            Leadership leadership,
            JobTable jobTable,
            TriggerTable triggerTable,
            ShardRecords records,
            Outbox outbox) {
        this.layout = layout;
        this.leadership = leadership;
        this.jobTable = jobTable;
        this.triggerTable = triggerTable;
        this.records = records;
        this.outbox = outbox;
    }

    /** Gives it up, but for one that a shard still runs. */
    void giveUp(Connection over, JobState job, Trigger trigger) {
        records.ifAll(over, job, trigger.shards(), any -> true, found -> giveUp(over, job, trigger, found));
    }

    private void giveUp(Connection over, JobState job, Trigger trigger, Map<Integer, ShardRecord> found) {
        LeftTrigger.notRun(trigger, found)
                .ifPresent(notRun -> delete(
                        over,
                        job,
                        job.deletionOf(trigger.number()),
                        new ElasticJobEvent.TriggerExpired(
                                job.name(), trigger.number(), trigger.requestedAt(), notRun)));
    }

    /**
     * Deletes what no instance can read as a trigger once it has had its time, too.
     *
     * @param now registry time
     */
    void giveUpUnreadable(Connection over, JobState job, long number, Instant now) {
        String path = layout.trigger(job.name(), number);
        outbox.read(over, List.of(path), result -> {
            if (result instanceof Result.Told<List<Read>> told
                    && told.answer().get(0) instanceof Read.Present present
                    && LeftTrigger.isUnreadableExpired(
                            present.stat().createdAt(), triggerTable.isStrangers(job, number), now)) {
                delete(
                        over,
                        job,
                        new Write.Delete(path, present.stat().version()),
                        new ElasticJobEvent.TriggerExpired(
                                job.name(), number, present.stat().createdAt(), new TreeSet<>()));
            }
        });
    }

    private void delete(Connection over, JobState job, Write deletion, ElasticJobEvent event) {
        List<Write> writes = leadership.asLeader(List.of(deletion, job.life().guard()));
        outbox.commit(over, writes, result -> {
            if (result instanceof Result.Told<Answer> told) {
                jobTable.guarded(over, List.of(job), writes, told.answer());
            }
            if (result instanceof Result.Told<Answer> told && told.answer() instanceof Answer.Committed) {
                outbox.publish(event);
            }
        });
    }
}
