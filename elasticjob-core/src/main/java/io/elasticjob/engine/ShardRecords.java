package io.elasticjob.engine;

import io.elasticjob.ShardRecord;
import io.elasticjob.registry.Read;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Reads the records of a job's shards to find out whether something holds for all of them. A server that has caught up is
 * asked, so that of two that record the last shards at the same time one sees both. Confined to the loop.
 */
final class ShardRecords {

    private static final int AT_ONCE = 200;

    private final Inquiry inquiry;

    /** @param consequence of a record that cannot be read, in words */
    ShardRecords(Outbox outbox, String consequence) {
        this.inquiry = new Inquiry(outbox, AT_ONCE, AT_ONCE, consequence);
    }

    /**
     * Goes on with the records of these shards if it holds for all of them; nothing happens where it does not, or where one
     * of them cannot be read. Who records the last one asks again, and the leader does.
     *
     * @param then told the record of each shard
     */
    void ifAll(
            Connection over,
            JobState job,
            Collection<Integer> shards,
            Predicate<ShardRecord> holds,
            Consumer<Map<Integer, ShardRecord>> then) {
        List<Integer> asked = List.copyOf(shards);
        Map<Integer, ShardRecord> found = new TreeMap<>();
        inquiry.askCaughtUp(over, asked.stream().map(job.life()::record).toList(), new Inquiry.Asker() {
            @Override
            public boolean isWanted() {
                return true;
            }

            @Override
            public boolean read(int at, Read read) {
                Optional<ShardRecord> record = RecordTraffic.recordIn(read).filter(holds);
                record.ifPresent(known -> found.put(asked.get(at), known));
                return record.isPresent();
            }

            @Override
            public boolean unreadable(int at, String why, Duration pause) {
                return false;
            }

            @Override
            public void complete() {
                then.accept(found);
            }

            @Override
            public void unanswered(int from, Throwable why) {
                // the leader will look at it
            }
        });
    }
}
