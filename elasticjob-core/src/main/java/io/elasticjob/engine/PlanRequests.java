package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.OperationRefusedException;
import io.elasticjob.Operator;
import io.elasticjob.PlanRequest;
import io.elasticjob.PlanStatus;
import io.elasticjob.RegistryException;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.PlannedCodec;
import io.elasticjob.coordination.Demand;
import io.elasticjob.coordination.Planned;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Write;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Firings that operators ask for and that are to come. Each has the id of its request in the name of its node: one that was
 * stored before an answer was lost is found again by that. Confined to the loop.
 */
final class PlanRequests {

    private final Namespace namespace;
    private final Changes changes;
    private final Outbox outbox;
    private final Supplier<String> ids;

    /** @param ids gives an id to each request that has none, and a mark to each */
    PlanRequests(Namespace namespace, Changes changes, Outbox outbox, Supplier<String> ids) {
        this.namespace = namespace;
        this.changes = changes;
        this.outbox = outbox;
        this.ids = ids;
    }

    void plan(PlanRequest request, Question<PlanStatus> answer) {
        String id =
                request.trigger().id().isEmpty() ? ids.get() : request.trigger().id();
        namespace.find(request.trigger().job(), changes, answer, job -> plan(job, id, request, answer));
    }

    private void plan(JobState job, String id, PlanRequest request, Question<PlanStatus> answer) {
        String folder = namespace.layout().planned();
        String path = namespace.layout().planned(job.name(), job.life().name(), id);
        AtomicReference<@Nullable Connection> sent = new AtomicReference<>();
        changes.make(answer, List.of(job.path(), folder, path), reads -> {
            job.life().requireIn(reads.get(0));
            Instant now = outbox.time().registryNow();
            Planned planned = Planned.of(request, id, job.effective().schedule(), now);
            Demand.trigger(
                    stored(job),
                    job.standing(),
                    namespace.roster().processes(job),
                    job::effective,
                    request.trigger().withForce(true),
                    now);
            if (reads.get(2) instanceof Read.Present present) {
                return Changes.Decision.answer(
                        again(job.name(), planned, present).status());
            }
            Connection over = changes.over().orElse(null);
            Connection before = sent.getAndSet(over);
            if (before != null && before != over) { // it may have been stored, and carried out
                throw new RegistryException("The connection to ZooKeeper was lost before it answered; the plan " + id
                        + " may or may not have been stored, and carried out");
            }
            if (namespace.planned().of(job).size() >= Planned.MOST) {
                throw new OperationRefusedException(
                        job.name() + " has " + Planned.MOST + " requests to come already: wait, or cancel some");
            }
            List<Write> writes = new ArrayList<>();
            writes.add(job.life().guard());
            if (reads.get(1) instanceof Read.Absent) {
                writes.add(new Write.Create(folder, new byte[0], Write.Life.PERSISTENT));
            }
            String mark = ids.get();
            writes.add(new Write.Create(path, PlannedCodec.encode(planned, mark), Write.Life.PERSISTENT));
            writes.add(new Write.Create(path + "/" + mark, new byte[0], Write.Life.PERSISTENT));
            return Changes.Decision.write(writes, done -> {
                namespace.planned().listAgain();
                outbox.publish(new ElasticJobEvent.JobChanged(
                        job.name(), inWords(planned), request.trigger().by()));
                outbox.answer(answer, planned.status());
            });
        });
    }

    private static String inWords(Planned planned) {
        Instant notBefore = planned.notBefore();
        return notBefore != null
                ? "planned a trigger not before " + notBefore + " ("
                        + planned.asked().id() + ")"
                : "planned a backfill of " + planned.fireTimes().size() + " fire time(s) ("
                        + planned.asked().id() + ")";
    }

    private static Planned again(String job, Planned asked, Read.Present present) {
        if (PlannedCodec.decode(job, present.stat().createdAt(), present.data())
                        instanceof Decoded.Value<PlannedCodec.Stored> there
                && there.value().planned().isSameRequest(asked)) {
            return there.value().planned();
        }
        throw new OperationRefusedException(
                "There is another request of the id " + asked.asked().id() + " already; nothing was changed");
    }

    /**
     * Also of a plan that nobody can read: what lies below it is looked up then.
     *
     * @param answer whether it was there
     */
    void cancel(String name, String id, Operator by, Question<Boolean> answer) {
        namespace.find(name, changes, answer, job -> cancel(job, id, by, answer));
    }

    private void cancel(JobState job, String id, Operator by, Question<Boolean> answer) {
        String name = job.name();
        String path = namespace.layout().planned(name, job.life().name(), id);
        AtomicReference<@Nullable List<String>> below = new AtomicReference<>();
        changes.make(answer, List.of(job.path(), path), reads -> {
            job.life().requireIn(reads.get(0));
            if (!(reads.get(1) instanceof Read.Present present)) {
                return Changes.Decision.answer(false);
            }
            List<String> marks = mark(name, present).orElseGet(() -> below.getAndSet(null));
            if (marks == null) {
                return Changes.Decision.hear(
                        "What lies below the plan " + id + ", which nobody can read, could not be listed",
                        listed -> list(path, below, listed));
            }
            List<Write> writes = new ArrayList<>();
            marks.forEach(mark -> writes.add(new Write.Delete(path + "/" + mark, 0)));
            writes.add(new Write.Delete(path, present.stat().version()));
            return Changes.Decision.write(writes, done -> {
                namespace.planned().listAgain();
                outbox.publish(new ElasticJobEvent.JobChanged(name, "cancelled the plan " + id, by));
                outbox.answer(answer, true);
            });
        });
    }

    /** The node below a plan, none for one of an earlier format; empty when the plan cannot be read. */
    private static Optional<List<String>> mark(String job, Read.Present plan) {
        return PlannedCodec.decode(job, plan.stat().createdAt(), plan.data())
                        instanceof Decoded.Value<PlannedCodec.Stored> there
                ? Optional.of(
                        there.value().mark().isEmpty()
                                ? List.of()
                                : List.of(there.value().mark()))
                : Optional.empty();
    }

    private void list(String path, AtomicReference<@Nullable List<String>> below, Runnable listed) {
        changes.over()
                .ifPresent(over -> outbox.children(over, path, result -> {
                    if (result instanceof Result.Told<List<String>> told) {
                        below.set(told.answer());
                        listed.run();
                    }
                }));
    }

    private static StoredJob stored(JobState job) {
        StoredJob stored = job.stored();
        if (stored == null) {
            throw new OperationRefusedException("The stored job " + job.name() + " cannot be read by this version");
        }
        return stored;
    }
}
