package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.Outcome;
import io.elasticjob.coordination.ShardCount;
import io.elasticjob.text.Durations;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells events in plain words. What an operator should know is INFO, what somebody should look at is WARN, what belongs to
 * every firing is DEBUG.
 */
final class EventLog implements Consumer<ElasticJobEvent> {

    private static final int MOST_NAMED = 20;

    private static final Logger log = LoggerFactory.getLogger("io.elasticjob.events");

    /** By job, up to which firing it was told last that something is not run. */
    private final Map<String, Instant> notRun = new HashMap<>();

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
            log.warn("ZooKeeper cannot be reached: this instance starts nothing new until it is connected again");
        } else if (event instanceof ElasticJobEvent.RegistryResumed resumed) {
            log.info("Connected to ZooKeeper again: {} continues", resumed.instance());
        } else if (event instanceof ElasticJobEvent.SessionEnded ended) {
            log.warn(
                    "The session of {} is over: this process registers as a new instance and continues",
                    ended.instance());
        } else if (event instanceof ElasticJobEvent.ClockOff off) {
            log.error(
                    "The clock of this instance differs from ZooKeeper's by {}, more than {}: it starts nothing new,"
                            + " and others take over, until the clock is right",
                    rounded(off.skew()),
                    Durations.format(off.maxTimeDiff()));
        } else if (event instanceof ElasticJobEvent.ClockIgnored wrong) {
            log.warn(
                    "The clock of this instance differs from ZooKeeper's by {}, more than {}. Jobs are not affected:"
                            + " they fire by ZooKeeper's clock",
                    rounded(wrong.skew()),
                    Durations.format(wrong.maxTimeDiff()));
        } else if (event instanceof ElasticJobEvent.ClockRight right) {
            log.info(
                    "The clock of this instance is close to ZooKeeper's again (difference {}): jobs continue",
                    rounded(right.skew()));
        } else if (event instanceof ElasticJobEvent.RegistryClockStepped stepped) {
            log(stepped);
        } else if (event instanceof ElasticJobEvent.LoopStuck stuck) {
            log.error(
                    "The job engine has been stuck for {}: its session is given up, so that others take over. It is"
                            + " stuck at{}",
                    rounded(stuck.silence()),
                    stuck.where().stream()
                            .map(frame -> System.lineSeparator() + "\tat " + frame)
                            .collect(Collectors.joining()));
        } else if (event instanceof ElasticJobEvent.EngineImpaired impaired) {
            log.error("The job engine has not worked correctly since {}: {}", impaired.since(), impaired.reason());
        } else if (event instanceof ElasticJobEvent.EngineRecovered) {
            log.info("The job engine works correctly again");
        } else if (event instanceof ElasticJobEvent.InstanceDrained drained) {
            log.warn(
                    "{} takes nothing new: drained by {}{}",
                    drained.instance(),
                    orSomebody(drained.drain().who()),
                    because(drained.drain().why()));
        } else if (event instanceof ElasticJobEvent.InstanceResumed resumed) {
            log.info("{} takes shards again: an operator has ended its drain", resumed.instance());
        } else if (event instanceof ElasticJobEvent.LeadershipTaken taken) {
            log.info("{} is the leader: it watches for overdue firings", taken.instance());
        } else if (event instanceof ElasticJobEvent.RegistryDataLost lost) {
            log.warn(
                    "ZooKeeper has lost data: {}. {} This instance reads everything again, and creates the missing jobs"
                            + " that it declares",
                    lost.what(),
                    lost.wentBack()
                            ? "It was emptied or restored from a backup. Fencing tokens can be lower than before: see"
                                    + " docs/operations/runbook.md."
                            : "Somebody deleted it.");
        } else if (event instanceof ElasticJobEvent.RegistryTrouble trouble) {
            log.warn("{}: {}", trouble.what(), trouble.consequence());
        } else {
            aboutJobs(event);
        }
    }

    private void aboutJobs(ElasticJobEvent event) {
        if (event instanceof ElasticJobEvent.JobRefused refused) {
            log.error("Job {} is refused on this instance: {}", refused.job(), refused.reason());
        } else if (event instanceof ElasticJobEvent.StrategyReplaced replaced) {
            log.warn(
                    "{}: the sharding strategy {} is replaced by average: {}",
                    replaced.job(),
                    replaced.strategy(),
                    replaced.reason());
        } else if (event instanceof ElasticJobEvent.ValueUnreadable unreadable) {
            log.warn("{} cannot be read: {}; {}", unreadable.path(), unreadable.reason(), unreadable.consequence());
        } else if (event instanceof ElasticJobEvent.OwnerDied died) {
            log.warn(
                    "{} died while running {}: {}",
                    died.owner(),
                    died.execution(),
                    died.retried() ? "this instance runs it again" : "it is lost, and the next firing runs");
        } else if (event instanceof ElasticJobEvent.ExecutionAdopted adopted) {
            log.info(
                    "{} goes on as {}, under the same fencing token: it was {}'s",
                    adopted.execution(),
                    adopted.instance(),
                    adopted.from());
        } else if (event instanceof ElasticJobEvent.ShardsUnassigned without) {
            log.warn(
                    "{}: no instance has the shards {}; {} may run the job. See explain for what is in the way",
                    without.job(),
                    without.shards(),
                    without.eligible() == 1 ? "1 instance" : without.eligible() + " instances");
        } else if (event instanceof ElasticJobEvent.ProcessShardsGiven given) {
            log.info("{}: each of these instances has a shard of its own from now on: {}", given.job(), given.shards());
        } else if (event instanceof ElasticJobEvent.ProcessShardsTakenBack taken) {
            log.info(
                    "{}: these instances are gone, or may not run it any more, and have no shard of it now: {}",
                    taken.job(),
                    taken.shards());
        } else if (event instanceof ElasticJobEvent.HomesChanged changed) {
            log.info("{}: shards are at home with other instances from now on: {}", changed.job(), changed.homes());
        } else if (event instanceof ElasticJobEvent.ShardLimited limited) {
            log.debug(
                    "{} shard {}: firing {} waits for room in {}",
                    limited.job(),
                    limited.shard(),
                    limited.firing().text(),
                    limited.limits());
        } else if (event instanceof ElasticJobEvent.LimitChanged changed) {
            log.info("The limit {} lets {} shards run at the same time", changed.limit(), changed.most());
        } else if (event instanceof ElasticJobEvent.PermitReleased released) {
            log.info(
                    "{} shard {} no longer counts in {}: nothing runs it any more",
                    released.job(),
                    released.shard(),
                    released.limit());
        } else if (event instanceof ElasticJobEvent.ExecutionFenced fenced) {
            log.warn(
                    "{} was overtaken while running: its shard was taken, or its job was removed. It is cancelled",
                    fenced.execution());
        } else if (event instanceof ElasticJobEvent.FiringsDropped dropped) {
            log.warn(
                    "{} shard {}: {} before {} dropped and not run: {}",
                    dropped.job(),
                    dropped.shard(),
                    dropped.count() == 1 ? "1 firing is" : dropped.count() + " firings are",
                    dropped.before(),
                    dropped.why());
        } else if (event instanceof ElasticJobEvent.FiringsSuperseded superseded) {
            oncePerJob(
                    superseded.job(),
                    superseded.by(),
                    superseded.shard(),
                    "{}: {} not run, because the firing of {} came due before {} could start",
                    superseded.job(),
                    superseded.count() == 1 ? "1 older firing is" : superseded.count() + " older firings are",
                    superseded.by(),
                    superseded.count() == 1 ? "it" : "they");
        } else if (event instanceof ElasticJobEvent.JobRemoved removed) {
            notRun.remove(removed.job());
            log.info("Job {} was removed: it no longer starts on this instance", removed.job());
        } else if (event instanceof ElasticJobEvent.FiringSkipped skipped) {
            oncePerJob(
                    skipped.job(),
                    skipped.through(),
                    skipped.shard(),
                    "{}: firings up to that of {} are skipped: {}",
                    skipped.job(),
                    skipped.through(),
                    skipped.why());
        } else if (event instanceof ElasticJobEvent.ExecutionLingers lingers) {
            log.warn(
                    "{} is recorded as {} although it has not ended: it was cancelled at {} and its handler goes on."
                            + " Its shard starts nothing before it ends",
                    lingers.execution(),
                    lingers.outcome().name(),
                    lingers.since());
        } else if (event instanceof ElasticJobEvent.ArrayProgressed array) {
            log.debug(
                    "{} on the cluster {}: {} of {} tasks have ended, {} of them failed",
                    array.execution(),
                    array.cluster(),
                    array.succeeded() + array.failed(),
                    array.size(),
                    array.failed());
        } else if (event instanceof ElasticJobEvent.RetryScheduled retry) {
            log.info(
                    "{} has failed; its firing has failed {} times and runs again at {}",
                    retry.execution(),
                    retry.failures(),
                    retry.notBefore());
        } else if (event instanceof ElasticJobEvent.RetryEnded retry) {
            log.warn(
                    "{} shard {}: firing {} has failed {} times and does not run again: {}",
                    retry.job(),
                    retry.shard(),
                    retry.firing().text(),
                    retry.failures(),
                    retry.why());
        } else if (event instanceof ElasticJobEvent.JobPaused paused) {
            log.warn(
                    "{} has paused: {} of shard {} failed one after another{}. It fires again when somebody enables it",
                    paused.job(),
                    paused.failed() == 1 ? "a firing" : paused.failed() + " firings",
                    paused.shard(),
                    paused.error() == null ? "" : ", most recently with: " + paused.error());
        } else if (event instanceof ElasticJobEvent.PlanEnded ended) {
            if (ended.begun() == ended.of()) {
                log.info("{}: the plan {} is carried out: {} firing(s)", ended.job(), ended.id(), ended.of());
            } else {
                log.warn(
                        "{}: the plan {} is given up after {} of {} firing(s): {}",
                        ended.job(),
                        ended.id(),
                        ended.begun(),
                        ended.of(),
                        ended.why());
            }
        } else if (event instanceof ElasticJobEvent.LingererEnded ended) {
            log.info("{} has really ended: its shard runs again", ended.execution());
        } else if (event instanceof ElasticJobEvent.FiringCancelled cancelled) {
            log.info(
                    "{} shard {} does not run firing {}: cancelled by {}{}",
                    cancelled.job(),
                    cancelled.shard(),
                    cancelled.firing().text(),
                    orSomebody(cancelled.by().who()),
                    because(cancelled.by().why()));
        } else if (event instanceof ElasticJobEvent.FiringClosed closed) {
            log.debug(
                    "{} firing {} has ended: {} {}",
                    closed.job(),
                    closed.firing().text(),
                    closed.result(),
                    closed.ends());
        } else if (event instanceof ElasticJobEvent.SuccessorNotTriggered not) {
            log.warn(
                    "{} does not run after {} firing {}: {}",
                    not.successor(),
                    not.job(),
                    not.firing().text(),
                    not.reason());
        } else if (event instanceof ElasticJobEvent.PredecessorUnknown unknown) {
            log.warn("{} never runs after {}: {}", unknown.job(), unknown.predecessor(), unknown.reason());
        } else if (event instanceof ElasticJobEvent.JoinDropped dropped) {
            log.warn(
                    "{} does not run after {} firing {}: it has waited since {} for {}, and too many later ones wait, too",
                    dropped.job(),
                    dropped.from(),
                    dropped.ancestor().text(),
                    dropped.since(),
                    dropped.missing());
        } else if (event instanceof ElasticJobEvent.FiringDeadlineMissed missed) {
            log.warn(
                    "{} firing {} has not ended by its deadline, {}. See explain for what is in the way",
                    missed.job(),
                    missed.firing().text(),
                    missed.deadline());
        } else if (event instanceof ElasticJobEvent.FiringRerun rerun) {
            log.info(
                    "{} firing {}: its shards {} run again, by trigger {}",
                    rerun.job(),
                    rerun.firing().text(),
                    rerun.shards(),
                    rerun.trigger());
        } else if (event instanceof ElasticJobEvent.FiringPlanned planned) {
            log.debug(
                    "{} firing {} has {} parts", planned.job(), planned.firing().text(), planned.parts());
        } else if (event instanceof ElasticJobEvent.FiringNotPlanned failed) {
            log.error(
                    "{} firing {} ends as failed, and none of its shards runs: its planner {} failed: {}",
                    failed.job(),
                    failed.firing().text(),
                    failed.planner(),
                    failed.error());
        } else if (event instanceof ElasticJobEvent.FiringPlanLost lost) {
            log.error(
                    "{} firing {}: nothing more of it begins, because its plan is lost: {}; the next firing runs",
                    lost.job(),
                    lost.firing().text(),
                    lost.why());
        } else if (event instanceof ElasticJobEvent.FiringListenerFailed failed) {
            log.warn(
                    "{} firing {}: its listener {} failed: {}",
                    failed.job(),
                    failed.firing().text(),
                    failed.listener(),
                    failed.error());
        } else if (event instanceof ElasticJobEvent.FiringCaughtUp late) {
            log.info(
                    "{}: the firing of {} runs only now, {} late ({}): {}. With misfire=SKIP it would not run",
                    late.job(),
                    late.fireTime(),
                    Durations.format(late.lateness().truncatedTo(ChronoUnit.SECONDS)),
                    (late.shards().size() == 1 ? "shard " : "shards ")
                            + late.shards().stream().map(String::valueOf).collect(Collectors.joining(", ")),
                    late.why());
        } else if (event instanceof ElasticJobEvent.RecordCorrected corrected) {
            log.warn(
                    "{} shard {}: its record was in the future ({}) and is corrected; firings after {} run",
                    corrected.job(),
                    corrected.shard(),
                    corrected.through(),
                    corrected.corrected());
        } else if (event instanceof ElasticJobEvent.JobCorrected corrected) {
            log.warn(
                    "{}: it was created or changed when a clock was ahead, and is corrected; firings from {} on run",
                    corrected.job(),
                    corrected.since());
        } else if (event instanceof ElasticJobEvent.JobUndeclared undeclared) {
            log.warn(
                    "{} is undeclared: instances of \"{}\" are live, and none of them declares the job any more, so"
                            + " that it does not run. Start a version that declares it, transfer it to an application that"
                            + " does, or remove it{}",
                    undeclared.job(),
                    undeclared.application(),
                    undeclared.forgottenAfter() == null
                            ? ""
                            : "; it is removed automatically after " + Durations.format(undeclared.forgottenAfter()));
        } else if (event instanceof ElasticJobEvent.ApplicationAbsent absent) {
            log.warn(
                    "No instance of \"{}\" is live: its {} job(s) do not run until an instance starts that declares"
                            + " them: {}",
                    absent.application(),
                    absent.jobs().size(),
                    absent.jobs().stream().limit(MOST_NAMED).collect(Collectors.joining(", "))
                            + (absent.jobs().size() > MOST_NAMED ? ", …" : ""));
        } else if (event instanceof ElasticJobEvent.JobForgotten forgotten) {
            log.warn(
                    "{} is removed: no instance of \"{}\" has declared it since {}",
                    forgotten.job(),
                    forgotten.application(),
                    forgotten.undeclaredSince());
        } else if (event instanceof ElasticJobEvent.RecordsRemoved removed) {
            log.debug(
                    "{} was removed or created again: its {} old records are deleted, {}",
                    removed.job(),
                    removed.records(),
                    removed.path());
        } else if (event instanceof ElasticJobEvent.DeclarationHidden hidden) {
            log.warn(
                    "{}: {} is declared here but overridden: {} set {} at {}{}. To undo that, reset the key",
                    hidden.job(),
                    hidden.declared(),
                    orSomebody(hidden.who()),
                    hidden.overriding(),
                    hidden.when(),
                    because(hidden.why()));
        } else if (event instanceof ElasticJobEvent.NameShared shared) {
            log.warn(
                    "Several live instances have the name {}: {}. What an operator switches off for one of them is off"
                            + " for all of them; give each process its own name (elasticjob.instance.name)",
                    shared.name(),
                    String.join(", ", shared.instances()));
        } else if (event instanceof ElasticJobEvent.ShardsChange change) {
            log.info(
                    "{}: {} apply from the firing of {} on. Earlier firings run as {} with their earlier"
                            + " parameters. A trigger uses the new ones immediately",
                    change.job(),
                    change.next() == change.until()
                            ? "the new parameters of its shards"
                            : inWords(change.next()) + " and their parameters",
                    change.from(),
                    inWords(change.until()));
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
                    "{} shard {} is overdue: no instance has started the firing of {}, nor any since {}",
                    overdue.job(),
                    overdue.shard(),
                    overdue.fireTime(),
                    overdue.since());
        } else {
            log.debug("{}", event);
        }
    }

    /** What is true of all shards of a job is told of the first one; of the others only for who looks closely. */
    private void oncePerJob(String job, Instant firing, int shard, String text, Object... values) {
        if (firing.equals(notRun.put(job, firing))) {
            log.debug("{} shard {}: the same", job, shard);
        } else {
            log.info(text, values);
        }
    }

    private static void ended(ElasticJobEvent.ExecutionEnded ended) {
        long millis = ended.duration().toMillis();
        if (ended.outcome() instanceof Outcome.Fenced fenced) {
            log.warn(
                    "{} ended as {} after {} ms. That is not recorded: its shard had been taken, or its job removed",
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
        return who.isEmpty() ? "an unknown user" : who;
    }

    private static String because(String why) {
        return why.isEmpty() ? "" : " (" + why + ")";
    }

    private static String rounded(Duration skew) {
        return Durations.format(skew.abs().truncatedTo(ChronoUnit.MILLIS));
    }

    private static String shards(Collection<Integer> owned, int total) {
        if (owned.isEmpty()) {
            return total == ShardCount.BROADCAST ? "it no more" : "none of its " + total + " shards";
        }
        String numbers = owned.stream().map(String::valueOf).collect(Collectors.joining(", "));
        return total == ShardCount.BROADCAST
                ? "each firing as a whole, as shard " + numbers
                : (owned.size() == 1 ? "shard " : "shards ") + numbers + " of " + total;
    }

    private static String inWords(int shards) {
        return shards == ShardCount.BROADCAST ? "one shard for each instance" : shards + " shard(s)";
    }

    private static void log(ElasticJobEvent.RegistryClockStepped stepped) {
        if (stepped.isHeld()) {
            log.error(
                    "ZooKeeper's clock has stepped {} by {}, and the clock of this machine has not: jobs fire as if it"
                            + " had not stepped. Set the clocks of the ZooKeeper servers right",
                    stepped.step().isNegative() ? "back" : "ahead",
                    rounded(stepped.step()));
        } else {
            log.info("ZooKeeper's clock is right again: jobs fire by it");
        }
    }
}
