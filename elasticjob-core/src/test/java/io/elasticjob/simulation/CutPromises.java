package io.elasticjob.simulation;

import io.elasticjob.Cancellation;
import io.elasticjob.ExecutionId;
import io.elasticjob.Firing;
import io.elasticjob.JobDefinition;
import io.elasticjob.Outcome;
import io.elasticjob.ShardRecord;
import io.elasticjob.ShardState;
import io.elasticjob.codec.CancelCodec;
import io.elasticjob.codec.Decoded;
import io.elasticjob.coordination.Cancel;
import io.elasticjob.coordination.Layout;
import io.elasticjob.coordination.Retrying;
import io.elasticjob.memory.Change;
import io.elasticjob.registry.Read;
import io.elasticjob.testing.Ledger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What is promised of executions that fail, take too long or are cancelled: one chain of retries for a failure, with pauses
 * between them; an end that is recorded is one, or says that it is not; what is cancelled is not begun again. That nothing
 * is begun beside a run that goes on, {@link Promises} says of all.
 */
final class CutPromises {

    /** Of a cancel everybody has heard by then who can claim or end anything: after that a session is over. */
    private static final Duration HEARD_OF = Simulation.SESSION.plusSeconds(4);

    /** A pause is measured by two clocks, which differ by so much when all is calm. */
    private static final Duration DRIFT = Duration.ofMillis(1_100);

    /** So much later than its time a retry begins when nothing goes wrong, a clock that was ahead included. */
    private static final Duration ON_TIME =
            Simulation.MAX_TIME_DIFF.multipliedBy(2).plusSeconds(3);

    /** A firing of a shard that is to end. */
    private record Target(Layout.JobLife of, int shard, Firing firing) {}

    private record Shard(Layout.JobLife of, int item) {}

    private final Observed seen;
    private final Commands commands;

    /** When, by the stopwatch, it was stored that a firing is to end. */
    private final Map<Target, Long> cancelled = new HashMap<>();

    private final Map<Shard, ShardRecord> last = new LinkedHashMap<>();

    private int retries;
    private int lingerers;
    private int cancels;

    CutPromises(Observed seen, Commands commands) {
        this.seen = seen;
        this.commands = commands;
    }

    /** How many failures were followed by a retry, how many ends were recorded too early, how many firings cancelled. */
    List<Integer> counts() {
        return List.of(retries, lingerers, cancels);
    }

    // ---- What changes without an execution --------------------------------------------------------------------------

    /** That what runs is to end: nothing else changes. */
    static boolean isStop(ShardRecord before, ShardRecord after, long claim) {
        return before.isRunning()
                && before.stop().isEmpty()
                && after.stop()
                        .filter(stop -> after.equals(before.withToken(claim).stopping(stop)))
                        .isPresent();
    }

    /** Whether an end may have been recorded by others once its owner was dead, in the words of the owner. */
    static boolean isOfAnybody(ShardRecord end, boolean ownerLived) {
        return !ownerLived && ("TIMED_OUT".equals(end.outcome()) || "CANCELLED".equals(end.outcome()));
    }

    /** What is decided of a firing that nobody runs: that it is not run again, that it is cancelled, that it has ended. */
    static boolean isSettlement(ShardRecord before, ShardRecord written) {
        ShardRecord after = written.withStreak(before.streak().orElse(null)); // which is held against what is seen
        Instant through = after.through();
        boolean isEnded = before.lingers() && after.equals(before.lingering(false));
        boolean isFailed = before.toRetry().isPresent() && after.equals(before.failedForGood(through));
        boolean isGivenUp = "CANCELLED".equals(after.outcome())
                && before.state() instanceof ShardState.Idle
                && after.state() instanceof ShardState.Done
                && before.latest().equals(after.latest());
        boolean isTrigger = !before.isRunning() && after.equals(before.decidedUpTo(after.trigger()));
        return isEnded || isFailed || isGivenUp || isTrigger || isPutRight(before, after);
    }

    /** When it failed, as a clock has written it that was ahead. */
    private static boolean isPutRight(ShardRecord before, ShardRecord after) {
        Instant was = failedAt(before);
        Instant is = failedAt(after);
        return was != null && is != null && is.isBefore(was) && after.equals(before.failedAt(is));
    }

    private static @Nullable Instant failedAt(ShardRecord record) {
        return record.toRetry().map(failed -> failed.failures().latest()).orElse(null);
    }

    // ---- What is written ------------------------------------------------------------------------------------------

    /** A node of a cancel has changed: only an operator makes one. */
    void changed(Change change, String name) {
        if (!(change.before() instanceof Read.Absent)
                || !(change.after() instanceof Read.Present present)
                || !(CancelCodec.decode(present.stat().createdAt(), present.data())
                        instanceof Decoded.Value<Cancel> cancel)) {
            return;
        }
        Commands.Command by = commands.writer(cancel.value().by().why(), "the cancel " + name);
        if (by == null) {
            return;
        }
        by.written++;
        Layout.JobLife life = Layout.lifeOfCancel(name).orElseThrow();
        if (!(by.wish instanceof Wish.CancelRun wish && isFor(wish, life, cancel.value()))) {
            seen.violated("was cancelled otherwise than " + by + ": " + cancel.value());
        }
        cancels++;
        SortedSet<Integer> shards = cancel.value().isWhole()
                ? new TreeSet<>(IntStream.range(0, Divisions.MOST_PARTS).boxed().toList())
                : cancel.value().shards();
        shards.forEach(shard ->
                cancelled.putIfAbsent(new Target(life, shard, cancel.value().firing()), seen.time.nanoTime()));
    }

    private static boolean isFor(Wish.CancelRun wish, Layout.JobLife life, Cancel cancel) {
        return wish.request().job().equals(life.job())
                && (wish.request().shards().isEmpty() || wish.request().shards().containsAll(cancel.shards()))
                && (wish.request().firing() == null || wish.request().firing().equals(cancel.firing()));
    }

    private boolean isLongCancelled(Layout.JobLife of, int shard, @Nullable Firing firing) {
        Long at = firing == null ? null : cancelled.get(new Target(of, shard, firing));
        return at != null && seen.time.nanoTime() - at > HEARD_OF.toNanos();
    }

    /** A record was written. */
    void written(Observed.History history, Observed.Written written, @Nullable JobDefinition job) {
        Layout.JobLife of = history.of;
        int shard = history.shard;
        ShardRecord before = written.before();
        ShardRecord after = written.after();
        boolean ownerLived = written.ownerLived();
        long token = history.claim;
        String what = of.job() + " shard " + shard + " ";
        last.put(new Shard(of, shard), after);
        boolean goesOn = before.isRunning()
                && before.latest()
                        .flatMap(one -> after.latest().filter(one::isSameAs))
                        .isPresent();
        if (after.isRunning() && !goesOn) {
            claimed(what, of, shard, job, before, after);
        } else if (before.isRunning() && !after.isRunning()) {
            ended(what, of, shard, before, after, ownerLived ? running(of.job(), shard, token) : null);
        }
        if (before.lingers() && !after.lingers() && ownerLived && running(of.job(), shard, token) != null) {
            seen.violated(what + "is said to have ended, and goes on: " + running(of.job(), shard, token));
        }
        if (isPutRight(before, after) && !seen.clock.now().isBefore(Objects.requireNonNull(failedAt(before)))) {
            seen.violated(what + "has failed at another time than it said: " + after);
        }
        lingerers += after.lingers() && !before.lingers() ? 1 : 0;
    }

    /** One chain: nothing else begins meanwhile, what is counted goes on, and another firing begins without. */
    private void claimed(
            String what,
            Layout.JobLife of,
            int shard,
            @Nullable JobDefinition job,
            ShardRecord before,
            ShardRecord after) {
        Firing firing = Objects.requireNonNull(after.firing());
        boolean same = firing.equals(before.firing());
        ShardState.Failures had = before.latest()
                .filter(any -> same)
                .map(ShardState.Attempt::failures)
                .orElse(ShardState.Failures.NONE);
        ShardState.Failures has = after.latest().orElseThrow().failures();
        if (!has.equals(had)) {
            seen.violated(what + "begins with " + has + " and had " + had + ": " + after);
        }
        boolean isOpen = before.toRetry().isPresent() && !isDecided(before);
        if (isOpen && !same) {
            seen.violated(what + "begins another firing than the one that is to be run again: " + before);
        }
        if (isOpen && same && job != null && had.count() > job.retry().attempts()) {
            seen.violated(what + "is run again though its job has fewer attempts: " + before);
        }
        if (isLongCancelled(of, shard, firing)) {
            seen.violated(what + "begins what was cancelled long ago: " + after);
        }
        retries += isOpen ? 1 : 0;
    }

    private static boolean isDecided(ShardRecord record) {
        if (record.firing() instanceof Firing.Triggered triggered) {
            return record.trigger() >= triggered.number();
        }
        Instant through = record.through();
        return record.fireTime()
                .filter(fireTime -> through != null && !fireTime.isAfter(through))
                .isPresent();
    }

    /** @param run that goes on though its end is written by the one that runs it; null for none */
    private void ended(
            String what,
            Layout.JobLife of,
            int shard,
            ShardRecord before,
            ShardRecord after,
            Ledger.@Nullable Entry run) {
        ShardState.Stop stop = before.stop().orElse(null);
        boolean same = before.firing() != null && before.firing().equals(after.firing());
        boolean isFailure = same && after.toRetry().isPresent() && count(after) != count(before);
        boolean isCancelledToo = stop != null && cancelled.containsKey(new Target(of, shard, before.firing()));
        if (stop != null
                && !stop.outcome().name().equals(after.outcome())
                && !(isCancelledToo && "CANCELLED".equals(after.outcome()))) {
            seen.violated(what + "was told to end by " + stop + ", and says " + after.outcome());
        }
        if (stop != null
                && stop.reason() == Cancellation.Reason.OPERATOR
                && !(after.state() instanceof ShardState.Done)) {
            seen.violated(what + "was cancelled, and is to be run again: " + after);
        }
        if (isFailure) {
            failed(what, of, shard, before, after);
        }
        boolean isEnd = isFailure || after.state() instanceof ShardState.Done;
        if (run != null && same && isEnd && !after.lingers()) {
            seen.violated(what + "is recorded to have ended, and goes on: " + run);
        }
    }

    private void failed(String what, Layout.JobLife of, int shard, ShardRecord before, ShardRecord after) {
        if (count(after) != count(before) + 1 || count(after) > Cuts.MOST_ATTEMPTS) {
            seen.violated(what + "has failed once more, and says " + after + " after " + before);
        }
        if (!Objects.equals(before.through(), after.through()) || before.trigger() != after.trigger()) {
            seen.violated(what + "is to be run again, and counts as decided: " + after);
        }
        if (!"FAILED".equals(after.outcome()) && !"TIMED_OUT".equals(after.outcome())) {
            seen.violated(what + "is to be run again, and has not failed: " + after);
        }
        if (isLongCancelled(of, shard, after.firing())) {
            seen.violated(what + "is to be run again though it was cancelled long ago: " + after);
        }
    }

    private static int count(ShardRecord record) {
        return record.latest().map(attempt -> attempt.failures().count()).orElse(0);
    }

    /** The run of this claim, if it has not ended. */
    private Ledger.@Nullable Entry running(String job, int shard, long token) {
        List<Ledger.Entry> entries = seen.ledger.entries();
        for (int i = entries.size() - 1; i >= 0; i--) {
            Ledger.Entry entry = entries.get(i);
            if (entry.token == token
                    && entry.id.shard() == shard
                    && entry.id.job().equals(job)) {
                return entry.ended == null ? entry : null;
            }
        }
        return null; // it was given back before it began
    }

    // ---- What is so in the end ------------------------------------------------------------------------------------

    /**
     * With the faults over, what is to be run again is, after its pause, and what was cancelled has been told.
     *
     * @param definitions of the jobs that somebody can run
     * @param promised by the clock, from when on
     */
    void checkQuiet(Collection<JobDefinition> definitions, Predicate<String> lives, Instant promised) {
        Duration leapt = Duration.between(seen.time.now(), seen.clock.now());
        last.forEach((shard, record) -> definitions.stream()
                .filter(job -> job.name().equals(shard.of().job()))
                .filter(job -> seen.life(job.name()).equals(shard.of().life()))
                .findFirst()
                .flatMap(known -> Retrying.notBefore(known, shard.item(), record))
                .filter(notBefore ->
                        !isDecided(record) && notBefore.plus(ON_TIME).isBefore(seen.clock.now()))
                .ifPresent(notBefore ->
                        seen.violated(shard + " was to be run again at " + notBefore + ", and was not: " + record)));
        seen.ledger.entries().stream()
                .filter(entry -> entry.ended == null && !entry.cancelled && lives.test(entry.process))
                .filter(entry -> cancelled.entrySet().stream()
                        .anyMatch(target -> isOf(target.getKey(), entry.id) && isOld(target.getValue())))
                .forEach(entry -> seen.violated("goes on though it was cancelled: " + entry));
        checkPauses(promised.minus(leapt));
    }

    private static boolean isOf(Target target, ExecutionId id) {
        return target.shard() == id.shard()
                && target.of().job().equals(id.job())
                && target.firing().equals(id.firing());
    }

    private boolean isOld(long nanos) {
        return seen.time.nanoTime() - nanos > HEARD_OF.toNanos();
    }

    /** Between a failure and the next attempt there is at least the shortest pause. */
    private void checkPauses(Instant from) {
        Map<String, Ledger.Entry> before = new HashMap<>();
        for (Ledger.Entry entry : seen.ledger.entries()) {
            if (entry.started.isBefore(from) || !Cuts.concerns(entry.id.job())) {
                continue;
            }
            Ledger.Entry earlier = before.put(entry.id.job() + entry.id.shard() + entry.id.firing(), entry);
            if (earlier != null
                    && earlier.ended != null
                    && earlier.outcome instanceof Outcome.Failed
                    && entry.started.isBefore(
                            earlier.ended.plus(Cuts.SHORTEST_PAUSE).minus(DRIFT))) {
                seen.violated("was run again without a pause: " + earlier + " and " + entry);
            }
        }
    }

    /**
     * A second after a cancel was stored: whoever runs it has told the handler.
     *
     * @param started by the stopwatch, from when on
     */
    void checkCancelled(String job, Instant started, int least) {
        List<Ledger.Entry> runs = runs(job, started);
        if (runs.size() < least) {
            seen.violated(job + " should run on " + least + " shards: " + runs);
        }
        runs.stream()
                .filter(entry -> !entry.cancelled)
                .forEach(entry -> seen.violated("has not heard within a second that it is cancelled: " + entry));
    }

    /** What was cancelled has begun nothing more, and says so. */
    void checkOver(String job, Instant started, int most) {
        List<Ledger.Entry> runs = runs(job, started);
        if (runs.size() > most) {
            seen.violated("was begun again though it was cancelled: " + runs);
        }
        runs.forEach(run -> last.forEach((shard, record) -> {
            if (shard.of().job().equals(job)
                    && shard.item() == run.id.shard()
                    && run.id.firing().equals(record.firing())
                    && !"CANCELLED".equals(record.outcome())) {
                seen.violated("was cancelled, and does not say so: " + record);
            }
        }));
    }

    private List<Ledger.Entry> runs(String job, Instant started) {
        List<Ledger.Entry> runs = new ArrayList<>();
        for (Ledger.Entry entry : seen.ledger.entries()) {
            if (entry.id.job().equals(job) && !entry.started.isBefore(started)) {
                runs.add(entry);
            }
        }
        return runs;
    }
}
