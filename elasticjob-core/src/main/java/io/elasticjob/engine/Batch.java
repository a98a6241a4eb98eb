package io.elasticjob.engine;

import io.elasticjob.ShardRecord;
import io.elasticjob.codec.ShardRecordCodec;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Stat;
import io.elasticjob.registry.Write;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * One transaction: the checks under which its writes were decided, then the records. The checks are the writer's own
 * instance and, for all but completions, each job and the folder of its records: a job that was removed and created again
 * begins with the same version, but has another folder, and its removal marks the old one. The path of a record bears the life
 * of its job, so that a completion hits nothing of another one. A claim for a firing by hand carries a check of its trigger. A
 * claim of what is offered takes the offer away, whoever claims. What is counted in limits is counted, and not any more, with
 * the record that says so.
 */
final class Batch {

    private final List<Write> writes = new ArrayList<>();
    private final int[] recordAt;

    private final LimitTable limits;

    /** Where each limit is written over in which claims are counted. */
    private final Map<String, Integer> limitAt = new TreeMap<>();

    /**
     * @param laid folders that earlier batches of the same turn make; those that this one makes are added
     */
    Batch(Write presence, List<ShardCell> cells, Set<JobState> laid, LimitTable limits) {
        this.limits = limits;
        writes.add(presence);
        Set<JobState> decidedUnder = new LinkedHashSet<>();
        for (ShardCell cell : cells) {
            if (!cell.write().isOfExecution()) {
                decidedUnder.add(cell.job);
            }
        }
        for (JobState job : decidedUnder) {
            writes.add(job.check());
            if (!job.life().isMissing()) { // else it is created below
                writes.add(job.life().check());
            }
        }
        for (ShardCell cell : cells) {
            if (cell.write() instanceof RecordWrite.Claim claim && claim.step().trigger() != null) {
                writes.add(cell.job.checkOf(claim.step().trigger()));
            }
        }
        for (ShardCell cell : cells) {
            if (cell.write() instanceof RecordWrite.Claim) {
                cell.offer().ifPresent(offer -> writes.add(new Write.Delete(offer, 0)));
            }
        }
        cells.forEach(this::count);
        recordAt = new int[cells.size()];
        for (int i = 0; i < recordAt.length; i++) {
            recordAt[i] = add(cells.get(i), laid);
        }
    }

    /** What is counted of a shard in limits changes with its record. */
    private void count(ShardCell cell) {
        ShardRecord now = cell.record();
        ShardRecord next = cell.write().next();
        for (String limit : cell.permits.toTake(now, next)) {
            limitAt.computeIfAbsent(limit, name -> {
                writes.add(limits.count(name));
                return writes.size() - 1;
            });
            byte[] holder = next.holder().orElse("").getBytes(StandardCharsets.UTF_8); // for people
            writes.add(new Write.Create(limits.permit(limit, cell), holder, Write.Life.PERSISTENT));
        }
        for (String limit : cell.permits.toLeave(now, next)) {
            writes.add(new Write.Delete(limits.permit(limit, cell), 0));
        }
        if (cell.write() instanceof RecordWrite.Claim) {
            for (String limit : cell.permits.toKeep(now, next)) {
                writes.add(new Write.Check(limits.permit(limit, cell), 0));
            }
        }
    }

    /** It was written: so were the limits. */
    void counted(Answer.Committed done) {
        limitAt.forEach((limit, at) ->
                limits.counted(limit, done.results().get(at).stat().orElseThrow()));
    }

    /** Adds the writes of one record; gives the place of the put among all writes. */
    private int add(ShardCell cell, Set<JobState> laid) {
        int version = cell.version();
        if (version == ShardCell.ABSENT) {
            if (cell.job.life().isMissing() && laid.add(cell.job)) {
                writes.add(cell.job.life().guard());
            }
            // Only a put answers with the transaction id that becomes the token.
            writes.add(new Write.Create(cell.path(), new byte[0], Write.Life.PERSISTENT));
            version = 0;
        }
        writes.add(
                new Write.Put(cell.path(), ShardRecordCodec.encode(cell.write().next()), version));
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
