package io.elasticjob.simulation;

import io.elasticjob.Firing;
import io.elasticjob.JobDefinition;
import io.elasticjob.ShardRecord;
import io.elasticjob.ShardState;
import io.elasticjob.coordination.ShardCount;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.schedule.FixedDelay;
import io.elasticjob.testing.Ledger;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What is promised of jobs that fire so long after each end: whoever claims, claims the firing that the history of the
 * shard names, and no shard is silent for good.
 */
final class DelayPromises {

    /** How far the clocks of two instances may differ in a quiet time. */
    private static final Duration DRIFT = Duration.ofSeconds(1);

    /** From an end to the next begin, beyond the delay: a hand-over, and a clock that was ahead by as much as is believed. */
    private static final Duration SILENCE =
            Simulation.MAX_TIME_DIFF.multipliedBy(2).plusSeconds(4);

    private final Ledger ledger;
    private final Supplier<Instant> clock;
    private final Consumer<String> violated;

    /** By the path of a record, up to when all is decided, as its history says. */
    private final Map<String, Instant> bases = new HashMap<>();

    DelayPromises(Ledger ledger, Supplier<Instant> clock, Consumer<String> violated) {
        this.ledger = ledger;
        this.clock = clock;
        this.violated = violated;
    }

    private static Optional<FixedDelay> delayOf(JobDefinition job) {
        return job.schedule() instanceof FixedDelay delay && !job.wholeFirings().areRecorded()
                ? Optional.of(delay)
                : Optional.empty();
    }

    static boolean concerns(@Nullable JobDefinition job) {
        return job != null && delayOf(job).isPresent();
    }

    /** A record was written. Takes note of the end of a firing by schedule, or of what was decided without running. */
    void written(String path, @Nullable JobDefinition job, ShardRecord before, ShardRecord after) {
        Instant through = after.through();
        boolean ended = before.latest()
                .filter(ran -> before.isRunning() && after.state() instanceof ShardState.Done)
                .flatMap(ran -> after.latest().filter(ran::isSameAs)) // else a claim was put back
                .isPresent();
        if (ended && concerns(job) && after.firing() instanceof Firing.Scheduled) {
            Instant fireTime = after.fireTime().orElseThrow();
            Instant end = after.finishedAt().truncatedTo(ChronoUnit.MILLIS);
            bases.put(path, end.isAfter(fireTime) ? end : fireTime);
        } else if (!before.isRunning() && !after.isRunning() && through != null && !through.equals(before.through())) {
            boolean back = before.through() != null && through.isBefore(before.through());
            if (concerns(job) && !back && through.isBefore(clock.get().minus(Observed.EARLY))) {
                violated.accept(path + " was skipped up to " + through + " only, long ago");
            }
            bases.put(path, through);
        } else if (ended && through != null && !concerns(job)) {
            bases.put(path, through); // by another schedule, before or after
        }
    }

    /** The job is gone, and its records with it. */
    void gone(String path) {
        bases.remove(path);
    }

    /** The firing that the next claim is for, of a shard that does not run. */
    Instant named(String path, StoredJob stored, JobDefinition job, int shard) {
        FixedDelay delay = delayOf(job).orElseThrow();
        Instant since = stored.switches()
                .onSince(shard)
                .filter(on -> on.isAfter(stored.since()))
                .orElse(stored.since());
        Instant there = since(stored.shardCount(), shard);
        since = there.isAfter(since) ? there : since;
        Instant end = bases.get(path);
        Instant exact =
                end == null ? since.plus(delay.initialDelay()) : (end.isAfter(since) ? end : since).plus(delay.delay());
        Instant millis = exact.truncatedTo(ChronoUnit.MILLIS);
        return millis.equals(exact) ? exact : millis.plusMillis(1);
    }

    private static Instant since(ShardCount count, int shard) {
        Instant since = Instant.MIN;
        int before = count.first().count();
        for (Map.Entry<Instant, ShardCount.Split> change : count.changes().entrySet()) {
            since = before <= shard && change.getValue().count() > shard ? change.getKey() : since;
            before = change.getValue().count();
        }
        return since;
    }

    /** With the faults over, a shard runs again and again, each time so long after the end before. */
    void checkQuiet(JobDefinition job, StoredJob stored, Instant from, Instant to, Duration leapt) {
        FixedDelay delay = delayOf(job).orElse(null);
        if (delay == null || !job.enabled()) {
            return;
        }
        Instant begin = from.isAfter(stored.since()) ? from : stored.since();
        IntStream.range(0, stored.shardCount().at(begin))
                .filter(shard -> shard < stored.shardCount().count())
                .filter(shard -> !stored.switches().isOff(shard))
                .filter(shard ->
                        stored.switches().onSince(shard).filter(begin::isBefore).isEmpty())
                .forEach(shard -> checkShard(job, shard, delay, begin.minus(leapt), to.minus(leapt)));
    }

    private void checkShard(JobDefinition job, int shard, FixedDelay delay, Instant from, Instant to) {
        List<Ledger.Entry> runs = new ArrayList<>(ledger.entries().stream()
                .filter(entry -> entry.id.job().equals(job.name()) && entry.id.shard() == shard)
                .filter(entry -> entry.id.firing() instanceof Firing.Scheduled)
                .filter(entry -> !entry.started.isBefore(from) && entry.started.isBefore(to))
                .sorted(Comparator.comparing(entry -> entry.started))
                .toList());
        Instant silentFrom = from;
        Duration most = delay.delay().plus(SILENCE);
        for (Ledger.Entry run : runs) {
            if (run.started.isAfter(silentFrom.plus(most))) {
                violated.accept(job.name() + " shard " + shard + " was silent from " + silentFrom + " to " + run);
            }
            silentFrom = run.ended == null ? to : run.ended;
        }
        if (silentFrom.plus(most).isBefore(to)) {
            violated.accept(job.name() + " shard " + shard + " is silent from " + silentFrom + " on");
        }
        for (int i = 1; i < runs.size(); i++) {
            Instant ended = runs.get(i - 1).ended;
            boolean again = runs.get(i).id.attempt() > 1;
            if (!again
                    && ended != null
                    && runs.get(i).started.isBefore(ended.plus(delay.delay()).minus(DRIFT))) {
                violated.accept("began too soon after " + runs.get(i - 1) + ": " + runs.get(i));
            }
        }
    }
}
