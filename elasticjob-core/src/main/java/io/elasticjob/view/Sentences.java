package io.elasticjob.view;

import io.elasticjob.Instance;
import io.elasticjob.Jitter;
import io.elasticjob.JobDefinition;
import io.elasticjob.Misfire;
import io.elasticjob.PlanStatus;
import io.elasticjob.coordination.FiringRecord;
import io.elasticjob.coordination.HiddenDeclaration;
import io.elasticjob.coordination.MissedDeadlines;
import io.elasticjob.coordination.ShardCount;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.coordination.Switches;
import io.elasticjob.coordination.Waiting;
import io.elasticjob.schedule.Schedule;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What an {@link Explanation} says to people: one sentence for each finding, made of what was found. */
final class Sentences {

    private Sentences() {}

    static String registryAway(String instance, Instant since) {
        return instance + " has had no connection to ZooKeeper since " + since
                + ": it starts nothing, and this answer shows what it knew then";
    }

    static String drained(String instance, Instance.Drain drain) {
        return instance + " was drained" + by(drain.who(), drain.when(), drain.why())
                + ": other instances have its shards";
    }

    static String firingOpen(FiringRecord.Whole whole, List<Integer> undecided) {
        String which = undecided.isEmpty()
                ? "all its shards have ended, and an instance is about to close it"
                : (undecided.size() == 1 ? "shard " : "shards ")
                        + undecided.stream().limit(10).map(String::valueOf).collect(Collectors.joining(", "))
                        + (undecided.size() > 10 ? " and " + (undecided.size() - 10) + " more" : "")
                        + (undecided.size() == 1 ? " has" : " have") + " not ended";
        return "The next firing waits for firing " + inWords(whole) + ", opened at " + whole.openedAt() + ": " + which;
    }

    private static String inWords(FiringRecord.Whole whole) {
        String firing = whole.seen().firing().text();
        return whole.isRerun()
                ? firing + ", which runs again by " + whole.firing().text()
                : firing;
    }

    static String deadlineMissed(MissedDeadlines.Late late, Instant deadline) {
        return "Firing " + late.firing().identity().text() + " has not ended by its deadline, " + deadline;
    }

    static String firingPlanning(FiringRecord.Whole whole, String planner, String instance) {
        return "Firing " + inWords(whole) + " begins when the planner " + planner + " has decided which shards it has: "
                + instance + " calls it";
    }

    static String firingListeners(FiringRecord.Whole whole, FiringRecord firings, @Nullable String teller) {
        String who = teller == null ? "an instance is about to call them" : teller + " calls them";
        return firings.opening().isPresent()
                ? "Firing " + inWords(whole) + " begins when its listeners have returned: " + who
                : "Firing " + inWords(whole) + " has ended; the next one begins when its listeners have returned: "
                        + who;
    }

    static String noFreeSlot(String instance) {
        return instance + " has no free slot: further shards wait for one";
    }

    static String slotsStuck(String instance, Instant since) {
        return "All slots of " + instance + " have been held since " + since
                + " by runs that were interrupted, or go on for so long that the next firing of their shard is a misfire:"
                + " it starts nothing until one of them ends; a thread dump shows where they are";
    }

    static String starved(SortedSet<Integer> shards, String instance) {
        return (shards.size() == 1 ? "Shard " : "Shards ")
                + String.join(", ", shards.stream().map(String::valueOf).toList())
                + (shards.size() == 1 ? " is" : " are") + " due, and " + instance
                + " has had no free slot for long: another eligible instance runs this firing as soon as it has one";
    }

    static String awayFromHome(SortedSet<Integer> shards, String home) {
        return (shards.size() == 1 ? "Shard " : "Shards ")
                + String.join(", ", shards.stream().map(String::valueOf).toList())
                + (shards.size() == 1 ? " is" : " are") + " at home with " + home
                + ", which is not eligible at present: other instances run "
                + (shards.size() == 1 ? "it" : "them") + " until it is";
    }

    static String processGone(SortedSet<Integer> shards, String instance) {
        return (shards.size() == 1 ? "Shard " : "Shards ")
                + String.join(", ", shards.stream().map(String::valueOf).toList())
                + (shards.size() == 1 ? " was the one of " : " were those of ") + instance
                + ", which is gone, or may not run the job at present: nobody else runs that part, and the shard is taken back soon";
    }

    static String limited(SortedSet<Integer> shards, LimitView limit, List<String> holders, int before) {
        return (shards.size() == 1 ? "Shard " : "Shards ")
                + String.join(", ", shards.stream().map(String::valueOf).toList())
                + (shards.size() == 1 ? " waits" : " wait") + " for room: "
                + (limit.own() ? "maxConcurrentShards" : "the limit " + limit.name()) + " lets " + limit.most()
                + (Integer.valueOf(1).equals(limit.most()) ? " shard" : " shards") + " run at the same time, and "
                + (holders.isEmpty()
                        ? "none runs"
                        : String.join(", ", holders)
                                + (limit.running().size() > holders.size() ? ", …" : "")
                                + (holders.size() == 1 ? " runs" : " run"))
                + (before == 0
                        ? ""
                        : "; " + before + (before == 1 ? " shard of another job" : " shards of other jobs")
                                + " that waited before " + (before == 1 ? "starts" : "start") + " first");
    }

    static String limitUnknown(String limit) {
        return "No instance has declared the limit " + limit + " (elasticjob.limits." + limit
                + "): no shard of the job starts until one does";
    }

    static String unusable(@Nullable String trouble) {
        return "The answering instance cannot use the job, or its own declaration of it: " + trouble;
    }

    static String nameShared(String name, SortedSet<String> instances) {
        return "Several live instances have the name " + name + ": " + String.join(", ", instances)
                + "; what is switched off for one of them is off for all of them";
    }

    static String declarationHidden(HiddenDeclaration hidden) {
        StoredJob.Override override = hidden.override();
        return hidden.declaredInWords() + " is declared but overridden: " + hidden.overridingInWords() + " was set"
                + by(override.who(), override.when(), override.why());
    }

    static String shardsChange(ShardCount.Upcoming upcoming) {
        String what = upcoming.count() == upcoming.until()
                ? "The new parameters of its shards apply"
                : (upcoming.count() == ShardCount.BROADCAST
                        ? "Each instance runs it as a whole (broadcast=true),"
                        : "It is split into " + upcoming.count() + " shard(s), with their parameters,");
        return what + " from the firing of " + upcoming.from() + " on; earlier firings run "
                + (upcoming.until() == ShardCount.BROADCAST
                        ? "on each instance as a whole"
                        : "as " + upcoming.until() + " shard(s) with their earlier parameters")
                + "; a trigger uses the new ones immediately";
    }

    static String declaredDisabled(String application, String source) {
        return application + " declares the job as disabled (" + source + ")";
    }

    static String disabled(StoredJob.Override override) {
        return "The job was disabled" + by(override.who(), override.when(), override.why());
    }

    static String shardDisabled(int shard, Switches.Switch set) {
        return "Shard " + shard + " was disabled" + by(set.who(), set.when(), set.why());
    }

    static String absent(String application) {
        return "No instance of " + application
                + ", which declares the job, is live: it pauses until one that declares it starts, and loses nothing until then";
    }

    static String undeclared(StoredJob job) {
        String whoKeepsIt = job.isChangedByOperators()
                ? "; it is not removed automatically, because an operator has changed it"
                : "; it is removed automatically after elasticjob.leftovers.forget-jobs-after";
        return "Instances of " + job.application() + " are live, and none of them declares the job"
                + job.undeclaredSince().map(at -> ", since " + at).orElse("")
                + ": it pauses. Start a version that declares it, transfer it to an application that does, or remove it"
                + whoKeepsIt;
    }

    static String noneEligible(int live) {
        return live == 0 ? "There is no live instance" : "None of the " + live + " live instances may run it";
    }

    static String notEligible(String instance, String why) {
        return instance + " is not eligible: it " + why;
    }

    static String tooFewInstances(int eligible, int minInstances) {
        return "The job starts nothing, because it asks for at least " + minInstances
                + " eligible instances (minInstances) and " + (eligible == 1 ? "1 is" : eligible + " are")
                + " eligible";
    }

    static String noRoom(SortedSet<Integer> shards, int maxShardsPerInstance) {
        return (shards.size() == 1 ? "Shard " : "Shards ")
                + String.join(", ", shards.stream().map(String::valueOf).toList())
                + (shards.size() == 1 ? " has" : " have")
                + " no instance: each eligible instance has as many shards of the job"
                + " as it may have (maxShardsPerInstance=" + maxShardsPerInstance
                + "); they run when another instance starts";
    }

    static String recordsUnknown() {
        return "The records of its shards could not be read";
    }

    static String running(ShardGroups.Group group, Instant now, JobDefinition job) {
        return group.shards() + ": " + group.firing()
                + (group.begun() != null && group.begun().isAfter(now) ? " begins on " : " runs on ") + group.instance()
                + (group.begun() != null && group.begun().isAfter(now) ? " at " : " since ") + group.since()
                + "; a firing that comes due meanwhile "
                + switch (job.overlap()) {
                    case MISFIRE -> job.misfire() == Misfire.SKIP ? "is skipped" : "waits for the end";
                    case QUEUE_ALL -> "waits for the end, and for those before it";
                    case CANCEL_RUNNING -> "cancels it";
                };
    }

    static String ownerGone(ShardGroups.Group group, boolean failover) {
        return group.shards() + ": " + group.instance() + ", which ran " + group.firing()
                + ", is not among the live instances; once it is known to be dead, that is "
                + (failover ? "run again" : "recorded as lost");
    }

    static String due(ShardGroups.Group group) {
        return group.shards() + ": the firing of " + group.since() + " is due, and no instance has started it"
                + (group.instance().isEmpty() ? "" : "; it is assigned to " + group.instance());
    }

    static String misfireSkipped(ShardGroups.Group group, JobDefinition job) {
        return group.shards() + ": the firing of " + group.since()
                + " does not run, because it came due longer ago than "
                + (job.misfire() == Misfire.RUN_ALL ? "catchUpAge" : "misfireThreshold") + ", and misfire="
                + job.misfire();
    }

    static String firingsWaiting(int shard, Waiting waiting) {
        return "Shard " + shard + ": "
                + (waiting.number() == 1 ? "1 firing waits" : waiting.number() + " firings wait")
                + " to be run one after another, the oldest is that of " + waiting.oldest();
    }

    static String unreadable(int shard, String why) {
        return "The record of shard " + shard + " cannot be read: " + why;
    }

    static String triggersWaiting(SortedSet<Long> numbers) {
        return numbers.size() == 1
                ? "Trigger " + numbers.first() + " is not done"
                : "The triggers "
                        + String.join(
                                ", ", numbers.stream().map(String::valueOf).toList()) + " are not done";
    }

    static String planned(PlanStatus plan) {
        Instant notBefore = plan.notBefore();
        String what = notBefore != null
                ? "A trigger is planned for " + notBefore
                : "A backfill of " + plan.fireTimes().size() + " fire time(s), from "
                        + plan.fireTimes().get(0) + " to "
                        + plan.fireTimes().get(plan.fireTimes().size() - 1) + ", has begun " + plan.begun()
                        + " of them";
        return what + by(plan.by().who(), plan.requestedAt(), plan.by().why());
    }

    static String noSchedule() {
        return "The job has no schedule: it runs only when it is triggered";
    }

    static String scheduleOver(Schedule schedule, Optional<Instant> last, Instant since) {
        return "The schedule (" + schedule + ") has no further fire time"
                + last.map(at -> at.isBefore(since)
                                ? ": its last was " + at + ", and it took effect only at " + since
                                        + ", so that it never fires"
                                : ": its last was " + at)
                        .orElse("");
    }

    static String nextFiring(Schedule schedule, Instant at, Jitter jitter) {
        return "It fires next at " + at
                + schedule.limits()
                        .unknownCalendar()
                        .map(name -> ", unless the calendar " + name
                                + ", which the answering instance does not know, excludes that day")
                        .orElse("")
                + (jitter.isNone() ? "" : "; each shard starts up to " + jitter + " later, because of its jitter");
    }

    static String nextFiring(Schedule schedule, AfterEnds coming) {
        return "Each shard fires by itself, " + schedule
                + (coming.next() == null
                        ? ""
                        : "; the next one is at " + coming.next() + ", of shard(s) " + coming.shards());
    }

    static String clockChange(ZoneId zone, LocalDateTime named, Instant fireTime, LocalDateTime reads) {
        return "The clock of " + zone + " will skip " + named + ": the firing named for it comes at " + fireTime
                + ", when that clock reads " + reads;
    }

    static String notAFireTime(Schedule schedule, Instant at, Optional<Instant> latest) {
        String what = schedule.base().latest(at).equals(Optional.of(at))
                ? " is excluded by the limits of the current schedule ("
                : " is not a fire time of the current schedule (";
        return at + what + schedule + ")"
                + latest.map(before -> ", the last before it is " + before).orElse("");
    }

    static String beforeSince(Instant since) {
        return "The job was created or enabled, or its schedule changed, at " + since
                + ": firings before that are never due";
    }

    static String notMonitored() {
        return "Executions of the job are not recorded (monitorExecution=false): nothing is known of that firing";
    }

    static String hasRun(ShardGroups.Group group) {
        return group.shards() + ": ran on " + group.instance() + " at " + group.since() + ", " + group.outcome();
    }

    static String laterFiringRan(ShardGroups.Group group) {
        return group.shards() + ": " + group.firing()
                + " has started since, and the record says no more about earlier ones";
    }

    static String decidedWithoutRunning(ShardGroups.Group group, Misfire misfire) {
        return group.shards() + ": it was decided not to run it, because "
                + (misfire == Misfire.SKIP
                        ? "it misfired and misfire=SKIP, or because a later firing had come due"
                        : misfire == Misfire.RUN_ALL
                                ? "more firings waited than catchUp, or it was older than catchUpAge"
                                : "a later firing had come due");
    }

    static String notYetEnabled(ShardGroups.Group group) {
        return group.shards() + ": enabled at " + group.since() + "; firings before that are never due";
    }

    private static String by(String who, Instant when, String why) {
        return (who.isEmpty() ? "" : " by " + who) + " at " + when + (why.isEmpty() ? "" : ": " + why);
    }
}
