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
    private final Set<String> toForget = new LinkedHashSet<>();

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

    /** Creates the trigger of one request, once. */
    private final class Creation implements Changes.Plan<TriggerReceipt> {

        private final TriggerRequest request;
        private final CompletableFuture<TriggerReceipt> answer;
        private final CompletableFuture<TriggerStatus> completion;

        /** Whether there may be a trigger of this request already, so that it has to be looked for first. */
        private boolean mayBeThere;

        /** The instance under which it was sent; null before. */
        private @Nullable String sentBy;

        Creation(
                TriggerRequest request,
                boolean mayBeThere,
                CompletableFuture<TriggerReceipt> answer,
                CompletableFuture<TriggerStatus> completion) {
            this.request = request;
            this.mayBeThere = mayBeThere;
            this.answer = answer;
            this.completion = completion;
        }

        @Override
        public Changes.Decision<TriggerReceipt> decide(List<Read> reads) {
            if (!(reads.get(0) instanceof Read.Present present)) {
                throw new NoSuchJobException(request.job());
            }
            JobState job = jobTable.job(request.job()).orElse(null);
            if (job == null
                    || job.life() != present.stat().created()
                    || job.version() != present.stat().version()) {
                presence.usable().ifPresent(over -> jobTable.reread(over, List.of(request.job())));
                return Changes.Decision.again(); // once it has been heard of
            }
            if (reads.get(1) instanceof Read.Present
                    || (mayBeThere && present.stat().children() > 0)) {
                mayBeThere = false;
                triggerTable.listThen(job, () -> listed(job, reads.get(1) instanceof Read.Present));
                return Changes.Decision.later();
            }
            if (sentBy != null && !presence.isSelf(sentBy)) {
                throw new RegistryException(
                        "The session was lost before the registry answered; the trigger may have been"
                                + " created, or not: look for the request " + request.id());
            }
            return create(job);
        }

        /** As long as the node of the request is there, its trigger is not deleted. */
        private void listed(JobState job, boolean isThere) {
            Optional<Trigger> found = job.triggers().pending().values().stream()
                    .filter(trigger -> trigger.request().equals(request.id()))
                    .findFirst();
            if (found.isPresent()) {
                accepted(job, found.get());
            } else if (isThere) {
                answer.completeExceptionally(new OperationRefusedException(
                        "A request of the id " + request.id() + " is just being made by somebody else"));
            } else {
                changes.goOn(answer, List.of(layout.job(request.job()), layout.request(request.id())), this);
            }
        }

        private Changes.Decision<TriggerReceipt> create(JobState job) {
            if (job.stored() == null) {
                throw new OperationRefusedException(
                        "What is stored of " + job.name() + " can not be read by this version");
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
                triggerTable.listThen(
                        job,
                        () -> accepted(job, job.triggers().pending().getOrDefault(number, asked.numbered(number))));
            });
        }

        /** Its number is known here: from now on whoever completes the trigger may delete it. */
        private void accepted(JobState job, Trigger trigger) {
            toForget.add(layout.request(request.id()));
            waiting.add(new Waiting(job, trigger, completion));
            answer.complete(new TriggerReceipt(
                    trigger.number(), TriggerProgress.of(job.name(), trigger, Map.of(), false), completion));
            TriggerRequests.this.listed(job);
        }
    }

    /** Deletes the nodes of requests whose triggers are known; once, at the end of a turn. */
    void flush(Connection over) {
        List<String> paths = List.copyOf(toForget);
        toForget.clear();
        for (String path : paths) {
            outbox.commit(over, List.of(new Write.Delete(path, 0)), result -> {
                if (result instanceof Result.Unknown<Answer>) {
                    outbox.alarm(RETRY, () -> toForget.add(path)); // as long as it is there, so is its trigger
                }
            });
        }
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
