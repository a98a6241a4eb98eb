package io.elasticjob.coordination;

import io.elasticjob.ShardRecord;
import io.elasticjob.ShardState;
import io.elasticjob.TriggerStatus;
import io.elasticjob.TriggerStatus.Progress;
import io.elasticjob.TriggerStatus.State;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** How far a trigger has come, from the records of its shards. */
public final class TriggerProgress {

    private TriggerProgress() {}

    /**
     * @param records of the shards that it lists; {@link ShardRecord#NEW} for those that are not there
     * @param gone whether the trigger is there no more, so that nobody begins with it
     */
    public static TriggerStatus of(String job, Trigger trigger, Map<Integer, ShardRecord> records, boolean gone) {
        SortedMap<Integer, Progress> shards = new TreeMap<>();
        for (int shard : trigger.shards()) {
            shards.put(shard, progress(trigger, records.getOrDefault(shard, ShardRecord.NEW), gone));
        }
        return new TriggerStatus(
                job,
                trigger.number(),
                trigger.request(),
                trigger.requestedAt(),
                trigger.by(),
                trigger.forced(),
                shards);
    }

    private static Progress progress(Trigger trigger, ShardRecord record, boolean gone) {
        boolean isLast = trigger.isRunBy(record);
        if (trigger.isDecidedBy(record)) {
            return new Progress(State.DONE, isLast ? ranOn(record) : null, isLast ? record.outcome() : null);
        }
        if (isLast && record.isRunning()) {
            return new Progress(State.RUNNING, ranOn(record), null);
        }
        return new Progress(gone ? State.CANCELLED : State.WAITING, null, null);
    }

    private static @Nullable String ranOn(ShardRecord record) {
        return record.latest().map(ShardState.Attempt::owner).orElse(null);
    }
}
