package io.elasticjob.engine;

import io.elasticjob.Durations;
import io.elasticjob.ElasticJobEvent;
import io.elasticjob.Outcome;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells events in plain words. What an operator should know is INFO, what somebody should look at is WARN, what belongs to
 * every firing is DEBUG.
 */
final class EventLog implements Consumer<ElasticJobEvent> {

    private static final Logger log = LoggerFactory.getLogger("io.elasticjob.events");

    @Override
    public void accept(ElasticJobEvent event) {
        if (event instanceof ElasticJobEvent.ExecutionStarted started) {
            log.debug(
                    "Started {}, {} ms after it was due",
                    started.execution(),
                    started.lateness().toMillis());
        } else if (event instanceof ElasticJobEvent.ExecutionEnded ended) {
            ended(ended);
        } else if (event instanceof ElasticJobEvent.InstanceRegistered registered) {
            log.info(
                    "Connected: this instance is {}; it counts as dead after {} s of silence",
                    registered.instance(),
                    registered.sessionTimeout().toMillis() / 1000.0);
        } else if (event instanceof ElasticJobEvent.InstancesChanged changed) {
            if (!changed.joined().isEmpty()) {
                log.info("Joined: {}", String.join(", ", changed.joined()));
            }
            if (!changed.left().isEmpty()) {
                log.info("Left: {}", String.join(", ", changed.left()));
            }
        } else if (event instanceof ElasticJobEvent.ShardsAssigned assigned) {
            log.info(
                    "{}: this instance runs {}",
                    assigned.job(),
                    shards(assigned.owned(), assigned.shardingTotalCount()));
        } else if (event instanceof ElasticJobEvent.RegistrySuspended) {
            log.warn("The registry can not be reached: nothing new starts here until it is back");
        } else if (event instanceof ElasticJobEvent.RegistryResumed resumed) {
            log.info("The registry is reached again: {} goes on", resumed.instance());
        } else if (event instanceof ElasticJobEvent.SessionEnded ended) {
            log.warn(
                    "The session of {} is over: this process registers as a new instance and goes on",
                    ended.instance());
        } else if (event instanceof ElasticJobEvent.ClockOff off) {
            log.error(
                    "The clock here is {} away from the registry's, more than {}: nothing new starts here until that is"
                            + " over, others take over",
                    rounded(off.skew()),
                    Durations.format(off.maxTimeDiff()));
        } else if (event instanceof ElasticJobEvent.ClockRight right) {
            log.info("The clock here is near the registry's again, {} away: jobs go on", rounded(right.skew()));
        } else if (event instanceof ElasticJobEvent.LoopStuck stuck) {
            log.error(
                    "The job engine has stood still for {}: its session is given up, so that others take over. It is stuck"
                            + " at{}",
                    rounded(stuck.silence()),
                    stuck.where().stream()
                            .map(frame -> System.lineSeparator() + "\tat " + frame)
                            .collect(Collectors.joining()));
        } else if (event instanceof ElasticJobEvent.InstanceDrained drained) {
            log.warn(
                    "{} takes nothing new: drained by {}{}",
                    drained.instance(),
                    orSomebody(drained.drain().who()),
                    because(drained.drain().why()));
        } else if (event instanceof ElasticJobEvent.InstanceResumed resumed) {
            log.info("{} takes shards again: an operator has ended its drain", resumed.instance());
        } else if (event instanceof ElasticJobEvent.LeadershipTaken taken) {
            log.info("{} is the leader: it watches over what is overdue", taken.instance());
        } else if (event instanceof ElasticJobEvent.RegistryTrouble trouble) {
            log.warn("{}: {}", trouble.what(), trouble.consequence());
        } else {
            aboutJobs(event);
        }
    }

    private void aboutJobs(ElasticJobEvent event) {
        if (event instanceof ElasticJobEvent.JobRefused refused) {
            log.error("{} does not run as it is declared here: {}", refused.job(), refused.reason());
        } else if (event instanceof ElasticJobEvent.StrategyReplaced replaced) {
            log.warn(
                    "{}: the sharding strategy {} is replaced by average: {}",
                    replaced.job(),
                    replaced.strategy(),
                    replaced.reason());
        } else if (event instanceof ElasticJobEvent.ValueUnreadable unreadable) {
            log.warn("{} can not be read: {}; {}", unreadable.path(), unreadable.reason(), unreadable.consequence());
        } else if (event instanceof ElasticJobEvent.OwnerDied died) {
            log.warn(
                    "{} died while it ran {}: {}",
                    died.owner(),
                    died.execution(),
                    died.retried() ? "it is run again here" : "it is lost, the next firing runs");
        } else if (event instanceof ElasticJobEvent.ExecutionFenced fenced) {
            log.warn(
                    "{} was overtaken while it runs: its shard was taken, or its job removed. It is cancelled",
                    fenced.execution());
        } else if (event instanceof ElasticJobEvent.FiringsSuperseded superseded) {
            log.info(
                    "{} shard {}: {} older firing(s) are not run, the one of {} is",
                    superseded.job(),
                    superseded.shard(),
                    superseded.count(),
                    superseded.by());
        } else if (event instanceof ElasticJobEvent.JobRemoved removed) {
            log.info("{} was removed: nothing of it starts here any more", removed.job());
        } else if (event instanceof ElasticJobEvent.FiringSkipped skipped) {
            log.info(
                    "{} shard {}: skipped by its misfire policy, up to the firing of {}",
                    skipped.job(),
                    skipped.shard(),
                    skipped.through());
        } else if (event instanceof ElasticJobEvent.RecordCorrected corrected) {
            log.warn(
                    "{} shard {}: its record was from the future, {}, and is put right; firings after {} run",
                    corrected.job(),
                    corrected.shard(),
                    corrected.through(),
                    corrected.corrected());
        } else if (event instanceof ElasticJobEvent.JobUndeclared undeclared) {
            log.warn(
                    "{}: no live instance declares it any more, of \"{}\" or another application; it is deleted at {}"
                            + " unless one does",
                    undeclared.job(),
                    undeclared.application(),
                    undeclared.forgottenAt());
        } else if (event instanceof ElasticJobEvent.JobForgotten forgotten) {
            log.warn(
                    "{} is deleted: no instance of \"{}\" or another application has declared it since {}",
                    forgotten.job(),
                    forgotten.application(),
                    forgotten.undeclaredSince());
        } else if (event instanceof ElasticJobEvent.RecordsRemoved removed) {
            log.info(
                    "{}: {} record(s) of a former life are deleted, {}",
                    removed.job(),
                    removed.records(),
                    removed.path());
        } else if (event instanceof ElasticJobEvent.JobChanged changed) {
            log.info(
                    "{}: {} by {}{}",
                    changed.job(),
                    changed.what(),
                    orSomebody(changed.by().who()),
                    because(changed.by().why()));
        } else if (event instanceof ElasticJobEvent.TriggerExpired expired) {
            log.warn(
                    "{}: trigger {} of {} is given up; these shards have not run it: {}",
                    expired.job(),
                    expired.number(),
                    expired.requestedAt(),
                    expired.notRun());
        } else if (event instanceof ElasticJobEvent.FiringOverdue overdue) {
            log.warn(
                    "{} shard {} is overdue: nobody has begun the firing of {}, nor any since {}",
                    overdue.job(),
                    overdue.shard(),
                    overdue.fireTime(),
                    overdue.since());
        } else {
            log.debug("{}", event);
        }
    }

    private static void ended(ElasticJobEvent.ExecutionEnded ended) {
        long millis = ended.duration().toMillis();
        if (ended.outcome() instanceof Outcome.Fenced fenced) {
            log.warn(
                    "{} ended as {} after {} ms, which is not recorded: its shard had been taken, or its job removed",
                    ended.execution(),
                    fenced.ranAs().name(),
                    millis);
        } else {
            log.debug(
                    "Ended {}: {} after {} ms",
                    ended.execution(),
                    ended.outcome().name(),
                    millis);
        }
    }

    private static String orSomebody(String who) {
        return who.isEmpty() ? "somebody" : who;
    }

    private static String because(String why) {
        return why.isEmpty() ? "" : " (" + why + ")";
    }

    private static String rounded(Duration skew) {
        return Durations.format(skew.abs().truncatedTo(ChronoUnit.MILLIS));
    }

    private static String shards(Collection<Integer> owned, int total) {
        if (owned.isEmpty()) {
            return "none of its " + total + " shards";
        }
        String numbers = owned.stream().map(String::valueOf).collect(Collectors.joining(", "));
        return (owned.size() == 1 ? "shard " : "shards ") + numbers + " of " + total;
    }
}
