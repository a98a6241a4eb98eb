package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.NoSuchJobException;
import io.elasticjob.ShardRecord;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.StoredJobCodec;
import io.elasticjob.coordination.Pausing;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Write;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Disables jobs whose firings failed one after another, as an operator would: decided from what is read, written by
 * compare-and-set. Confined to the loop.
 */
final class Pauses {

    /** What could not be written is decided again after this time, from what is known then. */
    private static final Duration AGAIN = Duration.ofSeconds(1);

    private final Registration registration;
    private final Changes changes;
    private final Agenda agenda;
    private final Outbox outbox;

    /** By path, of those that may be under way. */
    private final Map<String, Question<Boolean>> underWay = new HashMap<>();

    Pauses(Registration registration, Changes changes, Agenda agenda, Outbox outbox) {
        this.registration = registration;
        this.changes = changes;
        this.agenda = agenda;
        this.outbox = outbox;
    }

    /** Has the job of this shard paused because of it, and the shard looked at again: it is another job then, or still fails. */
    void pause(ShardCell cell) {
        String path = cell.job.path();
        agenda.considerAt(cell, outbox.now().plus(AGAIN));
        underWay.values().removeIf(Question::isSettled);
        if (!underWay.containsKey(path)) {
            Question<Boolean> answer = new Question<>();
            underWay.put(path, answer);
            int shard = cell.shard;
            ShardRecord record = cell.record();
            changes.make(answer, List.of(path), reads -> decide(path, shard, record, reads.get(0), answer));
        }
    }

    private Changes.Decision<Boolean> decide(
            String path, int shard, ShardRecord record, Read read, Question<Boolean> answer) {
        String job = path.substring(path.lastIndexOf('/') + 1);
        if (!(read instanceof Read.Present present)) {
            throw new NoSuchJobException(job);
        }
        Optional<StoredJob> next = StoredJobCodec.decode(job, present.data()) instanceof Decoded.Value<StoredJob> value
                ? Pausing.paused(value.value(), shard, record, outbox.time().registryNow(), registration.leadTime())
                : Optional.empty();
        if (next.isEmpty()) {
            return Changes.Decision.answer(false);
        }
        Write put = new Write.Put(
                path,
                StoredJobCodec.encodeChecked(next.get(), present.data().length),
                present.stat().version());
        return Changes.Decision.write(List.of(put), done -> {
            outbox.publish(new ElasticJobEvent.JobPaused(
                    job, shard, record.streak().orElseThrow().failed(), record.error()));
            outbox.answer(answer, true);
        });
    }
}
