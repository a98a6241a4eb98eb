package io.elasticjob.engine;

import io.elasticjob.JobDefinition;
import io.elasticjob.Misfire;
import io.elasticjob.Outcome;
import io.elasticjob.ShardRecord;
import io.elasticjob.coordination.DueFiring;
import io.elasticjob.coordination.ProcessShards;
import io.elasticjob.coordination.ShardCount;
import io.elasticjob.coordination.ShardStep;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What is recorded of executions that have ended. Confined to the loop. */
final class Ends {

    private final JobTable jobTable;
    private final Outbox outbox;

    Ends(JobTable jobTable, Outbox outbox) {
        this.jobTable = jobTable;
        this.outbox = outbox;
    }

    /** The job as decisions about the shard need to see it now. */
    ShardStep.Job forDecision(ShardCell cell) {
        return cell.job.at(latest(cell, cell.job.usable(), outbox.now()));
    }

    static boolean isUsable(JobState job) {
        return !job.isRemoved() && job.definition() != null;
    }

    /** Of the shards that it was begun as one of. */
    static int count(Run run) {
        return ProcessShards.isOne(run.id.shard())
                ? ShardCount.BROADCAST
                : run.order.context().shardingTotalCount();
    }

    /** The record that tells such an end, be it that the firing is to be run again. */
    ShardRecord completion(ShardCell cell, Run run, Outcome outcome) {
        boolean counts = run.definition.schedule().isByEnd(); // when it ended, for the next firing
        Instant now = counts && outbox.time().isOff() ? outbox.time().registryNow() : outbox.now();
        if (outcome instanceof Outcome.Moved) {
            return isUsable(cell.job)
                    ? ShardStep.moved(forDecision(cell), cell.shard, run.record(), count(run), now)
                    : run.record().givenBack(outcome);
        }
        boolean asks = (run.definition.misfire() == Misfire.SKIP
                        || run.definition.retry().attempts() > 0)
                && !outbox.time().isOff(); // only then does it matter what came due meanwhile
        Instant latest = asks ? latest(cell, run.definition, now) : null;
        return ShardStep.completion(run.definition, run.record(), outcome, latest, now);
    }

    /** An end is recorded whatever the schedule does. */
    private @Nullable Instant latest(ShardCell cell, JobDefinition definition, Instant now) {
        try {
            return DueFiring.latest(definition, cell.shard, now);
        } catch (Throwable failed) {
            jobTable.failed(cell.job, failed);
            return null;
        }
    }
}
