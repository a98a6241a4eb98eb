package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.NoSuchJobException;
import io.elasticjob.OperationRefusedException;
import io.elasticjob.Operator;
import io.elasticjob.ShardRecord;
import io.elasticjob.TriggerReceipt;
import io.elasticjob.TriggerRequest;
import io.elasticjob.TriggerStatus;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.TriggerCodec;
import io.elasticjob.coordination.Demand;
import io.elasticjob.coordination.Layout;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.coordination.Trigger;
import io.elasticjob.coordination.TriggerProgress;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.RegistryException;
import io.elasticjob.registry.Write;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Firings that are asked for by hand through this instance, and what becomes of them. Confined to the loop.
 *
 * <p>A trigger must not be created twice, though an answer may be lost. So it is created together with an ephemeral node
 * that is named after the request, and whoever completes the trigger leaves it there as long as that node is: in doubt the
 * one tells whether the other was created, and which number it has.
 */
final class TriggerRequests {

    private static final int AT_ONCE = 200;
    /** So many triggers are created in one transaction. */
    private static final int CREATED_AT_ONCE = 100;
    /** What a registry surely takes in one transaction: a mebibyte, less what goes beside the triggers. */
    private static final int BYTES_AT_ONCE = 512 * 1024;

    private static final Duration RETRY = Duration.ofSeconds(1);
    /** So often the trigger of somebody else's request is looked for. */
    private static final int MOST_LOOKS = 20;

    /** Somebody waits for the end of a trigger. */
    private static final class Waiting {

        final JobState job;
        final Trigger trigger;
        final CompletableFuture<TriggerStatus> completion;

        /** Whether it was found there without being listed: from then on its absence in a list means that it is done. */
        boolean seen;

        Waiting(JobState job, Trigger trigger, CompletableFuture<TriggerStatus> completion) {
            this.job = job;
            this.trigger = trigger;
            this.completion = completion;
        }
    }

    private final Layout layout;
    private final Presence presence;
    private final JobTable jobTable;
    private final TriggerTable triggerTable;
    private final RequestNodes nodes;
    private final Changes changes;
    private final Outbox outbox;

    /** Who waits for the end of a trigger that is known to be there, by its number. */
    private final Map<JobState, Map<Long, List<Waiting>>> waiting = new HashMap<>();

    /** Who waits for the end of one that is not listed: it is gone already, or still to be heard of. */
    private final Set<Waiting> unlisted = new LinkedHashSet<>();

    /** To be sent at the end of the turn, in the order of asking. */
    private List<Creation> toCreate = new ArrayList<>();

    private long creations;

    TriggerRequests(
            Layout layout,
            Presence presence,
            JobTable jobTable,
            TriggerTable triggerTable,
            RequestNodes nodes,
            Changes changes,
            Outbox outbox) {
        this.layout = layout;
        this.presence = presence;
        this.jobTable = jobTable;
        this.triggerTable = triggerTable;
        this.nodes = nodes;
        this.changes = changes;
        this.outbox = outbox;
    }

    // ---- Asking ---------------------------------------------------------------------------------------------------

    /**
     * @param completion completed when the trigger is done
     */
    void trigger(
            TriggerRequest request,
            CompletableFuture<TriggerReceipt> answer,
            CompletableFuture<TriggerStatus> completion) {
        answer.whenComplete((receipt, failed) -> {
            if (failed != null) {
                completion.completeExceptionally(failed);
            }
        });
        if (!changes.begin(answer)) {
            return;
        }
        String id = request.id().isEmpty() ? UUID.randomUUID().toString() : request.id();
        Creation creation = new Creation(request.withId(id), !request.id().isEmpty(), answer, completion);
        if (creation.shared) {
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
        List<Creation> all = toCreate;
        toCreate = new ArrayList<>();
        List<Creation> together = new ArrayList<>();
        int bytes = 0;
        for (Creation creation : all) {
            int size = over == null ? 0 : creation.prepared();
            if (over == null || size == 0) {
                creation.goOn();
                continue;
            }
            if (together.size() == CREATED_AT_ONCE || (bytes + size > BYTES_AT_ONCE && !together.isEmpty())) {
                create(over, together);
                together = new ArrayList<>();
                bytes = 0;
            }
            together.add(creation);
            bytes += size;
        }
        if (over != null && !together.isEmpty()) {
            create(over, together);
        }
    }

    /** In one transaction. When that is refused, nothing is written, and each goes on alone. */
    private void create(Connection over, List<Creation> together) {
        List<Prepared> prepared = together.stream().map(Creation::taken).toList();
        List<Write> writes = new ArrayList<>();
        writes.add(presence.check());
        List<JobState> jobs = prepared.stream().map(Prepared::job).distinct().toList();
        jobs.forEach(job -> {
            writes.add(job.check());
            writes.add(job.guardOfLife()); // one of the same name that was made anew begins with the same version
        });
        int[] begins = new int[prepared.size()];
        for (int i = 0; i < begins.length; i++) {
            begins[i] = writes.size();
            writes.addAll(prepared.get(i).writes());
            triggerTable.creating(prepared.get(i).job());
        }
        outbox.commit(over, writes, result -> {
            if (result instanceof Result.Told<Answer> told) {
                JobTable.noteFolders(jobs, writes, told.answer());
            }
            try {
                for (int i = 0; i < begins.length; i++) {
                    answered(over, together.get(i), prepared.get(i), result, begins[i]);
                }
            } finally {
                prepared.forEach(one -> triggerTable.answered(one.job()));
            }
        });
    }

    /** @param begin place of its first write among all that travelled together */
    private void answered(Connection over, Creation creation, Prepared prepared, Result<Answer> result, int begin) {
        if (!(result instanceof Result.Told<Answer> told)) {
            changes.settle(over, creation.answer, creation.paths(), creation);
        } else if (told.answer() instanceof Answer.Committed done) {
            int end = begin + prepared.writes().size();
            creation.created(over, prepared, done.results().subList(begin, end));
        } else {
            creation.goOn();
        }
    }

    /**
     * A creation as it was decided.
     *
     * @param job under whose version
     * @param writes of the node of the request, if it is not taken yet, then a put of it, then of the trigger
     */
    private record Prepared(JobState job, Trigger asked, List<Write> writes) {}

    private static Optional<Trigger> pending(JobState job, String request) {
        return job.triggers().pending().values().stream()
                .filter(trigger -> trigger.request().equals(request))
                .findFirst();
    }

    /**
     * Creates the trigger of one request, once. The node of the request says whose it is, and by its version whether the
     * trigger was created. Where others may make the same request, the node is taken first: whoever has it looks for the
     * trigger of one that was here before, which nobody else can create meanwhile.
     */
    private final class Creation implements Changes.Plan<TriggerReceipt> {

        private static final int TAKEN = 0;

        private final TriggerRequest request;
        private final CompletableFuture<TriggerReceipt> answer;
        private final CompletableFuture<TriggerStatus> completion;
        private final String path;

        /** Whether others may make the same request. */
        private final boolean shared;

        /** Names this very try among all of this instance's. */
        private final long turn = creations++;

        /** The instance under which it was sent; null before. */
        private @Nullable String sentBy;

        /** How often the same request of somebody else was seen, but not its trigger. */
        private int looks;

        /** What is sent at the end of this turn; null else. */
        private @Nullable Prepared prepared;

        Creation(
                TriggerRequest request,
                boolean shared,
                CompletableFuture<TriggerReceipt> answer,
                CompletableFuture<TriggerStatus> completion) {
            this.request = request;
            this.shared = shared;
            this.answer = answer;
            this.completion = completion;
            this.path = layout.request(request.id());
        }

        List<String> paths() {
            return List.of(layout.job(request.job()), path);
        }

        /** Decides from what is known of the job; gives the bytes that it takes, or 0 when the registry has to be asked. */
        int prepared() {
            JobState job = jobTable.isLoaded() ? jobTable.job(request.job()).orElse(null) : null;
            if (job == null || job.stored() == null) {
                return 0;
            }
            try {
                prepared = prepare(job, true);
            } catch (RuntimeException refused) {
                return 0; // perhaps not by what is there by now
            }
            return prepared.writes().stream()
                    .mapToInt(write -> write instanceof Write.Create create ? create.data().length : 0)
                    .sum();
        }

        Prepared taken() {
            Prepared taken = Objects.requireNonNull(prepared);
            prepared = null;
            return taken;
        }

        @Override
        public Changes.Decision<TriggerReceipt> decide(List<Read> reads) {
            int mine = reads.get(1) instanceof Read.Present there && Arrays.equals(there.data(), mark())
                    ? there.stat().version()
                    : -1;
            try {
                return decide(reads, mine);
            } catch (RuntimeException refused) {
                forget(mine);
                throw refused;
            }
        }

        /** @param mine version of the node of the request, if this try has made it; else negative */
        private Changes.Decision<TriggerReceipt> decide(List<Read> reads, int mine) {
            if (sentBy != null && !presence.isSelf(sentBy)) {
                throw new RegistryException(
                        "The session was lost before the registry answered; the trigger may have been"
                                + " created, or not: look for the request " + request.id());
            }
            if (!(reads.get(0) instanceof Read.Present present)) {
                if (mine > TAKEN) {
                    throw takenBack();
                }
                throw new NoSuchJobException(request.job());
            }
            JobState job = jobTable.job(request.job()).orElse(null);
            if (job == null
                    || job.life() != present.stat().created()
                    || job.version() != present.stat().version()) {
                presence.usable().ifPresent(over -> jobTable.reread(over, List.of(request.job())));
                return Changes.Decision.again(); // once it has been heard of
            }
            if (reads.get(1) instanceof Read.Present) {
                triggerTable.listThen(job, () -> listed(job, mine));
                return Changes.Decision.later();
            }
            if (shared) {
                Demand.trigger(stored(job), job::effective, request, presence.registryNow()); // or refused before
                return Changes.Decision.write(List.of(take()), done -> goOn());
            }
            return create(job, true);
        }

        @Override
        public boolean settlesDoubts() {
            return true;
        }

        private Write take() {
            return new Write.Create(path, mark(), Write.Life.EPHEMERAL);
        }

        private byte[] mark() {
            return (presence.currentId() + "/" + turn).getBytes(StandardCharsets.UTF_8);
        }

        void goOn() {
            changes.goOn(answer, paths(), this);
        }

        /** As long as the node of the request is there, its trigger is not deleted, unless it is taken back. */
        private void listed(JobState job, int mine) {
            Optional<Trigger> found = pending(job, request.id());
            if (found.isPresent()) {
                accepted(job, found.get(), mine);
            } else if (mine == TAKEN) {
                changes.goOn(answer, paths(), this::createTaken);
            } else if (mine > TAKEN) {
                forget(mine);
                answer.completeExceptionally(takenBack());
            } else if (++looks < MOST_LOOKS) {
                outbox.alarm(Changes.PAUSE, this::goOn);
            } else {
                answer.completeExceptionally(new OperationRefusedException("A request of the id " + request.id()
                        + " is just being made by somebody else; nothing was changed"));
            }
        }

        private RegistryException takenBack() {
            return new RegistryException("The trigger of the request " + request.id()
                    + " was created, and taken back or removed with its job before its number was known");
        }

        /** Of a request that is taken, and has no trigger. */
        private Changes.Decision<TriggerReceipt> createTaken(List<Read> reads) {
            JobState job = jobTable.job(request.job()).orElse(null);
            boolean asBefore = job != null
                    && reads.get(0) instanceof Read.Present present
                    && job.life() == present.stat().created()
                    && job.version() == present.stat().version()
                    && reads.get(1) instanceof Read.Present there
                    && there.stat().version() == TAKEN
                    && Arrays.equals(there.data(), mark());
            if (job == null || !asBefore) {
                return decide(reads); // it may be its own work
            }
            try {
                return create(job, false);
            } catch (RuntimeException refused) {
                forget(TAKEN);
                throw refused;
            }
        }

        private Changes.Decision<TriggerReceipt> create(JobState job, boolean takes) {
            Connection over = presence.usable().orElse(null);
            Prepared prepared = prepare(job, takes);
            List<Write> writes = new ArrayList<>();
            writes.add(job.check());
            writes.addAll(prepared.writes());
            return Changes.Decision.write(writes, done -> {
                List<Answer.Written> results = done.results();
                created(
                        over,
                        prepared,
                        results.subList(results.size() - prepared.writes().size(), results.size()));
            });
        }

        /** @param takes whether the node of the request is still to be taken */
        private Prepared prepare(JobState job, boolean takes) {
            Trigger asked = Demand.trigger(stored(job), job::effective, request, presence.registryNow());
            sentBy = presence.currentId();
            List<Write> writes = new ArrayList<>();
            if (takes) {
                writes.add(take());
            }
            writes.add(new Write.Put(path, mark(), TAKEN));
            writes.add(
                    new Write.Create(layout.triggers(job.name()), TriggerCodec.encode(asked), Write.Life.SEQUENTIAL));
            return new Prepared(job, asked, writes);
        }

        /** @param results of its writes: the last tells the number, the one before the registry's time */
        private void created(@Nullable Connection over, Prepared prepared, List<Answer.Written> results) {
            JobState job = prepared.job();
            String made = results.get(results.size() - 1).path();
            long number = Layout.triggerNumber(made.substring(made.lastIndexOf('/') + 1))
                    .orElseThrow();
            Instant at = results.get(results.size() - 2).stat().orElseThrow().modifiedAt();
            Trigger trigger = prepared.asked().created(number, at);
            if (triggerTable.created(over, job, trigger)) {
                accepted(job, trigger, TAKEN + 1);
            } else {
                triggerTable.listThen(job, () -> accepted(job, trigger, TAKEN + 1));
            }
        }

        private static StoredJob stored(JobState job) {
            StoredJob stored = job.stored();
            if (stored == null) {
                throw new OperationRefusedException(
                        "What is stored of " + job.name() + " can not be read by this version");
            }
            return stored;
        }

        /** Its number is known here: from now on whoever completes the trigger may delete it. */
        private void accepted(JobState job, Trigger trigger, int mine) {
            boolean isListed = job.knownTriggers().containsKey(trigger.number());
            if (mine >= 0 && isListed && job.owned().containsAll(trigger.shards())) {
                nodes.keep(job, trigger.number(), new RequestNodes.Node(path, mine));
            } else {
                forget(mine);
            }
            answer.complete(new TriggerReceipt(
                    trigger.number(), TriggerProgress.of(job.name(), trigger, Map.of(), false), completion));
            Waiting one = new Waiting(job, trigger, completion);
            if (isListed) {
                waitFor(one);
            } else {
                unlisted.add(one);
                askFor(one); // created after it was listed, or gone already
            }
        }

        /** Of others' nodes nothing is known here: they may still be in doubt. */
        private void forget(int mine) {
            if (mine >= 0) {
                nodes.forget(new RequestNodes.Node(path, mine));
            }
        }
    }

    // ---- What becomes of them -------------------------------------------------------------------------------------

    private void waitFor(Waiting one) {
        waiting.computeIfAbsent(one.job, any -> new TreeMap<>())
                .computeIfAbsent(one.trigger.number(), any -> new ArrayList<>())
                .add(one);
    }

    /** The triggers of a job were listed: whoever waits for one that is not, though it was there, is told. */
    void listed(JobState job) {
        for (Waiting one : unlistedOf(job)) {
            if (job.knownTriggers().containsKey(one.trigger.number())) {
                unlisted.remove(one);
                waitFor(one);
            } else if (one.seen) {
                ended(one, null);
            } else {
                askFor(one);
            }
        }
    }

    /**
     * A trigger that was listed is gone: whoever waits for it is told.
     *
     * @param last the records of its shards when it went, by shard; null when they have to be read
     */
    void gone(JobState job, long number, @Nullable Map<Integer, ShardRecord> last) {
        Map<Long, List<Waiting>> ofJob = waiting.get(job);
        List<Waiting> ended = ofJob == null ? null : ofJob.remove(number);
        if (ofJob != null && ofJob.isEmpty()) {
            waiting.remove(job);
        }
        if (ended != null) {
            ended.forEach(one -> ended(one, last));
        }
    }

    /** The job is gone, and its triggers with it. */
    void removed(JobState job) {
        Map<Long, List<Waiting>> listed = waiting.remove(job);
        if (listed != null) {
            listed.values().forEach(each -> each.forEach(one -> ended(one, null)));
        }
        unlistedOf(job).forEach(one -> ended(one, null));
    }

    private List<Waiting> unlistedOf(JobState job) {
        return unlisted.stream().filter(one -> one.job == job).toList();
    }

    private void askFor(Waiting one) {
        Connection over = presence.usable().orElse(null);
        if (over == null) {
            askAgain(one);
            return;
        }
        outbox.read(over, List.of(layout.trigger(one.job.name(), one.trigger.number())), result -> {
            if (!(result instanceof Result.Told<List<Read>> told)) {
                askAgain(one);
            } else if (!unlisted.contains(one)) {
                return; // it has been listed meanwhile, or told
            } else if (one.job.isRemoved() || told.answer().get(0) instanceof Read.Absent) {
                ended(one, null);
            } else {
                one.seen = true;
            }
        });
    }

    /** In a while: a trigger that is gone rings no more, and its job may never be listed again. */
    private void askAgain(Waiting one) {
        outbox.alarm(RETRY, () -> {
            if (unlisted.contains(one)) {
                askFor(one);
            }
        });
    }

    private void ended(Waiting one, @Nullable Map<Integer, ShardRecord> last) {
        unlisted.remove(one);
        if (last != null) {
            tell(one, last);
            return;
        }
        Connection over = presence.usable().orElse(null);
        if (over == null) {
            waitOn(one);
            return;
        }
        readRecords(over, one.job, one.trigger, new HashMap<>(), records -> tell(one, records), failed -> waitOn(one));
    }

    private static void tell(Waiting one, Map<Integer, ShardRecord> records) {
        one.completion.complete(TriggerProgress.of(one.job.name(), one.trigger, records, true));
    }

    private void waitOn(Waiting one) {
        unlisted.add(one);
        askAgain(one);
    }

    void status(String name, long number, CompletableFuture<Optional<TriggerStatus>> answer) {
        Connection over = presence.usable().orElse(null);
        if (over == null) {
            answer.completeExceptionally(
                    new RegistryException("The registry can not be reached at present; nothing can be told"));
            return;
        }
        outbox.readCaughtUp(over, List.of(layout.job(name), layout.trigger(name, number)), result -> {
            if (!(result instanceof Result.Told<List<Read>> told)) {
                answer.completeExceptionally(notAnswered());
            } else if (told.answer().get(0) instanceof Read.Absent) {
                answer.completeExceptionally(new NoSuchJobException(name));
            } else {
                tell(over, name, decoded(number, told.answer().get(1)), false, answer);
            }
        });
    }

    private void tell(
            Connection over,
            String name,
            Optional<Trigger> found,
            boolean gone,
            CompletableFuture<Optional<TriggerStatus>> answer) {
        JobState job = jobTable.job(name).orElse(null);
        Trigger trigger = found.orElse(null);
        if (job == null || trigger == null) {
            answer.complete(Optional.empty());
            return;
        }
        readRecords(
                over,
                job,
                trigger,
                new HashMap<>(),
                records -> answer.complete(Optional.of(TriggerProgress.of(name, trigger, records, gone))),
                answer::completeExceptionally);
    }

    private static Optional<Trigger> decoded(long number, Read read) {
        return read instanceof Read.Present present
                        && TriggerCodec.decode(number, present.stat().createdAt(), present.data())
                                instanceof Decoded.Value<Trigger> value
                ? Optional.of(value.value())
                : Optional.empty();
    }

    private static RegistryException notAnswered() {
        return new RegistryException("The registry did not answer; nothing can be told of the trigger");
    }

    // ---- Taking back ----------------------------------------------------------------------------------------------

    void cancel(String name, long number, Operator by, CompletableFuture<Optional<TriggerStatus>> answer) {
        String path = layout.trigger(name, number);
        changes.make(answer, List.of(layout.job(name), path), reads -> {
            if (reads.get(0) instanceof Read.Absent) {
                throw new NoSuchJobException(name);
            }
            if (reads.get(1) instanceof Read.Absent) {
                return Changes.Decision.answer(Optional.empty());
            }
            return Changes.Decision.write(List.of(new Write.Delete(path, 0)), done -> {
                outbox.publish(new ElasticJobEvent.JobChanged(name, "cancelled trigger " + number, by));
                presence.usable().ifPresent(over -> tell(over, name, decoded(number, reads.get(1)), true, answer));
            });
        });
    }

    // ---- Help -----------------------------------------------------------------------------------------------------

    private void readRecords(
            Connection over,
            JobState job,
            Trigger trigger,
            Map<Integer, ShardRecord> records,
            Consumer<Map<Integer, ShardRecord>> then,
            Consumer<RegistryException> failed) {
        List<Integer> left = trigger.shards().stream()
                .filter(shard -> !records.containsKey(shard))
                .limit(AT_ONCE)
                .toList();
        if (left.isEmpty()) {
            then.accept(records);
            return;
        }
        outbox.read(over, left.stream().map(job::recordPath).toList(), result -> {
            if (!(result instanceof Result.Told<List<Read>> told)) {
                failed.accept(notAnswered());
                return;
            }
            for (int i = 0; i < left.size(); i++) {
                records.put(
                        left.get(i),
                        RecordTraffic.recordIn(told.answer().get(i)).orElse(ShardRecord.NEW));
            }
            readRecords(over, job, trigger, records, then, failed);
        });
    }
}
