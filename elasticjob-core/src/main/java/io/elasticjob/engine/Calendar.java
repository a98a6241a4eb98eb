package io.elasticjob.engine;

import io.elasticjob.JobDefinition;
import io.elasticjob.schedule.Schedule;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The fire times of the jobs that have shards here: follows their schedules, and tells the shards what is due, and shortly
 * before what will be. Confined to the loop.
 */
final class Calendar {

    /**
     * So long before a fire time the shards that will be due are claimed. Long enough for some thousands of claims, short
     * enough that hardly anything changes meanwhile; far below a session timeout, on which a new number of shards relies.
     */
    private static final Duration AHEAD = Duration.ofMillis(200);

    private static final Duration TWO_TICKS = Machine.TICK.multipliedBy(2);

    private final JobTable jobs;
    private final ShardTable shards;
    private final FiringTable firings;
    private final Outbox outbox;
    private final Steps steps;
    private final Supplier<Knowledge> known;

    private final Map<Schedule, FireTimes> fireTimes = new LinkedHashMap<>();
    /** Of the schedules that fire shortly, when. */
    private final Map<FireTimes, Instant> comingUp = new LinkedHashMap<>();

    /** @param known of the namespace now */
    Calendar(
            JobTable jobs,
            ShardTable shards,
            FiringTable firings,
            Outbox outbox,
            Steps steps,
            Supplier<Knowledge> known) {
        this.jobs = jobs;
        this.shards = shards;
        this.firings = firings;
        this.outbox = outbox;
        this.steps = steps;
        this.known = known;
    }

    /** The fire source rang. */
    void fired(Schedule schedule) {
        FireTimes times = fireTimes.get(schedule);
        if (times != null) {
            due(times);
        }
    }

    /** Looks whether a ring was missed. */
    void tick() {
        List.copyOf(fireTimes.values())
                .forEach(times -> steps.take(() -> "looking for what is due of " + times.schedule(), () -> due(times)));
    }

    /** Claims ahead; once, at the end of a turn, when it is known whether the clock is right. */
    void flush(Knowledge known) {
        Map<FireTimes, Instant> coming = new LinkedHashMap<>(comingUp);
        comingUp.clear();
        if (known.isWhole()) {
            claimAhead(coming);
        }
    }

    /** Follows the job's schedule while a shard of it is here. */
    void follow(JobState job) {
        firings.follow(job);
        JobDefinition definition = job.definition();
        boolean wanted = definition != null && !job.isRemoved() && !job.owned().isEmpty();
        Schedule schedule = definition != null && wanted ? definition.schedule() : null;
        FireTimes before = job.fireTimes();
        if (before != null && !before.schedule().equals(schedule)) {
            before.jobs().remove(job);
            job.follow(null);
            if (before.jobs().isEmpty()) {
                fireTimes.remove(before.schedule());
                outbox.add(new Effect.Forget(before.schedule()));
            }
        }
        if (schedule != null && job.fireTimes() == null) {
            FireTimes times = fireTimes.computeIfAbsent(schedule, wantedOne -> {
                outbox.add(new Effect.Follow(wantedOne));
                return new FireTimes(wantedOne);
            });
            times.jobs().add(job);
            job.follow(times);
        }
    }

    /** What one schedule does costs the jobs that have it, and no others. */
    private void ofAll(FireTimes times, Runnable task) {
        try {
            task.run();
        } catch (Throwable failed) {
            List.copyOf(times.jobs()).forEach(job -> jobs.failed(job, failed));
        }
    }

    private void due(FireTimes times) {
        ofAll(times, () -> dueNow(times));
    }

    private void dueNow(FireTimes times) {
        if (times.passed(outbox.now())) {
            Knowledge soFar = known.get();
            List.copyOf(times.jobs()).forEach(job -> {
                firings.due(job);
                shards.due(job, soFar);
            });
        }
        Instant now = outbox.now();
        times.announce(now, TWO_TICKS).ifPresent(next -> {
            Duration left = outbox.time().until(next);
            Duration early = left.compareTo(AHEAD) > 0 ? left.minus(AHEAD) : Duration.ZERO;
            outbox.alarm(early, () -> comingUp.put(times, next));
            outbox.alarm(left, () -> hasCome(times, next));
        });
    }

    /** The loop's own ring, which comes even earlier than that of the fire source: for what is claimed already. */
    private void hasCome(FireTimes times, Instant fireTime) {
        Duration left = outbox.time().until(fireTime);
        if (!left.isNegative() && !left.isZero() && left.compareTo(AHEAD) < 0) {
            outbox.alarm(left, () -> hasCome(times, fireTime)); // clock and stopwatch do not go quite alike
        } else {
            due(times);
        }
    }

    private void claimAhead(Map<FireTimes, Instant> coming) {
        coming.forEach((times, fireTime) -> ofAll(times, () -> {
            times.lookAhead();
            Duration left = Duration.between(outbox.now(), fireTime);
            if (!left.isNegative() && left.compareTo(AHEAD) <= 0) {
                List.copyOf(times.jobs()).forEach(job -> {
                    firings.comingUp(job, fireTime);
                    shards.comingUp(job, fireTime);
                });
            }
        }));
    }
}
