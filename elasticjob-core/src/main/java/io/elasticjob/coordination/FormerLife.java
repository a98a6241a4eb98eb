package io.elasticjob.coordination;

import io.elasticjob.ShardRecord;
import org.jspecify.annotations.Nullable;

/**
 * Records that may be deleted: those of a life of a job that is over.
 *
 * <p>Within the life of its job no record is ever deleted, not even that of a shard that a change took away: the versions
 * of a node that is created again begin at zero again, so that an old claim could complete a new one. Such a record is hidden,
 * and goes with its job's life. The folder of a life carries what was drawn for the life in its name, which is never drawn
 * again; so nothing is ever created again where a former life's record was, and whatever is still to be written
 * there is refused.
 */
public final class FormerLife {

    private FormerLife() {}

    /**
     * Whether a life is over. A job is made before its records, so that this is conclusive when the job was read after
     * its records were seen.
     *
     * @param life that the records belong to
     * @param present the one of the job that is there now; null when there is none
     */
    public static boolean isOver(String life, @Nullable String present) {
        return !life.equals(present);
    }

    /**
     * Whether a record of a former life may go: never while somebody runs it.
     *
     * @param ownerDead whether the owner's node was not there, in a read issued after the read of the record
     */
    public static boolean isRemovable(ShardRecord record, boolean ownerDead) {
        return !record.isRunning() || ownerDead;
    }
}
