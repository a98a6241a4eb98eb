package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.OperationRefusedException;
import io.elasticjob.RerunReceipt;
import io.elasticjob.RerunRequest;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.FiringRecordCodec;
import io.elasticjob.codec.TriggerCodec;
import io.elasticjob.coordination.FiringRecord;
import io.elasticjob.coordination.Layout;
import io.elasticjob.coordination.Reruns;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.coordination.Trigger;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Write;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Past firings that operators ask to run again. The record of the job's firings is read, then its triggers are listed, then
 * both are written at the version that was read: no other request has made triggers for these firings meanwhile. Confined to
 * the loop.
 */
final class RerunRequests {

    private final Namespace namespace;
    private final Registration registration;
    private final Changes changes;
    private final Outbox outbox;
    private final Supplier<String> ids;

    /** @param ids gives an id to each request that has none */
    RerunRequests(
            Namespace namespace, Registration registration, Changes changes, Outbox outbox, Supplier<String> ids) {
        this.namespace = namespace;
        this.registration = registration;
        this.changes = changes;
        this.outbox = outbox;
        this.ids = ids;
    }

    void rerun(RerunRequest request, Question<RerunReceipt> answer) {
        String id = request.id().isEmpty() ? ids.get() : request.id();
        namespace.find(request.job(), changes, answer, job -> new Rerun(job, request, id, answer).begin());
    }

    private final class Rerun implements Changes.Plan<RerunReceipt> {

        private final JobState job;
        private final RerunRequest request;
        private final String id;
        private final Question<RerunReceipt> answer;
        private final String firings;

        /** The version of the record after which the triggers were listed; null before. */
        private @Nullable Integer listedAfter;

        Rerun(JobState job, RerunRequest request, String id, Question<RerunReceipt> answer) {
            this.job = job;
            this.request = request;
            this.id = id;
            this.answer = answer;
            this.firings = namespace.layout().firings(job.name(), job.life().name());
        }

        void begin() {
            changes.make(answer, List.of(job.path(), firings), this);
        }

        @Override
        public Changes.Decision<RerunReceipt> decide(List<Read> reads) {
            Read.Present present = job.life().requireIn(reads.get(0));
            if (job.version() != present.stat().version()) {
                return Changes.Decision.hear(
                        "This instance cannot read the stored job " + job.name() + " at present",
                        heard -> registration
                                .usable()
                                .ifPresent(over -> namespace.jobs().reread(over, List.of(job.name()), heard)));
            }
            int version =
                    reads.get(1) instanceof Read.Present there ? there.stat().version() : -1;
            FiringRecord record = record(reads.get(1));
            if (listedAfter == null || listedAfter != version) {
                return Changes.Decision.first(done -> namespace.triggers().listThen(job, () -> {
                    listedAfter = version;
                    done.run();
                }));
            }
            if (Reruns.isDone(record, id)) {
                return Changes.Decision.answer(new RerunReceipt(job.name(), id, Reruns.left(job.triggers(), id), true));
            }
            Reruns reruns = Reruns.of(
                    new Reruns.Known(
                            stored(),
                            job.standing(),
                            namespace.roster().processes(job),
                            job::effective,
                            record,
                            job.triggers()),
                    request,
                    id,
                    outbox.time().registryNow());
            return Changes.Decision.write(writes(reruns, version), done -> made(reruns, done));
        }

        private FiringRecord record(Read read) {
            if (!(read instanceof Read.Present present)) {
                return FiringRecord.NEW;
            }
            Decoded<FiringRecord> decoded = FiringRecordCodec.decode(present.data());
            if (decoded instanceof Decoded.Value<FiringRecord> value) {
                return value.value();
            }
            throw new OperationRefusedException("The record of the firings of " + job.name()
                    + " cannot be read by this version: " + decoded.reason());
        }

        private StoredJob stored() {
            StoredJob stored = job.stored();
            if (stored == null) {
                throw new OperationRefusedException("The stored job " + job.name() + " cannot be read by this version");
            }
            return stored;
        }

        private List<Write> writes(Reruns reruns, int version) {
            List<Write> writes = new ArrayList<>();
            writes.add(job.check());
            writes.add(job.life().guard());
            for (Trigger trigger : reruns.triggers()) {
                writes.add(new Write.Create(
                        namespace.layout().triggers(job.name()), TriggerCodec.encode(trigger), Write.Life.SEQUENTIAL));
            }
            writes.add(new Write.Put(firings, FiringRecordCodec.encode(reruns.record()), version));
            return writes;
        }

        private void made(Reruns reruns, Answer.Committed done) {
            List<RerunReceipt.Rerun> made = new ArrayList<>();
            int first = done.results().size() - 1 - reruns.triggers().size();
            for (int i = 0; i < reruns.triggers().size(); i++) {
                Trigger trigger = reruns.triggers().get(i);
                Trigger.Rerun rerun = trigger.content().rerun();
                if (rerun == null) {
                    throw new IllegalStateException("The trigger runs no past firing again");
                }
                String path = done.results().get(first + i).path();
                long number = Layout.triggerNumber(path.substring(path.lastIndexOf('/') + 1))
                        .orElseThrow();
                made.add(new RerunReceipt.Rerun(rerun.of(), number, trigger.shards()));
                outbox.publish(new ElasticJobEvent.FiringRerun(
                        job.name(), rerun.of().firing(), number, trigger.shards(), request.by()));
            }
            outbox.publish(new ElasticJobEvent.JobChanged(job.name(), inWords(made), request.by()));
            outbox.answer(answer, new RerunReceipt(job.name(), id, made, false));
        }

        private static String inWords(List<RerunReceipt.Rerun> made) {
            return "asked to run again "
                    + made.stream().map(one -> one.firing().firing().text()).collect(Collectors.joining(", "));
        }
    }
}
