package io.elasticjob.coordination;

import io.elasticjob.ShardRecord;
import java.util.Map;

/** What becomes of a trigger, by what is known of the records of its shards, as they are or are about to be. */
public enum TriggerOutlook {
    /** All of its shards have run it, or will never: it can be removed. */
    DONE,
    /** One of its shards is still to run it. */
    TO_RUN,
    /** Those that are known have run it; of the others only the registry can tell. */
    UNKNOWN;

    /** @param known the records of some shards, by shard */
    public static TriggerOutlook of(Trigger trigger, Map<Integer, ShardRecord> known) {
        boolean isUnknown = false;
        for (int shard : trigger.shards()) {
            ShardRecord record = known.get(shard);
            if (record == null) {
                isUnknown = true;
            } else if (!trigger.isDecidedBy(record)) {
                return TO_RUN;
            }
        }
        return isUnknown ? UNKNOWN : DONE;
    }
}
