package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.NoSuchJobException;
import io.elasticjob.Operator;
import io.elasticjob.RegistryException;
import io.elasticjob.TriggerStatus;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.TriggerCodec;
import io.elasticjob.coordination.Layout;
import io.elasticjob.coordination.Trigger;
import io.elasticjob.coordination.TriggerProgress;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Write;
import java.util.List;
import java.util.Optional;

/** Triggers that are asked about by their numbers: how they stand, and taking them back. Confined to the loop. */
final class NumberedTriggers {

    private final Layout layout;
    private final Registration registration;
    private final JobTable jobTable;
    private final TriggerRecords records;
    private final Changes changes;
    private final Outbox outbox;

    NumberedTriggers(
            Layout layout,
            Registration registration,
            JobTable jobTable,
            TriggerRecords records,
            Changes changes,
            Outbox outbox) {
        this.layout = layout;
        this.registration = registration;
        this.jobTable = jobTable;
        this.records = records;
        this.changes = changes;
        this.outbox = outbox;
    }

    void status(String name, long number, Question<Optional<TriggerStatus>> answer) {
        Connection over = registration.usable().orElse(null);
        if (over == null) {
            outbox.refuse(
                    answer,
                    new RegistryException(
                            "ZooKeeper cannot be reached at the moment; the state of the trigger is unknown"));
            return;
        }
        outbox.readCaughtUp(over, List.of(layout.job(name), layout.trigger(name, number)), result -> {
            if (!(result instanceof Result.Told<List<Read>> told)) {
                outbox.refuse(answer, TriggerRecords.notAnswered());
            } else if (told.answer().get(0) instanceof Read.Absent) {
                outbox.refuse(answer, new NoSuchJobException(name));
            } else {
                tell(over, name, decoded(number, told.answer().get(1)), false, answer);
            }
        });
    }

    void cancel(String name, long number, Operator by, Question<Optional<TriggerStatus>> answer) {
        String path = layout.trigger(name, number);
        new GuardedChange(name, layout, registration, jobTable).make(changes, answer, List.of(path), (found, reads) -> {
            if (!(reads.get(0) instanceof Read.Present present)) {
                return Changes.Decision.answer(Optional.empty());
            }
            Write deletion = new Write.Delete(path, present.stat().version());
            return Changes.Decision.write(List.of(deletion, found.job().life().guard()), done -> {
                outbox.publish(new ElasticJobEvent.JobChanged(name, "cancelled trigger " + number, by));
                registration.usable().ifPresent(over -> tell(over, name, decoded(number, present), true, answer));
            });
        });
    }

    /** @param gone whether the trigger is there no more */
    private void tell(
            Connection over,
            String name,
            Optional<Trigger> found,
            boolean gone,
            Question<Optional<TriggerStatus>> answer) {
        JobState job = jobTable.job(name).orElse(null);
        Trigger trigger = found.orElse(null);
        if (job == null || trigger == null) {
            outbox.answer(answer, Optional.empty());
            return;
        }
        records.read(
                over,
                job,
                trigger,
                read -> outbox.answer(answer, Optional.of(TriggerProgress.of(name, trigger, read, gone))),
                failed -> outbox.refuse(answer, failed));
    }

    private static Optional<Trigger> decoded(long number, Read read) {
        return read instanceof Read.Present present
                        && TriggerCodec.decode(number, present.stat().createdAt(), present.data())
                                instanceof Decoded.Value<Trigger> value
                ? Optional.of(value.value())
                : Optional.empty();
    }
}
