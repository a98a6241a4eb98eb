package io.elasticjob.engine;

import io.elasticjob.CancelReceipt;
import io.elasticjob.CancelRequest;
import io.elasticjob.ElasticJobEvent;
import io.elasticjob.Firing;
import io.elasticjob.InvalidSettingException;
import io.elasticjob.OperationRefusedException;
import io.elasticjob.RegistryException;
import io.elasticjob.ShardRecord;
import io.elasticjob.codec.CancelCodec;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.FiringRecordCodec;
import io.elasticjob.coordination.Cancel;
import io.elasticjob.coordination.Cancels;
import io.elasticjob.coordination.FiringRecord;
import io.elasticjob.coordination.Trigger;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Write;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What operators want to end: finds out by the records what runs, and stores that it is to end, for each firing one cancel.
 * All instances hear of it. To store it twice, after an answer was lost, does no harm. Confined to the loop.
 */
final class CancelRequests {

    private static final int AT_ONCE = 200;
    private static final String UNANSWERED = "ZooKeeper did not answer; nothing was cancelled";

    private final Namespace namespace;
    private final Changes changes;
    private final Outbox outbox;
    private final Inquiry inquiry;

    CancelRequests(Namespace namespace, Changes changes, Outbox outbox) {
        this.namespace = namespace;
        this.changes = changes;
        this.outbox = outbox;
        this.inquiry = new Inquiry(outbox, AT_ONCE, AT_ONCE, "what runs of the shard is not known");
    }

    void cancel(CancelRequest request, Question<CancelReceipt> answer) {
        namespace.find(request.job(), changes, answer, job -> cancel(job, ofRerun(job, request), answer));
    }

    /** A past firing that runs again is ended by the trigger that runs it. */
    private static CancelRequest ofRerun(JobState job, CancelRequest request) {
        return job.triggers().pending().values().stream()
                .map(Trigger::firing)
                .filter(firing -> firing.again() != null && firing.identity().equals(request.firing()))
                .findFirst()
                .map(request::withFiring)
                .orElse(request);
    }

    private void cancel(JobState job, CancelRequest request, Question<CancelReceipt> answer) {
        if (job.usable().plannedShards().arePlanned()) {
            cancelPlanned(job, request, answer);
            return;
        }
        List<Integer> shards = shards(job, request);
        if (!job.usable().monitorExecution() && !(request.firing() instanceof Firing.Triggered)) {
            unrecorded(job, request, shards, answer);
            return;
        }
        Connection over = changes.begin(answer) ? changes.over().orElse(null) : null;
        if (over != null) {
            read(over, job, request, shards, answer);
        }
    }

    /** Only the record of its firings says whether it is known already into which shards one is split. */
    private void cancelPlanned(JobState job, CancelRequest request, Question<CancelReceipt> answer) {
        Connection over = changes.begin(answer) ? changes.over().orElse(null) : null;
        if (over == null) {
            return;
        }
        String path = namespace.layout().firings(job.name(), job.life().name());
        outbox.readCaughtUp(over, List.of(path), result -> {
            try {
                if (!(result instanceof Result.Told<List<Read>> told)) {
                    throw new RegistryException(UNANSWERED);
                }
                Cancels.Entire entire = recordIn(told.answer().get(0))
                        .flatMap(record -> Cancels.entire(record, job.triggers(), request.firing()))
                        .orElse(null);
                if (entire == null || (entire.isSplit() && !request.shards().isEmpty())) {
                    read(over, job, request, shards(job, request), answer);
                } else if (request.shards().isEmpty()) {
                    cancelEntire(over, job, request, entire, answer);
                } else {
                    throw new OperationRefusedException(
                            "The firing " + entire.firing().text() + " of " + job.name()
                                    + " has no shards yet, because its planner has not split it: cancel all of it");
                }
            } catch (Throwable refused) {
                outbox.refuse(answer, refused);
            }
        });
    }

    private void cancelEntire(
            Connection over,
            JobState job,
            CancelRequest request,
            Cancels.Entire entire,
            Question<CancelReceipt> answer) {
        if (!entire.isSplit()) {
            Map<Firing, SortedSet<Integer>> whole = Map.of(entire.firing(), new TreeSet<>());
            write(job, request, whole, new CancelReceipt(job.name(), new TreeMap<>()), answer);
            return;
        }
        read(over, job, entire.shards(), answer, records -> {
            SortedMap<Integer, Firing> undecided = entire.undecided(records);
            if (undecided.isEmpty()) {
                throw new OperationRefusedException(notRunning(job.name(), entire.firing(), request.shards()));
            }
            write(job, request, undecided, answer); // also earlier versions know a cancel that names its shards
        });
    }

    private static Optional<FiringRecord> recordIn(Read read) {
        return read instanceof Read.Present present
                        && FiringRecordCodec.decode(present.data()) instanceof Decoded.Value<FiringRecord> value
                ? Optional.of(value.value())
                : Optional.empty();
    }

    private static List<Integer> shards(JobState job, CancelRequest request) {
        if (job.usable().plannedShards().arePlanned() && job.firings() == null) {
            throw new OperationRefusedException("This instance does not run " + job.name()
                    + ", so that it does not know into which shards its firing is split: ask one that may run it");
        }
        int count = Math.max(job.shardCount().largest(), job.triggers().largestCount());
        SortedSet<Integer> all =
                new TreeSet<>(job.shardCount().processes().byShard().keySet());
        IntStream.range(0, count).forEach(all::add);
        if (request.shards().isEmpty()) {
            return List.copyOf(all);
        }
        for (int shard : request.shards()) {
            if (!all.contains(shard)) {
                throw new InvalidSettingException(
                        "shards",
                        Integer.toString(shard),
                        "does not exist: " + job.name() + " has "
                                + (job.shardCount().isBroadcast() ? all : "0 to " + (count - 1)));
            }
        }
        return List.copyOf(request.shards());
    }

    /** Whether it runs, only the instance knows that runs it. */
    private void unrecorded(JobState job, CancelRequest request, List<Integer> shards, Question<CancelReceipt> answer) {
        Firing firing = request.firing();
        if (firing == null) {
            throw new OperationRefusedException(
                    "What runs of " + job.name() + " is not recorded (monitorExecution=false): name the firing");
        }
        SortedMap<Integer, Firing> targets = new TreeMap<>();
        shards.forEach(shard -> targets.put(shard, firing));
        if (changes.begin(answer)) {
            write(job, request, targets, answer);
        }
    }

    private void read(
            Connection over,
            JobState job,
            CancelRequest request,
            List<Integer> shards,
            Question<CancelReceipt> answer) {
        read(over, job, shards, answer, records -> write(job, request, targets(job, request, records), answer));
    }

    /** @param then what it throws is the answer */
    private void read(
            Connection over,
            JobState job,
            List<Integer> shards,
            Question<CancelReceipt> answer,
            Consumer<Map<Integer, ShardRecord>> then) {
        Map<Integer, ShardRecord> records = new LinkedHashMap<>();
        inquiry.askCaughtUp(over, shards.stream().map(job.life()::record).toList(), new Inquiry.Asker() {
            @Override
            public boolean isWanted() {
                return true;
            }

            @Override
            public boolean read(int at, Read read) {
                RecordTraffic.recordIn(read).ifPresent(record -> records.put(shards.get(at), record));
                return true;
            }

            @Override
            public boolean unreadable(int at, String why, Duration pause) {
                return true;
            }

            @Override
            public void complete() {
                try {
                    then.accept(records);
                } catch (Throwable refused) {
                    outbox.refuse(answer, refused);
                }
            }

            @Override
            public void unanswered(int from, Throwable why) {
                outbox.refuse(answer, new RegistryException(UNANSWERED));
            }
        });
    }

    private SortedMap<Integer, Firing> targets(JobState job, CancelRequest request, Map<Integer, ShardRecord> records) {
        SortedMap<Integer, Firing> targets =
                Cancels.targets(job.forDecision(outbox.now()), request.firing(), records, outbox.now());
        if (targets.isEmpty()) {
            throw new OperationRefusedException(notRunning(job.name(), request.firing(), request.shards()));
        }
        return targets;
    }

    private static String notRunning(String job, @Nullable Firing firing, SortedSet<Integer> shards) {
        String what = firing == null
                ? "Nothing of " + job + " runs"
                : "The firing " + firing.text() + " of " + job + " does not run";
        return what + (shards.isEmpty() ? "" : " on " + inWords(shards)) + ", and nothing of it is to be run again";
    }

    private static String inWords(SortedSet<Integer> shards) {
        return (shards.size() == 1 ? "shard " : "shards ")
                + shards.stream().map(String::valueOf).collect(Collectors.joining(", "));
    }

    private void write(
            JobState job, CancelRequest request, SortedMap<Integer, Firing> targets, Question<CancelReceipt> answer) {
        Map<Firing, SortedSet<Integer>> byFiring = new LinkedHashMap<>();
        targets.forEach((shard, firing) ->
                byFiring.computeIfAbsent(firing, any -> new TreeSet<>()).add(shard));
        write(job, request, byFiring, new CancelReceipt(job.name(), targets), answer);
    }

    private void write(
            JobState job,
            CancelRequest request,
            Map<Firing, SortedSet<Integer>> byFiring,
            CancelReceipt receipt,
            Question<CancelReceipt> answer) {
        if (job.cancels().all().size() + byFiring.size() > Cancel.MOST) {
            throw new OperationRefusedException("Too much of " + job.name() + " is being cancelled: "
                    + job.cancels().all().size() + " requests wait for executions that have not ended");
        }
        String folder = namespace.layout().cancels();
        changes.goOn(answer, List.of(job.life().records(), job.path(), folder), reads -> {
            job.life().requireIn(reads.get(1));
            namespace.jobs().foundRecords(job, reads.get(0), reads.get(1));
            List<Write> writes = new ArrayList<>();
            writes.add(job.life().guard());
            if (reads.get(2) instanceof Read.Absent) {
                writes.add(new Write.Create(folder, new byte[0], Write.Life.PERSISTENT));
            }
            byFiring.forEach((firing, shards) -> writes.add(new Write.Create(
                    namespace.layout().cancels(job.name(), job.life().name()),
                    CancelCodec.encode(new Cancel(outbox.now(), firing, shards, request.by(), Map.of())),
                    Write.Life.SEQUENTIAL)));
            return Changes.Decision.write(writes, done -> {
                byFiring.forEach((firing, shards) -> outbox.publish(new ElasticJobEvent.JobChanged(
                        job.name(),
                        "cancelled firing " + firing.text() + (shards.isEmpty() ? "" : " of " + inWords(shards)),
                        request.by())));
                outbox.answer(answer, receipt);
            });
        });
    }
}
