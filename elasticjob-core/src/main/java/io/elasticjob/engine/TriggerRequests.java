package io.elasticjob.engine;

import io.elasticjob.TriggerReceipt;
import io.elasticjob.TriggerRequest;
import io.elasticjob.TriggerStatus;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Write;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Firings that are asked for by hand through this instance: those of one turn are created together. Confined to the loop.
 *
 * <p>A trigger must not be created twice, though an answer may be lost. So it is created together with an ephemeral node
 * that is named after the request, and whoever completes the trigger leaves it there as long as that node is: in doubt the
 * one tells whether the other was created, and which number it has.
 */
final class TriggerRequests {

    /** So many triggers are created in one transaction. */
    private static final int CREATED_AT_ONCE = 100;

    private final Namespace namespace;
    private final Registration registration;
    private final RequestNodes nodes;
    private final TriggerCompletions completions;
    private final Changes changes;
    private final Outbox outbox;
    private final Supplier<String> ids;

    /** To be sent at the end of the turn, in the order of asking. */
    private List<TriggerCreation> toCreate = new ArrayList<>();

    private long creations;

    /** @param ids gives an id to each request that has none */
    TriggerRequests(
            Namespace namespace,
            Registration registration,
            RequestNodes nodes,
            TriggerCompletions completions,
            Changes changes,
            Outbox outbox,
            Supplier<String> ids) {
        this.namespace = namespace;
        this.registration = registration;
        this.nodes = nodes;
        this.completions = completions;
        this.changes = changes;
        this.outbox = outbox;
        this.ids = ids;
    }

    /**
     * @param answer whose refusal refuses {@code completion}, too
     * @param completion answered when the trigger is done
     */
    void trigger(TriggerRequest request, Question<TriggerReceipt> answer, Question<TriggerStatus> completion) {
        if (!changes.begin(answer)) {
            return;
        }
        boolean shared = !request.id().isEmpty();
        TriggerRequest named = shared ? request : request.withId(ids.get());
        TriggerCreation creation = new TriggerCreation(
                new TriggerCreation.Asked(named, shared, answer, completion),
                new RequestClaim(namespace.layout().request(named.job(), named.id()), creations++, registration, nodes),
                namespace,
                registration,
                completions,
                changes,
                outbox);
        if (shared) {
            creation.goOn(); // it may have been made before
        } else {
            toCreate.add(creation);
        }
    }

    /**
     * Creates what was asked for in this turn, as far as it can be decided without asking the registry first; once, at the
     * end of the turn. What was decided under an old version of a job is refused, and decided anew from what is there.
     *
     * @param over null while there is no connection
     */
    void flush(@Nullable Connection over) {
        List<TriggerCreation> all = toCreate;
        toCreate = new ArrayList<>();
        Map<TriggerCreation, Integer> together = new LinkedHashMap<>();
        for (TriggerCreation creation : all) {
            int size = over == null ? 0 : creation.prepared();
            if (size == 0) {
                creation.goOn();
            } else {
                together.put(creation, size);
            }
        }
        if (over != null) {
            outbox.cut(together.keySet(), CREATED_AT_ONCE, together::get).forEach(parcel -> create(over, parcel));
        }
    }

    /** In one transaction. When that is refused, nothing is written, and each goes on alone. */
    private void create(Connection over, List<TriggerCreation> together) {
        List<TriggerCreation.Prepared> prepared =
                together.stream().map(TriggerCreation::taken).toList();
        List<Write> writes = new ArrayList<>();
        writes.add(registration.check());
        List<JobState> jobs =
                prepared.stream().map(TriggerCreation.Prepared::job).distinct().toList();
        jobs.forEach(job -> {
            writes.add(job.check());
            writes.add(job.life().guard()); // one of the same name that was created again begins with the same version
        });
        int[] begins = new int[prepared.size()];
        for (int i = 0; i < begins.length; i++) {
            begins[i] = writes.size();
            writes.addAll(prepared.get(i).writes());
            namespace.triggers().creating(prepared.get(i).job());
        }
        outbox.commit(over, writes, result -> {
            if (result instanceof Result.Told<Answer> told) {
                namespace.jobs().guarded(over, jobs, writes, told.answer());
            }
            try {
                for (int i = 0; i < begins.length; i++) {
                    answered(over, together.get(i), prepared.get(i), result, begins[i]);
                }
            } finally {
                prepared.forEach(one -> namespace.triggers().answered(one.job()));
            }
        });
    }

    /** @param begin place of its first write among all that travelled together */
    private void answered(
            Connection over,
            TriggerCreation creation,
            TriggerCreation.Prepared prepared,
            Result<Answer> result,
            int begin) {
        if (!(result instanceof Result.Told<Answer> told)) {
            creation.settle(over);
        } else if (told.answer() instanceof Answer.Committed done) {
            int end = begin + prepared.writes().size();
            creation.created(over, prepared, done.results().subList(begin, end));
        } else {
            creation.goOn();
        }
    }
}
