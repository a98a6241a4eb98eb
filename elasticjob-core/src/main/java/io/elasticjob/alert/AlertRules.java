package io.elasticjob.alert;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.ExecutionId;
import io.elasticjob.Outcome;
import io.elasticjob.alert.Alert.Origin;
import io.elasticjob.alert.Alert.Subject;
import io.elasticjob.text.Durations;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * What is worth an alert: told what happens and when, it answers what is to be said. It reads no clock, sends nothing and
 * is used by one thread at a time.
 *
 * <p>Failures are counted for each shard while this instance has it: what moves to another instance, and what is run under
 * a new session, starts again. Recoveries are told of a job as a whole, once no shard of it that was alerted here is left.
 */
final class AlertRules {

    private record Shard(String job, int number) {}

    private record Running(
            ExecutionId execution, Instant since, @Nullable Deadline deadline) {}

    private record Deadline(long nanos, long sequence) implements Comparable<Deadline> {
        @Override
        public int compareTo(Deadline other) {
            int order = Deadlines.IN_ORDER.compare(nanos, other.nanos);
            return order == 0 ? Long.compare(sequence, other.sequence) : order;
        }
    }

    private record Streak(int failures, Instant since) {}

    private record Topic(AlertCondition condition, String job) {}

    private record Incident(Instant since, Set<Integer> shards) {}

    private final AlertSettings settings;
    private Origin origin;

    private final Map<Shard, Running> running = new HashMap<>();
    private final TreeMap<Deadline, Running> deadlines = new TreeMap<>();
    private final Set<ExecutionId> fenced = new HashSet<>();
    private final Map<Shard, Streak> streaks = new HashMap<>();
    private final Map<String, Set<Integer>> owned = new HashMap<>();
    private final Map<Topic, Incident> incidents = new HashMap<>();
    private @Nullable Moment away;
    private boolean awayTold;
    private @Nullable Instant clockOff;
    private @Nullable Instant registryClockStepped;
    private @Nullable Instant stuck;
    private @Nullable Instant impaired;
    private long sequence;

    /** @param origin of the alerts; its instance is replaced as this process registers */
    AlertRules(AlertSettings settings, Origin origin) {
        this.settings = settings;
        this.origin = origin;
    }

    /** What is to be said because of an event, in order. */
    List<Alert> on(ElasticJobEvent event, Moment now) {
        List<Alert> alerts = new ArrayList<>();
        if (event instanceof ElasticJobEvent.ExecutionStarted started) {
            started(started.execution(), now);
        } else if (event instanceof ElasticJobEvent.ExecutionEnded ended) {
            ended(ended, now, alerts);
        } else if (event instanceof ElasticJobEvent.ExecutionFenced overtaken) {
            fenced(overtaken.execution(), "was overtaken while running; it is cancelled", now, alerts);
        } else if (event instanceof ElasticJobEvent.OwnerDied died && !died.retried()) {
            raise(
                    AlertCondition.LOST,
                    Subject.of(died.execution()),
                    "was lost, because its instance died",
                    died.owner() + " died while running this; it is not run again, and the next firing runs",
                    now.wall(),
                    now,
                    alerts);
        } else if (event instanceof ElasticJobEvent.FiringOverdue overdue) {
            raise(
                    AlertCondition.OVERDUE,
                    Subject.of(overdue.job(), overdue.shard()),
                    "is overdue",
                    "No instance has started the firing of " + overdue.fireTime(),
                    overdue.since(),
                    now,
                    alerts);
        } else if (event instanceof ElasticJobEvent.FiringDeadlineMissed missed) {
            raise(
                    AlertCondition.DEADLINE_MISSED,
                    Subject.of(missed.job()),
                    "has missed a deadline",
                    "Its firing " + missed.firing().text() + " should have ended by " + missed.deadline(),
                    missed.deadline(),
                    now,
                    alerts);
        } else if (event instanceof ElasticJobEvent.JobPaused paused) {
            raise(
                    AlertCondition.PAUSED,
                    Subject.of(paused.job(), paused.shard()),
                    "has failed " + paused.failed() + " times in a row, and the job has paused",
                    "It fires again when somebody enables it" + (paused.error() == null ? "" : ". " + paused.error()),
                    now.wall(),
                    now,
                    alerts);
        } else if (event instanceof ElasticJobEvent.JobRefused refused) {
            raise(
                    AlertCondition.REFUSED,
                    Subject.of(refused.job()),
                    "is refused on this instance",
                    refused.reason(),
                    now.wall(),
                    now,
                    alerts);
        } else if (event instanceof ElasticJobEvent.ValueUnreadable unreadable) {
            raise(
                    AlertCondition.UNREADABLE,
                    Subject.NONE,
                    "A value in ZooKeeper cannot be read",
                    unreadable.path() + ": " + unreadable.reason() + "; " + unreadable.consequence(),
                    now.wall(),
                    now,
                    alerts);
        } else if (event instanceof ElasticJobEvent.ShardsAssigned assigned) {
            assigned(assigned.job(), assigned.owned());
        } else if (event instanceof ElasticJobEvent.JobRemoved removed) {
            assigned(removed.job(), Set.of());
        } else if (event instanceof ElasticJobEvent.JobForgotten forgotten) {
            assigned(forgotten.job(), Set.of());
        } else {
            aboutTheInstance(event, now, alerts);
        }
        return alerts;
    }

    private void aboutTheInstance(ElasticJobEvent event, Moment now, List<Alert> alerts) {
        if (event instanceof ElasticJobEvent.InstanceRegistered registered) {
            origin = origin.by(registered.instance());
            registryBack(now, alerts);
            if (stuck != null) {
                recover(AlertCondition.STUCK, Subject.NONE, "the job engine runs again", stuck, now, alerts);
                stuck = null;
            }
        } else if (event instanceof ElasticJobEvent.RegistryResumed) {
            registryBack(now, alerts);
        } else if (event instanceof ElasticJobEvent.RegistrySuspended) {
            registryGone(now);
        } else if (event instanceof ElasticJobEvent.SessionEnded) {
            registryGone(now);
            Set.copyOf(owned.keySet()).forEach(job -> assigned(job, Set.of()));
        } else if (event instanceof ElasticJobEvent.RegistryDataLost lost) {
            raise(
                    AlertCondition.DATA_LOST,
                    Subject.NONE,
                    lost.wentBack()
                            ? "ZooKeeper was emptied or restored from a backup"
                            : "Somebody deleted data of this namespace in ZooKeeper",
                    lost.what()
                            + ". Jobs that are declared are created again"
                            + (lost.wentBack() ? "; fencing tokens can be lower than before" : ""),
                    now.wall(),
                    now,
                    alerts);
        } else if (event instanceof ElasticJobEvent.ClockOff off) {
            clockOff = clockOff == null ? now.wall() : clockOff;
            raise(
                    AlertCondition.CLOCK_OFF,
                    Subject.NONE,
                    "The clock of an instance differs from ZooKeeper's by " + rounded(off.skew()),
                    "More than " + Durations.format(off.maxTimeDiff())
                            + ": it starts nothing new, and others take over, until the clock is right",
                    clockOff,
                    now,
                    alerts);
        } else if (event instanceof ElasticJobEvent.ClockIgnored wrong) {
            clockOff = clockOff == null ? now.wall() : clockOff;
            raise(
                    AlertCondition.CLOCK_OFF,
                    Subject.NONE,
                    "The clock of an instance differs from ZooKeeper's by " + rounded(wrong.skew()),
                    "More than " + Durations.format(wrong.maxTimeDiff())
                            + ". Jobs are not affected: they fire by ZooKeeper's clock",
                    clockOff,
                    now,
                    alerts);
        } else if (event instanceof ElasticJobEvent.RegistryClockStepped stepped) {
            registryClock(stepped, now, alerts);
        } else if (event instanceof ElasticJobEvent.ClockRight right && clockOff != null) {
            recover(
                    AlertCondition.CLOCK_OFF,
                    Subject.NONE,
                    "the clock is close to ZooKeeper's again, the difference is " + rounded(right.skew()),
                    clockOff,
                    now,
                    alerts);
            clockOff = null;
        } else if (event instanceof ElasticJobEvent.EngineImpaired trouble) {
            impaired = impaired == null ? trouble.since() : impaired;
            raise(
                    AlertCondition.IMPAIRED,
                    Subject.NONE,
                    "The job engine of an instance does not work correctly",
                    trouble.reason(),
                    impaired,
                    now,
                    alerts);
        } else if (event instanceof ElasticJobEvent.EngineRecovered && impaired != null) {
            recover(AlertCondition.IMPAIRED, Subject.NONE, "the job engine works again", impaired, now, alerts);
            impaired = null;
        } else if (event instanceof ElasticJobEvent.LoopStuck loop) {
            stuck = stuck == null ? now.wall() : stuck;
            raise(
                    AlertCondition.STUCK,
                    Subject.NONE,
                    "The job engine of an instance has been stuck for " + rounded(loop.silence()),
                    "Its session is given up, so that others take over"
                            + (loop.where().isEmpty()
                                    ? ""
                                    : ". It is stuck at " + loop.where().get(0)),
                    stuck,
                    now,
                    alerts);
        }
    }

    /** What is to be said because time has passed. */
    List<Alert> passed(Moment now) {
        List<Alert> alerts = new ArrayList<>();
        while (!deadlines.isEmpty() && !now.isBefore(deadlines.firstKey().nanos())) {
            Running late = deadlines.pollFirstEntry().getValue();
            ExecutionId execution = late.execution();
            incident(AlertCondition.LONGER_THAN, execution.job(), late.since())
                    .shards()
                    .add(execution.shard());
            raise(
                    AlertCondition.LONGER_THAN,
                    Subject.of(execution),
                    "still runs after " + Durations.format(settings.longerThan(execution.job())),
                    "",
                    late.since(),
                    now,
                    alerts);
        }
        if (away != null
                && !awayTold
                && isRegistryWatched()
                && !now.isBefore(away.after(settings.thresholds().registryAway()))) {
            awayTold = true;
            raise(
                    AlertCondition.REGISTRY_AWAY,
                    Subject.NONE,
                    "An instance has had no connection to ZooKeeper for "
                            + Durations.format(settings.thresholds().registryAway()),
                    "It starts nothing new until it is connected again",
                    away.wall(),
                    now,
                    alerts);
        }
        return alerts;
    }

    private void registryClock(ElasticJobEvent.RegistryClockStepped stepped, Moment now, List<Alert> alerts) {
        if (stepped.isHeld()) {
            registryClockStepped = registryClockStepped == null ? now.wall() : registryClockStepped;
            raise(
                    AlertCondition.REGISTRY_CLOCK_STEPPED,
                    Subject.NONE,
                    "ZooKeeper's clock has stepped " + (stepped.step().isNegative() ? "back" : "ahead") + " by "
                            + rounded(stepped.step()),
                    "The clock of this instance has not: jobs fire as if it had not stepped, until the clocks of the"
                            + " ZooKeeper servers are set right",
                    registryClockStepped,
                    now,
                    alerts);
        } else if (registryClockStepped != null) {
            recover(
                    AlertCondition.REGISTRY_CLOCK_STEPPED,
                    Subject.NONE,
                    "jobs fire by ZooKeeper's clock again",
                    registryClockStepped,
                    now,
                    alerts);
            registryClockStepped = null;
        }
    }

    /** When {@link #passed} has to be asked at the latest, by the stopwatch; empty when time alone brings nothing. */
    OptionalLong nextDeadline() {
        LongStream.Builder next = LongStream.builder();
        if (!deadlines.isEmpty()) {
            next.add(deadlines.firstKey().nanos());
        }
        if (away != null && !awayTold && isRegistryWatched()) {
            next.add(away.after(settings.thresholds().registryAway()));
        }
        return Deadlines.first(next.build());
    }

    private boolean isRegistryWatched() {
        return settings.on().contains(AlertCondition.REGISTRY_AWAY)
                && !settings.thresholds().registryAway().isZero();
    }

    private void started(ExecutionId execution, Moment now) {
        forget(new Shard(execution.job(), execution.shard()));
        Duration longest = settings.longerThan(execution.job());
        boolean watched = settings.on().contains(AlertCondition.LONGER_THAN) && !longest.isZero();
        Deadline deadline = watched ? new Deadline(now.after(longest), sequence++) : null;
        Running started = new Running(execution, now.wall(), deadline);
        running.put(new Shard(execution.job(), execution.shard()), started);
        if (deadline != null) {
            deadlines.put(deadline, started);
        }
    }

    /** Nothing begins for a shard before what ran has ended: if that was not told, it was missed. */
    private void forget(Shard shard) {
        Running former = running.remove(shard);
        if (former != null) {
            fenced.remove(former.execution());
            if (former.deadline() != null) {
                deadlines.remove(former.deadline());
            }
        }
    }

    private void ended(ElasticJobEvent.ExecutionEnded ended, Moment now, List<Alert> alerts) {
        ExecutionId execution = ended.execution();
        Outcome outcome = ended.outcome();
        boolean told = fenced.remove(execution);
        forget(new Shard(execution.job(), execution.shard()));
        settle(
                AlertCondition.LONGER_THAN,
                execution,
                "ended as " + outcome.name() + " after " + rounded(ended.duration()),
                now,
                alerts);
        if (outcome instanceof Outcome.Failed failed) {
            failed(execution, failed.error(), now, alerts);
        } else if (outcome instanceof Outcome.TimedOut late) {
            failed(execution, late.text(), now, alerts);
        } else if (outcome instanceof Outcome.Succeeded) {
            streaks.remove(new Shard(execution.job(), execution.shard()));
            settle(AlertCondition.FAILURES_IN_A_ROW, execution, "succeeds again", now, alerts);
        } else if (outcome instanceof Outcome.Fenced overtaken && !told) {
            raise(
                    AlertCondition.FENCED,
                    Subject.of(execution),
                    "was overtaken",
                    "It ended as " + overtaken.ranAs().name() + ", which is not recorded",
                    now.wall(),
                    now,
                    alerts);
        }
    }

    private void failed(ExecutionId execution, String error, Moment now, List<Alert> alerts) {
        int limit = settings.failuresInARow(execution.job());
        if (limit == 0) {
            return;
        }
        Streak streak = streaks.merge(
                new Shard(execution.job(), execution.shard()),
                new Streak(1, now.wall()),
                (before, one) -> new Streak(before.failures() + 1, before.since()));
        if (streak.failures() >= limit) {
            incident(AlertCondition.FAILURES_IN_A_ROW, execution.job(), streak.since())
                    .shards()
                    .add(execution.shard());
            raise(
                    AlertCondition.FAILURES_IN_A_ROW,
                    Subject.of(execution),
                    streak.failures() == 1 ? "failed" : "failed " + streak.failures() + " times in a row",
                    error,
                    streak.since(),
                    now,
                    alerts);
        }
    }

    private void fenced(ExecutionId execution, String detail, Moment now, List<Alert> alerts) {
        Running its = running.get(new Shard(execution.job(), execution.shard()));
        if (its != null && its.execution().equals(execution)) {
            fenced.add(execution);
        }
        raise(AlertCondition.FENCED, Subject.of(execution), "was overtaken", "It " + detail, now.wall(), now, alerts);
    }

    /** What this instance has just got, and what it has no more, starts again. Whether it recovers cannot be told here. */
    private void assigned(String job, Set<Integer> shards) {
        Set<Integer> kept = new TreeSet<>(shards);
        kept.retainAll(owned.getOrDefault(job, Set.of()));
        if (shards.isEmpty()) {
            owned.remove(job);
        } else {
            owned.put(job, new TreeSet<>(shards));
        }
        streaks.keySet().removeIf(shard -> shard.job().equals(job) && !kept.contains(shard.number()));
        Topic failures = new Topic(AlertCondition.FAILURES_IN_A_ROW, job);
        Incident incident = incidents.get(failures);
        if (incident != null
                && incident.shards().retainAll(kept)
                && incident.shards().isEmpty()) {
            incidents.remove(failures);
        }
    }

    private void registryGone(Moment now) {
        if (away == null) {
            away = now;
        }
    }

    private void registryBack(Moment now, List<Alert> alerts) {
        if (away != null && awayTold) {
            recover(
                    AlertCondition.REGISTRY_AWAY,
                    Subject.NONE,
                    "ZooKeeper is connected again",
                    away.wall(),
                    now,
                    alerts);
        }
        away = null;
        awayTold = false;
    }

    private Incident incident(AlertCondition condition, String job, Instant since) {
        return incidents.computeIfAbsent(new Topic(condition, job), any -> new Incident(since, new TreeSet<>()));
    }

    /** One shard of an incident is over; with the last one, the incident is. */
    private void settle(AlertCondition condition, ExecutionId execution, String what, Moment now, List<Alert> alerts) {
        Topic topic = new Topic(condition, execution.job());
        Incident incident = incidents.get(topic);
        if (incident != null
                && incident.shards().remove(execution.shard())
                && incident.shards().isEmpty()) {
            incidents.remove(topic);
            recover(condition, Subject.of(execution), what, incident.since(), now, alerts);
        }
    }

    private void raise(
            AlertCondition condition,
            Subject subject,
            String what,
            String detail,
            Instant since,
            Moment now,
            List<Alert> alerts) {
        add(
                new Alert(
                        condition,
                        Alert.State.RAISED,
                        subject,
                        new Alert.Message(what, detail),
                        new Alert.Period(since, now.wall()),
                        origin,
                        0),
                alerts);
    }

    private void recover(
            AlertCondition condition, Subject subject, String what, Instant since, Moment now, List<Alert> alerts) {
        add(
                new Alert(
                        condition,
                        Alert.State.RECOVERED,
                        subject,
                        new Alert.Message(what, ""),
                        new Alert.Period(since, now.wall()),
                        origin,
                        0),
                alerts);
    }

    private void add(Alert alert, List<Alert> alerts) {
        if (settings.on().contains(alert.condition())
                && !settings.isMuted(alert.subject().job())) {
            alerts.add(alert);
        }
    }

    private static String rounded(Duration duration) {
        return Durations.format(duration.abs().truncatedTo(ChronoUnit.MILLIS));
    }
}
