package io.elasticjob.engine;

import io.elasticjob.codec.ShardRecordCodec;
import io.elasticjob.engine.ShardCell.Pending;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Stat;
import io.elasticjob.registry.Write;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * One transaction: the checks under which its writes were decided, then the records. The checks are the writer's own
 * instance and, for all but completions, each job and the folder of its records: a job that was removed and made anew
 * begins with the same version, but has another folder, and its removal marks the old one. A claim for a firing by hand
 * carries a check of its trigger.
 */
final class Batch {

    private final List<Write> writes = new ArrayList<>();
    private final int[] recordAt;

    /**
     * @param laid folders that earlier batches of the same turn make; those that this one makes are added
     */
    Batch(Write presence, List<ShardCell> cells, Set<JobState> laid) {
        writes.add(presence);
        Set<JobState> decidedUnder = new LinkedHashSet<>();
        for (ShardCell cell : cells) {
            if (!cell.pendingWrite().isOfExecution()) {
                decidedUnder.add(cell.job);
            }
        }
        for (JobState job : decidedUnder) {
            writes.add(job.check());
            if (job.recordsLaid()) {
                writes.add(job.checkOfRecords());
            }
        }
        for (ShardCell cell : cells) {
            if (cell.pendingWrite() instanceof Pending.Claim claim
                    && claim.step().trigger() != null) {
                writes.add(cell.job.checkOf(claim.step().trigger()));
            }
        }
        recordAt = new int[cells.size()];
        for (int i = 0; i < recordAt.length; i++) {
            recordAt[i] = add(cells.get(i), laid);
        }
    }

    /** Adds the writes of one record; gives the place of the put among all writes. */
    private int add(ShardCell cell, Set<JobState> laid) {
        int version = cell.version;
        if (version == ShardCell.ABSENT) {
            if (!cell.job.recordsLaid() && laid.add(cell.job)) {
                writes.add(new Write.Create(cell.job.recordsPath(), new byte[0], Write.Life.PERSISTENT));
            }
            // Only a put answers with the transaction id that becomes the token.
            writes.add(new Write.Create(cell.path(), new byte[0], Write.Life.PERSISTENT));
            version = 0;
        }
        writes.add(new Write.Put(
                cell.path(), ShardRecordCodec.encode(cell.pendingWrite().next()), version));
        return writes.size() - 1;
    }

    List<Write> writes() {
        return writes;
    }

    /** What the registry says of the record of the cell at this place. */
    Stat stat(Answer.Committed done, int cell) {
        return done.results().get(recordAt[cell]).stat().orElseThrow();
    }
}
