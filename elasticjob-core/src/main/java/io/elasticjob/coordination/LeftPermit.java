package io.elasticjob.coordination;

import io.elasticjob.ShardRecord;
import java.util.Optional;

/** What to do about a claim that is counted in a limit, from the shard's record as it was read after that. */
public enum LeftPermit {
    /** What is counted runs, or may: it stays. */
    STAYS,
    /** Nothing runs that is counted: it goes. */
    GOES,
    /** It goes once the one that holds the record is known to be dead for longer than its lease. */
    GOES_WITH_ITS_HOLDER;

    /**
     * @param record empty when it cannot be read by this version
     * @param isLive whether its holder, if there is one, is among the live instances
     */
    public static LeftPermit of(String limit, Optional<ShardRecord> record, boolean isLive) {
        if (record.isEmpty()) {
            return STAYS;
        }
        ShardRecord known = record.get();
        if (!known.permits().contains(limit) || known.holder().isEmpty()) {
            return GOES;
        }
        return isLive ? STAYS : GOES_WITH_ITS_HOLDER;
    }
}
