package io.elasticjob.gateway;

import io.elasticjob.Firing;
import io.elasticjob.ShardRecord;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.ShardRecordCodec;
import io.elasticjob.gateway.wire.Exchanged;
import io.elasticjob.gateway.wire.Result;
import io.elasticjob.memory.Change;
import io.elasticjob.memory.MemoryEnsemble;
import io.elasticjob.registry.Read;
import io.elasticjob.test.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is promised to workers, held against what is written, and what they run. */
final class WorkerLedger {

    private static final String INSTANCES = "/sim/instances/";
    private static final String SHARDS = "/sim/shards/";

    /** As what a failure is recorded of one that was told to end, though it may not have heard of it. */
    private static final String ABANDONED = "ABANDONED";

    /** As what each end is recorded of one that was told to end for good. */
    private static final String TIMED_OUT = "TIMED_OUT";

    /** What is decided by the end of one that is long may be as old as that, and the next one may be as long. */
    private static final Duration TWO_RUNS = Duration.ofSeconds(15);

    /** One execution that a worker has begun. */
    static final class Entry {
        final String id;
        final SimulatedWorker worker;
        final String shard;
        final long token;
        final Instant started;

        @Nullable
        Instant ended;

        Result.@Nullable Ending ending;
        boolean isWorkerGone;
        /** Whether its worker was never held up, and was never told to end it. */
        boolean isClean = true;

        Entry(String id, SimulatedWorker worker, String shard, long token, Instant started) {
            this.id = id;
            this.worker = worker;
            this.shard = shard;
            this.token = token;
            this.started = started;
        }

        @Override
        public String toString() {
            return shard + " token " + token + " by " + worker.name + " " + started + " to " + ended;
        }
    }

    /** All that was written of a shard. */
    private static final class History {
        ShardRecord last = ShardRecord.NEW;
        long claim;
        final Set<Firing> ended = new HashSet<>();
        /** How each claim came to its end: by the record that was written over it. */
        final Map<Long, ShardRecord> ends = new HashMap<>();

        /** Claims that others have ended, whose instance was gone for a lease. */
        final Set<Long> takenOver = new HashSet<>();
    }

    private final VirtualTime time;
    private final MemoryEnsemble ensemble;
    private final List<String> notes = new ArrayList<>();
    private final List<String> violations = new ArrayList<>();
    private final Map<String, History> histories = new LinkedHashMap<>();
    private final Map<String, Entry> byId = new LinkedHashMap<>();
    private final Map<String, Long> lastToken = new HashMap<>();
    private final Map<String, Instant> goneAt = new HashMap<>();
    private int adoptions;
    private boolean isQuiet;

    WorkerLedger(VirtualTime time, MemoryEnsemble ensemble) {
        this.time = time;
        this.ensemble = ensemble;
        ensemble.observe(this::changed);
    }

    void note(String what) {
        notes.add(time.now() + " " + what);
    }

    private void violated(String what) {
        note("!!! " + what);
        violations.add(time.now() + " " + what);
    }

    List<String> violations() {
        return violations;
    }

    String report() {
        int from = Math.max(0, notes.size() - 4_000);
        return String.join("\n", violations) + "\n\nin this history:\n"
                + String.join("\n", notes.subList(from, notes.size()));
    }

    int adoptions() {
        return adoptions;
    }

    // ---- What is written ------------------------------------------------------------------------------------------

    private void changed(Change change) {
        String path = change.path();
        if (path.startsWith(INSTANCES)) {
            boolean isGone = change.after() instanceof Read.Absent;
            note("registry: " + path + (isGone ? " is gone" : " is written"));
            if (isGone) {
                goneAt.put(path.substring(INSTANCES.length()), time.now());
            }
        } else if (path.startsWith(SHARDS)
                && change.after() instanceof Read.Present present
                && ShardRecordCodec.decode(present.data()) instanceof Decoded.Value<ShardRecord> value) {
            History history = histories.computeIfAbsent(path, any -> new History());
            ShardRecord before = history.last;
            history.last = value.value();
            note("registry: " + path + " " + value.value().state() + " "
                    + value.value().outcome() + " zxid " + change.zxid());
            written(history, path, before, value.value(), change.zxid());
        }
    }

    private boolean isLive(String instance) {
        return ensemble.node(INSTANCES + instance) instanceof Read.Present;
    }

    private void written(History history, String path, ShardRecord before, ShardRecord after, long zxid) {
        if (before.isRunning() && after.isRunning() && isSameAttempt(before, after)) {
            if (!before.owner().equals(after.owner())) {
                adopted(history, path, before, after);
            }
            return;
        }
        if (before.isRunning()) {
            history.ends.put(history.claim, after);
            if (isGoneForALease(before)) {
                history.takenOver.add(history.claim);
            }
        }
        if (after.isRunning()) {
            claimed(history, path, before, after);
            history.claim = zxid;
        } else if (after.outcome() != null
                && after.firing() != null
                && after.state().name().equals("DONE")) {
            history.ended.add(after.firing());
        }
    }

    private static boolean isSameAttempt(ShardRecord before, ShardRecord after) {
        return Objects.equals(before.firing(), after.firing()) && before.attempt() == after.attempt();
    }

    /** It keeps all, its token above all, and goes to one that lives. */
    private void adopted(History history, String path, ShardRecord before, ShardRecord after) {
        adoptions++;
        String owner = after.owner().orElseThrow();
        if (!after.equals(before.adopted(owner, history.claim, after.lease()))
                || after.lease().isZero()) {
            violated(path + " was changed, or lost its token, when it was adopted: " + before + " " + after);
        }
        if (!isLive(owner)) {
            violated(path + " was adopted by one that is not registered");
        }
    }

    private void claimed(History history, String path, ShardRecord before, ShardRecord after) {
        if (history.ended.contains(after.firing())) {
            violated(path + " was claimed for a firing that had ended: " + after);
        }
        if (!before.isRunning()) {
            return;
        }
        String owner = before.owner().orElseThrow();
        if (isLive(owner) || !goneAt.containsKey(owner)) {
            violated(path + " was claimed while a live instance held it: " + before);
        } else if (!isGoneForALease(before) || before.lease().isZero()) {
            violated(path + " was taken over before the lease of its owner was over: " + before);
        }
    }

    /** Whether its owner is gone for so long that others may end it. */
    private boolean isGoneForALease(ShardRecord running) {
        String owner = running.owner().orElseThrow();
        Instant gone = goneAt.get(owner);
        return !isLive(owner)
                && gone != null
                && Duration.between(gone, time.now()).compareTo(running.lease()) >= 0;
    }

    // ---- What runs ------------------------------------------------------------------------------------------------

    Entry started(SimulatedWorker worker, Exchanged.Task task) {
        var context = task.order().context();
        String shard = context.jobName() + "/" + context.shardingItem();
        Entry entry = new Entry(task.id(), worker, shard, context.fencingToken(), time.now());
        note(worker.name + " begins " + entry);
        Entry other = byId.put(task.id(), entry);
        if (other != null) {
            violated("one id was begun twice: " + other + " and " + entry);
        }
        Long last = lastToken.put(shard, entry.token);
        if (last != null && last >= entry.token) {
            violated("a token does not increase: " + last + ", then " + entry);
        }
        byId.values().stream()
                .filter(earlier -> earlier != entry && earlier.shard.equals(shard) && earlier.ended == null)
                .filter(earlier -> !earlier.isWorkerGone && !earlier.worker.isFrozen())
                .forEach(earlier -> violated("two run at once: " + earlier + " and " + entry));
        return entry;
    }

    /** From now on nothing goes wrong. */
    void quiet() {
        isQuiet = true;
    }

    /** What a worker is given it may begin, unless its answer was on its way for long. */
    void comesTooLate(SimulatedWorker worker, Exchanged.Task task) {
        if (isQuiet) {
            violated("what is given is expired when it comes: " + task.id() + " for " + worker);
        }
    }

    /** Its worker is told that it lost its shard: it holds no claim, be the instance gone that had it last. */
    void toldLost(Entry entry) {
        note(entry.worker.name + " is told that it lost " + entry);
        entry.isClean = false;
        for (History history : histories.values()) {
            if (history.last.isRunning() && history.claim == entry.token && pathOf(entry, history)) {
                violated("it is told that it lost what is held for it: " + entry + " " + history.last);
            }
        }
    }

    /** The same of what has ended, if it has begun at all: its end could be recorded. */
    void toldLost(String id) {
        Entry entry = byId.get(id);
        if (entry != null) {
            toldLost(entry);
        }
    }

    private boolean pathOf(Entry entry, History history) {
        return histories.entrySet().stream()
                .anyMatch(known -> known.getValue() == history && isOf(known.getKey(), entry));
    }

    private static boolean isOf(String path, Entry entry) {
        String job = entry.shard.substring(0, entry.shard.indexOf('/'));
        return path.startsWith(SHARDS + job + "@") && path.endsWith(entry.shard.substring(entry.shard.indexOf('/')));
    }

    /** A worker forgets an end: then it is recorded as it was, unless something has come between. */
    void acknowledged(String id, Result result) {
        Entry entry = byId.get(id);
        if (entry == null || entry.ending == null) {
            return;
        }
        note(entry.worker.name + " hears that the end of " + entry + " is recorded");
        ShardRecord end = histories.entrySet().stream()
                .filter(known -> isOf(known.getKey(), entry))
                .map(known -> known.getValue().ends.get(entry.token))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
        if (end == null) {
            violated("an end was acknowledged and is not recorded: " + entry);
        } else if (entry.isClean
                && result.ending() != Result.Ending.ABANDONED
                && !result.ending().name().equals(end.outcome())
                && !TIMED_OUT.equals(end.outcome())
                && !(result.ending() == Result.Ending.FAILED && ABANDONED.equals(end.outcome()))
                && !isTakenOver(entry)) {
            violated("an end was acknowledged, and another one is recorded: " + entry + " " + end);
        }
    }

    /** Whether others have ended it, as they may: its end comes too late, and counts for nothing. */
    private boolean isTakenOver(Entry entry) {
        return histories.entrySet().stream()
                .filter(known -> isOf(known.getKey(), entry))
                .anyMatch(known -> known.getValue().takenOver.contains(entry.token));
    }

    // ---- In the end -----------------------------------------------------------------------------------------------

    /** @param since everything is well */
    void checkQuiet(Map<String, Duration> periods, Map<String, Integer> shards, Instant since) {
        periods.forEach((job, period) -> {
            for (int shard = 0; shard < shards.get(job); shard++) {
                int of = shard;
                Instant through = histories.entrySet().stream()
                        .filter(known -> known.getKey().startsWith(SHARDS + job + "@")
                                && known.getKey().endsWith("/" + of))
                        .map(known -> known.getValue().last.through())
                        .filter(Objects::nonNull)
                        .max(Instant::compareTo)
                        .orElse(Instant.EPOCH);
                if (through.isBefore(time.now().minus(period).minus(TWO_RUNS))) {
                    violated(job + "/" + shard + " does not go on: it is decided up to " + through);
                }
            }
        });
    }

    void checkDone(SimulatedWorker worker) {
        if (!worker.isDone()) {
            violated("what it ran is not acknowledged: " + worker);
        }
    }
}
