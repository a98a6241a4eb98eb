package io.elasticjob.engine;

import io.elasticjob.JobDefinition;
import io.elasticjob.ShardRecord;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.FiringRecordCodec;
import io.elasticjob.coordination.Cancel;
import io.elasticjob.coordination.Cancels;
import io.elasticjob.coordination.FiringRecord;
import io.elasticjob.coordination.Layout;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Write;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The leader's removal of cancels whose firings are over, or whose jobs are gone. Confined to the loop. */
final class OverCancels {

    /** Younger ones are still being heard of. */
    private static final Duration LEFT_ALONE = Duration.ofSeconds(10);

    private static final int AT_ONCE = 200;

    private final Namespace namespace;
    private final Leadership leadership;
    private final Outbox outbox;
    private final Inquiry inquiry;

    OverCancels(Namespace namespace, Leadership leadership, Outbox outbox) {
        this.namespace = namespace;
        this.leadership = leadership;
        this.outbox = outbox;
        this.inquiry = new Inquiry(outbox, AT_ONCE, AT_ONCE, "what is to end of the shard stays");
    }

    void round(Connection over) {
        Instant now = outbox.time().registryNow();
        namespace.cancels().readable().forEach((name, cancel) -> {
            if (now.isAfter(cancel.requestedAt().plus(LEFT_ALONE))) {
                Layout.lifeOfCancel(name).ifPresent(life -> look(over, name, life, cancel, now));
            }
        });
    }

    private void look(Connection over, String name, Layout.JobLife life, Cancel cancel, Instant now) {
        JobState job = namespace.jobs().job(life.job()).orElse(null);
        if (job == null || !job.life().name().equals(life.life())) {
            delete(over, name);
            return;
        }
        JobDefinition known = job.definition();
        if (known != null
                && !known.monitorExecution()
                && now.isAfter(cancel.requestedAt().plus(LEFT_ALONE.multipliedBy(6)))) {
            delete(over, name); // nothing is recorded of it, and everybody has heard of it
            return;
        }
        if (cancel.isWhole()) {
            lookAtFiring(over, name, life, cancel, now);
            return;
        }
        List<Integer> shards = List.copyOf(cancel.shards());
        Map<Integer, ShardRecord> records = new HashMap<>();
        inquiry.askCaughtUp(over, shards.stream().map(job.life()::record).toList(), new Inquiry.Asker() {
            @Override
            public boolean isWanted() {
                return leadership.isHeld(over);
            }

            @Override
            public boolean read(int at, Read read) {
                return RecordTraffic.recordIn(read)
                        .map(record -> records.put(shards.get(at), record) == null)
                        .orElse(false);
            }

            @Override
            public boolean unreadable(int at, String why, Duration pause) {
                return false;
            }

            @Override
            public void complete() {
                if (Cancels.isOver(cancel, records, now)) {
                    delete(over, name);
                }
            }

            @Override
            public void unanswered(int from, Throwable why) {
                // the next round looks again
            }
        });
    }

    private void lookAtFiring(Connection over, String name, Layout.JobLife life, Cancel cancel, Instant now) {
        List<String> path = List.of(namespace.layout().firings(life.job(), life.life()));
        outbox.readCaughtUp(over, path, result -> {
            if (leadership.isHeld(over) && result instanceof Result.Told<List<Read>> told) {
                FiringRecord record = told.answer().get(0) instanceof Read.Present present
                                && FiringRecordCodec.decode(present.data()) instanceof Decoded.Value<FiringRecord> value
                        ? value.value()
                        : null;
                if (Cancels.isOver(cancel, record, now)) {
                    delete(over, name);
                }
            }
        });
    }

    private void delete(Connection over, String name) {
        List<Write> writes = new ArrayList<>();
        writes.add(new Write.Delete(namespace.layout().cancel(name), 0));
        outbox.commit(over, leadership.asLeader(writes), result -> {}); // where that fails, the next round does it
    }
}
