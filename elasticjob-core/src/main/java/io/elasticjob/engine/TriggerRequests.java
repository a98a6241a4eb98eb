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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
    private static final Duration RETRY = Duration.ofSeconds(1);
    /** So often the trigger of somebody else's request is looked for. */
    private static final int MOST_LOOKS = 20;

    /** Somebody waits for the end of a trigger. */
    private static final class Waiting {

        final JobState job;
        final Trigger trigger;
        final CompletableFuture<TriggerStatus> completion;

        /** Whether it has been listed: from then on its absence means that it is done. */
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
    private final Changes changes;
    private final Outbox outbox;
    private final Set<Waiting> waiting = new LinkedHashSet<>();
    /** Nodes of requests, and their versions. */
    private final Map<String, Integer> toForget = new LinkedHashMap<>();

    private long creations;

    TriggerRequests(
            Layout layout,
            Presence presence,
            JobTable jobTable,
            TriggerTable triggerTable,
            Changes changes,
            Outbox outbox) {
        this.layout = layout;
        this.presence = presence;
        this.jobTable = jobTable;
        this.triggerTable = triggerTable;
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
        String id = request.id().isEmpty() ? UUID.randomUUID().toString() : request.id();
        changes.make(
                answer,
                List.of(layout.job(request.job()), layout.request(id)),
                new Creation(request.withId(id), !request.id().isEmpty(), answer, completion));
    }

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
                Demand.trigger(stored(job), request, presence.registryNow()); // refused before anything is written
                return Changes.Decision.write(List.of(take()), done -> goOn());
            }
            return create(job, List.of(take(), new Write.Put(path, mark(), TAKEN)));
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

        private void goOn() {
            changes.goOn(answer, List.of(layout.job(request.job()), path), this);
        }

        /** As long as the node of the request is there, its trigger is not deleted, unless it is taken back. */
        private void listed(JobState job, int mine) {
            Optional<Trigger> found = pending(job, request.id());
            if (found.isPresent()) {
                accepted(job, found.get(), mine);
            } else if (mine == TAKEN) {
                changes.goOn(answer, List.of(layout.job(request.job()), path), this::createTaken);
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
                return create(job, List.of(new Write.Put(path, mark(), TAKEN)));
            } catch (RuntimeException refused) {
                forget(TAKEN);
                throw refused;
            }
        }

        private Changes.Decision<TriggerReceipt> create(JobState job, List<Write> noted) {
            Trigger asked = Demand.trigger(stored(job), request, presence.registryNow());
            sentBy = presence.currentId();
            List<Write> writes = new ArrayList<>();
            writes.add(job.check());
            writes.addAll(noted);
            writes.add(
                    new Write.Create(layout.triggers(job.name()), TriggerCodec.encode(asked), Write.Life.SEQUENTIAL));
            return Changes.Decision.write(writes, done -> {
                String made = done.results().get(done.results().size() - 1).path();
                long number = Layout.triggerNumber(made.substring(made.lastIndexOf('/') + 1))
                        .orElseThrow();
                triggerTable.listThen(
                        job,
                        () -> accepted(
                                job, job.triggers().pending().getOrDefault(number, asked.numbered(number)), TAKEN + 1));
            });
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
            forget(mine);
            waiting.add(new Waiting(job, trigger, completion));
            answer.complete(new TriggerReceipt(
                    trigger.number(), TriggerProgress.of(job.name(), trigger, Map.of(), false), completion));
            TriggerRequests.this.listed(job);
        }

        /** Of others' nodes nothing is known here: they may still be in doubt. */
        private void forget(int mine) {
            if (mine >= 0) {
                toForget.put(path, mine);
            }
        }
    }

    /** Deletes the nodes of requests whose triggers are known; once, at the end of a turn. */
    void flush(Connection over) {
        Map<String, Integer> all = new LinkedHashMap<>(toForget);
        toForget.clear();
        all.forEach((path, version) -> outbox.commit(over, List.of(new Write.Delete(path, version)), result -> {
            if (result instanceof Result.Unknown<Answer>) {
                outbox.alarm(RETRY, () -> toForget.put(path, version)); // as long as it is there, so is its trigger
            }
        }));
    }

    // ---- What becomes of them -------------------------------------------------------------------------------------

    /** The triggers of a job were listed: whoever waits for one that is gone is told. */
    void listed(JobState job) {
        for (Waiting one : List.copyOf(waiting)) {
            if (one.job == job) {
                boolean there = job.knownTriggers().containsKey(one.trigger.number());
                one.seen |= there;
                if (!there && one.seen) {
                    ended(one);
                } else if (!there) {
                    askFor(one); // created after it was listed, or gone already
                }
            }
        }
    }

    /** The job is gone, and its triggers with it. */
    void removed(JobState job) {
        List.copyOf(waiting).stream().filter(one -> one.job == job).forEach(this::ended);
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
            } else if (one.job.isRemoved() || told.answer().get(0) instanceof Read.Absent) {
                ended(one);
            } else {
                one.seen = true;
            }
        });
    }

    /** In a while: a trigger that is gone rings no more, and its job may never be listed again. */
    private void askAgain(Waiting one) {
        outbox.alarm(RETRY, () -> {
            if (waiting.contains(one)) {
                askFor(one);
            }
        });
    }

    private void ended(Waiting one) {
        if (!waiting.remove(one)) {
            return;
        }
        Connection over = presence.usable().orElse(null);
        if (over == null) {
            waitOn(one);
            return;
        }
        readRecords(
                over,
                one.job,
                one.trigger,
                new HashMap<>(),
                records -> one.completion.complete(TriggerProgress.of(one.job.name(), one.trigger, records, true)),
                failed -> waitOn(one));
    }

    private void waitOn(Waiting one) {
        waiting.add(one);
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
