package io.elasticjob.engine;

import io.elasticjob.RegistryException;
import io.elasticjob.ShardRecord;
import io.elasticjob.coordination.Trigger;
import io.elasticjob.registry.Read;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Reads the records of a trigger's shards, which tell how far it has come. Confined to the loop. */
final class TriggerRecords {

    private static final int AT_ONCE = 200;

    private final Inquiry inquiry;

    TriggerRecords(Outbox outbox) {
        this.inquiry = new Inquiry(outbox, AT_ONCE, AT_ONCE, "the state of the shard is unknown");
    }

    /**
     * Reads them all.
     *
     * @param then told each shard's record; one that this version cannot read counts as new
     * @param failed told when there is no answer
     */
    void read(
            Connection over,
            JobState job,
            Trigger trigger,
            Consumer<Map<Integer, ShardRecord>> then,
            Consumer<RegistryException> failed) {
        Map<Integer, ShardRecord> records = new HashMap<>();
        List<Integer> shards = List.copyOf(trigger.shards());
        inquiry.ask(over, shards.stream().map(job.life()::record).toList(), new Inquiry.Asker() {
            @Override
            public boolean isWanted() {
                return true;
            }

            @Override
            public boolean read(int at, Read read) {
                records.put(shards.get(at), RecordTraffic.recordIn(read).orElse(ShardRecord.NEW));
                return true;
            }

            @Override
            public boolean unreadable(int at, String why, Duration pause) {
                records.put(shards.get(at), ShardRecord.NEW); // as one that this version cannot read
                return true;
            }

            @Override
            public void complete() {
                then.accept(records);
            }

            @Override
            public void unanswered(int from, Throwable why) {
                failed.accept(notAnswered());
            }
        });
    }

    static RegistryException notAnswered() {
        return new RegistryException("ZooKeeper did not answer; the state of the trigger is unknown");
    }
}
