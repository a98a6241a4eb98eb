package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.ShardRecord;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.FiringRecordCodec;
import io.elasticjob.coordination.FiringRecord;
import io.elasticjob.coordination.Layout;
import io.elasticjob.coordination.LeftTrigger;
import io.elasticjob.coordination.Trigger;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Write;
import java.time.Instant;
import java.util.ArrayList;
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

    /**
     * The same of one whose shards a planner decides: only the record of the firings says whether it was begun.
     *
     * @param done where it is over already
     */
    void giveUpPlanned(Connection over, JobState job, Trigger trigger, Runnable done) {
        String path = layout.firings(job.name(), job.life().name());
        outbox.readCaughtUp(over, List.of(path), result -> {
            if (!(result instanceof Result.Told<List<Read>> told)
                    || !job.triggers().pending().containsKey(trigger.number())) {
                return;
            }
            Write deletion = job.deletionOf(trigger.number());
            ElasticJobEvent event = new ElasticJobEvent.TriggerExpired(
                    job.name(), trigger.number(), trigger.requestedAt(), new TreeSet<>());
            if (told.answer().get(0) instanceof Read.Absent) {
                delete(over, job, List.of(deletion), event);
            } else if (told.answer().get(0) instanceof Read.Present present
                    && FiringRecordCodec.decode(present.data()) instanceof Decoded.Value<FiringRecord> record) {
                Write check = new Write.Check(path, present.stat().version()); // else it was begun meanwhile, perhaps
                switch (LeftTrigger.ofPlanned(trigger, record.value())) {
                    case GIVEN_UP -> delete(over, job, List.of(check, deletion), event);
                    case DONE -> done.run();
                    case UNDER_WAY -> {}
                }
            }
        });
    }

    private void giveUp(Connection over, JobState job, Trigger trigger, Map<Integer, ShardRecord> found) {
        LeftTrigger.notRun(trigger, found)
                .ifPresent(notRun -> delete(
                        over,
                        job,
                        List.of(job.deletionOf(trigger.number())),
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
                        List.of(new Write.Delete(path, present.stat().version())),
                        new ElasticJobEvent.TriggerExpired(
                                job.name(), number, present.stat().createdAt(), new TreeSet<>()));
            }
        });
    }

    private void delete(Connection over, JobState job, List<Write> deletion, ElasticJobEvent event) {
        List<Write> all = new ArrayList<>(deletion);
        all.add(job.life().guard());
        List<Write> writes = leadership.asLeader(all);
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
