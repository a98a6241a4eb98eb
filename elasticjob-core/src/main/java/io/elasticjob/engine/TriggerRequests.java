package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.NoSuchJobException;
import io.elasticjob.Operator;
import io.elasticjob.ShardRecord;
import io.elasticjob.TriggerReceipt;
import io.elasticjob.TriggerRequest;
import io.elasticjob.TriggerStatus;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.ShardRecordCodec;
import io.elasticjob.codec.TriggerCodec;
import io.elasticjob.coordination.Demand;
import io.elasticjob.coordination.Layout;
import io.elasticjob.coordination.Trigger;
import io.elasticjob.coordination.TriggerProgress;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.RegistryException;
import io.elasticjob.registry.Write;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
        JobState job = jobTable.job(request.job()).orElse(null);
        Optional<Trigger> known = job == null ? Optional.empty() : pending(job, request.id());
        if (job != null && known.isPresent()) {
            accepted(job, known.get(), answer, completion);
            return;
        }
        changes.make(
                answer,
                List.of(layout.job(request.job()), layout.request(request.id())),
                new Creation(request, answer, completion));
    }

    private static Optional<Trigger> pending(JobState job, String request) {
        return job.triggers().pending().values().stream()
                .filter(trigger -> trigger.request().equals(request))
                .findFirst();
    }

    /** Creates the trigger of one request, once. */
    private final class Creation implements Changes.Plan<TriggerReceipt> {

        private final TriggerRequest request;
        private final CompletableFuture<TriggerReceipt> answer;
        private final CompletableFuture<TriggerStatus> completion;

        /** The instance under which it was sent; null before. */
        private @Nullable String sentBy;

        Creation(
                TriggerRequest request,
                CompletableFuture<TriggerReceipt> answer,
                CompletableFuture<TriggerStatus> completion) {
            this.request = request;
            this.answer = answer;
            this.completion = completion;
        }

        @Override
        public Changes.Decision<TriggerReceipt> decide(List<Read> reads) {
            JobState job = jobTable.job(request.job()).orElse(null);
            if (!(reads.get(0) instanceof Read.Present present)) {
                throw new NoSuchJobException(request.job());
            }
            if (job == null
                    || job.life() != present.stat().created()
                    || job.version() != present.stat().version()) {
                presence.usable().ifPresent(over -> jobTable.reread(over, List.of(request.job())));
                outbox.alarm(Changes.PAUSE, () -> trigger(request, answer, completion)); // once it has been heard of
                return Changes.Decision.later();
            }
            if (reads.get(1) instanceof Read.Present) {
                find(job); // it was created, by this or by another request of the same id
                return Changes.Decision.later();
            }
            if (sentBy != null && !presence.isSelf(sentBy)) {
                throw new RegistryException(
                        "The session was lost before the registry answered; the trigger may have been"
                                + " created, or not: look for the request " + request.id());
            }
            return create(job);
        }

        private Changes.Decision<TriggerReceipt> create(JobState job) {
            if (job.stored() == null) {
                throw new RegistryException("What is stored of " + job.name() + " can not be read by this version");
            }
            Trigger asked = Demand.trigger(job.stored(), request, presence.registryNow());
            sentBy = presence.currentId();
            List<Write> writes = List.of(
                    job.check(),
                    new Write.Create(layout.request(request.id()), new byte[0], Write.Life.EPHEMERAL),
                    new Write.Create(layout.triggers(job.name()), TriggerCodec.encode(asked), Write.Life.SEQUENTIAL));
            return Changes.Decision.write(writes, done -> {
                String path = done.results().get(done.results().size() - 1).path();
                long number = Layout.triggerNumber(path.substring(path.lastIndexOf('/') + 1))
                        .orElseThrow();
                forgetRequest();
                return receipt(job, asked.numbered(number), completion);
            });
        }

        /** Its number is in the registry: as long as the node of the request is there, it is not deleted. */
        private void find(JobState job) {
            triggerTable.listThen(job, () -> {
                Optional<Trigger> found = pending(job, request.id());
                if (found.isPresent()) {
                    forgetRequest();
                    accepted(job, found.get(), answer, completion);
                } else {
                    answer.completeExceptionally(new RegistryException(
                            "A request of the id " + request.id() + " is being made by another instance"));
                }
            });
        }

        /** Now that its number is known here, whoever completes the trigger may delete it. */
        private void forgetRequest() {
            presence.usable().ifPresent(over -> forget(over, layout.request(request.id())));
        }
    }

    private void forget(Connection over, String path) {
        outbox.commit(over, List.of(new Write.Delete(path, 0)), result -> {
            if (result instanceof Result.Unknown<Answer>) { // it goes with the session at the latest
                outbox.alarm(RETRY, () -> presence.usable().ifPresent(next -> forget(next, path)));
            }
        });
    }

    private void accepted(
            JobState job,
            Trigger trigger,
            CompletableFuture<TriggerReceipt> answer,
            CompletableFuture<TriggerStatus> completion) {
        answer.complete(receipt(job, trigger, completion));
    }

    private TriggerReceipt receipt(JobState job, Trigger trigger, CompletableFuture<TriggerStatus> completion) {
        waiting.add(new Waiting(job, trigger, completion));
        triggerTable.changed(job);
        return new TriggerReceipt(
                trigger.number(), TriggerProgress.of(job.name(), trigger, Map.of(), false), completion);
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
        presence.usable()
                .ifPresent(over ->
                        outbox.read(over, List.of(layout.trigger(one.job.name(), one.trigger.number())), result -> {
                            if (result instanceof Result.Told<List<Read>> told) {
                                if (told.answer().get(0) instanceof Read.Absent) {
                                    ended(one);
                                } else {
                                    one.seen = true;
                                }
                            }
                        }));
    }

    private void ended(Waiting one) {
        if (!waiting.remove(one)) {
            return;
        }
        Connection over = presence.usable().orElse(null);
        if (over == null) {
            waiting.add(one); // its triggers are listed again when the registry is back
            return;
        }
        readRecords(
                over,
                one.job,
                one.trigger,
                new HashMap<>(),
                records -> one.completion.complete(TriggerProgress.of(one.job.name(), one.trigger, records, true)),
                failed -> waiting.add(one));
    }

    void status(String name, long number, CompletableFuture<Optional<TriggerStatus>> answer) {
        Connection over = presence.usable().orElse(null);
        JobState job = jobTable.job(name).orElse(null);
        if (over == null) {
            answer.completeExceptionally(
                    new RegistryException("The registry can not be reached at present; nothing can be told"));
        } else if (job == null) {
            answer.completeExceptionally(new NoSuchJobException(name));
        } else {
            Trigger trigger = job.triggers().pending().get(number);
            if (trigger == null) {
                answer.complete(Optional.empty());
                return;
            }
            readRecords(
                    over,
                    job,
                    trigger,
                    new HashMap<>(),
                    records -> answer.complete(Optional.of(TriggerProgress.of(name, trigger, records, false))),
                    answer::completeExceptionally);
        }
    }

    // ---- Taking back ----------------------------------------------------------------------------------------------

    void cancel(String name, long number, Operator by, CompletableFuture<Optional<TriggerStatus>> answer) {
        JobState job = jobTable.job(name).orElse(null);
        Trigger trigger = job == null ? null : job.triggers().pending().get(number);
        if (job == null) {
            answer.completeExceptionally(new NoSuchJobException(name));
            return;
        }
        String path = layout.trigger(name, number);
        CompletableFuture<Boolean> deleted = new CompletableFuture<>();
        changes.make(deleted, List.of(path), reads -> {
            if (reads.get(0) instanceof Read.Absent) {
                return Changes.Decision.answer(false);
            }
            return Changes.Decision.write(List.of(new Write.Delete(path, 0)), done -> {
                outbox.publish(new ElasticJobEvent.JobChanged(name, "cancelled trigger " + number, by));
                return true;
            });
        });
        deleted.whenComplete((done, failed) -> {
            Connection over = presence.usable().orElse(null);
            if (failed != null) {
                answer.completeExceptionally(failed);
            } else if (trigger == null || over == null || !done) {
                answer.complete(Optional.empty());
            } else {
                readRecords(
                        over,
                        job,
                        trigger,
                        new HashMap<>(),
                        records -> answer.complete(Optional.of(TriggerProgress.of(name, trigger, records, true))),
                        answer::completeExceptionally);
            }
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
                failed.accept(new RegistryException("The registry did not answer; nothing can be told of the trigger"));
                return;
            }
            for (int i = 0; i < left.size(); i++) {
                records.put(left.get(i), record(told.answer().get(i)));
            }
            readRecords(over, job, trigger, records, then, failed);
        });
    }

    private static ShardRecord record(Read read) {
        return read instanceof Read.Present present
                        && ShardRecordCodec.decode(present.data()) instanceof Decoded.Value<ShardRecord> value
                ? value.value()
                : ShardRecord.NEW;
    }
}
