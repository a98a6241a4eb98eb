package io.elasticjob.engine;

import io.elasticjob.CancelReceipt;
import io.elasticjob.CancelRequest;
import io.elasticjob.ElasticJobEvent;
import io.elasticjob.Firing;
import io.elasticjob.InvalidSettingException;
import io.elasticjob.NoSuchJobException;
import io.elasticjob.OperationRefusedException;
import io.elasticjob.RegistryException;
import io.elasticjob.ShardRecord;
import io.elasticjob.codec.CancelCodec;
import io.elasticjob.coordination.Cancel;
import io.elasticjob.coordination.Cancels;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Write;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What operators want to end: finds out by the records what runs, and stores that it is to end, for each firing one cancel.
 * All instances hear of it. To store it twice, after an answer was lost, does no harm. Confined to the loop.
 */
final class CancelRequests {

    private static final int AT_ONCE = 200;

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
        JobState job = namespace.jobs().job(request.job()).orElse(null);
        if (job == null) {
            outbox.refuse(answer, new NoSuchJobException(request.job()));
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

    private static List<Integer> shards(JobState job, CancelRequest request) {
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
                    write(job, request, targets(job, request, records), answer);
                } catch (RuntimeException refused) {
                    outbox.refuse(answer, refused);
                }
            }

            @Override
            public void unanswered(int from, Throwable why) {
                outbox.refuse(answer, new RegistryException("ZooKeeper did not answer; nothing was cancelled"));
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
        if (job.cancels().all().size() + byFiring.size() > Cancel.MOST) {
            throw new OperationRefusedException("Too much of " + job.name() + " is being cancelled: "
                    + job.cancels().all().size() + " requests wait for executions that have not ended");
        }
        String folder = namespace.layout().cancels();
        changes.goOn(answer, List.of(job.life().records(), job.path(), folder), reads -> {
            if (!(reads.get(1) instanceof Read.Present present) || job.life().isAnother(present)) {
                throw new NoSuchJobException(job.name());
            }
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
                        job.name(), "cancelled firing " + firing.text() + " of " + inWords(shards), request.by())));
                outbox.answer(answer, new CancelReceipt(job.name(), targets));
            });
        });
    }
}
