package io.elasticjob.simulation;

import io.elasticjob.Firing;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.OnStartup;
import io.elasticjob.Overlap;
import io.elasticjob.Setting;
import io.elasticjob.ShardRecord;
import io.elasticjob.ShardState;
import io.elasticjob.coordination.DueFiring;
import io.elasticjob.coordination.Layout;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.coordination.Trigger;
import io.elasticjob.simulation.Observed.History;
import io.elasticjob.simulation.Observed.Job;
import io.elasticjob.simulation.Observed.Written;
import io.elasticjob.testing.Ledger;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is promised of firings that come due while their shard runs, or that were missed: none that is to wait is passed over;
 * what gives way is cancelled. And a job that asks for it runs once for each version that starts.
 */
final class OverlapPromises {

    private final Observed seen;

    /** By the path of the record: up to when it was busy, as all clocks agree. */
    private final Map<String, Instant> busyUntil = new HashMap<>();

    /** By the life of a job, how many more changes of the version there were than triggers for them. */
    private final Map<Layout.JobLife, Integer> startups = new LinkedHashMap<>();

    /** The first life of the job. */
    private final Map<String, Layout.JobLife> firstLives = new HashMap<>();

    private final Map<Layout.JobLife, Integer> runs = new HashMap<>();

    private int waited;

    OverlapPromises(Observed seen) {
        this.seen = seen;
    }

    /** How many firings ran though a later one had come due. */
    int waited() {
        return waited;
    }

    // ---- What is written ------------------------------------------------------------------------------------------

    /** A record was written. */
    void written(History history, Written written, @Nullable Job job) {
        ShardRecord before = written.before();
        ShardRecord after = written.after();
        boolean isClaim = after.isRunning() && !written.isCheckpoint() && !written.isAdoption();
        if (isClaim
                && job != null
                && after.firing() instanceof Firing.Scheduled scheduled
                && !after.firing().equals(before.firing())) {
            claimed(history, written, job, scheduled.fireTime());
        } else if (after.state() instanceof ShardState.Done done
                && before.isRunning()
                && Observed.isSameExecution(before, after)) {
            Instant told = done.finishedAt();
            Instant now = seen.clock.now();
            boolean isRight = told != null && Duration.between(told, now).abs().compareTo(Observed.EARLY) < 0;
            busyUntil.put(history.path, isRight ? now.minus(Observed.EARLY) : Instant.MIN);
        }
    }

    private void claimed(History history, Written written, Job job, Instant fireTime) {
        String name = job.stored().name();
        Instant now = seen.clock.now();
        Instant after = DueFiring.undecidedAfter(
                since(job.stored(), history.shard),
                job.stored().shardCount(),
                history.shard,
                written.before().through());
        List<Instant> passed = fireTimes(job.definition(), after, fireTime)
                .filter(at -> history.shard < job.stored().shardCount().at(at))
                .toList();
        if (name.equals(Overlaps.QUEUES)) {
            Instant until = busyUntil.getOrDefault(history.path, Instant.MIN);
            // More wait than may: those between, and those that have come due since, while the shard was busy.
            boolean isOver =
                    fireTimes(job.definition(), after, now.plus(Observed.EARLY)).count() >= Overlap.MOST_QUEUED;
            passed.stream()
                    .filter(at -> !isOver && !at.isAfter(until))
                    .findFirst()
                    .ifPresent(
                            at -> seen.violated(history, "passes over the firing of " + at + ", which waits", written));
        } else if (name.equals(Overlaps.MAKES_UP)) {
            passed.stream()
                    .filter(at -> at.isAfter(now.minus(Overlaps.CATCH_UP_AGE).plus(Observed.EARLY)))
                    .filter(at -> fireTimes(job.definition(), at.minusNanos(1), now.plus(Observed.EARLY))
                                    .count()
                            <= Overlaps.CATCH_UP)
                    .findFirst()
                    .ifPresent(at ->
                            seen.violated(history, "passes over the firing of " + at + ", which was missed", written));
        }
        boolean isLater = fireTimes(job.definition(), fireTime, now).findFirst().isPresent();
        waited += isLater && (name.equals(Overlaps.QUEUES) || name.equals(Overlaps.MAKES_UP)) ? 1 : 0;
    }

    private static Instant since(StoredJob job, int shard) {
        return job.switches()
                .onSince(shard)
                .filter(on -> on.isAfter(job.since()))
                .orElse(job.since());
    }

    /** Strictly between two instants; at most 1,000. */
    private static Stream<Instant> fireTimes(JobDefinition job, Instant after, Instant before) {
        return Stream.iterate(
                        job.schedule().next(after).orElse(Instant.MAX),
                        at -> at.isBefore(before),
                        at -> job.schedule().next(at).orElse(Instant.MAX))
                .limit(1_000);
    }

    // ---- Versions that start --------------------------------------------------------------------------------------

    /** A job was made, or has changed. */
    void jobWritten(Layout.JobLife of, @Nullable StoredJob before, StoredJob after) {
        if (after.name().equals(Overlaps.STARTS) && !Objects.equals(version(before), version(after)) && runs(after)) {
            startups.merge(of, 1, Integer::sum);
            firstLives.putIfAbsent(of.job(), of); // later ones may be made by who had started before
        }
    }

    private static boolean runs(StoredJob job) {
        return job.effective().enabled()
                && job.effective().onStartup().wanted()
                && IntStream.range(0, job.shardCount().count())
                        .anyMatch(shard -> !job.switches().isOff(shard));
    }

    private static @Nullable String version(@Nullable StoredJob job) {
        return job == null
                ? null
                : Optional.ofNullable(job.declared().get(JobKey.ON_STARTUP))
                        .map(Setting::value)
                        .orElse(OnStartup.NEVER.version());
    }

    static boolean isStartup(Trigger trigger) {
        return trigger.request().startsWith("startup-");
    }

    void started(Layout.JobLife of) {
        startups.merge(of, -1, Integer::sum);
        runs.merge(of, 1, Integer::sum);
    }

    // ---- What is so in the end ------------------------------------------------------------------------------------

    void checkQuiet() {
        startups.forEach((of, more) -> {
            if (more < 0) {
                seen.violated(of + " has run " + -more + " times more often than versions have started");
            }
        });
        firstLives.values().stream()
                .filter(of -> !runs.containsKey(of))
                .forEach(of -> seen.violated(of + " has not run at the start of the version that has made it"));
    }

    /**
     * What gives way was told so when the next firing had come due, and what was triggered by hand was not.
     *
     * @param started by the stopwatch, from when on
     */
    void checkGaveWay(Instant started) {
        Instant now = seen.time.now();
        for (Ledger.Entry entry : seen.ledger.entries()) {
            boolean isDue = entry.id.job().equals(Overlaps.GIVES_WAY)
                    && !entry.started.isBefore(started)
                    && entry.started.plus(Overlaps.PERIOD.multipliedBy(2)).isBefore(now);
            if (isDue && entry.id.firing() instanceof Firing.Scheduled && !entry.cancelled && entry.ended == null) {
                seen.violated("goes on though the next firing has come due: " + entry);
            } else if (isDue && entry.id.firing() instanceof Firing.Triggered && entry.cancelled) {
                seen.violated("was triggered by hand, and cancelled for a firing by schedule: " + entry);
            }
        }
    }
}
