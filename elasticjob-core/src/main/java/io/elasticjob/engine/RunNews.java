package io.elasticjob.engine;

import io.elasticjob.ArrayPlace;
import io.elasticjob.ElasticJobEvent;
import io.elasticjob.Misfire;
import io.elasticjob.ShardRecord;
import io.elasticjob.coordination.Retrying;
import io.elasticjob.coordination.Waiting;
import java.time.Instant;

/** What is told of executions, beside their start and their end. Confined to the loop. */
final class RunNews {

    private final Outbox outbox;

    RunNews(Outbox outbox) {
        this.outbox = outbox;
    }

    /** Older firings are never run because of this claim. */
    void passedOver(ShardCell cell, RecordWrite.Claim claim) {
        Instant begins = claim.step().fireTime();
        outbox.publish(Waiting.whyDropped(claim.definition(), begins, claim.freeSince())
                .<ElasticJobEvent>map(why -> new ElasticJobEvent.FiringsDropped(
                        cell.job.name(), cell.shard, claim.superseded(), begins, why))
                .orElseGet(() -> new ElasticJobEvent.FiringsSuperseded(
                        cell.job.name(), cell.shard, claim.superseded(), begins)));
    }

    /** It is the present instance's by now. */
    void adopted(ShardCell cell, Run run, String before) {
        outbox.publish(new ElasticJobEvent.ExecutionAdopted(
                run.id, before, cell.record().owner().orElseThrow(), run.token()));
    }

    /** It is recorded, and goes on. */
    void lingers(Run run) {
        run.stopped()
                .ifPresent(stop ->
                        outbox.publish(new ElasticJobEvent.ExecutionLingers(run.id, stop.outcome(), stop.at())));
    }

    /** Its tasks on a cluster have come further, if that is worth telling. */
    void array(Run run, ShardRecord written) {
        ArrayPlace now = written.array();
        if (now != null && run.tellsOf(now)) {
            outbox.publish(new ElasticJobEvent.ArrayProgressed(
                    run.id, now.cluster(), now.done(), now.failed().size(), now.size()));
        }
    }

    /** Its firing is to be run again, if that is so. */
    void retry(ShardCell cell, Run run, ShardRecord ended) {
        Retrying.notBefore(run.definition, cell.shard, ended)
                .ifPresent(notBefore -> outbox.publish(new ElasticJobEvent.RetryScheduled(
                        run.id, ended.toRetry().orElseThrow().failures().count(), notBefore)));
    }

    /** Under {@link Misfire#SKIP} an end decides what came due during the run as well. */
    void skipped(ShardCell cell, Run run, ShardRecord ended) {
        Instant through = ended.through();
        Instant before = ended.fireTime().orElse(run.claimed().through());
        boolean skips = run.definition.misfire() == Misfire.SKIP
                && !run.definition.schedule().isByEnd(); // nothing comes due during a run
        if (skips && through != null && (before == null || through.isAfter(before))) {
            outbox.publish(new ElasticJobEvent.FiringSkipped(cell.job.name(), cell.shard, through));
        }
    }
}
