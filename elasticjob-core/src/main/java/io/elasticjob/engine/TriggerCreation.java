package io.elasticjob.engine;

import io.elasticjob.NoSuchJobException;
import io.elasticjob.OperationRefusedException;
import io.elasticjob.RegistryException;
import io.elasticjob.TriggerReceipt;
import io.elasticjob.TriggerRequest;
import io.elasticjob.TriggerStatus;
import io.elasticjob.codec.TriggerCodec;
import io.elasticjob.coordination.Demand;
import io.elasticjob.coordination.Layout;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.coordination.Trigger;
import io.elasticjob.coordination.TriggerProgress;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.RequestSize;
import io.elasticjob.registry.Write;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Creates the trigger of one request, once. The node of the request says whose it is, and by its version whether the
 * trigger was created. Where others may make the same request, the node is taken first: whoever has it looks for the
 * trigger of one that was here before, which nobody else can create meanwhile. Confined to the loop.
 */
final class TriggerCreation implements Changes.Plan<TriggerReceipt> {

    /** So often the trigger of somebody else's request is looked for. */
    private static final int MOST_LOOKS = 20;

    /**
     * What is asked for.
     *
     * @param shared whether others may make the same request
     * @param answer whose refusal refuses {@code completion}, too
     * @param completion answered when the trigger is done
     */
    record Asked(
            TriggerRequest request,
            boolean shared,
            Question<TriggerReceipt> answer,
            Question<TriggerStatus> completion) {}

    /**
     * A creation as it was decided.
     *
     * @param job under whose version
     * @param writes of the node of the request, if it is not taken yet, then a put of it, then of the trigger
     */
    record Prepared(JobState job, Trigger asked, List<Write> writes) {}

    private final TriggerRequest request;
    private final boolean shared;
    private final Question<TriggerReceipt> answer;
    private final Question<TriggerStatus> completion;
    private final RequestClaim claim;
    private final Namespace namespace;
    private final Registration registration;
    private final TriggerCompletions completions;
    private final Changes changes;
    private final Outbox outbox;

    /** Whether the node that was found was taken by this very try, under an instance that is no more. */
    private boolean isLeftBehind;

    /** The life of the job that it is asked for in; null before it was decided. */
    private @Nullable String of;

    /** How often the same request of somebody else was seen, but not its trigger. */
    private int looks;

    /** What is sent at the end of this turn; null else. */
    private @Nullable Prepared prepared;

    TriggerCreation(
            Asked asked,
            RequestClaim claim,
            Namespace namespace,
            Registration registration,
            TriggerCompletions completions,
            Changes changes,
            Outbox outbox) {
        this.request = asked.request();
        this.shared = asked.shared();
        this.answer = asked.answer();
        this.completion = asked.completion();
        this.claim = claim;
        this.namespace = namespace;
        this.registration = registration;
        this.completions = completions;
        this.changes = changes;
        this.outbox = outbox;
    }

    // ---- Together with others -------------------------------------------------------------------------------------

    /** Decides from what is known of the job; gives the bytes that it takes, or 0 when the registry has to be asked. */
    int prepared() {
        JobState job = namespace.jobs().isLoaded() ? known() : null;
        if (job == null || job.stored() == null) {
            return 0;
        }
        try {
            prepared = prepare(job, true);
        } catch (RuntimeException refused) {
            return 0; // perhaps not by what is there by now
        }
        int checks = RequestSize.of(job.path()) + RequestSize.of(job.life().records());
        return checks + prepared.writes().stream().mapToInt(RequestSize::of).sum();
    }

    /** What was prepared, to be sent now. */
    Prepared taken() {
        Prepared taken = Objects.requireNonNull(prepared);
        prepared = null;
        return taken;
    }

    /** What was sent got no answer over this connection: it is found out whether it was written. */
    void settle(Connection over) {
        changes.settle(over, answer, this::paths, this);
    }

    // ---- By itself ------------------------------------------------------------------------------------------------

    /** Reads what is there, and decides by that. */
    void goOn() {
        changes.goOn(answer, this::paths, this);
    }

    private List<String> paths() {
        JobState job = known();
        String node = namespace.layout().job(request.job());
        return List.of(node, claim.path(), job == null ? node : job.life().records(), node);
    }

    private @Nullable JobState known() {
        return namespace.jobs().job(request.job()).orElse(null);
    }

    @Override
    public Changes.Decision<TriggerReceipt> decide(List<Read> reads) {
        int mine = claim.versionIn(reads.get(1));
        isLeftBehind = claim.isLeftBehindIn(reads.get(1));
        try {
            return decide(reads, mine);
        } catch (RuntimeException refused) {
            claim.forget(mine);
            throw refused;
        }
    }

    /** @param mine version of the node of the request, if this try has made it; else {@link RequestClaim#NOT_MINE} */
    private Changes.Decision<TriggerReceipt> decide(List<Read> reads, int mine) {
        if (claim.isOfFormerSession()) {
            throw new RegistryException(
                    "The session was lost before ZooKeeper answered; the trigger may or may not have"
                            + " been created: look for the request " + request.id());
        }
        if (!(reads.get(0) instanceof Read.Present present)) {
            if (mine > RequestClaim.TAKEN) {
                throw takenBack();
            }
            throw new NoSuchJobException(request.job());
        }
        JobState job = known();
        if (job != null) {
            job.refuseUnreadable(present);
        }
        if (job == null
                || !job.life().isOf(present)
                || job.version() != present.stat().version()) {
            return Changes.Decision.hear(
                    "This instance cannot read the stored job " + request.job() + " at present",
                    heard -> registration
                            .usable()
                            .ifPresent(over -> namespace.jobs().reread(over, List.of(request.job()), heard)));
        }
        of = job.life().require(of); // before anything is written, be it only the node of the request
        namespace.jobs().foundRecords(job, reads.get(2), reads.get(3));
        if (reads.get(1) instanceof Read.Present) {
            namespace.triggers().listThen(job, () -> listed(job, mine));
            return Changes.Decision.later();
        }
        if (shared) {
            demanded(job); // or refused before
            return Changes.Decision.write(List.of(claim.take()), done -> goOn());
        }
        return create(job, true);
    }

    @Override
    public boolean settlesDoubts() {
        return true;
    }

    @Override
    public void abandoned() {
        claim.forget(RequestClaim.TAKEN);
        claim.forget(RequestClaim.CREATED); // whichever it is: its trigger, if there is one, is removed when it has run
    }

    /** As long as the node of the request is there, its trigger is not deleted, unless it is taken back. */
    private void listed(JobState job, int mine) {
        Optional<Trigger> found = pending(job, request.id());
        if (found.isPresent()) {
            accepted(job, found.get(), mine);
        } else if (mine == RequestClaim.TAKEN) {
            changes.goOn(answer, this::paths, deciding(this::createTaken));
        } else if (mine > RequestClaim.TAKEN) {
            claim.forget(mine);
            outbox.refuse(answer, takenBack());
        } else if (isLeftBehind && !answer.isSettled()) {
            outbox.alarm(Changes.PAUSE, this::goOn); // it goes with its session, and nothing was created under it
        } else if (++looks < MOST_LOOKS) {
            outbox.alarm(Changes.PAUSE, this::goOn);
        } else {
            outbox.refuse(
                    answer,
                    new OperationRefusedException("A request of the id " + request.id()
                            + " is just being made by somebody else; nothing was changed"));
        }
    }

    private static Optional<Trigger> pending(JobState job, String request) {
        return job.triggers().pending().values().stream()
                .filter(trigger -> trigger.request().equals(request))
                .findFirst();
    }

    private RegistryException takenBack() {
        return new RegistryException("The trigger of the request " + request.id()
                + " was created, and cancelled or removed with its job before its number was known");
    }

    /** Of a request that is taken, and has no trigger. */
    private Changes.Decision<TriggerReceipt> createTaken(List<Read> reads) {
        JobState job = known();
        boolean asBefore = job != null
                && reads.get(0) instanceof Read.Present present
                && job.life().isOf(present)
                && job.version() == present.stat().version()
                && claim.versionIn(reads.get(1)) == RequestClaim.TAKEN;
        if (job == null || !asBefore) {
            return decide(reads); // it may be its own work
        }
        try {
            return create(job, false);
        } catch (RuntimeException refused) {
            claim.forget(RequestClaim.TAKEN);
            throw refused;
        }
    }

    private Changes.Decision<TriggerReceipt> create(JobState job, boolean takes) {
        Connection over = registration.usable().orElse(null);
        Prepared mine = prepare(job, takes);
        List<Write> writes = new ArrayList<>();
        writes.add(job.check());
        writes.add(job.life().guard());
        writes.addAll(mine.writes());
        return Changes.Decision.write(writes, done -> {
            List<Answer.Written> results = done.results();
            created(over, mine, results.subList(results.size() - mine.writes().size(), results.size()));
        });
    }

    // ---- What is written ------------------------------------------------------------------------------------------

    private Trigger demanded(JobState job) {
        return Demand.trigger(
                stored(job),
                job.standing(),
                namespace.roster().processes(job),
                job::effective,
                request,
                outbox.time().registryNow());
    }

    private static StoredJob stored(JobState job) {
        StoredJob stored = job.stored();
        if (stored == null) {
            throw new OperationRefusedException("The stored job " + job.name() + " cannot be read by this version");
        }
        return stored;
    }

    /** @param takes whether the node of the request is still to be taken */
    private Prepared prepare(JobState job, boolean takes) {
        of = job.life().require(of);
        Trigger asked = demanded(job);
        List<Write> writes = new ArrayList<>();
        if (takes) {
            writes.add(claim.take());
        }
        writes.add(claim.send());
        writes.add(new Write.Create(
                namespace.layout().triggers(job.name()), TriggerCodec.encode(asked), Write.Life.SEQUENTIAL));
        return new Prepared(job, asked, writes);
    }

    /** @param results of its writes: the last tells the number, the one before the registry's time */
    void created(@Nullable Connection over, Prepared mine, List<Answer.Written> results) {
        JobState job = mine.job();
        String made = results.get(results.size() - 1).path();
        long number =
                Layout.triggerNumber(made.substring(made.lastIndexOf('/') + 1)).orElseThrow();
        Instant at = results.get(results.size() - 2).stat().orElseThrow().modifiedAt();
        Trigger trigger = mine.asked().created(number, outbox.time().horizon().readAs(at));
        TriggerTable triggers = namespace.triggers();
        if (triggers.created(over, job, trigger)) {
            accepted(job, trigger, RequestClaim.CREATED);
        } else {
            triggers.listThen(job, () -> accepted(job, trigger, RequestClaim.CREATED));
        }
    }

    /** Its number is known here: from now on whoever completes the trigger may delete it. */
    private void accepted(JobState job, Trigger trigger, int mine) {
        boolean isListed = !job.isRemoved() && job.knownTriggers().containsKey(trigger.number());
        if (mine != RequestClaim.NOT_MINE
                && isListed
                && job.owned().containsAll(trigger.isPlanned() ? Set.of(0) : trigger.shards())) {
            claim.keep(job, trigger.number(), mine);
        } else {
            claim.forget(mine);
        }
        outbox.answer(
                answer,
                new TriggerReceipt(
                        trigger.number(),
                        TriggerProgress.of(job.name(), trigger, Map.of(), false),
                        completion.stage()));
        completions.await(job, trigger, completion);
    }
}
