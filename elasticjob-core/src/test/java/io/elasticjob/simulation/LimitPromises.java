package io.elasticjob.simulation;

import io.elasticjob.Concurrency;
import io.elasticjob.JobDefinition;
import io.elasticjob.ShardRecord;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.LimitCodec;
import io.elasticjob.coordination.Layout;
import io.elasticjob.coordination.Limit;
import io.elasticjob.coordination.LimitUse;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.coordination.Waiter;
import io.elasticjob.memory.Change;
import io.elasticjob.registry.Read;
import io.elasticjob.testing.Ledger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What is promised of limits: a claim is counted by its own transaction, never more of them than are allowed, and no longer
 * than it lasts. While nothing goes wrong, those that come first start first, and nobody waits where there is room.
 */
final class LimitPromises {

    /** For an instance to hear of a change of the registry, and to look what that means. */
    private static final Duration HEARD_OF_WITHIN = Duration.ofMillis(1_500);

    private static final Duration TAKEN_WITHIN = Duration.ofSeconds(4);

    private final Observed seen;
    private final Map<String, Known> limits = new TreeMap<>();
    private final Map<String, Concurrency> jobs = new HashMap<>();
    private final Map<String, String> lives = new HashMap<>();
    private final Map<Layout.ShardOf, ShardRecord> records = new HashMap<>();
    private final List<Change> transaction = new ArrayList<>();
    private final Set<Layout.ShardOf> idle = new HashSet<>();
    private boolean quiet;
    private int waited;

    private static final class Known {
        @Nullable
        Limit stored;

        final Set<Layout.ShardOf> counted = new HashSet<>();
        final Map<Waiter, Long> waiting = new HashMap<>();
        final Map<Waiter, Long> invitedSince = new HashMap<>();
    }

    LimitPromises(Observed seen) {
        this.seen = seen;
    }

    /** From now on nothing goes wrong. */
    void quiet() {
        settle();
        quiet = true;
    }

    /** How many shards have waited for a limit. */
    int waited() {
        return waited;
    }

    void changed(Change change) {
        if (!transaction.isEmpty() && transaction.get(0).zxid() != change.zxid()) {
            settle();
        }
        transaction.add(change);
    }

    /** A transaction is done: what it made of everything together is what is promised. */
    private void settle() {
        Map<String, Set<Layout.ShardOf>> taken = new TreeMap<>();
        Map<String, Set<Layout.ShardOf>> left = new TreeMap<>();
        List<Change> written = new ArrayList<>();
        for (Change change : transaction) {
            String path = change.path();
            boolean isThere = change.after() instanceof Read.Present;
            Optional<Layout.OfLimit> of = Observed.LAYOUT.ofLimit(path);
            if (of.isPresent()) {
                of(of.get(), change, isThere, isThere ? taken : left);
            } else if (Observed.LAYOUT.jobAt(path).isPresent()) {
                job(Observed.LAYOUT.jobAt(path).get(), change.after());
            } else if (Interference.isRecord(path)) {
                written.add(change);
            }
        }
        transaction.clear();
        written.forEach(this::note);
        taken.forEach(this::checkRoom);
        left.forEach(this::checkLeft);
        written.forEach(this::checkRecord);
        if (quiet) {
            checkIdle();
        }
    }

    private void of(Layout.OfLimit of, Change change, boolean isThere, Map<String, Set<Layout.ShardOf>> changed) {
        Known known = limits.computeIfAbsent(of.limit(), any -> new Known());
        Optional<Waiter> waiter = Waiter.named(of.name());
        if (of.name().isEmpty()) {
            known.stored = isThere
                            && LimitCodec.decode(((Read.Present) change.after()).data())
                                    instanceof Decoded.Value<Limit> value
                    ? value.value()
                    : null;
        } else if (waiter.isPresent()) {
            if (isThere) {
                waited++;
                known.waiting.putIfAbsent(waiter.get(), seen.time.nanoTime());
            } else {
                known.waiting.remove(waiter.get());
            }
        } else {
            Layout.ShardOf shard = Layout.offeredBy(of.name()).orElseThrow();
            changed.computeIfAbsent(of.limit(), any -> new HashSet<>()).add(shard);
            if (isThere) {
                known.counted.add(shard);
            } else {
                known.counted.remove(shard);
            }
        }
    }

    private void job(String name, Read read) {
        Optional<StoredJob> stored = Observed.stored(name, read);
        if (stored.isEmpty()) {
            jobs.remove(name);
            lives.remove(name);
            return;
        }
        try {
            jobs.put(name, stored.get().effective().concurrency());
        } catch (RuntimeException | Error poison) { // nobody can use it, so that nobody counts it
            jobs.remove(name);
        }
        lives.put(
                name,
                stored.orElseThrow().lifeUnder(((Read.Present) read).stat().created()));
    }

    private int most(String limit) {
        Optional<Layout.JobLife> own = Layout.lifeNamed(limit);
        if (own.isPresent()) {
            Concurrency of = jobs.get(own.get().job());
            return of == null || of.maxConcurrentShards() == null ? Integer.MAX_VALUE : of.maxConcurrentShards();
        }
        Limit stored = known(limit).stored;
        return stored == null ? 0 : stored.most();
    }

    private Known known(String limit) {
        return limits.computeIfAbsent(limit, any -> new Known());
    }

    private LimitUse use(String limit) {
        Known known = known(limit);
        return new LimitUse(most(limit), known.counted, new TreeSet<>(known.waiting.keySet()));
    }

    private void checkRoom(String limit, Set<Layout.ShardOf> taken) {
        Known known = known(limit);
        if (known.counted.size() > most(limit)) {
            seen.violated("more than " + most(limit) + " are counted in " + limit + ": " + known.counted);
        }
        if (quiet) {
            taken.forEach(shard -> checkOrder(limit, known, shard));
        }
    }

    private void checkOrder(String limit, Known known, Layout.ShardOf shard) {
        int priority = Optional.ofNullable(jobs.get(shard.of().job()))
                .map(Concurrency::priority)
                .orElse(10);
        long before = known.waiting.entrySet().stream()
                .filter(other -> other.getKey().limits() == 1 && other.getKey().priority() > priority)
                .filter(other -> !known.counted.contains(other.getKey().shard()))
                .filter(other -> seen.time.nanoTime() - other.getValue() > HEARD_OF_WITHIN.toNanos())
                .count();
        if (known.counted.size() + before > most(limit)) {
            seen.violated(shard + " of priority " + priority + " is counted in " + limit + " before " + known.waiting);
        }
    }

    private void note(Change change) {
        ShardRecord record = seen.record(change.after());
        if (record == null) {
            records.remove(shardOf(change.path()));
        } else {
            records.put(shardOf(change.path()), record);
        }
    }

    private static Layout.ShardOf shardOf(String path) {
        int end = path.lastIndexOf('/');
        Layout.JobLife of =
                Layout.lifeNamed(path.substring(Observed.SHARDS.length(), end)).orElseThrow();
        return new Layout.ShardOf(of, Integer.parseInt(path.substring(end + 1)));
    }

    /** As it was after the last transaction. */
    private ShardRecord record(Layout.ShardOf shard) {
        return records.getOrDefault(shard, ShardRecord.NEW);
    }

    private static boolean holds(ShardRecord record, String limit) {
        return record.holder().isPresent() && record.permits().contains(limit);
    }

    private void checkLeft(String limit, Set<Layout.ShardOf> left) {
        for (Layout.ShardOf shard : left) {
            ShardRecord record = record(shard);
            if (holds(record, limit) && seen.isLive(record.holder().orElseThrow())) {
                seen.violated(shard + " is not counted in " + limit + " any more though it runs: " + record);
            }
        }
    }

    private void checkRecord(Change change) {
        Layout.ShardOf shard = shardOf(change.path());
        Layout.JobLife of = shard.of();
        ShardRecord before = seen.record(change.before());
        ShardRecord after = seen.record(change.after());
        if (after == null) {
            return; // which the leader looks at
        }
        limits.forEach((limit, known) -> {
            if (known.counted.contains(shard) && !holds(after, limit)) {
                seen.violated(shard + " is counted in " + limit + " still though it has ended: " + after);
            }
        });
        boolean isClaim = after.isRunning() && (before == null || !Observed.isSameExecution(before, after));
        Concurrency says = jobs.get(of.job());
        if (isClaim && says != null && of.life().equals(lives.get(of.job()))) {
            SortedSet<String> named = new TreeSet<>(says.limits());
            if (says.maxConcurrentShards() != null) {
                named.add(Layout.ownLimit(of));
            }
            named.stream()
                    .filter(limit -> !known(limit).counted.contains(shard))
                    .forEach(limit -> seen.violated(shard + " began and is not counted in " + limit));
        }
    }

    private void checkIdle() {
        long now = seen.time.nanoTime();
        limits.forEach((limit, known) -> {
            List<Waiter> invited = use(limit).invited(Set.of()).stream()
                    .filter(waiter -> waiter.limits() == 1)
                    .toList();
            known.invitedSince.keySet().retainAll(invited);
            for (Waiter waiter : invited) {
                long since = known.invitedSince.computeIfAbsent(waiter, any -> now);
                if (now - since > TAKEN_WITHIN.toNanos() && idle.add(waiter.shard())) {
                    seen.violated(waiter + " waits though " + limit + " has room: " + known.counted);
                }
            }
        });
    }

    /** With the faults over, no more of them ran than may. */
    void checkQuiet(List<JobDefinition> definitions, Instant from) {
        settle();
        Duration leapt = Duration.between(seen.time.now(), seen.clock.now());
        Instant began = from.minus(leapt);
        Set<String> all = new TreeSet<>(limits.keySet());
        for (String limit : all) {
            List<Ledger.Entry> runs = seen.ledger.entries().stream()
                    .filter(entry -> !entry.cancelled && entry.started.isAfter(began))
                    .filter(entry ->
                            definitions.stream().anyMatch(job -> job.name().equals(entry.id.job()) && isIn(job, limit)))
                    .toList();
            for (Ledger.Entry run : runs) {
                long atOnce = runs.stream()
                        .filter(other -> !other.started.isAfter(run.started)
                                && (other.ended == null || other.ended.isAfter(run.started)))
                        .count();
                if (atOnce > most(limit)) {
                    seen.violated(atOnce + " run at once of those that " + limit + " counts, when " + run + " began");
                }
            }
        }
    }

    private static boolean isIn(JobDefinition job, String limit) {
        return job.concurrency().limits().contains(limit)
                || (job.concurrency().maxConcurrentShards() != null
                        && Layout.lifeNamed(limit)
                                .filter(of -> of.job().equals(job.name()))
                                .isPresent());
    }

    /** In the end nothing is counted that nobody runs. */
    void checkEnd() {
        settle();
        quiet = false;
        limits.forEach((limit, known) -> known.counted.forEach(shard -> {
            ShardRecord record = record(shard);
            if (!holds(record, limit) || !seen.isLive(record.holder().orElseThrow())) {
                seen.violated(shard + " is counted in " + limit + " and nobody runs it: " + record);
            }
        }));
    }
}
